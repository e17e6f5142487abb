/**
 * Published data read by people: what a query may do, what it may not, and what becomes of one that asks for too much.
 * @module
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runFixtures } from '../fixtures/run-fixtures.js';
import type { QueryMessage, QueryTable } from './query-protocol.js';
import { type QueryBounds, runQuery } from './run-query.js';

let folder: string;
let tables: QueryTable[];
const never = new AbortController().signal;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-query-test-'));
  const places = ['v1', 'v2', 'owners', 'closed'].map((name) => join(folder, name));
  for (const place of places) mkdirSync(place);
  const [v1 = '', v2 = '', owners = '', closed = ''] = places;
  const columns = { id: 'BIGINT', area: 'DOUBLE', seen: 'TIMESTAMPTZ' };
  const make = (to: string, rows: object[], types: { [name: string]: string }) =>
    ({
      type: 'make',
      from: { type: 'rows', rows: rows as never, columns: types },
      to: join(to, 'part-0.parquet'),
      format: 'parquet',
    }) as const;
  await runFixtures(
    [
      make(v1, [{ id: 1, area: 12.5, seen: '2026-03-01T00:00:00+02:00' }], columns),
      make(
        v2,
        [
          { id: 2, area: 'NaN', seen: null },
          { id: '9007199254740993', area: 1 },
        ],
        columns,
      ),
      make(
        owners,
        [
          { id: 1, owner: 'Ann' },
          { id: 2, owner: null },
        ],
        { id: 'BIGINT', owner: 'VARCHAR' },
      ),
      make(closed, [{ secret: 'x' }], { secret: 'VARCHAR' }),
    ],
    never,
  );
  writeFileSync(join(folder, 'v1/_manifest.json'), '{}');
  const table = (name: string, folders: string[], masked: string[] = []): QueryTable => ({
    ...{ name, folders, masked, stage: 'structured' },
  });
  tables = [
    table('parcels', [v2]),
    table('parcels@20261130T031502Z-8c1d22fa', [v1]),
    table('planning:all/of "them"', [v1, v2]),
    table('owners', [owners], ['owner', 'not there']),
  ];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sql = (text: string, rows = 100, bounds?: QueryBounds): Promise<QueryMessage> =>
  runQuery({ type: 'sql', sql: text, rows }, tables, never, bounds);

describe('a query', () => {
  test('reads what is current, a version by its id, and names with anything in them', async () => {
    const told = await sql(`WITH old AS (SELECT * FROM "parcels@20261130T031502Z-8c1d22fa")
      SELECT 'new' AS which, p.* FROM parcels p UNION ALL SELECT 'old', old.* FROM old
      UNION ALL SELECT 'all', NULL, count(*), NULL FROM "planning:all/of ""them""" ORDER BY 1, 2 DESC`);
    expect(told).toEqual({
      type: 'rows',
      columns: [
        { name: 'which', type: 'VARCHAR' },
        { name: 'id', type: 'BIGINT' },
        { name: 'area', type: 'DOUBLE' },
        { name: 'seen', type: 'TIMESTAMP WITH TIME ZONE' },
      ],
      rows: [
        ['all', null, 3, null],
        ['new', '9007199254740993', 1, null],
        ['new', 2, null, null],
        ['old', 1, 12.5, '2026-02-28 22:00:00+00'],
      ],
      truncated: false,
    });
  });

  test('is told what is masked only in that it is there', async () => {
    expect(await sql('SELECT * FROM owners ORDER BY id')).toMatchObject({
      rows: [
        [1, '***'],
        [2, null],
      ],
    });
    expect(await sql("SELECT count(*) FROM owners WHERE owner = 'Ann'")).toMatchObject({
      rows: [[0]],
    });
    expect(await sql('SELECT * FROM "owners as it is"')).toMatchObject({
      problem: 'unknown table',
    });
  });

  test('that names no relation, describes one, or sums one up, is one, too', async () => {
    expect(await sql('VALUES (1)')).toMatchObject({ rows: [[1]] });
    expect(await sql('FROM range(3)')).toMatchObject({ rows: [[0], [1], [2]] });
    expect(await sql('DESCRIBE parcels')).toMatchObject({
      rows: [['id', 'BIGINT'], ['area'], ['seen']].map((row) => expect.arrayContaining(row)),
    });
    expect(await sql('SUMMARIZE owners')).toMatchObject({ type: 'rows' });
  });
});

describe('what is no query, or asks for what it was not given, is refused', () => {
  const REFUSED: [string, string, RegExp][] = [
    ['DROP VIEW parcels', 'not a query', /no SELECT/],
    ["COPY (SELECT 1) TO 'FOLDER/out.csv'", 'not a query', /no SELECT/],
    ["ATTACH 'FOLDER/x.db'", 'not a query', /no SELECT/],
    ['INSERT INTO parcels VALUES (1, 2, NULL)', 'not a query', /no SELECT/],
    ['CREATE TABLE t AS SELECT 1', 'not a query', /no SELECT/],
    ['SET enable_external_access = true', 'not a query', /no SELECT/],
    ['INSTALL httpfs', 'not a query', /no SELECT/],
    ['SELECT 1; SELECT 2', 'not a query', /2 statements/],
    ['SELECT 1; DROP VIEW parcels', 'not a query', /no SELECT/],
    ['', 'not a query', /no query/],
    ['-- nothing', 'not a query', /no query/],
    ['SELECT\n  FROM WHERE', 'wrong sql', /line 2: syntax error/],
    ["SELECT * FROM read_csv('/etc/passwd')", 'refused function', /read_csv/],
    [
      "SELECT * FROM read_parquet('FOLDER/closed/part-0.parquet')",
      'refused function',
      /read_parquet/,
    ],
    [
      "SELECT * FROM read_parquet('FOLDER/owners/part-0.parquet')",
      'refused function',
      /read_parquet/,
    ],
    ["SELECT (SELECT max(content) FROM read_text('/etc/passwd'))", 'refused function', /read_text/],
    ["SELECT * FROM query('SELECT 1')", 'refused function', /query/],
    ["SELECT * FROM query_table('owners as it is')", 'refused function', /query_table/],
    ["SELECT * FROM glob('/etc/*')", 'refused function', /glob/],
    ["SELECT * FROM '/etc/passwd'", 'unknown table', /there is no "\/etc\/passwd"/],
    ["SELECT * FROM 'FOLDER/owners/part-0.parquet'", 'unknown table', /there is no/],
    ['SELECT * FROM information_schema.tables', 'unknown table', /information_schema/],
    ['SELECT * FROM parcel', 'unknown table', /there is no "parcel"/],
    ['SELECT nothing FROM parcels', 'wrong sql', /"nothing" not found/],
    ["SELECT 'a'::BIGINT", 'wrong sql', /Could not convert/],
  ];
  test.each(REFUSED)('%s', async (text, problem, cause) => {
    const told = await sql(text.replaceAll('FOLDER', folder));
    expect(told).toMatchObject({ type: 'failed', problem, cause: expect.stringMatching(cause) });
    expect(existsSync(join(folder, 'out.csv'))).toBe(false);
  });
});

describe('a query that asks for too much', () => {
  test('gets as many rows as it may, and is told that there are more', async () => {
    const told = await sql('FROM range(1000000000000)', 3);
    expect(told).toMatchObject({ rows: [[0], [1], [2]], truncated: true });
    expect(await sql('FROM range(3)', 3)).toMatchObject({ truncated: false });
  });

  test('gets no more than a few megabytes', async () => {
    const told = await sql("SELECT repeat('x', 1000000) FROM range(100)", 100);
    expect(told).toMatchObject({ type: 'rows', truncated: true });
    expect(told.type === 'rows' ? told.rows.length : 0).toBe(4);
  });

  test('is ended when its time is over', async () => {
    const endless =
      'SELECT max(a.range + b.range + c.range) FROM range(100000) a, range(100000) b, range(100000) c';
    expect(await sql(endless, 10, { timeoutMs: 700 })).toEqual({
      ...{ type: 'failed', problem: 'time', cause: 'it took longer than 0.7 s' },
    });
  });

  test('is ended when nobody waits any more', async () => {
    const gone = new AbortController();
    const endless =
      'SELECT max(a.range + b.range + c.range) FROM range(100000) a, range(100000) b, range(100000) c';
    const running = runQuery({ type: 'sql', sql: endless, rows: 1 }, tables, gone.signal);
    gone.abort();
    expect(await running).toMatchObject({ problem: 'aborted' });
  });

  test('is told when it needs more memory than there is', async () => {
    const greedy = "SELECT list(repeat('x', 1000) || range) FROM range(3000000)";
    expect(await sql(greedy, 1, { memoryMebibytes: 100 })).toMatchObject({ problem: 'memory' });
  });

  test('leaves nothing behind', async () => {
    const own = join(folder, 'tmp');
    mkdirSync(own);
    vi.stubEnv('TMPDIR', own);
    try {
      const greedy = "SELECT list(repeat('x', 1000) || range) FROM range(3000000)";
      await sql(greedy, 1, { timeoutMs: 500 });
      expect(readdirSync(own)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test('a preview is the first rows of each, and one that is unreadable says so', async () => {
  writeFileSync(join(folder, 'raw.csv'), 'a,b\n1,x\n2,y\n3,z\n');
  writeFileSync(join(folder, 'broken.parquet'), 'PAR1 no more PAR1');
  const file = (name: string): QueryTable => ({
    ...{ name, folders: [], files: [join(folder, name)], stage: 'raw', masked: ['b'] },
  });
  const told = await runQuery(
    { type: 'preview', rows: 2 },
    [file('raw.csv'), file('broken.parquet')],
    never,
  );
  expect(told).toEqual({
    type: 'previews',
    previews: [
      {
        columns: [
          { name: 'a', type: 'BIGINT' },
          { name: 'b', type: 'VARCHAR' },
        ],
        rows: [
          [1, '***'],
          [2, '***'],
        ],
        truncated: true,
      },
      { problem: expect.stringContaining('the Parquet file is damaged') },
    ],
  });
});

test('a profile says of each column what it is like, and of masked ones how many values are missing', async () => {
  const place = join(folder, 'wide');
  mkdirSync(place);
  const rows = Array.from({ length: 100 }, (_, at) => ({
    ...{
      id: at + 1,
      kind: at % 4 === 0 ? "o'ak" : 'elm',
      owner: at < 10 ? null : `p${at}`,
      tags: [at],
    },
  }));
  await runFixtures(
    [
      {
        type: 'make',
        from: { type: 'rows', rows, columns: { id: 'BIGINT', tags: 'BIGINT[]' } },
        to: join(place, 'part-0.parquet'),
        format: 'parquet',
      },
    ],
    never,
  );
  const told = await runQuery(
    { type: 'profile' },
    [{ name: 'wide', folders: [place], stage: 'structured', masked: ['owner'] }],
    never,
  );
  expect(told).toMatchObject({ type: 'profile', profile: { rows: 100, left: 0 } });
  const columns = told.type === 'profile' ? told.profile.columns : [];
  expect(columns.map(({ name }) => name)).toEqual(['id', 'tags', 'kind', 'owner']);
  const [id, tags, kind, owner] = columns;
  expect(id).toMatchObject({ nulls: 0, min: '1', max: '100', mean: 50.5 });
  expect(id?.histogram?.counts).toEqual(Array.from({ length: 10 }, () => 10));
  expect(id?.distinct).toBeGreaterThan(90);
  expect(kind).toMatchObject({
    top: [
      { value: 'elm', count: 75 },
      { value: "o'ak", count: 25 },
    ],
  });
  expect(owner).toEqual({ name: 'owner', type: 'VARCHAR', nulls: 10, masked: true });
  expect(Object.keys(tags ?? {})).toEqual(['name', 'type', 'nulls', 'distinct']);
});
