/**
 * Rows of declared tables (table.ts): what writes them and what reads them.
 * @module
 */
import { fromText, toText } from './columns.js';
import type { Row as SqlRow, SqlValue } from './driver.js';
import {
  distinctNumbers,
  distinctValues,
  mergedNumbers,
  type Range,
  rowsOf,
} from './merged-ranges.js';
import { all, one, type Plan, type Prepare, type Write } from './plan.js';
import {
  type AnyTable,
  type ColumnType,
  type PackedRows,
  type RowQuery,
  type RowRange,
  type RowReads,
  type RowWrite,
  sqlName,
  type Table,
  type TableList,
} from './table.js';

/** What the rows of a table are read and written with. */
interface Texts {
  columns: readonly (readonly [string, ColumnType])[];
  isKey: string;
  put: string;
  remove: string;
  find: string;
}

const known = new WeakMap<AnyTable, Texts>();

/** Texts are made once a table: what is declared never changes. */
function textsOf(table: AnyTable): Texts {
  const made = known.get(table) ?? makeTexts(table);
  known.set(table, made);
  return made;
}

function makeTexts(table: AnyTable): Texts {
  const columns = Object.entries(table.columns) as [string, ColumnType][];
  const names = columns.map(([name]) => sqlName(name));
  const key = table.key.map(sqlName);
  const changed = names.filter((name) => !key.includes(name));
  const conflict = table.appendOnly
    ? ''
    : ` ON CONFLICT (${key.join(', ')}) DO ${
        changed.length === 0
          ? 'NOTHING'
          : `UPDATE SET ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}`
      }`;
  const isKey = key.map((name) => `${name} = ?`).join(' AND ');
  return {
    columns,
    isKey,
    put: `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})${conflict}`,
    remove: `DELETE FROM ${table.name} WHERE ${isKey}`,
    find: `SELECT * FROM ${table.name} WHERE ${isKey}`,
  };
}

/** Plans for what a store answers about rows. */
export interface RowPlans {
  findRow<Row extends object>(
    table: Table<Row>,
    key: readonly (string | number)[],
  ): Plan<Row | undefined>;
  listRows<Row extends object>(table: Table<Row>, query?: RowQuery<Row>): Plan<Row[]>;
  packRows(...values: Parameters<RowReads['packRows']>): Plan<PackedRows>;
  lastNumber(...values: Parameters<RowReads['lastNumber']>): Plan<number>;
  countRows(...values: Parameters<RowReads['countRows']>): Plan<{ [value: string]: number }>;
}

export const rowReads: RowPlans = {
  *findRow<Row extends object>(table: Table<Row>, key: readonly (string | number)[]) {
    const { find, columns } = textsOf(table);
    const [row] = yield one(find, key.map(toKey));
    return row && (toRow(columns, row) as Row);
  },
  *listRows<Row extends object>(table: Table<Row>, query: RowQuery<Row> = {}) {
    const { columns } = textsOf(table);
    const paged = yield* pageOf(table, query as RowQuery<object>);
    if (paged !== undefined) {
      return yield* rowsOf(table.name, paged, (row) => toRow(columns, row) as Row);
    }
    const { where, values } = conditions(table, query as RowQuery<object>);
    const { by = table.key, down = false } = query.order ?? {};
    const order = by.map((column) => `${sqlName(column)}${down ? ' DESC' : ''}`).join(', ');
    const limit = query.limit === undefined ? '' : ' LIMIT ?';
    if (query.limit !== undefined) values.push(query.limit);
    const offset = query.offset === undefined ? '' : ' OFFSET ?';
    if (query.offset !== undefined) values.push(query.offset);
    const rows = yield all(
      `SELECT * FROM ${table.name}${where} ORDER BY ${order}${limit}${offset}`,
      values,
    );
    return rows.map((row) => toRow(columns, row) as Row);
  },
  *packRows(table, columns, { where: wanted = {}, above, limit }) {
    const [key = ''] = table.key;
    const { where, values } = conditions(table, { where: wanted, above: { [key]: above } });
    const named = [key, ...columns].map(sqlName);
    // The rows come in the order in which the inner query gives them, and all columns in one pass.
    const packed = columns.map(
      (name, index) => `group_concat(CAST(${sqlName(name)} AS TEXT), ',') AS packed${index}`,
    );
    const page = `SELECT ${[...new Set(named)].join(', ')} FROM ${table.name}${where} ORDER BY ${sqlName(key)} LIMIT ?`;
    const [row] = yield one(
      `SELECT COUNT(*) AS count, MAX(${sqlName(key)}) AS last, ${packed.join(', ')} FROM (${page}) AS page`,
      [...values, limit],
    );
    return {
      count: Number(row?.count ?? 0),
      last: Number(row?.last ?? 0),
      columns: columns.map((_, index) => String(row?.[`packed${index}`] ?? '')),
    };
  },
  *lastNumber(table, wanted) {
    const { where, values } = conditions(table, wanted === undefined ? {} : { where: wanted });
    const column = sqlName(table.key.at(-1) ?? '');
    const sql = `SELECT MAX(${column}) AS last FROM ${table.name}${where}`;
    const [row] = yield one(sql, values);
    return Number(row?.last ?? 0);
  },
  *countRows(table, by, wanted) {
    const { where, values } = conditions(table, wanted === undefined ? {} : { where: wanted });
    const column = sqlName(by);
    const rows = yield all(
      `SELECT ${column} AS value, COUNT(*) AS count FROM ${table.name}${where} GROUP BY ${column}`,
      values,
    );
    return Object.fromEntries(rows.map((row) => [fromText(row.value), Number(row.count)]));
  },
};

