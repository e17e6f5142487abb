/**
 * What rules mean, as SQL of DuckDB. Pure text: identifiers and values are quoted here and in `column-type.ts`, nowhere else.
 *
 * Each rule about rows has a *failing condition*: true for rows that break it, false for all others, never NULL. All of them
 * are counted in one pass over the data; uniqueness is one hash aggregate a key.
 * @module
 */
import {
  type ColumnType,
  isFloating,
  isMoment,
  isNumeric,
  isScalar,
  isText,
  isWhole,
  quotedName,
  typeText,
} from './column-type.js';
import type { ColumnPath, RowCondition, Scalar } from './contract.js';

/** A column as it is found, and as it is expected. */
export interface BoundColumn {
  readonly path: ColumnPath;
  readonly found: ColumnType;
  /** What its values are compared as. */
  readonly type: ColumnType;
  /** Values are read as the type where they can be: the found type is another one. */
  readonly cast: boolean;
}

/**
 * A text as SQL writes it. NUL is no character of a text in SQL.
 * @example quotedText("it's") // "'it''s'"
 */
export function quotedText(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", "''")}'`;
}

/**
 * The column, or the field of a struct in it.
 * @example columnSql(['owner', 'name']) // "\"owner\"['name']"
 */
export function columnSql(path: ColumnPath): string {
  const [column = '', ...fields] = path;
  return quotedName(column) + fields.map((field) => `[${quotedText(field)}]`).join('');
}

/**
 * The value of a column as its type; NULL where it cannot be read as that.
 * @example valueSql(column) // 'TRY_CAST("n" AS BIGINT)'
 */
export function valueSql({ path, type, cast }: BoundColumn): string {
  return cast ? `TRY_CAST(${columnSql(path)} AS ${typeText(type)})` : columnSql(path);
}

/**
 * True for rows whose value cannot be read as the type without loss. DuckDB rounds where it casts to a whole number, so
 * a fraction is looked for first.
 */
export function unreadableSql(column: BoundColumn): string {
  const written = columnSql(column.path);
  const value = valueSql(column);
  const { found, type } = column;
  if (!isText(found)) {
    return `${written} IS NOT NULL AND (${value} IS NULL OR CAST(${value} AS ${typeText(found)}) IS DISTINCT FROM ${written})`;
  }
  if (!isWhole(type)) return `${written} IS NOT NULL AND ${value} IS NULL`;
  return `${written} IS NOT NULL AND (${value} IS NULL OR ${fractionSql(written)})`;
}

/** A value that is read once, strictly. */
export interface StrictValue {
  /** The value as its type; the query ends with an error where `unreadableSql` is true, and nowhere else. */
  readonly value: string;
  /** What `value` reads, to be selected under this name beside the columns that are found. */
  readonly beside?: { readonly name: string; readonly value: string };
}

/**
 * The value of a column as its type, for a query that ends at the first that cannot be read. Costs what a cast costs: a whole number
 * that is written as DuckDB writes it is one, and only others are looked at sign by sign.
 * @param name that no column has
 * @param words of the error, where it is not DuckDB's own of a cast
 * @example strictSql(column, 'beside', 'no number').value // 'CAST("acres" AS DOUBLE)'
 */
export function strictSql(column: BoundColumn, name: string, words: string): StrictValue {
  const { found, type, path } = column;
  const fail = `error(${quotedText(words)})`;
  if (!isText(found) || !isScalar(type)) {
    return {
      value: `CASE WHEN ${unreadableSql(column)} THEN ${fail} ELSE ${valueSql(column)} END`,
    };
  }
  const written = columnSql(path);
  const cast = `CAST(${written} AS ${typeText(type)})`;
  if (!isWhole(type)) return { value: cast };
  const value = quotedName(name);
  return {
    value: `CASE WHEN CAST(${value} AS VARCHAR) <> ${written} AND ${fractionSql(written)} THEN ${fail} ELSE ${value} END`,
    beside: { name, value: cast },
  };
}

/** Written as more than the digits of a whole number. */
function fractionSql(written: string): string {
  return `NOT regexp_full_match(trim(${written}), '[+-]?[0-9_]+')`;
}

/**
 * A value of a contract, to be compared with values of a type.
 * @example scalarSql('2026-01-01', date) // "CAST('2026-01-01' AS DATE)"
 */
