import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { isGroupAlive } from '../process/process-group.js';
import { createSqlConnector } from './sql-connector.js';

const sql = createSqlConnector({ memoryMebibytes: 256, threads: 1, terminationGrace: 300 });

describe('SQL over files', () => {
  test('reads CSV, JSON and Parquet, writes Parquet and says what it wrote', async () => {
    const folders = temporaryFolders({
      'towns.csv': 'town,county\nMarkleeville,Alpine\nBridgeport,Mono\nWoodfords,Alpine\n',
      'transform.sql': `
        CREATE TABLE counted AS SELECT county, count(*) AS towns FROM towns GROUP BY county;
        SELECT county, towns, state FROM counted JOIN states USING (county) ORDER BY county;`,
    });
    writeFileSync(
      join(folders.workFolder, 'states.json'),
      '[{"county":"Alpine","state":"CA"},{"county":"Mono","state":"CA"}]',
    );
    const running = attempt(sql, folders, {
      file: 'transform.sql',
      inputs: { towns: 'towns.csv', states: 'states.json' },
      output: { path: 'out/counties.parquet' },
    });
    const path = join(folders.workFolder, 'out/counties.parquet');
    const rows = [
      { county: 'Alpine', towns: 2, state: 'CA' },
      { county: 'Mono', towns: 1, state: 'CA' },
    ];
    expect(await outputOf(running)).toEqual({
      rows: 2,
      outputs: [
        {
          path,
          rows: 2,
          bytes: readFileSync(path).length,
          sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
        },
      ],
      result: rows,
      truncated: false,
      statements: 2,
    });
    expect(messages(running)[0]).toMatch(/^Statement 1 of 2 \(transform.sql:2\): \d+ ms$/);
    expect(running.heartbeats()).toBeGreaterThan(0);
    const again = attempt(sql, folders, {
      query: 'SELECT sum(towns) AS towns FROM c',
      inputs: { c: 'out/*.parquet' },
    });
    expect(await outputOf(again)).toMatchObject({ rows: 1, result: [{ towns: 3 }] });
    expect(readdirSync(join(folders.workFolder, 'out'))).toEqual(['counties.parquet']);
  });

  test.each(['csv', 'json', 'jsonl'])('writes %s', async (format) => {
    const folders = temporaryFolders();
    const running = attempt(sql, folders, {
      query: `SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y' ORDER BY a`,
      output: { path: `out.${format}` },
    });
    expect(await outputOf(running)).toMatchObject({ rows: 2, result: [{ a: 1, b: 'x' }, {}] });
    const written = readFileSync(join(folders.workFolder, `out.${format}`), 'utf8');
    expect(written.split('\n')[0]).toBe(
      { csv: 'a,b', json: '[', jsonl: '{"a":1,"b":"x"}' }[format],
    );
  });

  test('binds parameters and never pastes them', async () => {
    const hostile = `'; DROP TABLE t; --`;
    const running = attempt(sql, temporaryFolders(), {
      query: 'SELECT $text AS text, $n + 1 AS n, $list AS list, $nothing IS NULL AS nothing',
      parameters: { text: hostile, n: 41, list: [1, 'a'], nothing: null, unused: 1 },
    });
    expect(await outputOf(running)).toMatchObject({
      result: [{ text: hostile, n: 42, list: '[1,"a"]', nothing: true }],
    });
    const written = attempt(sql, temporaryFolders(), {
      query: 'SELECT $text AS text',
      parameters: { text: hostile },
      output: { path: 'out.parquet' },
    });
    expect(await outputOf(written)).toMatchObject({ rows: 1, result: [{ text: hostile }] });
  });

  test('turns values into JSON', async () => {
    const running = attempt(sql, temporaryFolders(), {
      query: `SELECT 9007199254740993 AS big, 1.25::DECIMAL(5,2) AS exact, DATE '2026-01-31' AS day,
        TIMESTAMPTZ '2026-01-31 10:00:00+02' AS moment, [1, NULL] AS list, {'a': [true]} AS struct,
        MAP {'k': 1} AS map, 'nan'::DOUBLE AS nan`,
    });
    expect(await outputOf(running)).toMatchObject({
      result: [
        {
          big: '9007199254740993',
          exact: 1.25,
          day: '2026-01-31',
          moment: '2026-01-31 08:00:00+00',
          list: [1, null],
          struct: { a: [true] },
          map: [{ key: 'k', value: 1 }],
          nan: null,
        },
      ],
    });
  });

  test('keeps the answer small and counts every row', async () => {
    const folders = temporaryFolders();
    const many = attempt(sql, folders, { query: 'SELECT range AS n FROM range(5000)' });
    const output = (await outputOf(many)) as { rows: number; result: object[]; truncated: boolean };
    expect(output).toMatchObject({ rows: 5000, truncated: true });
    expect(output.result).toHaveLength(100);
    const wide = attempt(sql, folders, { query: `SELECT repeat('x', 30000) AS x FROM range(50)` });
    expect((await outputOf(wide)) as object).toMatchObject({ rows: 50, truncated: true });
    const changed = attempt(sql, folders, {
      query: 'CREATE TABLE t (n INT); INSERT INTO t SELECT range FROM range(7)',
    });
    expect(await outputOf(changed)).toMatchObject({ rows: 7, result: [], statements: 2 });
  });
});

