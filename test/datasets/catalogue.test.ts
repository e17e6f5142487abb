/**
 * The catalogue on a real server: pipelines publish, people find, look, and ask.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { until } from '../support/until.js';

const FILES: { [name: string]: string } = {
  'parcels.yaml': `pipeline: parcels
team: parcels
input: { extra: 0 }
steps:
  - clean: { sql: { file: clean.sql, inputs: { raw: raw.csv }, parameters: { extra.$: $.extra } } }
  - publish: { dataset: parcels/clean }
datasets:
  parcels/clean: { description: Every parcel once, readers: [planning] }
`,
  'clean.sql': `SELECT parcel_id::BIGINT AS parcel_id, area::DOUBLE AS area, "ownerName" FROM raw
    WHERE area IS NOT NULL AND $extra >= 0`,
  'raw.csv': 'parcel_id,area,ownerName\n7,12.5,Ann\n8,,Bob\n9,3.5,\n',
  'zoning.yaml': `pipeline: zoning
team: planning
reads: { parcels: { dataset: parcels/clean, team: parcels } }
steps:
  - zone: { sql: "SELECT parcel_id, area > 5 AS large, 'sec' || 'ret' AS note FROM parcels" }
  - publish: { dataset: zones }
datasets: { zones: { mask: note } }
`,
};

let it: TestServer;
let folder: string;
let execution: string;
let zoning: string;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-catalogue-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  it = await openTestServer({ folder });
  const { engine, authenticator } = it.server;
  const run = await engine.executions.run(EVERYTHING, { pipeline: 'parcels', team: 'parcels' });
  expect(run).toMatchObject({ status: 'SUCCEEDED' });
  execution = run.id;
  const zoned = await engine.executions.run(EVERYTHING, { pipeline: 'zoning', team: 'planning' });
  zoning = zoned.id;
  expect(zoned).toMatchObject({ status: 'SUCCEEDED' });
  for (const [label, role, team] of [
    ['viewer', 'viewer', 'parcels'],
    ['analyst', 'analyst', 'parcels'],
    ['planner', 'analyst', 'planning'],
    ['stranger', 'admin', 'claims'],
  ] as const) {
    tokens.set(label, await authenticator.issue('api', { label, role, teams: [team] }));
  }
}, 180_000);
afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

const as = (who: string): { token: string } => ({ token: tokens.get(who) ?? '' });
const sql = (text: string, who = 'analyst', more = {}) =>
  it.request('POST', '/api/v1/sql', { ...as(who), body: { sql: text, ...more } });
const get = (path: string, who = 'analyst') => it.request('GET', `/api/v1${path}`, as(who));

describe('SQL over published versions', () => {
  test('reads what is current, by its name', async () => {
    const answer = await sql('SELECT parcel_id, "ownerName" FROM parcels/clean ORDER BY 1');
    expect(answer.json()).toEqual({
      columns: [
        { name: 'parcel_id', type: 'BIGINT' },
        { name: 'ownerName', type: 'VARCHAR' },
      ],
      rows: [
        [7, 'Ann'],
        [9, null],
      ],
      truncated: false,
    });
  });

  test('reads a version by its id, and what another team lets the own team read', async () => {
    const { items } = (await get('/datasets/parcels%2Fclean/versions')).json<{
      items: { version: string }[];
    }>();
    const version = items[0]?.version;
    expect((await sql(`SELECT count(*) FROM parcels/clean@${version}`)).json()).toMatchObject({
      rows: [[2]],
    });
    for (const name of ['"parcels:parcels/clean"', '"parcels/clean"']) {
      const answer = await sql(
        `SELECT z.large FROM ${name} p JOIN zones z USING (parcel_id)`,
        'planner',
      );
      expect(answer.json()).toMatchObject({ rows: [[true], [false]] });
    }
  });

  test.each([
    ['viewer', 403, 'role'],
    ['stranger', 404, 'There is none.'],
  ])('is nothing for a %s', async (who, status, told) => {
    const answer = await sql('SELECT * FROM "parcels/clean"', who);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(told);
    expect(answer.text).not.toContain('Ann');
  });

  test('shows nothing of a team that does not list the own team as a reader', async () => {
    const answer = await sql('SELECT * FROM "planning:zones"');
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'MILL3422' });
    expect((await get('/datasets/planning%3Azones/versions/current/rows')).status).toBe(404);
  });

  test.each([
    ['DROP TABLE x', 400, 'MILL3421'],
    ["SELECT * FROM read_csv('/etc/passwd')", 400, 'MILL3421'],
    ["COPY (SELECT 1) TO '/tmp/x'", 400, 'MILL3421'],
    ['SELECT * FROM parcels', 404, 'MILL3422'],
    ['SELECT nothing FROM "parcels/clean"', 400, 'MILL3423'],
    ['SELECT * FROM "parcels/clean@20200101T000000Z-00000000"', 404, 'MILL3403'],
    ['', 400, 'MILL4004'],
  ])('refuses %j with %d', async (text, status, code) => {
    const answer = await sql(text);
    expect(answer.json()).toMatchObject({ status, code });
  });

  test('tells which datasets there are when a name is unknown', async () => {
    expect((await sql('SELECT * FROM clean')).json<{ title: string }>().title).toContain(
      'Did you mean "parcels/clean"?',
    );
    expect((await sql('SELECT * FROM nothing')).json<{ title: string }>().title).toContain(
      'There are "parcels/clean".',
    );
  });

  test('gives as many rows as were asked for', async () => {
    const answer = await sql('FROM range(100)', 'analyst', { limit: 2 });
    expect(answer.json()).toMatchObject({ rows: [[0], [1]], truncated: true });
  });

  test('is ended when the client goes away, and leaves room for others', async () => {
    const endless =
      'SELECT max(a.range + b.range + c.range) FROM range(100000) a, range(100000) b, range(100000) c';
    const leave = new AbortController();
    let isFull: () => void = () => undefined;
    const full = new Promise<void>((resolve) => {
      isFull = resolve;
    });
    let refused = 0;
    const asked = Array.from({ length: 8 }, async () => {
      const { status } = await fetch(`${it.server.url}/api/v1/sql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens.get('analyst')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ sql: endless }),
        signal: leave.signal,
      });
      refused += status === 429 ? 1 : 0;
      if (refused === 4) isFull();
    });
    // Four run, and four are told that no more is accepted.
    await full;
    expect((await sql('SELECT 1')).json()).toMatchObject({ status: 429, code: 'MILL3427' });
    leave.abort();
    await Promise.allSettled(asked);
    const status = async (): Promise<number> => (await sql('SELECT 1')).status;
    expect(await until(status, (one) => one === 200)).toBe(200);
  }, 180_000);
});

describe('what there is to see of a dataset', () => {
  test('are the first rows of a version', async () => {
    const answer = await get('/datasets/parcels%2Fclean/versions/current/rows?limit=1');
    expect(answer.json()).toMatchObject({ rows: [[7, 12.5, 'Ann']], truncated: true });
    expect((await get('/datasets/parcels%2Fclean/versions/current/rows', 'viewer')).status).toBe(
      403,
    );
    const other = await get('/datasets/parcels%3Aparcels%2Fclean/versions/current/rows', 'planner');
    expect(other.json()).toMatchObject({
      rows: [
        [7, 12.5, 'Ann'],
        [9, 3.5, null],
      ],
    });
  });

  test('is what its columns are like: looked at once, and kept', async () => {
    const path = '/datasets/parcels%2Fclean/versions/current/profile';
    const first = (await get(path)).json<{ at: number }>();
    expect(first).toMatchObject({
      rows: 2,
      columns: [
        { name: 'parcel_id', type: 'BIGINT', nulls: 0, distinct: 2, min: '7', max: '9', mean: 8 },
        { name: 'area', nulls: 0, quartiles: [3.5, 8, 12.5] },
        { name: 'ownerName', nulls: 1, top: [{ value: 'Ann', count: 1 }] },
      ],
    });
    expect((await get(path)).json()).toEqual(first);
  });

  test('is who reads it, how fresh it is, and which columns it has', async () => {
    expect((await get('/datasets/parcels%2Fclean/use', 'viewer')).json()).toMatchObject({
      description: 'Every parcel once',
      readers: ['planning'],
      readBy: [{ team: 'planning', pipeline: 'zoning', alias: 'parcels' }],
      ageMs: expect.any(Number),
      columns: [{ name: 'parcel_id', type: 'BIGINT', masked: false }, {}, {}],
    });
    expect((await get('/datasets/parcels%2Fclean/use', 'stranger')).status).toBe(404);
  });

  test('is how its columns changed', async () => {
    const path = '/datasets/parcels%2Fclean/schema-history';
    expect((await get(path)).json()).toEqual({ items: [] });
    writeFileSync(
      join(folder, 'clean.sql'),
      `${FILES['clean.sql']}`.replace(', "ownerName"', ', 1 AS one'),
    );
    await it.server.folder?.reload();
    const run = await it.server.engine.executions.run(EVERYTHING, {
      pipeline: 'parcels',
      team: 'parcels',
    });
    expect(run.status).toBe('SUCCEEDED');
    expect((await get(path, 'viewer')).json()).toMatchObject({
      items: [
        {
          state: 'published',
          words: 'new: one; gone: ownerName',
          change: { added: [{ name: 'one' }] },
        },
      ],
    });
  });

  test('are the rows before and after each step of SQL', async () => {
    const { items } = (await get(`/executions/${execution}/working?limit=2`)).json();
    expect(items).toEqual([
      {
        step: 'clean',
        sql: 'clean.sql',
        before: [
          {
            name: 'raw',
            columns: [
              { name: 'parcel_id', type: 'BIGINT' },
              { name: 'area', type: 'DOUBLE' },
              { name: 'ownerName', type: 'VARCHAR' },
            ],
            rows: [
              [7, 12.5, 'Ann'],
              [8, null, 'Bob'],
            ],
            truncated: true,
          },
        ],
        after: {
          ...{ rows: 2, truncated: false },
          result: [
            { parcel_id: 7, area: 12.5, ownerName: 'Ann' },
            { parcel_id: 9, area: 3.5, ownerName: null },
          ],
        },
      },
    ]);
    expect((await get(`/executions/${execution}/working`, 'viewer')).status).toBe(403);
    expect((await get(`/executions/${execution}/working`, 'stranger')).status).toBe(404);
  });

  test('also where a step reads datasets', async () => {
    const { items } = (await get(`/executions/${zoning}/working`, 'planner')).json();
    expect(items).toMatchObject([
      {
        step: 'zone',
        before: [
          {
            name: 'parcels',
            rows: [
              [7, 12.5, 'Ann'],
              [9, 3.5, null],
            ],
          },
        ],
      },
    ]);
  });
});

test('values of masked columns are shown to nobody: in rows, profiles, steps and SQL', async () => {
  const zones = '/datasets/zones/versions/current';
  const answers = [
    await get(`${zones}/rows`, 'planner'),
    await get(`${zones}/profile`, 'planner'),
    await get(`/executions/${zoning}/working`, 'planner'),
    await sql('SELECT * FROM zones', 'planner'),
    await sql("SELECT * FROM zones WHERE note LIKE 's%'", 'planner'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  for (const { text } of answers) expect(text).not.toContain('secret');
  expect(answers[0]?.json()).toMatchObject({
    rows: [
      [7, true, '***'],
      [9, false, '***'],
    ],
  });
  expect(answers[4]?.json()).toMatchObject({ rows: [] });
  expect((await get('/datasets/zones/use', 'planner')).json()).toMatchObject({
    columns: [{}, {}, { name: 'note', masked: true }],
  });
});

describe('a search', () => {
  const names = async (q: string, who = 'analyst'): Promise<unknown[]> => {
    const { items } = (await get(`/catalogue?q=${encodeURIComponent(q)}`, who)).json<{
      items: { team: string; name: string; columns: string[] }[];
    }>();
    return items.map(({ team, name, columns }) => [team, name, columns.join()]);
  };

  test('finds datasets by their names, descriptions and columns, and by how words begin', async () => {
    const clean = ['parcels', 'parcels/clean'];
    await until(
      () => names('one'),
      (found) => found.length > 0,
    );
    expect(await names('clean')).toEqual([[...clean, '']]);
    expect(await names('EVERY parc')).toEqual([[...clean, 'parcel_id']]);
    expect(await names('area')).toEqual([[...clean, 'area']]);
    expect(await names('parcel_id one')).toEqual([[...clean, 'parcel_id,one']]);
    expect(await names('ownername')).toEqual([]);
    expect(await names('zoning nothing')).toEqual([]);
    expect(await names('...')).toEqual([]);
  });

  test('finds those of other teams that the own team may read, and no others', async () => {
    expect(await names('parcel_id', 'planner')).toEqual([
      ['parcels', 'parcels/clean', 'parcel_id'],
      ['planning', 'zones', 'parcel_id'],
    ]);
    expect(await names('parcel_id', 'viewer')).toEqual([['parcels', 'parcels/clean', 'parcel_id']]);
    expect(await names('parcel_id', 'stranger')).toEqual([]);
  });
});