export function scalarSql(value: Scalar, type: ColumnType): string {
  if (isText(type)) return quotedText(String(value));
  if (typeof value === 'number' && isNumeric(type)) return numberSql(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  // Numbers of many digits are compared as they are written, and not as what the column can hold.
  if (isNumeric(type) && /^[+-]?\d{1,38}$/.test(String(value))) return String(value);
  return `CAST(${quotedText(String(value))} AS ${typeText(type)})`;
}

function numberSql(value: number): string {
  if (!Number.isFinite(value)) return `CAST(${quotedText(String(value))} AS DOUBLE)`;
  return value < 0 ? `(${value})` : String(value);
}

/**
 * True for rows that break the rule, else false.
 * @example failingSql({ kind: 'notNull', column: ['id'] }, column) // '"id" IS NULL'
 */
export function failingSql(rule: RowCondition, column: BoundColumn): string {
  const value = valueSql(column);
  switch (rule.kind) {
    case 'notNull':
      return isField(column)
        ? inStruct(column, `${columnSql(column.path)} IS NULL`)
        : `${columnSql(column.path)} IS NULL`;
    case 'enum': {
      const values = rule.values.map((one) => scalarSql(one, column.type));
      return `${value} IS NOT NULL AND ${value} NOT IN (${values.join(', ')})`;
    }
    case 'range':
      return rangeSql(rule, column, value);
    case 'length': {
      const parts = [
        ...(rule.min === undefined ? [] : [`length(${value}) < ${rule.min}`]),
        ...(rule.max === undefined ? [] : [`length(${value}) > ${rule.max}`]),
      ];
      return `${value} IS NOT NULL AND (${parts.join(' OR ')})`;
    }
    case 'pattern': {
      const text = isText(column.type) ? value : `CAST(${value} AS VARCHAR)`;
      return `${value} IS NOT NULL AND NOT regexp_matches(${text}, ${quotedText(rule.pattern)})`;
    }
  }
}

/** What is no number, and what is infinite, lies in no range: in SQL, not-a-number is greater than all others. */
function rangeSql(
  rule: Extract<RowCondition, { kind: 'range' }>,
  column: BoundColumn,
  value: string,
): string {
  const parts = [
    ...(rule.min === undefined ? [] : [`${value} < ${scalarSql(rule.min, column.type)}`]),
    ...(rule.max === undefined ? [] : [`${value} > ${scalarSql(rule.max, column.type)}`]),
    ...(isFloating(column.type) || isMoment(column.type) ? [`NOT isfinite(${value})`] : []),
  ];
  return `${value} IS NOT NULL AND (${parts.join(' OR ')})`;
}

function isField({ path }: BoundColumn): boolean {
  return path.length > 1;
}

/** A field of nothing is not missing: whether the struct may be NULL is said at the struct. */
function inStruct({ path }: BoundColumn, condition: string): string {
  return `${columnSql(path.slice(0, -1))} IS NOT NULL AND ${condition}`;
}

/** What is counted in one pass: failing conditions, and the newest moments of columns. */
export interface Pass {
  readonly failing: readonly string[];
  readonly newest: readonly BoundColumn[];
  /** Values that must be among the keys of another relation. */
  readonly references: readonly {
    readonly value: string;
    readonly key: string;
    readonly relation: string;
  }[];
  /** Conditions of rows that are counted and no failure: keys with a NULL in them. */
  readonly noted: readonly string[];
  /** Whole numbers of which the least, the greatest and how many there are is told. */
  readonly spans: readonly string[];
}

/**
 * The one query that counts: columns `n`, `f0` …, `m0` … (milliseconds since 1970), `r0` …, `o0` …, `least0`, `greatest0`,
 * `known0` ….
 * @param relation quoted name of a table or view
 */
export function passSql(relation: string, pass: Pass): string {
  const marks = pass.references.map(({ value, key, relation: other }, index) => {
    const keys = `SELECT ${key} FROM ${other} WHERE ${key} IS NOT NULL`;
    return `${value} IS NOT NULL AND ${value} NOT IN (${keys}) AS "millrace r${index}"`;
  });
  const from = marks.length === 0 ? relation : `(SELECT *, ${marks.join(', ')} FROM ${relation})`;
  const counts = [
    'count(*) AS n',
    ...pass.failing.map((condition, index) => `count(*) FILTER (WHERE ${condition}) AS f${index}`),
    ...pass.newest.map((column, index) => {
      const value = valueSql(column);
      return `epoch_ms(CAST(max(${value}) FILTER (WHERE isfinite(${value})) AS TIMESTAMPTZ)) AS m${index}`;
    }),
    ...pass.references.map(
      (_one, index) => `count(*) FILTER (WHERE "millrace r${index}") AS r${index}`,
    ),
    ...pass.noted.map((condition, index) => `count(*) FILTER (WHERE ${condition}) AS o${index}`),
    ...pass.spans.flatMap((value, index) => [
      `min(${value}) AS least${index}`,
      `max(${value}) AS greatest${index}`,
      `count(${value}) AS known${index}`,
    ]),
  ];
  return `SELECT ${counts.join(', ')} FROM ${from}`;
}

/**
 * Counts rows whose key occurs more than once: columns `rows` and `keys`. Keys with a NULL are not compared.
 * @param key values of its columns
 */
export function duplicatesSql(relation: string, key: readonly string[]): string {
  return `SELECT coalesce(sum(n), 0)::BIGINT AS rows, count(*) AS keys FROM (${repeatedSql(relation, key, 'count(*) AS n')})`;
}

/** Whole numbers: from the least to the greatest, and how many values there are. */
export interface Span {
  readonly least: bigint;
  readonly greatest: bigint;
  readonly known: bigint;
}

/** Numbers that are marked in a bitmap, at most: 32 MiB a thread. */
const MOST_MARKED = 268_435_456n;
/** Numbers for each value, at most: where they lie further apart, a hash of each is less to go through. */
const APART = 64n;

/**
 * Counts different values of a whole number by a bitmap of all that lie between the least and the greatest: a tenth of what an
 * aggregate by hashes costs. Undefined when they lie too far apart.
 * @param value of the key
 * @example differentSql('"id"', { least: 1n, greatest: 3n, known: 3n }) // 'bit_count(bitstring_agg("id", 1, 3))'
 */
export function differentSql(value: string, { least, greatest, known }: Span): string | undefined {
  const wide = greatest - least + 1n;
  if (wide > MOST_MARKED || wide > known * APART) return undefined;
  return `bit_count(bitstring_agg(${value}, ${least}, ${greatest}))`;
}

function repeatedSql(relation: string, key: readonly string[], shown: string): string {
  const known = key.map((value) => `${value} IS NOT NULL`).join(' AND ');
  return `SELECT ${shown} FROM ${relation} WHERE ${known} GROUP BY ${key.join(', ')} HAVING count(*) > 1`;
}

/** True for rows whose key occurs more than once. */
export function repeatedKeySql(relation: string, key: readonly string[]): string {
  const known = key.map((value) => `${value} IS NOT NULL`).join(' AND ');
  const tuple = key.length === 1 ? (key[0] as string) : `(${key.join(', ')})`;
  return `${known} AND ${tuple} IN (${repeatedSql(relation, key, tuple)})`;
}

/** True for rows that refer to what is not there. */
export function danglingSql(value: string, key: string, relation: string): string {
  return `${value} IS NOT NULL AND ${value} NOT IN (SELECT ${key} FROM ${relation} WHERE ${key} IS NOT NULL)`;
}

/** Rows to set aside, and why: conditions over the relation, for whoever writes good and bad rows to two places. */
export interface QuarantineSql {
  /** True for rows to publish; never NULL. */
  readonly passes: string;
  /** Names of the rules that the row breaks, a VARCHAR[]. */
  readonly reasons: string;
}

/**
 * @param broken failing condition and name of each rule that quarantines
 * @example quarantineSql([{ name: 'zip pattern', failing: '"zip" IS NULL' }]).passes // 'NOT ("zip" IS NULL)'
 */
export function quarantineSql(
  broken: readonly { readonly name: string; readonly failing: string }[],
): QuarantineSql {
  const reasons = broken.map(
    ({ name, failing }) => `CASE WHEN ${failing} THEN ${quotedText(name)} END`,
  );
  return {
    passes: broken.map(({ failing }) => `NOT (${failing})`).join(' AND '),
    reasons: `list_filter([${reasons.join(', ')}], lambda reason: reason IS NOT NULL)`,
  };
}

/** Whether a rule about a value can be asked of a column of this type. */
export function canAsk(rule: RowCondition, type: ColumnType): boolean {
  if (rule.kind === 'notNull') return true;
  if (rule.kind === 'length') return isText(type);
  if (rule.kind === 'range')
    return isNumeric(type) || isMoment(type) || isText(type) || /^TIME/.test(typeText(type));
  return isScalar(type);
}
