/**
 * Rows of declared tables (table.ts) on SQLite: what writes them, what reads them, and the steps that make their tables.
 * @module
 */
import type { Driver, Row as SqlRow, SqlValue } from './driver.js';
import { StoreError } from './errors.js';
import { distinctValues, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import {
  type AnyTable,
  type RowQuery,
  type RowRange,
  type RowReads,
  type RowWrite,
  sqlName,
  type TableList,
} from './table.js';
import { rollBackAfter } from './write-guard.js';

export interface RowQueries extends RowReads<'now'> {
  /** Makes the tables or brings them to this version's shape. Throws a StoreError `newer-schema`. */
  joinTables(tables: readonly AnyTable[]): void;
  writeRow(write: RowWrite): void;
  listOwnSealings(): OwnSealing[];
}

/** A row whose feature has sealed something in it by itself. */
export interface OwnSealing {
  /** What it is: `webhook orders`. */
  what: string;
  /** Everything in it that lies under the name `sealed`. */
  sealed: string[];
}

/** Rows of every table that has joined and seals by itself; also for who only looks at a database. */
export function ownSealings(driver: Driver): OwnSealing[] {
  const tables = driver.prepare("SELECT * FROM feature_tables WHERE sealing = 'itself'").all();
  return tables.flatMap(({ name, json_columns: json }) =>
    driver
      .prepare(`SELECT * FROM ${name} ORDER BY team, name`)
      .all()
      .map((row) => ({
        what: `${String(name).replace(/s$/, '')} ${row.name}`,
        sealed: String(json)
          .split(' ')
          .flatMap((column) => [...String(row[column]).matchAll(/"sealed":"([A-Za-z0-9+/=]*)"/g)])
          .map(([, sealed = '']) => sealed),
      })),
  );
}

/** How the rows of a table are written and read. */
interface Statements {
  put(row: object): void;
  change(key: readonly SqlValue[], change: object): void;
  remove(key: readonly SqlValue[]): void;
  find(key: readonly SqlValue[]): SqlRow | undefined;
  toRow(row: SqlRow): object;
}

export function rowQueries(driver: Driver): RowQueries {
  const prepared = new Map<string, Statements>();
  const of = (table: AnyTable): Statements => {
    const known = prepared.get(table.name);
    if (known) return known;
    const made = statementsOf(driver, table);
    prepared.set(table.name, made);
    return made;
  };
  return {
    joinTables(tables) {
      for (const table of tables) join(driver, table);
    },
    writeRow({ table, key, row, isChange, range }) {
      if (range !== undefined) removeRange(driver, table, range);
      else if (row === undefined) of(table).remove(key);
      else if (isChange) of(table).change(key, row);
      else of(table).put(row);
    },
    findRow<Row extends object>(
      table: AnyTable,
      key: readonly (string | number)[],
    ): Row | undefined {
      const { find, toRow } = of(table);
      const found = find(key);
      return found && (toRow(found) as Row);
    },
    listRows<Row extends object>(table: AnyTable, query: RowQuery<Row> = {}): Row[] {
      const { toRow } = of(table);
      const paged = pageOf(driver, table, query as RowQuery<object>);
      if (paged !== undefined) {
        return rowsOf(driver, table.name, paged, toRow) as Row[];
      }
      const { where, values } = conditions(table, query as RowQuery<object>);
      const { by = table.key, down = false } = query.order ?? {};
      const order = by.map((column) => `${sqlName(column)}${down ? ' DESC' : ''}`).join(', ');
      const limit = query.limit === undefined ? '' : ' LIMIT ?';
      if (query.limit !== undefined) values.push(query.limit);
      const offset = query.offset === undefined ? '' : ' OFFSET ?';
      if (query.offset !== undefined) values.push(query.offset);
      return driver
        .prepare(`SELECT * FROM ${table.name}${where} ORDER BY ${order}${limit}${offset}`)
        .all(...values)
        .map((row) => toRow(row) as Row);
    },
    lastNumber(table, wanted) {
      const { where, values } = conditions(table, wanted === undefined ? {} : { where: wanted });
      const column = sqlName(table.key.at(-1) ?? '');
      const sql = `SELECT MAX(${column}) AS last FROM ${table.name}${where}`;
      return Number(driver.prepare(sql).get(...values)?.last ?? 0);
    },
    countRows(table, by, wanted) {
      const { where, values } = conditions(table, wanted === undefined ? {} : { where: wanted });
      const column = sqlName(by);
      const sql = `SELECT ${column} AS value, COUNT(*) AS count FROM ${table.name}${where} GROUP BY ${column}`;
      const rows = driver.prepare(sql).all(...values);
      return Object.fromEntries(rows.map((row) => [String(row.value), Number(row.count)]));
    },
    listOwnSealings: () => ownSealings(driver),
  };
}

/**
 * The numbers of a page of a list, by the ranges of one of the table's indexes; undefined when it is no list that they answer.
 */
function pageOf(driver: Driver, table: AnyTable, query: RowQuery<object>): number[] | undefined {
  const { where = {}, above = {}, below = {}, order, limit, offset } = query;
  const [key = ''] = table.key;
  const isByKey = order === undefined || (order.by.length === 1 && order.by[0] === key);
  if (table.key.length !== 1 || !isByKey || limit === undefined || offset !== undefined) return;
  const wanted = Object.entries(where).filter(([, value]) => value !== undefined);
  const list = (table.lists ?? []).find(({ columns, only = {} }) =>
    wanted.every(([name, value]) => only[name] === value || columns.includes(name)),
  );
  const bounds = { ...above, ...below };
  if (list === undefined || Object.keys(bounds).some((one) => one !== key)) return;
  const direction = order?.down ? 'descending' : 'ascending';
  const [beyond, end] = (order?.down ? [below, above] : [above, below]) as {
    [key: string]: number;
  }[];
  const ranges =
    wanted.length === 0
      ? [{ table: table.name, where: '1 = 1', values: [] }]
      : rangesOf(driver, table, list, where as { [column: string]: unknown });
  const numbers = mergedNumbers(driver, ranges, direction, beyond?.[key], limit);
  const last = end?.[key];
  if (last === undefined) return numbers;
  return numbers.filter((number) => (order?.down ? number > last : number < last));
}

/** For each value of each column that is wanted; of a column that may be anything, for each value that there is. */
function rangesOf(
  driver: Driver,
  table: AnyTable,
  { columns, only = {} }: TableList,
  wanted: { [column: string]: unknown },
): Range[] {
  const fixed = Object.entries(only).map(([name, value]) => `${sqlName(name)} = '${value}'`);
  let ranges: Range[] = [{ table: table.name, where: fixed.join(' AND ') || '1 = 1', values: [] }];
  for (const name of columns) {
    const column = sqlName(name);
    ranges = ranges.flatMap(({ where, values }) => {
      const given = wanted[name];
      const each =
        given === undefined
          ? distinctValues(driver, { table: table.name, column, where, values })
          : Array.isArray(given)
            ? [...new Set(given as SqlValue[])]
            : [given as SqlValue];
      return each.map((value) => ({
        table: table.name,
        where: `${where} AND ${column} = ?`,
        values: [...values, value],
      }));
    });
  }
  return ranges;
}

function statementsOf(driver: Driver, table: AnyTable): Statements {
  const columns = Object.entries(table.columns) as [string, string][];
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
  const put = driver.prepare(
    `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})${conflict}`,
  );
  const remove = driver.prepare(`DELETE FROM ${table.name} WHERE ${isKey}`);
  const find = driver.prepare(`SELECT * FROM ${table.name} WHERE ${isKey}`);
  return {
    put: (row) =>
      void put.run(
        ...columns.map(([name, type]) => toSql((row as { [name: string]: unknown })[name], type)),
      ),
    change(values, change) {
      const entries = Object.entries(change) as [string, unknown][];
      const set = entries.map(([name]) => `${sqlName(name)} = ?`).join(', ');
      const types = table.columns as { [column: string]: string };
      driver
        .prepare(`UPDATE ${table.name} SET ${set} WHERE ${isKey}`)
        .run(...entries.map(([name, value]) => toSql(value, types[name] ?? 'text')), ...values);
    },
    remove: (values) => void remove.run(...values),
    find: (values) => find.get(...values),
    toRow: (row) => toRow(columns, row),
  };
}

function removeRange(driver: Driver, table: AnyTable, { where, column, upTo }: RowRange): void {
  const { where: condition, values } = conditions(table, { where } as RowQuery<object>);
  const more = condition === '' ? ' WHERE' : `${condition} AND`;
  driver.prepare(`DELETE FROM ${table.name}${more} ${sqlName(column)} <= ?`).run(...values, upTo);
}

function toSql(value: unknown, type: string): SqlValue {
  if (value === undefined || value === null) return null;
  if (type.startsWith('json')) return JSON.stringify(value);
  return type.startsWith('integer') ? Number(value) : String(value);
}

function toRow(columns: readonly [string, string][], found: SqlRow): object {
  const row: { [name: string]: unknown } = {};
  for (const [name, type] of columns) {
    const value = found[sqlName(name)];
    if (value === null || value === undefined) continue;
    row[name] = type.startsWith('json')
      ? JSON.parse(String(value))
      : type.startsWith('integer')
        ? Number(value)
        : String(value);
  }
  return row;
}

function conditions(
  table: AnyTable,
  query: Pick<RowQuery<object>, 'where' | 'above' | 'below'>,
): { where: string; values: SqlValue[] } {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  const types = table.columns as { [column: string]: string };
  for (const [column, wanted] of Object.entries(query.where ?? {}) as [string, unknown][]) {
    if (wanted === undefined) continue;
    const type = types[column] ?? 'text';
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
    for (const [column, bound] of Object.entries(bounds ?? {}) as [string, SqlValue][]) {
      if (bound === undefined) continue;
      parts.push(`${sqlName(column)} ${sign} ?`);
      values.push(bound);
    }
  }
  return { where: parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`, values };
}

/** A value that is written into the text, so that an index that holds only such rows applies. */
function isConstant(table: AnyTable, column: string, value: unknown): boolean {
  return table.lists?.some(({ only = {} }) => only[column] === value) ?? false;
}

/** Brings one table to this version's shape, each step in a transaction of its own. */
function join(driver: Driver, table: AnyTable): void {
  const { name, columns, migrations, sealing = 'secrets' } = table;
  const json = Object.entries(columns as { [column: string]: string })
    .filter(([, type]) => type.startsWith('json'))
    .map(([column]) => sqlName(column));
  const known = driver
    .prepare('SELECT version, json_columns FROM feature_tables WHERE name = ?')
    .get(name);
  const found = Number(known?.version ?? 0);
  if (found > migrations.length) {
    throw new StoreError(
      'newer-schema',
      `The table ${name} was written by a newer Millrace (version ${found}, this one knows ${migrations.length}). Update Millrace.`,
    );
  }
  if (known !== undefined && found === migrations.length && known.json_columns === json.join(' ')) {
    return;
  }
  driver.exec('BEGIN IMMEDIATE');
  try {
    for (const step of migrations.slice(found)) driver.exec(step);
    driver
      .prepare(
        `INSERT INTO feature_tables (name, version, json_columns, sealing) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, json_columns = excluded.json_columns,
           sealing = excluded.sealing`,
      )
      .run(name, migrations.length, json.join(' '), sealing);
    driver.exec('COMMIT');
  } catch (error) {
    rollBackAfter(error, () => driver.exec('ROLLBACK'));
    throw error;
  }
}
