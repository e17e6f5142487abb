/**
 * The statements of a turn with many rows in one: what a turn of a thousand executions writes into a table is a handful of
 * statements, not a thousand.
 *
 *     INSERT … VALUES (1, 'a')  INSERT … VALUES (2, 'b')   ──▶  INSERT … SELECT … FROM unnest('{1,2}', '{a,b}')
 *     UPDATE … WHERE number = 1  UPDATE … WHERE number = 2  ──▶  UPDATE … FROM unnest(…) WHERE …
 *     DELETE … WHERE number = 1  DELETE … WHERE number = 2  ──▶  DELETE … USING unnest(…) WHERE …
 *
 * What comes of it is the same, row by row. Each table has a **lane**: statements of different tables have nothing to do with each
 * other, unless one table refers to another; those share a lane and go one by one. In its lane a statement joins the last group of
 * its own text when it may go before everything that was written since:
 *
 * - No row that it names by its identity is named by anything since. A row is changed, or put where it may be there already, once a
 *   statement: of two, PostgreSQL would refuse one, or choose one.
 * - It takes no unique value that something since may have freed. An UPDATE has no order, so one that may take a value goes alone.
 * - Rows that the database numbers keep their order.
 *
 * A text of another form (statement-shapes.ts), and a value that an array would not hold as it is, goes alone, and nothing passes it.
 * @module
 */
import type { SqlValue } from '../driver.js';
import { type ElementType, fits, type SqlArray } from './arrays.js';
import type { Catalogue, TableFacts } from './catalogue.js';
import type { PipelinedStatement } from './pipeline.js';
import { type InsertShape, type KnownShape, shapeOf } from './statement-shapes.js';

/** A statement as it is collected. */
export interface SingleStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Rows of one statement, and bytes of their values, at most; a row that is larger goes alone. */
export const MOST_ROWS = 5_000;
export const MOST_BYTES: number = 4 * 1024 * 1024;

interface Group {
  readonly sql: string;
  /** How it is written as one; undefined: it is one statement. */
  readonly form: { readonly shape: KnownShape; readonly types: readonly ElementType[] } | undefined;
  readonly members: (readonly SqlValue[])[];
  bytes: number;
}

/** Places are those of groups. */
interface Lane {
  readonly groups: Group[];
  /** The last group of each text. */
  readonly last: Map<string, number>;
  /** Which group has named a row last, by its identity. */
  readonly named: Map<string, number>;
  /** The last group that may have freed a unique value; that has put rows; before which nothing is moved. */
  freed: number;
  put: number;
  floor: number;
}

/** What a statement does to its table. */
interface Effect {
  readonly rows: readonly string[];
  readonly takes: boolean;
  readonly frees: boolean;
}

/**
 * Statements that together do what these do one after another, in one transaction.
 * @param catalogue of the database; tables that it does not know are written row by row
 *
 * @example await writer.send(withManyRows(collected, catalogue))
 */
export function withManyRows(
  statements: readonly SingleStatement[],
  catalogue: Catalogue,
): PipelinedStatement[] {
  if (statements.length < 2) return [...statements];
  const lanes = new Map<string, Lane>();
  for (const statement of statements) {
    const shape = shapeOf(statement.sql);
    // Nothing is known of it: everything before is before it.
    if (shape.table === undefined) return [...statements];
    const facts = catalogue.get(shape.table);
    const lane = laneOf(lanes, facts === undefined || facts.isTied ? '' : shape.table);
    const form = shape.kind === 'other' ? undefined : formOf(shape, statement.values, facts);
    const effect = form && facts && effectOf(form.shape, statement.values, facts);
    if (form === undefined || effect === undefined) putAlone(lane, statement);
    else add(lane, statement, form, effect);
  }
  return [...lanes.values()].flatMap(({ groups }) => groups.map(written));
}

function laneOf(lanes: Map<string, Lane>, name: string): Lane {
  const known = lanes.get(name);
  if (known !== undefined) return known;
  const made = { groups: [], last: new Map(), named: new Map(), freed: -1, put: -1, floor: 0 };
  lanes.set(name, made);
  return made;
}

function putAlone(lane: Lane, { sql, values }: SingleStatement): void {
  lane.groups.push({ sql, form: undefined, members: [values], bytes: 0 });
  lane.floor = lane.groups.length;
}

function add(
  lane: Lane,
  { sql, values }: SingleStatement,
  form: NonNullable<Group['form']>,
  effect: Effect,
): void {
  const { shape } = form;
  const bytes = sizeOf(values);
  let at = lane.last.get(sql) ?? -1;
  const group = lane.groups[at];
  const hasRoom =
    group !== undefined && group.members.length < MOST_ROWS && group.bytes + bytes <= MOST_BYTES;
  // Two that are put anew fail alike, and what is deleted twice is deleted.
  const isOnce = shape.kind === 'update' || (shape.kind === 'insert' && shape.conflict);
  const mayJoin =
    hasRoom &&
    at >= lane.floor &&
    effect.rows.every((row) => (lane.named.get(row) ?? -1) < (isOnce ? at : at + 1)) &&
    (!effect.takes || (shape.kind === 'insert' && lane.freed <= at)) &&
    (shape.kind !== 'insert' || lane.put <= at);
  if (mayJoin) {
    group.members.push(values);
    group.bytes += bytes;
  } else {
    at = lane.groups.length;
    lane.groups.push({ sql, form, members: [values], bytes });
    lane.last.set(sql, at);
  }
  for (const row of effect.rows) lane.named.set(row, at);
  if (effect.frees) lane.freed = Math.max(lane.freed, at);
  if (shape.kind === 'insert') lane.put = Math.max(lane.put, at);
}

