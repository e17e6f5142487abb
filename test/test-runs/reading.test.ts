/**
 * Reading what test runs wrote: rows, profiles, SQL and comparisons by the id of a version, for whoever sees the execution, as long as
 * the files are kept.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING, ofTeam, type Scope } from '../../src/engine/kernel/scope.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import {
  fakeDatasetConnector,
  fakeDiff,
  fakeReads,
  memoryStorage,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

const PARCELS = (area: string): string => `pipeline: parcels
team: parcels
steps:
  - clean: { sql: "SELECT range AS id, ${area} AS area, 'sec' || 'ret' AS note FROM range(3)" }
  - publish: { dataset: parcels/clean }
datasets:
  parcels/clean: { readers: [planning] }
`;
/** Writes another dataset, which nobody has heard of, and masks a column of it. */
const CANDIDATE = `pipeline: parcels
team: parcels
steps:
  - clean: { sql: "SELECT range AS id, 'sec' || 'ret' AS note FROM range(4)" }
  - publish: { dataset: parcels/other }
datasets:
  parcels/other: { mask: note, readers: [planning] }
`;

let it: TestServer;
let folder: string;
/** Ids of the versions. */
let shadow: string;
let other: string;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-test-runs-'));
  writeFileSync(join(folder, 'parcels.yaml'), PARCELS('range / 2'));
  it = await openTestServer({ folder });
  const { engine, authenticator } = it.server;
  for (const [label, role, team] of [
    ['viewer', 'viewer', 'parcels'],
    ['analyst', 'analyst', 'parcels'],
    ['planner', 'analyst', 'planning'],
    ['stranger', 'admin', 'claims'],
  ] as const) {
    tokens.set(label, await authenticator.issue('api', { label, role, teams: [team] }));
  }
  const of = { pipeline: 'parcels', team: 'parcels' };
  await engine.executions.run(EVERYTHING, of);
  await engine.executions.run(EVERYTHING, { ...of, testRun: {} });
  const { items } = await engine.datasets.versions(EVERYTHING, 'parcels/clean');
  shadow = items.find(({ state }) => state === 'shadow')?.version ?? '';
  const begun = await it.request('POST', '/api/v1/executions', {
    body: { pipeline: 'parcels', testRun: true, candidate: { text: CANDIDATE } },
  });
  const { id } = begun.json<{ id: string }>();
  expect(await engine.executions.wait(EVERYTHING, id)).toMatchObject({ status: 'SUCCEEDED' });
  const ask = { rows: 'leave' } as const;
  const report = await engine.testRuns.report(EVERYTHING, id, ask, new AbortController().signal);
  other = report.versions[0]?.version ?? '';
}, 180_000);
afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

const as = (who: string | undefined): object =>
  who === undefined ? {} : { token: tokens.get(who) ?? '' };
const sql = (text: string, who?: string) =>
  it.request('POST', '/api/v1/sql', { ...as(who), body: { sql: text } });
const versionOf = (name: string, version: string): string =>
  `/api/v1/datasets/${encodeURIComponent(name)}/versions/${version}`;
const get = (path: string, who?: string) => it.request('GET', path, as(who));

describe('a version that a test run wrote', () => {
  test.each([undefined, 'analyst'])('is read by its id as any other is (%s)', async (who) => {
    const rows = [
      [0, 0, 'secret'],
      [1, 0.5, 'secret'],
      [2, 1, 'secret'],
    ];
    expect((await sql(`FROM parcels/clean@${shadow} ORDER BY id`, who)).json()).toMatchObject({
      rows,
    });
    const at = versionOf('parcels/clean', shadow);
    expect((await get(`${at}/rows`, who)).json()).toMatchObject({ rows });
    expect((await get(`${at}/profile`, who)).json()).toMatchObject({ rows: 3, version: shadow });
    expect((await get(at, who)).json()).toMatchObject({ state: 'shadow', rows: 3 });
    expect((await get(`${at}/manifest`, who)).json()).toMatchObject({ version: shadow });
    const both = `SELECT count(*) FROM parcels/clean p JOIN parcels/clean@${shadow} s USING (id)`;
    expect((await sql(both, who)).json()).toMatchObject({ rows: [[3]] });
  });

  test.each([undefined, 'analyst'])(
    'is read where nothing was ever published, masked as what was tried says (%s)',
    async (who) => {
      const rows = [0, 1, 2, 3].map((id) => [id, '***']);
      expect((await sql(`FROM parcels/other@${other} ORDER BY id`, who)).json()).toMatchObject({
        rows,
      });
      const at = versionOf('parcels/other', other);
      expect((await get(`${at}/rows`, who)).json()).toMatchObject({ rows });
      expect((await get(`${at}/profile`, who)).text).not.toContain('secret');
      expect((await get(at, who)).json()).toMatchObject({ state: 'shadow', rows: 4 });
      expect((await get(`${at}/manifest`, who)).json()).toMatchObject({ rows: 4 });
      expect((await sql('FROM "parcels/other"', who)).json()).toMatchObject({ code: 'MILL3422' });
    },
  );

  test.each(['planner', 'stranger'])('is nothing for a %s of another team', async (who) => {
    for (const [name, version] of [
      ['parcels/clean', shadow],
      ['parcels/other', other],
    ] as const) {
      for (const of of [name, `parcels:${name}`]) {
        const asked = await sql(`SELECT * FROM "${of}@${version}"`, who);
        expect([404, 'note']).toEqual([asked.status, asked.text.includes('secret') ? '' : 'note']);
        for (const what of ['/rows', '/profile']) {
          expect((await get(`${versionOf(of, version)}${what}`, who)).status).toBe(404);
        }
      }
      for (const what of ['', '/manifest']) {
        expect((await get(`${versionOf(name, version)}${what}`, who)).status).toBe(404);
      }
    }
  });

  test('shows no rows to a viewer', async () => {
    const at = versionOf('parcels/clean', shadow);
    expect((await get(`${at}/rows`, 'viewer')).status).toBe(403);
    expect((await sql(`FROM parcels/clean@${shadow}`, 'viewer')).status).toBe(403);
    expect((await get(at, 'viewer')).json()).toMatchObject({ state: 'shadow' });
  });
});