/** Writes rows as a commit brings them. */
export function rowWrites(prepare: Prepare): (write: RowWrite) => void {
  const prepared = new Map<string, Write>();
  const writing = (sql: string): Write => {
    const made = prepared.get(sql) ?? prepare(sql);
    prepared.set(sql, made);
    return made;
  };
  return ({ table, key, row, isChange, range }) => {
    if (range !== undefined) return removeRange(prepare, table, range);
    const { columns, isKey, put, remove } = textsOf(table);
    if (row === undefined) return writing(remove)(...key.map(toKey));
    const given = row as { readonly [name: string]: unknown };
    if (isChange !== true) {
      return writing(put)(...columns.map(([name, type]) => toSql(given[name], type)));
    }
    const changed = Object.keys(given);
    const set = changed.map((name) => `${sqlName(name)} = ?`).join(', ');
    prepare(`UPDATE ${table.name} SET ${set} WHERE ${isKey}`)(
      ...changed.map((name) => toSql(given[name], typeOf(table, name))),
      ...key.map(toKey),
    );
  };
}

function removeRange(prepare: Prepare, table: AnyTable, { where, column, upTo }: RowRange): void {
  const { where: condition, values } = conditions(table, { where } as RowQuery<object>);
  const more = condition === '' ? ' WHERE' : `${condition} AND`;
  const sql = `DELETE FROM ${table.name}${more} ${sqlName(column)} <= ?`;
  prepare(sql)(...values, toKey(upTo));
}

/** Values that are wanted, by column. */
type Wanted = { readonly [column: string]: unknown };

/**
 * The numbers of a page of a list, by the ranges of one of the table's indexes; undefined when it is no list that they answer.
 */
function* pageOf(table: AnyTable, query: RowQuery<object>): Plan<number[] | undefined> {
  const { where = {}, above = {}, below = {}, order, limit, offset } = query;
  const [key = ''] = table.key;
  const isByKey = order === undefined || (order.by.length === 1 && order.by[0] === key);
  if (table.key.length !== 1 || !isByKey || limit === undefined || offset !== undefined) return;
  const wanted = Object.entries(where).filter(([, value]) => value !== undefined);
  // An index that holds only some rows answers only who asks for those.
  const fitting = (table.lists ?? []).filter(
    ({ columns, only = {} }) =>
      Object.entries(only).every(([name, value]) => (where as Wanted)[name] === value) &&
      wanted.every(([name, value]) => only[name] === value || columns.includes(name)),
  );
  // What is not asked for is looked up value by value: of names there are few, of numbers there may be many.
  const cost = ({ columns }: TableList): number =>
    columns
      .filter((name) => (where as Wanted)[name] === undefined)
      .reduce((sum, name) => sum + (typeOf(table, name).startsWith('integer') ? 100 : 1), 0);
  const [list] = fitting.sort((a, b) => cost(a) - cost(b));
  const bounds = { ...above, ...below };
  if (list === undefined || Object.keys(bounds).some((column) => column !== key)) return;
  const direction = order?.down ? 'descending' : 'ascending';
  const [beyond, end] = (order?.down ? [below, above] : [above, below]) as {
    [key: string]: number;
  }[];
  const ranges =
    wanted.length === 0
      ? [{ table: table.name, where: '1 = 1', values: [] }]
      : yield* rangesOf(table, list, where as Wanted);
  const numbers = yield* mergedNumbers(ranges, direction, beyond?.[key], limit);
  const last = end?.[key];
  if (last === undefined) return numbers;
  return numbers.filter((number) => (order?.down ? number > last : number < last));
}

