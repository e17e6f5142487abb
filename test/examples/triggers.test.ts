/**
 * The examples of triggers, as their files are: three teams that wait for each other, a delivery with a corrupt file, and
 * a hundred partners of whom three are missing.
 * Tasks really run; the clock is the test's.
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConnectors } from '../../src/connectors/registry.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine, ExecutionSummary } from '../../src/engine/engine.js';
import { createFileSource } from '../../src/engine/features/files/file-source.js';
import type { Runner } from '../../src/engine/kernel/ports.js';
import { deploymentOf } from '../../src/engine/pipeline-folder.js';
import { loadPipeline } from '../../src/pipelines/load-pipeline.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { SynchronousStore } from '../../src/store/store.js';
import { ManualClock } from '../engine/manual-clock.js';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

let home: string;
let clock: ManualClock;
let store: SynchronousStore;
let runner: Runner;
let engine: Engine;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'millrace-example-'));
  for (const name of ['three-teams', 'deliveries', 'partners']) {
    cpSync(join(EXAMPLES, name), join(home, name), { recursive: true });
  }
  clock = new ManualClock('2026-11-20T00:00:00Z');
  store = openSqliteStore({ file: join(home, 'test.db') });
  runner = createConnectorRunner(createConnectors());
  engine = createEngine({
    store,
    runner,
    evaluator: { evaluate: async () => [], close: async () => {} },
    itemSource: createLocalItems(),
    workFolder: join(home, 'work'),
    files: createFileSource(),
    clock,
  });
  await engine.open();
});

afterEach(async () => {
  await engine.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

async function deploy(file: string): Promise<void> {
  const read = (path: string): Promise<string | undefined> =>
    readFile(path, 'utf8').catch(() => undefined);
  const { plan, problems } = await loadPipeline(join(home, file), read);
  expect(problems).toEqual([]);
  if (!plan) throw new Error(`${file} has no plan`);
  await engine.deployPipeline(deploymentOf(plan));
}

/** The latest execution of a pipeline, once it has ended. */
async function ended(pipeline: string): Promise<ExecutionSummary | undefined> {
  for (let left = 500; left > 0; left -= 1) {
    const { items } = await engine.listExecutions({ pipeline, limit: 1 });
    if (items[0] !== undefined && items[0].status !== 'RUNNING') return items[0];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

it('three teams: listings fails, is mended and redriven, and pipeline-x follows by itself', async () => {
  for (const name of ['listings', 'searches', 'pipeline-x'])
    await deploy(`three-teams/${name}.yaml`);
  // 3:00 in Berlin is 2:00 UTC in November.
  await clock.until('2026-11-20T02:00:01Z');
  expect(await ended('listings')).toMatchObject({ status: 'FAILED', interval: '2026-11-20' });
  await clock.until('2026-11-20T04:00:01Z');
  expect(await ended('searches')).toMatchObject({ status: 'SUCCEEDED', interval: '2026-11-20' });
  expect((await engine.listExecutions({ pipeline: 'pipeline-x' })).items).toEqual([]);
  const { upstreams } = await engine.explainTrigger('pipeline-x', { interval: '2026-11-20' });
  expect(upstreams).toMatchObject({
    verdict: 'waiting',
    conditions: [{ status: 'FAILED' }, { verdict: 'met' }],
  });

  const file = join(home, 'three-teams/data/listings.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace('three;Room', '3,Room'));
  await engine.redriveExecution('listings/schedule-20261120T020000Z');
  const joined = await ended('pipeline-x');
  expect(joined).toMatchObject({
    status: 'SUCCEEDED',
    name: 'upstream-2026-11-20-listings@listings-1',
    interval: '2026-11-20',
  });
  expect((await engine.describeExecution(joined?.id ?? '')).output).toMatchObject({
    join: { result: [{ found: 3 }] },
  });
}, 60_000);

async function looks(): Promise<void> {
  for (let look = 0; look < 4; look += 1) {
    await clock.until(new Date(clock.now() + 2_000).toISOString());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('a hundred partners: three are missing at nine, and told by name', async () => {
  const day = join(home, 'partners/incoming/2026-11-20');
  mkdirSync(day, { recursive: true });
  const missing = ['partner-017', 'partner-058', 'partner-099'];
  for (let n = 1; n <= 100; n += 1) {
    const partner = `partner-${String(n).padStart(3, '0')}`;
    if (missing.includes(partner)) continue;
    writeFileSync(join(day, `${partner}.csv`), `id,amount\n${n},1\n`);
  }
  await deploy('partners/partners.yaml');
  await looks();
  const { files } = await engine.explainTrigger('partners');
  expect(files?.arrivals).toMatchObject({
    interval: '2026-11-20',
    expected: 100,
    arrived: 97,
    missing,
    deadline: Date.parse('2026-11-20T08:00:00Z'),
  });
  clock.jump(Date.parse('2026-11-20T08:00:00Z') - clock.now());
  await looks();
  const execution = await ended('partners');
  expect(execution).toMatchObject({
    name: 'arrivals-2026-11-20',
    interval: '2026-11-20',
    status: 'SUCCEEDED',
  });
  const { output } = await engine.describeExecution(execution?.id ?? '');
  expect(output).toMatchObject({ report: { interval: '2026-11-20', rows: 97, missing } });
}, 60_000);

it('a delivery is held back for its corrupt file, and loaded when it is right', async () => {
  await deploy('deliveries/deliveries.yaml');
  await looks();
  const { files } = await engine.explainTrigger('deliveries');
  expect(files?.quarantined).toMatchObject([
    {
      manifest: 'manifest-2026-11-20.json',
      problems: [{ file: 'owners.csv', problem: expect.stringContaining('SHA-256') }],
    },
  ]);
  writeFileSync(join(home, 'deliveries/incoming/owners.csv'), 'parcel,owner\nA1,Ann\nA2,Ben\n');
  await looks();
  expect(await ended('deliveries')).toMatchObject({ status: 'SUCCEEDED' });
}, 60_000);
