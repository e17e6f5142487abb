/**
 * Two versions compared on a real server: which two are meant, and who is told.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VersionDiff } from '../../src/api/version-diff.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTestServer, type TestServer } from '../http/test-server.js';

const FILES: { [name: string]: string } = {
  'parcels.yaml': `pipeline: parcels
team: parcels
input: { only: 0 }
steps:
  - keep: { dataset: { name: raw, from: parcels.csv } }
  - clean: { sql: { file: clean.sql, inputs: { raw: parcels.csv } } }
  - publish: { dataset: clean }
datasets:
  raw: { stage: raw }
  clean: { readers: [planning], mask: owner, stamp: true, contract: clean.contract.yaml }
`,
  'clean.contract.yaml': `contract: clean
columns:
  id: { type: bigint, unique: true }
  area: { type: double, min: 0 }
`,
  'clean.sql': 'SELECT id::BIGINT AS id, area::DOUBLE AS area, owner FROM raw',
  'days.yaml': `pipeline: days
team: parcels
steps:
  - make: { sql: { query: "SELECT $day AS day, $n AS n", parameters: { day.$: $.day, n.$: $.n } } }
  - publish: { dataset: days }
datasets: { days: { per: interval } }
`,
  'guess.yaml': `pipeline: guess
team: planning
steps:
  - make: { sql: "SELECT 1::BIGINT AS id, 2.0::DOUBLE AS area, 'Ann' AS owner" }
  - publish: { dataset: guess }
datasets: { guess: {} }
`,
};

let it: TestServer;
let folder: string;
const ids: string[] = [];
const tokens = new Map<string, string>();

const get = (path: string, who = 'analyst') =>
  it.request('GET', `/api/v1${path}`, { token: tokens.get(who) ?? '' });

async function diff(path: string, who?: string): Promise<VersionDiff> {
  const answer = await get(path, who);
  expect(answer.status, answer.text).toBe(200);
  return answer.json<VersionDiff>();
}

async function run(pipeline: string, team: string, more: object = {}): Promise<void> {
  await it.server.engine.executions.run(EVERYTHING, { pipeline, team, ...more });
}

const versionOf = async (name: string): Promise<string> => {
  const answer = await get(`/datasets/${name}/versions`);
  return answer.json<{ items: { version: string }[] }>().items[0]?.version ?? '';
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-diffs-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'parcels.csv'), 'id,area,owner\n1,1.5,Ann\n2,2.5,Bob\n');
  it = await openTestServer({ folder });
  for (const [label, role, team] of [
    ['viewer', 'viewer', 'parcels'],
    ['analyst', 'analyst', 'parcels'],
    ['planner', 'analyst', 'planning'],
    ['stranger', 'admin', 'claims'],
  ] as const) {
    const { authenticator } = it.server;
    tokens.set(label, await authenticator.issue('api', { label, role, teams: [team] }));
  }
  for (const text of ['', 'id,area,owner\n1,1.5,Eve\n3,2.5,Zoe\n', 'id,area,owner\n1,-1,Ann\n']) {
    if (text !== '') writeFileSync(join(folder, 'parcels.csv'), text);
    await run('parcels', 'parcels');
    ids.push(await versionOf('clean'));
  }
  await run('guess', 'planning');
}, 180_000);
afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a diff', () => {
  test('is of what is current and what was before it, by the key of the contract, and shows nothing masked', async () => {
    const answer = await get('/datasets/clean/diff');
    const told = answer.json<VersionDiff>();
    expect([told.from.version, told.to.version]).toEqual(ids.slice(0, 2));
    expect(told).toMatchObject({
      same: false,
      table: {
        key: { columns: ['id'], by: 'contract' },
        rows: { from: 2, to: 2, added: 1, removed: 1, changed: 1, same: 0 },
        columns: [{ name: 'owner', changed: 1 }],
        compared: 3,
      },
    });
    expect(answer.text).not.toMatch(/Ann|Bob|Eve|Zoe/);
    expect(answer.text).not.toContain(folder);
  });

  test('of a version that was rejected is one with what is current', async () => {
    const told = await diff(`/datasets/clean/diff?to=${ids[2]}`);
    expect(told.from.version).toBe(ids[1]);
    expect(told.to).toMatchObject({ version: ids[2], state: 'rejected' });
  });

  test('goes either way, and of a version with itself says that nothing differs', async () => {
    const back = await diff(`/datasets/clean/diff?from=${ids[1]}&to=${ids[0]}`);
    expect(back.table?.rows).toMatchObject({ added: 1, removed: 1, changed: 1 });
    expect(await diff(`/datasets/clean/diff?from=current`)).toMatchObject({ same: true });
  });

  test('of files compares them by their digests', async () => {
    const told = await diff('/datasets/raw/diff');
    expect(told).toMatchObject({
      stage: 'raw',
      same: false,
      files: { from: 1, to: 1, changed: 1 },
    });
  });

  test('of a dataset by interval stays within the interval', async () => {
    for (const [day, n] of [
      ['2026-11-01', 1],
      ['2026-11-02', 5],
      ['2026-11-01', 2],
    ] as const) {
      await run('days', 'parcels', { input: { day, n }, interval: day });
    }
    const second = await versionOf('days');
    const told = await diff(`/datasets/days/diff?to=${second}&key=day`);
    expect([told.from.interval, told.to.interval]).toEqual(['2026-11-01', '2026-11-01']);
    expect(told.table?.columns).toEqual([{ name: 'n', changed: 1 }]);
    const since = await diff(`/datasets/days/diff?from=${told.from.version}`);
    expect(since.to.version).toBe(second);
    // The latest interval has one version.
    expect((await get('/datasets/days/diff')).json()).toMatchObject({ code: 'MILL3440' });
  });
});

describe('who is told', () => {
  test('a reader of another team sees what was published, and not what was rejected', async () => {
    expect(await diff('/datasets/parcels%3Aclean/diff', 'planner')).toMatchObject({ same: false });
    const rejected = await get(`/datasets/parcels%3Aclean/diff?to=${ids[2]}`, 'planner');
    expect(rejected.json()).toMatchObject({ code: 'MILL3403', status: 404 });
  });

  test('a dataset of one’s own does not tell what another one hides', async () => {
    const to = encodeURIComponent('parcels:clean');
    const told = await diff(`/datasets/guess/diff?to=${to}&key=id&columns=owner`, 'planner');
    // The one says Ann and the other Eve: both say that there is somebody.
    expect(told.table).toMatchObject({ rows: { changed: 0, same: 1, added: 1 } });
    const byOwner = await get(`/datasets/guess/diff?to=${to}&key=owner`, 'planner');
    expect(byOwner.json()).toMatchObject({ code: 'MILL3441' });
  });

  test.each([
    ['viewer', 403],
    ['stranger', 404],
  ])('a %s is not', async (who, status) => {
    expect((await get('/datasets/clean/diff', who)).status).toBe(status);
  });
});

test.each([
  ['nothing/diff', 404, 'MILL3401'],
  ['clean/diff?to=20200101T000000Z-00000000', 404, 'MILL3403'],
  ['clean/diff?from=nonsense', 404, 'MILL3403'],
  ['clean/diff?to=raw', 400, 'MILL3442'],
  ['clean/diff?key=nothing', 400, 'MILL3441'],
  ['clean/diff?key=a,,b', 400, 'MILL3441'],
  ['clean/diff?columns=%22id', 400, 'MILL3441'],
  ['clean/diff?limit=101', 400, 'MILL4004'],
])('%s is refused', async (path, status, code) => {
  const answer = await get(`/datasets/${path}`);
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([status, code]);
});

test('a version whose files were removed says so', async () => {
  const first = await get(`/datasets/clean/versions/${ids[0]}`);
  rmSync(first.json<{ location: string }>().location, { recursive: true });
  const answer = await get(`/datasets/clean/diff?from=${ids[0]}`);
  expect(answer.json()).toMatchObject({ code: 'MILL3426' });
  expect(answer.text).toContain('the earlier version has no file of rows');
});
