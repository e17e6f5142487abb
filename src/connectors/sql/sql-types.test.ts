/**
 * Every DuckDB type on its way out (as JSON, with and without a file) and back in (as a parameter). The zone of this
 * process is not UTC, and must not show.
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attempt, outputOf, temporaryFolders } from '../../../test/connectors/attempt.js';
import { createSqlConnector } from './sql-connector.js';

const sql = createSqlConnector({ memoryMebibytes: 256, threads: 1, terminationGrace: 300 });
const zone = process.env.TZ;

beforeAll(() => {
  process.env.TZ = 'America/St_Johns';
});

afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

interface Row {
  type: string;
  /** An expression of that type. */
  value: string;
  json: unknown;
  /** How a parameter becomes the type again; `CAST($p AS type)` when absent. */
  back?: string;
}

const viaJson = (type: string): string => `CAST(CAST($p AS JSON) AS ${type})`;

const ROWS: Row[] = [
  { type: 'BOOLEAN', value: 'true', json: true },
  { type: 'TINYINT', value: '-128', json: -128 },
  { type: 'SMALLINT', value: '32767', json: 32_767 },
  { type: 'INTEGER', value: '-2147483648', json: -2_147_483_648 },
  { type: 'BIGINT', value: '9007199254740991', json: 9_007_199_254_740_991 },
  { type: 'BIGINT', value: '9223372036854775807', json: '9223372036854775807' },
  { type: 'UTINYINT', value: '255', json: 255 },
  { type: 'USMALLINT', value: '65535', json: 65_535 },
  { type: 'UINTEGER', value: '4294967295', json: 4_294_967_295 },
  { type: 'UBIGINT', value: '18446744073709551615', json: '18446744073709551615' },
  { type: 'HUGEINT', value: '42', json: 42 },
  {
    type: 'HUGEINT',
    value: '170141183460469231731687303715884105727',
    json: '170141183460469231731687303715884105727',
  },
  {
    type: 'UHUGEINT',
    value: '340282366920938463463374607431768211455',
    json: '340282366920938463463374607431768211455',
  },
  { type: 'BIGNUM', value: '12345678901234567890', json: '12345678901234567890' },
  { type: 'FLOAT', value: '0.1', json: 0.1 },
  { type: 'FLOAT', value: '16777216', json: 16_777_216 },
  { type: 'DOUBLE', value: '0.1', json: 0.1 },
  { type: 'DOUBLE', value: '1e300', json: 1e300 },
  { type: 'DECIMAL(5,2)', value: '1.25', json: 1.25 },
  { type: 'DECIMAL(18,3)', value: '-0.001', json: -0.001 },
  {
    type: 'DECIMAL(38,10)',
    value: "'1234567890123456.0123456789'",
    json: '1234567890123456.0123456789',
  },
  { type: 'VARCHAR', value: "'007'", json: '007' },
  { type: 'VARCHAR', value: "''", json: '' },
  { type: 'VARCHAR', value: '\'a "quoted", line\nof two\'', json: 'a "quoted", line\nof two' },
  { type: 'BLOB', value: "'\\x00\\xFFab'", json: '\\x00\\xFFab' },
  { type: 'BIT', value: "'0101'", json: '0101' },
  {
    type: 'UUID',
    value: "'0b7f1d0e-6a0f-4f0a-9a9e-5f6f3c1f2a3b'",
    json: '0b7f1d0e-6a0f-4f0a-9a9e-5f6f3c1f2a3b',
  },
  { type: 'DATE', value: "'2026-02-28'", json: '2026-02-28' },
  { type: 'DATE', value: "'infinity'", json: 'infinity' },
  { type: 'TIME', value: "'03:04:05.000006'", json: '03:04:05.000006' },
  { type: 'TIME_NS', value: "'03:04:05.000000006'", json: '03:04:05.000000006' },
  { type: 'TIMETZ', value: "'03:04:05+05:30'", json: '03:04:05+05:30' },
  { type: 'TIMESTAMP', value: "'2026-07-02 03:04:05.5'", json: '2026-07-02 03:04:05.5' },
  { type: 'TIMESTAMP_S', value: "'2026-07-02 03:04:05'", json: '2026-07-02 03:04:05' },
  { type: 'TIMESTAMP_MS', value: "'2026-07-02 03:04:05.678'", json: '2026-07-02 03:04:05.678' },
  {
    type: 'TIMESTAMP_NS',
    value: "'2026-07-02 03:04:05.000000678'",
    json: '2026-07-02 03:04:05.000000678',
  },
  { type: 'TIMESTAMPTZ', value: "'2026-07-02 03:04:05+02'", json: '2026-07-02 01:04:05+00' },
  { type: 'TIMESTAMPTZ', value: "'2026-01-02 03:04:05'", json: '2026-01-02 03:04:05+00' },
  { type: 'INTERVAL', value: "'1 year 2 days 00:00:03'", json: '1 year 2 days 00:00:03' },
  { type: "ENUM('low', 'high')", value: "'high'", json: 'high' },
  { type: 'JSON', value: '\'{"a":[1]}\'', json: '{"a":[1]}' },
  { type: 'INTEGER[]', value: '[1, NULL, 3]', json: [1, null, 3], back: viaJson('INTEGER[]') },
  { type: 'FLOAT[2]', value: '[0.1, 0.2]', json: [0.1, 0.2], back: viaJson('FLOAT[2]') },
  {
    type: 'TIMESTAMPTZ[]',
    value: "['2026-07-02 03:04:05+02']",
    json: ['2026-07-02 01:04:05+00'],
    back: viaJson('TIMESTAMPTZ[]'),
  },
  {
    type: 'STRUCT(day DATE, big HUGEINT, "odd name" VARCHAR)',
    value: "{'day': DATE '2026-02-28', 'big': 3, 'odd name': 'x'}",
    json: { day: '2026-02-28', big: 3, 'odd name': 'x' },
    back: viaJson('STRUCT(day DATE, big HUGEINT, "odd name" VARCHAR)'),
  },
  {
    type: 'MAP(VARCHAR, INTEGER)',
    value: "MAP {'k': 1}",
    json: [{ key: 'k', value: 1 }],
    back: `map_from_entries(${viaJson('STRUCT("key" VARCHAR, "value" INTEGER)[]')})`,
  },
  { type: 'UNION(num INTEGER, str VARCHAR)', value: "union_value(str := 'x')", json: 'x' },
  { type: 'INTEGER', value: 'NULL', json: null },
];

