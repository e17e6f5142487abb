/**
 * Rows of two versions that differ: paired by their key, or counted as they are.
 *
 *     the key tells all rows apart   ──join──▶ pairs that differ
 *     it does not                    ──count whole rows──▶ what differs ──by key, in their order──▶ pairs
 *     no key                         ──count whole rows──▶ what differs
 *
 * Counting whole rows takes time and room for all their values, so of very many rows hashes are counted: two of 64 bits, made in
 * different orders. That two rows of the same hashes differ is less likely than that a disk lies.
 *
 * Each is one pass over both versions, which DuckDB writes to disk where it does not fit into memory; what differs is a table of its
 * own from then on, so figures of columns and examples cost no more than that.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotedName } from '../../../../datasets/column-type.js';
import { quotedText } from '../../../../datasets/contract-sql.js';
import { type ComparableSql, comparableSql } from '../../../../datasets/diff/comparable.js';
import {
  type Cell,
  type DiffExample,
  type DiffPlan,
  type DiffRules,
  isMaskedColumn,
  type RepeatedKeys,
  type TableDiff,
} from '../../../../datasets/diff/version-diff.js';

/** Columns that each are one in the tables that are compared; of more, so many are held in one. */
const MOST_SINGLE = 400;
const STRIPE = 100;
/** Columns whose changes are counted by one query, and that are told. */
const TOGETHER = 200;
const MOST_COLUMNS = 200;
/** Columns of examples, and characters of a value. */
const SHOWN = 12;
const CHARACTERS = 200;
/** Bytes of examples. */
const MOST_BYTES = 1_048_576;
const MASK = '***';

/** A column, and where it lies in the tables that are compared. */
interface PlacedColumn {
  readonly name: string;
  readonly isMasked: boolean;
  /** SQL of its value, in a row that is called so. */
  of(row: string): string;
}

/** Both sides as tables of the columns p0, p1, …; so many of them first are the key. */
interface Sides {
  readonly from: string;
  readonly to: string;
  readonly width: number;
  readonly keys: number;
  readonly columns: readonly PlacedColumn[];
}

type ComparedRows = Omit<TableDiff, 'schema'>;

/**
 * @param mostWhole rows of both sides up to which whole rows are counted; beyond that their hashes are
 * @throws what DuckDB says
 */
export async function compareRows(
  connection: DuckDBConnection,
  plan: DiffPlan,
  rules: DiffRules,
  mostWhole: number,
): Promise<ComparedRows> {
  const total = {
    from: await countRows(connection, 'from_version'),
    to: await countRows(connection, 'to_version'),
  };
  const compared = plan.columns.length;
  const key = { columns: plan.key, by: plan.by };
  const none = { compared, columns: [], changedColumns: 0, shown: [], hidden: 0, examples: [] };
  if (compared === 0) {
    const rows = { ...total, added: total.to, removed: total.from, changed: 0, same: 0 };
    return { key, rows, ...none };
  }
  const sides = place(plan, rules);
  const count = total.from + total.to > mostWhole ? countHashes : countDifferent;
  if (sides.keys === 0) {
    const counts = await count(connection, sides, `LIMIT ${rules.examples}`);
    const found = await unpaired(connection, sides, rules);
    const same = total.from - counts.removed;
    return { key, compared, ...found, rows: { ...total, ...counts, changed: 0, same } };
  }
  const repeated = {
    from: await repeatedKeys(connection, sides.from, sides.keys),
    to: await repeatedKeys(connection, sides.to, sides.keys),
  };
  const isRepeated = repeated.from.keys + repeated.to.keys > 0;
  if (isRepeated) {
    await count(connection, sides, '');
    await pairInOrder(connection, sides);
  } else await pairByKey(connection, sides);
  const found = await paired(connection, sides, total, rules);
  return { key: isRepeated ? { ...key, repeated } : key, compared, ...found };
}

async function numbersOf(connection: DuckDBConnection, sql: string): Promise<number[]> {
  const answer = await connection.runAndReadAll(sql);
  return (answer.getRows()[0] ?? []).map((value) => Number(value ?? 0));
}

async function countRows(connection: DuckDBConnection, relation: string): Promise<number> {
  const [rows = 0] = await numbersOf(connection, `SELECT count(*) FROM ${relation}`);
  return rows;
}