describe('failures', () => {
  test.each([
    ['SELECT 1;\nSELECT\n  nope\nFROM range(3)', 'Sql.Binder', 'query:3: Binder Error: '],
    ['SELCT 1', 'Sql.Parser', 'query:1: Parser Error: syntax error at or near "SELCT"'],
    ['-- a comment\nSELECT * FROM missing', 'Sql.Catalog', 'query:2: Catalog Error: '],
    [`SELECT CAST('a' AS INT)`, 'Sql.Conversion', `Could not convert string 'a' to INT32`],
    ['SELECT $county', 'Sql.MissingParameter', '"parameters" has no "county"'],
    ['SELECT list(range) FROM range(200000000)', 'Sql.OutOfMemory', 'Out of Memory Error'],
    ['-- nothing', 'Sql.Empty', 'has no statement'],
  ])('%j gives %s with its place', async (query, error, cause) => {
    const failure = await failureOf(attempt(sql, temporaryFolders(), { query }));
    expect(failure.error).toBe(error);
    expect(failure.cause).toContain(cause);
  });

  test('leave no half-written output behind', async () => {
    const folders = temporaryFolders();
    const running = attempt(sql, folders, {
      query: `SELECT CASE WHEN range < 150000 THEN 1 ELSE error('broken row') END FROM range(200000)`,
      output: { path: 'out.csv' },
    });
    expect((await failureOf(running)).cause).toContain('broken row');
    expect(readdirSync(folders.workFolder)).toEqual([]);
  });

  test('name an output that the last statement does not give', async () => {
    const running = attempt(sql, temporaryFolders(), {
      query: 'CREATE TABLE t (n INT)',
      output: { path: 'out.parquet' },
    });
    expect((await failureOf(running)).error).toBe('Sql.NoResult');
  });

  test('name missing and unreadable inputs', async () => {
    const folders = temporaryFolders({ 'a.xlsx': '' });
    const failure = (file: string) =>
      failureOf(attempt(sql, folders, { query: 'SELECT 1', inputs: { t: file } }));
    expect((await failure('missing.csv')).error).toBe('Connector.FileNotFound');
    expect((await failure('missing-*.csv')).error).toBe('Connector.FileNotFound');
    expect((await failure('a.xlsx')).error).toBe('Sql.UnknownFormat');
    expect((await failure('/etc/passwd')).error).toBe('Connector.PathOutsideFolder');
  });

  test('report every problem of the arguments', () => {
    expect(sql.validate({ query: 'SELECT 1', inputs: { 'a"b': 'x.csv', c: 5 } })).toHaveLength(2);
    expect(sql.validate({})).toHaveLength(1);
    expect(sql.validate({ file: 'a.sql' })).toEqual([]);
  });
});

describe('the sandbox', () => {
  const WAYS_OUT = [
    `SELECT * FROM read_text('/etc/passwd')`,
    `SELECT * FROM read_text('/proc/self/environ')`,
    `SELECT * FROM read_text('../../../../../../etc/passwd')`,
    `SELECT * FROM glob('/etc/*')`,
    `COPY (SELECT 1) TO '/tmp/millrace-escaped.csv'`,
    `ATTACH '/tmp/millrace-escaped.db'`,
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    `SET allowed_directories = ['/']`,
    'RESET lock_configuration',
    "SET memory_limit = '100GB'",
    `SELECT * FROM 'https://127.0.0.1:1/a.csv'`,
  ];

  test('does not let SQL get out', async () => {
    const folders = temporaryFolders();
    const failures = WAYS_OUT.map((query) => failureOf(attempt(sql, folders, { query })));
    for (const [index, { error }] of (await Promise.all(failures)).entries()) {
      expect(error, WAYS_OUT[index] as string).toMatch(
        /^Sql\.(Permission|InvalidInput|MissingExtension|Catalog)$/,
      );
    }
    expect(existsSync('/tmp/millrace-escaped.csv')).toBe(false);
  });

  test('keeps output and SQL files inside, links included', async () => {
    const folders = temporaryFolders();
    symlinkSync(folders.root, join(folders.workFolder, 'link'));
    for (const path of ['../out.csv', '/tmp/out.csv', 'link/out.csv']) {
      const running = attempt(sql, folders, { query: 'SELECT 1', output: { path } });
      expect((await failureOf(running)).error, path).toBe('Connector.PathOutsideFolder');
    }
    const file = attempt(sql, folders, { file: '../../etc/passwd' });
    expect((await failureOf(file)).error).toBe('Connector.PathOutsideFolder');
  });

  test('gives a query no environment to read', async () => {
    process.env.MILLRACE_TEST_SECRET = 'canary';
    const running = attempt(sql, temporaryFolders(), {
      query: `SELECT getenv('MILLRACE_TEST_SECRET') AS secret`,
    });
    const outcome = await running.outcome;
    delete process.env.MILLRACE_TEST_SECRET;
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  test('is killed in the middle of a query', async () => {
    const folders = temporaryFolders();
    const running = attempt(sql, folders, {
      query: 'SELECT 1; SELECT count(*) FROM range(100000000000) a, range(1000) b',
      output: { path: 'out.csv' },
    });
    await running.logged(({ message }) => message.startsWith('Statement 1 of 2'));
    const { pid } = await running.process;
    running.abort();
    expect((await failureOf(running)).error).toBe('Connector.Aborted');
    expect(isGroupAlive(pid)).toBe(false);
    expect(readdirSync(folders.workFolder)).toEqual([]);
  });
});
