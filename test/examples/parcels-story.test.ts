/**
 * The whole story of examples/parcels, as its files are: a county fails, its dependants are folded in, nobody acknowledges, it is
 * mended and redriven, and all of it is over. Without any service: the outbox has what people would have read.
 * Tasks really run; the clock is the test's.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createConnectors } from '../../src/connectors/registry.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { NOTIFICATIONS } from '../../src/engine/features/notifications/notification-tables.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openPipelineFolder, type PipelineFolder } from '../../src/engine/pipeline-folder.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const PARCELS = fileURLToPath(new URL('../../examples/parcels', import.meta.url));
const TEAM = ofTeam('examples');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let test: TimedEngine;
let folder: PipelineFolder;

beforeEach(async () => {
  test = await openTimedEngine({
    start: '2026-11-20T03:00:00Z',
    runner: createConnectorRunner(createConnectors()),
  });
  cpSync(PARCELS, test.folder, { recursive: true });
  folder = await openPipelineFolder({ engine: test.engine, folder: test.folder });
  expect(folder.problems()).toEqual([]);
});

afterEach(async () => {
  await folder.close();
  await test.close();
});

/** What the outbox has, the oldest first: `kind title`. */
function outbox(): string[] {
  return test.store
    .listRows(NOTIFICATIONS)
    .filter(({ incident }) => incident !== undefined)
    .map(({ message }) => `${message.kind}: ${message.title}`);
}

async function incidents(): Promise<string[]> {
  const { items } = await test.engine.incidents.list(TEAM, { status: 'all', folded: true });
  return items.toReversed().map(({ title, status, owner, cause }) => {
    return `${title} ${status} ${owner}${cause === undefined ? '' : ` in #${cause}`}`;
  });
}

/** Runs a pipeline for a day, to its end. */
async function run(pipeline: string): Promise<string> {
  const request = { pipeline, interval: '2026-11-20' };
  const { id } = await test.engine.executions.start(TEAM, request);
  await test.engine.executions.wait(EVERYTHING, id);
  await test.settled();
  return id;
}

it('a county fails: one incident with one owner, its dependants folded in, until the fix has been redriven', async () => {
  await run('parcels-alder');
  const failed = await run('parcels-juniper');
  await test.pass(10_000);
  expect(await incidents()).toEqual(['parcels-juniper failed in transform OPEN ana']);
  expect(outbox()).toEqual(['opened: parcels-juniper failed in transform']);

  // Nobody says that they have it.
  await test.pass(15 * MINUTE);
  expect(await incidents()).toEqual(['parcels-juniper failed in transform OPEN eva']);
  expect(outbox().slice(1)).toEqual([
    'escalated: Nobody has acknowledged: parcels-juniper failed in transform',
  ]);

  // It is tried again and fails again: a comment, no second ticket.
  await test.engine.executions.redrive(TEAM, failed);
  await test.engine.executions.wait(EVERYTHING, failed);
  await test.settled();
  expect(outbox().slice(2)).toEqual([
    'repeated: parcels-juniper failed in transform again (2 times)',
  ]);

  // By six the dependants should have had new data: nobody is told of them.
  await test.clock.until('2026-11-20T06:01:00Z');
  await test.settled();
  expect(await incidents()).toEqual([
    'parcels-juniper failed in transform OPEN eva',
    ...['map', 'report', 'search'].map((name) => `juniper-${name} is missing OPEN ana in #1`),
  ]);
  expect(outbox()).toHaveLength(3);
  const open = await test.engine.incidents.list(TEAM);
  expect(open.items).toMatchObject([{ number: 1, folded: 3 }]);

  // The one line is mended, and the execution goes on from where it failed, with the fix.
  const file = join(test.folder, 'juniper.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('area_sqf #', 'area_sqft #'));
  await folder.reload();
  await test.engine.executions.redrive(TEAM, failed, { definition: 'current' });
  await test.engine.executions.wait(EVERYTHING, failed);
  await test.settled();
  for (const name of ['map', 'report', 'search']) {
    const [first] = await test.executions(`juniper-${name}`);
    await test.engine.executions.wait(EVERYTHING, first?.id ?? '');
  }
  await test.settled();
  expect((await incidents()).map((line) => /OPEN|RESOLVED/.exec(line)?.[0])).toEqual([
    ...['RESOLVED', 'RESOLVED', 'RESOLVED', 'RESOLVED'],
  ]);
  expect(outbox().slice(3)).toEqual(['resolved: parcels-juniper is good again']);
  const { solved } = await test.engine.incidents.describe(TEAM, 1);
  expect(solved).toBe('a redrive succeeded, with version 2');

  // All stays good: nothing of it comes again.
  await test.pass(2 * HOUR);
  expect(outbox()).toHaveLength(4);
});