/** Where each column lies. Of a very wide table columns that are no key are held together as texts, a hundred in one. */
function place({ columns, key }: DiffPlan, rules: DiffRules): Sides {
  const texts = columns.map((column) => {
    const isMasked = isMaskedColumn(rules.masked, column.name);
    const sql = comparableSql(column);
    const isPresence = isMasked && rules.maskedAs === 'presence';
    const presence = `CASE WHEN ${quotedName(column.name)} IS NOT NULL THEN true END`;
    return {
      ...column,
      isMasked,
      sql: isPresence ? { from: presence, to: presence, isFloating: false } : sql,
    };
  });
  const keys = key.length;
  const isStriped = columns.length > MOST_SINGLE;
  const singles = isStriped ? texts.slice(0, keys) : texts;
  const placed: PlacedColumn[] = singles.map(({ name, isMasked }, at) => ({
    ...{ name, isMasked, of: (row) => `${row}.p${at}` },
  }));
  const from = singles.map(({ sql }) => sql.from);
  const to = singles.map(({ sql }) => sql.to);
  for (let at = singles.length; at < texts.length; at += STRIPE) {
    const part = texts.slice(at, at + STRIPE);
    const stripe = from.length;
    from.push(`[${part.map((column) => asText(column.sql.from, column.sql)).join(', ')}]`);
    to.push(`[${part.map((column) => asText(column.sql.to, column.sql)).join(', ')}]`);
    for (const [index, { name, isMasked }] of part.entries()) {
      placed.push({ name, isMasked, of: (row) => `${row}.p${stripe}[${index + 1}]` });
    }
  }
  const select = (list: string[], view: string): string =>
    `(SELECT ${list.map((sql, at) => `${sql} AS p${at}`).join(', ')} FROM ${view})`;
  return {
    from: select(from, 'from_version'),
    to: select(to, 'to_version'),
    ...{ width: from.length, keys, columns: placed },
  };
}

/** As a text zero has a sign, and as a number none. */
function asText(sql: string, { isFloating }: Pick<ComparableSql, 'isFloating'>): string {
  const text = `(${sql})::VARCHAR`;
  return isFloating ? `CASE WHEN ${sql} = 0 THEN '0.0' ELSE ${text} END` : text;
}

function names(from: number, to: number, row = ''): string[] {
  return Array.from({ length: to - from }, (_name, at) => `${row}p${from + at}`);
}

async function repeatedKeys(
  connection: DuckDBConnection,
  side: string,
  keys: number,
): Promise<RepeatedKeys> {
  const [found = 0, rows = 0] = await numbersOf(
    connection,
    `SELECT count(*), coalesce(sum(n), 0) FROM (
       SELECT count(*) AS n FROM ${side} GROUP BY ${names(0, keys).join(', ')} HAVING count(*) > 1)`,
  );
  return { keys: found, rows };
}

interface Different {
  readonly added: number;
  readonly removed: number;
}

/** Rows that are more often on one side: `times` above 0 in the later version, below in the earlier one. */
async function countDifferent(
  connection: DuckDBConnection,
  { from, to, width }: Sides,
): Promise<Different> {
  const all = names(0, width).join(', ');
  await connection.run(`CREATE TEMP TABLE different AS
    SELECT ${all}, sum(side)::BIGINT AS times FROM (
      SELECT *, 1 AS side FROM ${to} UNION ALL SELECT *, -1 FROM ${from}
    ) GROUP BY ${all} HAVING sum(side) <> 0`);
  return await countTimes(connection, 'different');
}

/**
 * The same by hashes; then the rows of those that differ are fetched.
 * @param limit how many of each side are: SQL
 */
async function countHashes(
  connection: DuckDBConnection,
  { from, to, width }: Sides,
  limit: string,
): Promise<Different> {
  const all = names(0, width);
  const hashes = `hash(${all.join(', ')}) AS h1, hash(${[...all].reverse().join(', ')}, 'again') AS h2`;
  await connection.run(`CREATE TEMP TABLE hashes AS
    SELECT h1, h2, sum(side)::BIGINT AS times FROM (
      SELECT ${hashes}, 1 AS side FROM ${to} UNION ALL SELECT ${hashes}, -1 FROM ${from}
    ) GROUP BY h1, h2 HAVING sum(side) <> 0`);
  const rowsOf = (side: string, sign: string): string => `SELECT ${all.join(', ')}, times
    FROM (SELECT *, ${hashes} FROM ${side}) JOIN
      (SELECT * FROM hashes WHERE times ${sign} 0 ORDER BY h1, h2 ${limit}) USING (h1, h2)
    GROUP BY ALL`;
  await connection.run(`CREATE TEMP TABLE different AS
    ${rowsOf(to, '>')} UNION ALL ${rowsOf(from, '<')}`);
  return await countTimes(connection, 'hashes');
}