/** How a statement is one of many; undefined: it is not. */
function formOf(
  shape: KnownShape,
  values: readonly SqlValue[],
  facts: TableFacts | undefined,
): Group['form'] {
  if (facts === undefined || facts.isTied) return undefined;
  const types = columnsOf(shape).map((column) => facts.types.get(column));
  const isExact = values.every((value, at) => {
    const type = types[at];
    return type !== undefined && fits(value, type);
  });
  return isExact ? { shape, types: types as ElementType[] } : undefined;
}

/** The columns of a statement's values, in their order. */
function columnsOf(shape: KnownShape): readonly string[] {
  switch (shape.kind) {
    case 'insert':
      return shape.columns.filter((_, at) => typeof shape.given[at] === 'number');
    case 'update':
      return [...shape.set, ...shape.where];
    case 'delete':
      return shape.where;
  }
}

/** Undefined: it cannot be told. */
function effectOf(
  shape: KnownShape,
  values: readonly SqlValue[],
  { identity, uniques }: TableFacts,
): Effect | undefined {
  switch (shape.kind) {
    case 'insert': {
      const { conflict } = shape;
      if (conflict && !isSame(conflict.columns, identity)) return undefined;
      const given = insertedBy(shape, values);
      const isNamed = identity?.every((column) => given.has(column));
      if (identity && !isNamed) return undefined;
      return {
        rows: identity ? [nameOf(identity, given)] : [],
        takes: uniques.some((columns) => columns.every((one) => (given.get(one) ?? null) !== null)),
        frees: uniques.some((columns) => columns.some((one) => conflict?.set.includes(one))),
      };
    }
    case 'update': {
      const { set, where } = shape;
      if (identity === undefined || !isSame(where, identity)) return undefined;
      const before = new Map(where.map((column, at) => [column, values[set.length + at] ?? null]));
      const changed = new Map(set.map((column, at) => [column, values[at] ?? null]));
      const touched = uniques.filter((columns) => columns.some((one) => changed.has(one)));
      return {
        rows: [nameOf(identity, before), nameOf(identity, new Map([...before, ...changed]))],
        takes: touched.some((columns) => !columns.some((one) => changed.get(one) === null)),
        frees: touched.length > 0,
      };
    }
    case 'delete': {
      if (identity === undefined || !isSame(shape.where, identity)) return undefined;
      const named = new Map(shape.where.map((column, at) => [column, values[at] ?? null]));
      return { rows: [nameOf(identity, named)], takes: false, frees: uniques.length > 0 };
    }
  }
}

function insertedBy(shape: InsertShape, values: readonly SqlValue[]): Map<string, SqlValue> {
  return new Map(
    shape.columns.map((column, at) => {
      const given = shape.given[at];
      return [column, typeof given === 'number' ? (values[given] ?? null) : (given ?? null)];
    }),
  );
}

function isSame(columns: readonly string[], identity: readonly string[] | undefined): boolean {
  return identity?.length === columns.length && columns.every((one) => identity.includes(one));
}

function nameOf(identity: readonly string[], values: ReadonlyMap<string, SqlValue>): string {
  return JSON.stringify(identity.map((column) => String(values.get(column))));
}

/** Bytes, about. */
function sizeOf(values: readonly SqlValue[]): number {
  let size = 0;
  for (const value of values) {
    size +=
      typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.length : 8;
  }
  return size;
}

function written({ sql, form, members }: Group): PipelinedStatement {
  const [first = []] = members;
  if (form === undefined || members.length === 1) return { sql, values: first };
  const { shape, types } = form;
  const values: SqlArray[] = types.map((type, at) => ({
    type,
    elements: members.map((member) => member[at] ?? null),
  }));
  return { sql: textOf(sql, shape, types), values };
}

const texts = new Map<string, string>();

/** The text for many rows of a text; types do not change while the store is open, or only by an upgrade. */
function textOf(sql: string, shape: KnownShape, types: readonly ElementType[]): string {
  const key = `${types.join()} ${sql}`;
  const known = texts.get(key) ?? makeText(shape, types);
  texts.set(key, known);
  return known;
}

function makeText(shape: KnownShape, types: readonly ElementType[]): string {
  const places = types.map((type) => `CAST(? AS ${type}[])`).join(', ');
  const many = `unnest(${places}) AS many (${types.map((_, at) => `c${at}`).join(', ')})`;
  const { table } = shape;
  // A text of a function has the order of the database; all of ours have that of their bytes, and so has the index.
  const equals = (columns: readonly string[], from: number): string =>
    columns
      .map((column, at) => {
        const order = types[from + at] === 'text' ? ' COLLATE "C"' : '';
        return `${table}.${column} = many.c${from + at}${order}`;
      })
      .join(' AND ');
  switch (shape.kind) {
    case 'insert': {
      const given = shape.given.map((one) => (typeof one === 'number' ? `many.c${one}` : one));
      return `INSERT INTO ${table} (${shape.columns.join(', ')}) SELECT ${given.join(', ')} FROM ${many}${shape.tail}`;
    }
    case 'update': {
      const set = shape.set.map((column, at) => `${column} = many.c${at}`).join(', ');
      return `UPDATE ${table} SET ${set} FROM ${many} WHERE ${equals(shape.where, shape.set.length)}`;
    }
    case 'delete':
      return `DELETE FROM ${table} USING ${many} WHERE ${equals(shape.where, 0)}`;
  }
}