/** For each value of each column that is wanted; of a column that may be anything, for each value that there is. */
function* rangesOf(
  table: AnyTable,
  { columns, only = {} }: TableList,
  wanted: Wanted,
): Plan<Range[]> {
  const fixed = Object.entries(only).map(([name, value]) => `${sqlName(name)} = '${value}'`);
  let ranges: Range[] = [{ table: table.name, where: fixed.join(' AND ') || '1 = 1', values: [] }];
  for (const name of columns) {
    const column = sqlName(name);
    const type = typeOf(table, name);
    const split: Range[] = [];
    for (const { where, values } of ranges) {
      const given = wanted[name];
      const each: readonly SqlValue[] =
        given === undefined
          ? type.startsWith('integer')
            ? yield* distinctNumbers({ table: table.name, column, where, values, above: -1 })
            : yield* distinctValues({ table: table.name, column, where, values })
          : [...new Set([given].flat())].map((value) => toSql(value, type));
      for (const value of each) {
        const narrowed = `${where} AND ${column} = ?`;
        split.push({ table: table.name, where: narrowed, values: [...values, value] });
      }
    }
    ranges = split;
  }
  return ranges;
}

function typeOf(table: AnyTable, column: string): ColumnType {
  return (table.columns as { readonly [column: string]: ColumnType })[column] ?? 'text';
}

/** A value of a key, or a bound. */
function toKey(value: string | number): SqlValue {
  return typeof value === 'string' ? toText(value) : value;
}

function toSql(value: unknown, type: ColumnType): SqlValue {
  if (value === undefined || value === null) return null;
  if (type.startsWith('json')) return JSON.stringify(value);
  return type.startsWith('integer') ? Number(value) : toText(String(value));
}

function toRow(columns: Texts['columns'], found: SqlRow): object {
  const row: { [name: string]: unknown } = {};
  for (const [name, type] of columns) {
    const value = found[sqlName(name)];
    if (value === null || value === undefined) continue;
    row[name] = type.startsWith('json')
      ? JSON.parse(String(value))
      : type.startsWith('integer')
        ? Number(value)
        : fromText(value);
  }
  return row;
}

function conditions(
  table: AnyTable,
  query: Pick<RowQuery<object>, 'where' | 'above' | 'below'>,
): { where: string; values: SqlValue[] } {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  for (const [column, wanted] of Object.entries(query.where ?? {}) as [string, unknown][]) {
    if (wanted === undefined) continue;
    const type = typeOf(table, column);
    if (isConstant(table, column, wanted)) {
      parts.push(`${sqlName(column)} = '${wanted}'`);
      continue;
    }
    if (!Array.isArray(wanted)) {
      parts.push(`${sqlName(column)} = ?`);
      values.push(toSql(wanted, type));
      continue;
    }
    parts.push(
      wanted.length === 0 ? '1 = 0' : `${sqlName(column)} IN (${wanted.map(() => '?').join(', ')})`,
    );
    values.push(...wanted.map((value) => toSql(value, type)));
  }
  for (const [bounds, sign] of [
    [query.above, '>'],
    [query.below, '<'],
  ] as const) {
    for (const [column, bound] of Object.entries(bounds ?? {}) as [string, string | number][]) {
      if (bound === undefined) continue;
      parts.push(`${sqlName(column)} ${sign} ?`);
      values.push(toKey(bound));
    }
  }
  return { where: parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`, values };
}

/** A value that is written into the text, so that an index that holds only such rows applies. */
function isConstant(table: AnyTable, column: string, value: unknown): boolean {
  return table.lists?.some(({ only = {} }) => only[column] === value) ?? false;
}