describe('after a week', () => {
  const DAY = 86_400_000;
  const { signal } = new AbortController();

  test.each([
    ['that was published, too', true],
    ['of which only a test run wrote', false],
  ])('a version of a dataset %s is refused with what to do', async (_, isPublished) => {
    const storage = memoryStorage(() => timed.clock.now());
    const connector = fakeDatasetConnector(storage);
    const runner = createConnectorRunner(new Map([['dataset', connector]]));
    const readData: typeof fakeReads = async (work, tables) => {
      const told = await fakeReads(work, tables);
      // As the process tells it.
      return told.type === 'failed' ? { ...told, name: `parcels@${version}` } : told;
    };
    const ports = { readData, compareData: fakeDiff };
    let version = '';
    const timed: TimedEngine = await new TimedEngine({
      runner,
      datasets: storage,
      ...ports,
    }).open();
    try {
      const { engine } = timed;
      const Publish = { Type: 'Task', Resource: 'millrace:dataset', End: true };
      const definition = {
        StartAt: 'Publish',
        States: { Publish: { ...Publish, Parameters: { dataset: 'parcels' } } },
      };
      await timed.deploy('daily', { datasets: { parcels: {} } }, { definition });
      if (isPublished) await engine.executions.run(EVERYTHING, { pipeline: 'daily' });
      const { id } = await engine.executions.run(EVERYTHING, { pipeline: 'daily', testRun: {} });
      await timed.settled();
      const of = async (): Promise<string> => {
        const report = await engine.testRuns.report(EVERYTHING, id, { rows: 'leave' }, signal);
        return report.versions[0]?.version ?? '';
      };
      version = await of();
      const { catalogue, datasets } = engine;
      const readers: [string, (scope: Scope) => Promise<unknown>][] = [
        ['preview', (scope) => catalogue.preview(scope, 'parcels', version, 5, signal)],
        ['sql', (scope) => catalogue.query(scope, { sql: `FROM "parcels@${version}"` }, signal)],
        ['profile', (scope) => catalogue.profile(scope, 'parcels', version, signal)],
        ['manifest', (scope) => datasets.manifest(scope, 'parcels', version)],
        [
          'diff',
          (scope) => catalogue.diff(scope, { name: 'parcels', from: version, to: version }, signal),
        ],
      ];
      const refusals = async (scope: Scope): Promise<unknown[]> =>
        await Promise.all(
          readers.map(([name, read]) =>
            read(scope).then(
              () => [name, 'read'],
              (error: Error & { kind?: string }) => [name, error.kind, error.message],
            ),
          ),
        );
      await timed.pass(6.9 * DAY);
      await timed.settled();
      const read = readers.map(([name]) => [name, 'read']);
      expect(await refusals(EVERYTHING)).toEqual(read);
      expect(await refusals(ofTeam('default'))).toEqual(read);
      await timed.pass(0.2 * DAY);
      await timed.settled();
      const gone = readers.map(([name]) => [
        ...[name, 'TestRunVersionRemoved'],
        `A test run wrote version '${version}' of 'parcels': its files were kept for seven days, and are gone.`,
      ]);
      expect(await refusals(EVERYTHING)).toEqual(gone);
      expect(await refusals(ofTeam('default'))).toEqual(gone);
      expect(await datasets.version(EVERYTHING, 'parcels', version)).toMatchObject({
        ...{ state: 'shadow', removedAt: expect.any(Number) as number },
      });
    } finally {
      await timed.close();
    }
  });
});
