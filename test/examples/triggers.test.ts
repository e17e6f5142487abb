/**
 * The examples of triggers, as their files are: three teams that wait for each other, a delivery with a corrupt file, and
 * a hundred partners of whom three are missing.
 * Tasks really run; the clock is the test's.
 * @module
 */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConnectors } from '../../src/connectors/registry.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { deploymentOf } from '../../src/engine/pipeline-folder.js';
import { loadPipeline } from '../../src/pipelines/load-pipeline.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

let test: TimedEngine;
let home: string;

beforeEach(async () => {
  test = await openTimedEngine({
    runner: createConnectorRunner(createConnectors()),
    files: new ToldFiles(),
  });
  home = test.folder;
  for (const name of ['three-teams', 'deliveries', 'partners']) {
    cpSync(join(EXAMPLES, name), join(home, name), { recursive: true });
  }
});

afterEach(() => test.close());

async function deploy(file: string): Promise<void> {
  const read = (path: string): Promise<string | undefined> =>
    readFile(path, 'utf8').catch(() => undefined);
  const { plan, problems } = await loadPipeline(join(home, file), read);
  expect(problems).toEqual([]);
  if (!plan) throw new Error(`${file} has no plan`);
  await test.engine.pipelines.deploy(deploymentOf(plan));
}

/** The latest execution of a pipeline, once it has ended: its tasks take real time. */
async function ended(pipeline: string): Promise<ExecutionDetail> {
  const latest = (await test.executions(pipeline)).at(-1);
  return test.engine.executions.wait(EVERYTHING, latest?.id ?? '');
}

it('three teams: listings fails, is mended and redriven, and pipeline-x follows by itself', async () => {
  for (const name of ['listings', 'searches', 'pipeline-x'])
    await deploy(`three-teams/${name}.yaml`);
  // 3:00 in Berlin is 2:00 UTC in November.
  await test.clock.until('2026-11-20T02:00:01Z');
  expect(await ended('listings')).toMatchObject({ status: 'FAILED', interval: '2026-11-20' });
  await test.clock.until('2026-11-20T04:00:01Z');
  expect(await ended('searches')).toMatchObject({ status: 'SUCCEEDED', interval: '2026-11-20' });
  expect((await test.engine.executions.list(EVERYTHING, { pipeline: 'pipeline-x' })).items).toEqual(
    [],
  );
  const { upstreams } = await test.engine.pipelines.explainTrigger(
    EVERYTHING,
    'pipeline-x',
    '2026-11-20',
  );
  expect(upstreams).toMatchObject({
    verdict: 'waiting',
    conditions: [{ status: 'FAILED' }, { verdict: 'met' }],
  });

  const file = join(home, 'three-teams/data/listings.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace('three;Room', '3,Room'));
  await test.engine.executions.redrive(EVERYTHING, 'listings/schedule-20261120T020000Z');
  expect(await ended('listings')).toMatchObject({ status: 'SUCCEEDED' });
  const joined = await ended('pipeline-x');
  expect(joined).toMatchObject({
    status: 'SUCCEEDED',
    name: 'upstream-2026-11-20-listings@listings-1',
    interval: '2026-11-20',
  });
  expect(
    (await test.engine.executions.describe(EVERYTHING, joined?.id ?? '')).output,
  ).toMatchObject({
    join: { result: [{ found: 3 }] },
  });
}, 180_000);

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
  await test.looks();
  const { files } = await test.engine.pipelines.explainTrigger(EVERYTHING, 'partners');
  expect(files?.arrivals).toMatchObject({
    interval: '2026-11-20',
    expected: 100,
    arrived: 97,
    missing,
    deadline: Date.parse('2026-11-20T08:00:00Z'),
  });
  test.clock.jump(Date.parse('2026-11-20T08:00:00Z') - test.clock.now());
  await test.looks();
  const execution = await ended('partners');
  expect(execution).toMatchObject({
    name: 'arrivals-2026-11-20',
    interval: '2026-11-20',
    status: 'SUCCEEDED',
  });
  const { output } = await test.engine.executions.describe(EVERYTHING, execution?.id ?? '');
  expect(output).toMatchObject({ report: { interval: '2026-11-20', rows: 97, missing } });
}, 180_000);

it('a delivery is held back for its corrupt file, and loaded when it is right', async () => {
  await deploy('deliveries/deliveries.yaml');
  await test.looks();
  const { files } = await test.engine.pipelines.explainTrigger(EVERYTHING, 'deliveries');
  expect(files?.quarantined).toMatchObject([
    {
      manifest: 'manifest-2026-11-20.json',
      problems: [{ file: 'owners.csv', problem: expect.stringContaining('SHA-256') }],
    },
  ]);
  writeFileSync(join(home, 'deliveries/incoming/owners.csv'), 'parcel,owner\nA1,Ann\nA2,Ben\n');
  await test.looks();
  expect(await ended('deliveries')).toMatchObject({ status: 'SUCCEEDED' });
}, 180_000);