async function countTimes(connection: DuckDBConnection, table: string): Promise<Different> {
  const [removed = 0, added = 0] = await numbersOf(
    connection,
    `SELECT coalesce(sum(-times) FILTER (WHERE times < 0), 0),
       coalesce(sum(times) FILTER (WHERE times > 0), 0) FROM ${table}`,
  );
  return { removed, added };
}

/** Pairs of a table: what it was in `a…`, what it is in `b…`. */
function pairColumns(width: number): string {
  return names(0, width)
    .map((name) => `f.${name} AS a${name}, t.${name} AS b${name}`)
    .join(', ');
}

function isPair(keys: number): string {
  return names(0, keys)
    .map((name) => `f.${name} IS NOT DISTINCT FROM t.${name}`)
    .join(' AND ');
}

async function pairByKey(
  connection: DuckDBConnection,
  { from, to, width, keys }: Sides,
): Promise<void> {
  const differs = names(keys, width).map((name) => `f.${name} IS DISTINCT FROM t.${name}`);
  await connection.run(`CREATE TEMP TABLE pairs AS
    SELECT f.here IS NOT NULL AS was, t.here IS NOT NULL AS is_now, ${pairColumns(width)}
    FROM (SELECT *, true AS here FROM ${from}) f FULL JOIN (SELECT *, true AS here FROM ${to}) t
    ON ${isPair(keys)}
    WHERE ${['f.here IS NULL', 't.here IS NULL', ...differs].join(' OR ')}`);
}

/** Rows of one key are paired in the order of their values, after those that are the same on both sides. */
async function pairInOrder(
  connection: DuckDBConnection,
  { width, keys }: Pick<Sides, 'width' | 'keys'>,
): Promise<void> {
  const all = names(0, width).join(', ');
  const order = names(width > keys ? keys : 0, width).join(', ');
  for (const [table, sign] of [
    ['gone', '-'],
    ['come', ''],
  ] as const) {
    await connection.run(`CREATE TEMP TABLE ${table} AS
      SELECT ${all}, row_number() OVER (PARTITION BY ${names(0, keys).join(', ')} ORDER BY ${order}) AS place
      FROM (SELECT ${all}, unnest(range(${sign}times)) FROM different WHERE ${sign}times > 0)`);
  }
  await connection.run('DROP TABLE different');
  await connection.run(`CREATE TEMP TABLE pairs AS
    SELECT f.place IS NOT NULL AS was, t.place IS NOT NULL AS is_now, ${pairColumns(width)}
    FROM gone f FULL JOIN come t ON f.place = t.place AND ${isPair(keys)}`);
}

type Total = Pick<TableDiff['rows'], 'from' | 'to'>;

async function unpaired(
  connection: DuckDBConnection,
  { columns, width }: Sides,
  { examples: most }: DiffRules,
): Promise<Omit<ComparedRows, 'key' | 'compared' | 'rows'>> {
  const shown = columns.slice(0, SHOWN);
  const examples: DiffExample[] = [];
  for (const [type, sign] of [
    ['removed', '<'],
    ['added', '>'],
  ] as const) {
    const cells = shown.map((column) => cell(column, column.of('d')));
    const order = names(0, width).join(', ');
    const answer = await connection.runAndReadAll(
      `SELECT ${cells.join(', ')}, abs(times) FROM different d WHERE times ${sign} 0
       ORDER BY ${order} LIMIT ${most}`,
    );
    for (const row of answer.getRows()) {
      examples.push({ type, cells: row.slice(0, -1) as Cell[], times: Number(row.at(-1)) });
    }
  }
  return {
    ...{ columns: [], changedColumns: 0, examples: bounded(examples) },
    ...{ shown: shown.map(({ name }) => name), hidden: columns.length - shown.length },
  };
}