/** Those that a Parquet file keeps: the rows that are shown then come from the file itself. */
const KEPT =
  /^(BOOLEAN|(U?(TINY|SMALL|BIG)INT|U?INTEGER)|FLOAT|DOUBLE|DECIMAL.*|VARCHAR|BLOB|UUID|DATE|TIME|TIMESTAMP|(INTEGER|TIMESTAMPTZ)(\[\])?)$/;

type Told = { [column: string]: unknown };

/** All of them in one statement: a process takes its time to start. */
async function told(rows: readonly Row[], more: { output?: { path: string } }): Promise<Told> {
  const columns = rows.map((row) => `CAST(${row.value} AS ${row.type}) AS c${ROWS.indexOf(row)}`);
  const query = `SELECT ${columns.join(', ')}`;
  const running = attempt(sql, temporaryFolders(), { query, ...more });
  return ((await outputOf(running)) as { result: Told[] }).result[0] as Told;
}

const WAYS: { way: string; rows: readonly Row[]; output?: { path: string } }[] = [
  { way: 'as the result of a statement', rows: ROWS },
  ...['parquet', 'csv', 'json', 'jsonl'].map((format) => ({
    way: `beside a file of ${format}`,
    rows: ROWS,
    output: { path: `out.${format}` },
  })),
  {
    way: 'from a Parquet file that keeps it',
    rows: ROWS.filter(({ type }) => KEPT.test(type)),
    output: { path: 'kept.parquet' },
  },
];