async function paired(
  connection: DuckDBConnection,
  { columns, keys }: Sides,
  total: Total,
  rules: DiffRules,
): Promise<Omit<ComparedRows, 'key' | 'compared'>> {
  const [removed = 0, added = 0, changed = 0] = await numbersOf(
    connection,
    `SELECT count(*) FILTER (WHERE NOT is_now), count(*) FILTER (WHERE NOT was),
       count(*) FILTER (WHERE was AND is_now) FROM pairs`,
  );
  const others = columns.slice(keys);
  const changes = changed === 0 ? [] : await changesOf(connection, others);
  const ofKey = columns.slice(0, keys);
  const changing = changes.map(({ column }) => column);
  const still = others.filter((column) => !changing.includes(column));
  const room = Math.max(SHOWN, keys + 1);
  const shown = [...ofKey, ...changing, ...(rules.columns === undefined ? still : others)];
  const told = [...new Set(shown)].slice(0, room);
  const examples = await pairedExamples(connection, told, keys, rules.examples);
  return {
    rows: { ...total, added, removed, changed, same: total.from - removed - changed },
    columns: changes
      .slice(0, MOST_COLUMNS)
      .map(({ column, count }) => ({ name: column.name, changed: count })),
    changedColumns: changes.length,
    ...{ examples: bounded(examples), hidden: columns.length - told.length },
    shown: told.map(({ name }) => name),
  };
}

/** Value of a column in a pair: as it was, or as it is. */
function sideOf(column: PlacedColumn, side: 'a' | 'b'): string {
  return column.of('p').replace('p.p', `p.${side}p`);
}

function differs(column: PlacedColumn): string {
  return `${sideOf(column, 'a')} IS DISTINCT FROM ${sideOf(column, 'b')}`;
}

/** Columns in which values changed, most of them first. */
async function changesOf(
  connection: DuckDBConnection,
  columns: readonly PlacedColumn[],
): Promise<{ column: PlacedColumn; count: number }[]> {
  const changes: { column: PlacedColumn; count: number }[] = [];
  for (let at = 0; at < columns.length; at += TOGETHER) {
    const part = columns.slice(at, at + TOGETHER);
    const counts = part.map((column) => `count(*) FILTER (WHERE ${differs(column)})`);
    const found = await numbersOf(
      connection,
      `SELECT ${counts.join(', ')} FROM pairs p WHERE was AND is_now`,
    );
    for (const [index, column] of part.entries()) {
      const count = found[index] ?? 0;
      if (count > 0) changes.push({ column, count });
    }
  }
  return changes.sort((a, b) => b.count - a.count);
}

async function pairedExamples(
  connection: DuckDBConnection,
  shown: readonly PlacedColumn[],
  keys: number,
  most: number,
): Promise<DiffExample[]> {
  const cells = (side: 'a' | 'b'): string[] =>
    shown.map((column) => cell(column, sideOf(column, side)));
  const ask = async (selected: readonly string[], where: string, side: 'a' | 'b') => {
    const order = names(0, keys, side).join(', ');
    const answer = await connection.runAndReadAll(
      `SELECT ${selected.join(', ')} FROM pairs p WHERE ${where} ORDER BY ${order} LIMIT ${most}`,
    );
    return answer.getRows();
  };
  const examples: DiffExample[] = [];
  const flags = shown.map((column) => `(${differs(column)})`);
  const width = shown.length;
  for (const row of await ask([...cells('a'), ...cells('b'), ...flags], 'was AND is_now', 'b')) {
    const differing = row.slice(2 * width).flatMap((flag, at) => (flag === true ? [at] : []));
    examples.push({
      type: 'changed',
      from: row.slice(0, width) as Cell[],
      to: row.slice(width, 2 * width) as Cell[],
      differs: differing,
    });
  }
  for (const row of await ask(cells('a'), 'NOT is_now', 'a')) {
    examples.push({ type: 'removed', cells: row as Cell[], times: 1 });
  }
  for (const row of await ask(cells('b'), 'NOT was', 'b')) {
    examples.push({ type: 'added', cells: row as Cell[], times: 1 });
  }
  return examples;
}

function cell({ isMasked }: PlacedColumn, sql: string): string {
  if (isMasked) return `CASE WHEN (${sql}) IS NOT NULL THEN ${quotedText(MASK)} END`;
  const written = `(${sql})::VARCHAR`;
  return `CASE WHEN length(${written}) > ${CHARACTERS} THEN left(${written}, ${CHARACTERS}) || '…' ELSE ${written} END`;
}

/** As many as find room. */
function bounded(examples: readonly DiffExample[]): DiffExample[] {
  const kept: DiffExample[] = [];
  let bytes = 0;
  for (const example of examples) {
    bytes += Buffer.byteLength(JSON.stringify(example));
    if (bytes > MOST_BYTES) break;
    kept.push(example);
  }
  return kept;
}