describe('every type is told as JSON, whatever the zone of the server', () => {
  test.each(WAYS)('$way', async ({ rows, output }) => {
    const found = await told(rows, output === undefined ? {} : { output });
    const shown = rows.map((row) => [row.type, row.value, found[`c${ROWS.indexOf(row)}`]]);
    expect(rows.length).toBeGreaterThan(20);
    expect(shown).toEqual(rows.map(({ type, value, json }) => [type, value, json]));
  });

  test('and is the same value again when its JSON is a parameter', async () => {
    const columns = ROWS.map(({ type, value, back = `CAST($p AS ${type})` }, index) => {
      const cast = back.replace('$p', `$p${index}`);
      return `${cast} IS NOT DISTINCT FROM CAST(${value} AS ${type}) AS c${index}`;
    });
    const parameters = Object.fromEntries(ROWS.map(({ json }, index) => [`p${index}`, json]));
    const running = attempt(sql, temporaryFolders(), {
      query: `SELECT ${columns.join(', ')}`,
      parameters: parameters as never,
    });
    const { result } = (await outputOf(running)) as { result: Told[] };
    const shown = ROWS.map((row, index) => [row.type, row.value, result[0]?.[`c${index}`]]);
    expect(shown).toEqual(ROWS.map(({ type, value }) => [type, value, true]));
  });
});

describe('the zone', () => {
  test('is UTC for the connection, for text and for values', async () => {
    const running = attempt(sql, temporaryFolders(), {
      query: `SELECT current_setting('TimeZone') AS zone,
        CAST(TIMESTAMPTZ '2026-07-02 03:04:05+00' AS VARCHAR) AS text,
        CAST(TIMESTAMP '2026-07-02 03:04:05' AS TIMESTAMPTZ) AS moment,
        date_trunc('day', TIMESTAMPTZ '2026-07-02 01:00:00+00') AS day`,
    });
    expect(await outputOf(running)).toMatchObject({
      result: [
        {
          zone: 'UTC',
          text: '2026-07-02 03:04:05+00',
          moment: '2026-07-02 03:04:05+00',
          day: '2026-07-02 00:00:00+00',
        },
      ],
    });
  });
});

describe('whole numbers as parameters', () => {
  const PLACES: [string, unknown][] = [
    ["DATE '2026-01-31' + $n", '2026-02-03'],
    ["DATE '2026-01-31' - $n", '2026-01-28'],
    ["substring('abcdef', 1, $n)", 'abc'],
    ["repeat('ab', $n)", 'ababab'],
    ["lpad('a', $n, 'x')", 'xxa'],
    ['round(1.23456, $n)', 1.235],
    ['make_date(2026, $n, 1)', '2026-03-01'],
    ['(SELECT count(*) FROM range(1, $n))', 2],
    ['[5, 6, 7, 8][$n]', 7],
    ['$n * 4000000000', 12_000_000_000],
    ['$n / 2', 1.5],
    ['$n // 2', 1],
    ["'n' || $n", 'n3'],
    ['typeof($n)', 'BIGINT'],
  ];

  test.each(PLACES)('work where a whole number does: %s', async (expression, expected) => {
    const running = attempt(sql, temporaryFolders(), {
      query: `SELECT ${expression} AS v`,
      parameters: { n: 3 },
    });
    expect(await outputOf(running)).toMatchObject({ result: [{ v: expected }] });
  });

  test('bound in LIMIT and beside a file, and once only', async () => {
    const running = attempt(sql, temporaryFolders(), {
      query: `CREATE TABLE t AS SELECT DATE '2026-01-31' + $n AS d FROM range(5);
        INSERT INTO t SELECT d + $n FROM t;
        SELECT d + $n AS d FROM t ORDER BY d LIMIT $n`,
      parameters: { n: 3 },
      output: { path: 'out.csv' },
    });
    expect(await outputOf(running)).toMatchObject({
      rows: 3,
      statements: 3,
      result: [{ d: '2026-02-06' }, { d: '2026-02-06' }, { d: '2026-02-06' }],
    });
  });

  test('are told in the error when no whole number fits', async () => {
    const running = attempt(sql, temporaryFolders(), {
      query: "SELECT DATE '2026-01-31' * $n AS v",
      parameters: { n: 3 },
    });
    const { outcome } = running;
    expect(await outcome).toMatchObject({ type: 'failed', error: 'Sql.Binder' });
  });
});
