/**
 * Old versions go by themselves, and nothing goes that somebody needs.
 */
import { afterEach, expect, it } from 'vitest';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  fakeDatasetConnector,
  type MemoryStorage,
  memoryStorage,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

let test: TimedEngine;
let storage: MemoryStorage;
afterEach(() => test.close());

async function open(): Promise<void> {
  storage = memoryStorage(() => test.clock.now());
  const runner = createConnectorRunner(new Map([['dataset', fakeDatasetConnector(storage)]]));
  test = await new TimedEngine({ runner, datasets: storage }).open();
}

const publishing = (dataset: string, wait?: number): object => {
  const Publish = {
    ...{ Type: 'Task', Resource: 'millrace:dataset', Parameters: { dataset }, End: true },
  };
  return {
    definition:
      wait === undefined
        ? { StartAt: 'Publish', States: { Publish } }
        : {
            StartAt: 'Wait',
            States: { Wait: { Type: 'Wait', Seconds: wait, Next: 'Publish' }, Publish },
          },
  };
};

async function publish(count: number, every: number, interval?: (at: number) => string) {
  for (let at = 0; at < count; at += 1) {
    const of = interval === undefined ? {} : { interval: interval(at) };
    await test.engine.executions.run(EVERYTHING, { pipeline: 'daily', ...of });
    await test.settled();
    await test.pass(every);
  }
}

const numbers = async (isThere: boolean): Promise<number[]> =>
  (await test.engine.datasets.versions(EVERYTHING, 'parcels', { limit: 100 })).items
    .filter(({ removedAt }) => (removedAt === undefined) === isThere)
    .map(({ number }) => number)
    .sort((a, b) => a - b);
const there = (): number =>
  [...storage.folders.keys()].filter((one) => one.includes('/parcels/')).length;

it('keeps the newest, and others as long as they are said to be', async () => {
  await open();
  const keep = { versions: 2, for: '3 days' };
  await test.deploy('daily', { datasets: { parcels: { keep } } }, publishing('parcels'));
  await publish(6, DAY);
  await test.pass(HOUR);
  // The first is six days and an hour old, the fourth three and an hour.
  expect(await numbers(false)).toEqual([1, 2, 3, 4]);
  expect(there()).toBe(2);
  await test.pass(30 * DAY);
  expect(await numbers(true)).toEqual([5, 6]);
});

it('keeps everything that is kept forever', async () => {
  await open();
  await test.deploy('daily', { datasets: { parcels: { keep: 'forever' } } }, publishing('parcels'));
  await publish(12, HOUR);
  // A year and more, of which each day is lived for an hour.
  for (let day = 0; day < 400; day += 1) {
    test.clock.jump(DAY - HOUR);
    await test.pass(HOUR);
  }
  expect(await numbers(false)).toEqual([]);
});

it('never removes what is current, of any interval or by a rollback', async () => {
  await open();
  const keep = { versions: 1, for: '1 hour' };
  const datasets = { parcels: { keep, per: 'interval' } };
  await test.deploy('daily', { datasets }, publishing('parcels'));
  await publish(4, DAY, (at) => `2026-11-0${(at % 3) + 1}`);
  await test.pass(DAY);
  expect(await numbers(true)).toEqual([2, 3, 4]);
  const { version } = await test.engine.datasets.version(EVERYTHING, 'parcels', 'current');
  expect(version).toBeDefined();
});

it('never removes what somebody has rolled back to', async () => {
  await open();
  const keep = { versions: 1, for: '2 days' };
  await test.deploy('daily', { datasets: { parcels: { keep } } }, publishing('parcels'));
  await publish(2, HOUR);
  const { items } = await test.engine.datasets.versions(EVERYTHING, 'parcels');
  await test.engine.datasets.rollBack(EVERYTHING, 'parcels', items[1]?.version ?? '', 'ana');
  await test.pass(30 * DAY);
  expect(await numbers(true)).toEqual([1, 2]);
});

it('never removes what an open execution reads, also after a restart, and does so when it has ended', async () => {
  await open();
  const keep = { versions: 1, for: '1 hour' };
  await test.deploy('daily', { datasets: { parcels: { keep } } }, publishing('parcels'));
  await publish(1, HOUR);
  const sections = { reads: { p: 'parcels' }, datasets: { report: {} } };
  await test.deploy('report', sections, publishing('report', 10 * 86_400));
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'report' });
  await test.settled();
  await publish(3, DAY);
  expect(await numbers(true)).toEqual([1, 4]);
  await test.restart();
  await test.pass(DAY);
  expect(await numbers(true)).toEqual([1, 4]);
  await test.pass(10 * DAY);
  expect((await test.engine.executions.wait(EVERYTHING, id)).status).toBe('SUCCEEDED');
  await test.pass(DAY);
  expect(await numbers(true)).toEqual([4]);
});

it('removes what a crash has left when it is a day old, and nothing that is known', async () => {
  await open();
  await test.deploy('daily', { datasets: { parcels: {} } }, publishing('parcels'));
  await publish(1, HOUR);
  const left = [
    'structured/default/parcels/versions/20261101T000000Z-00000000',
    'structured/default/parcels/quarantine/20261101T000000Z-00000000',
    '.staging/20261101T000000Z-00000000-abc',
  ];
  for (const folder of left) storage.folders.set(folder, { at: test.clock.now() });
  await test.pass(20 * HOUR);
  expect(left.every((folder) => storage.folders.has(folder))).toBe(true);
  await test.pass(2 * DAY);
  expect(left.some((folder) => storage.folders.has(folder))).toBe(false);
  expect(await numbers(true)).toEqual([1]);
  expect(there()).toBe(1);
});

it('of a version that is gone, a redrive says so', async () => {
  await open();
  const keep = { versions: 1, for: '1 hour' };
  await test.deploy('daily', { datasets: { parcels: { keep } } }, publishing('parcels'));
  await publish(1, HOUR);
  const Publish = {
    ...{ Type: 'Task', Resource: 'millrace:dataset', End: true },
    Parameters: { dataset: 'report', error: 'Broken' },
  };
  const definition = { StartAt: 'Publish', States: { Publish } };
  await test.deploy(
    'report',
    { reads: { p: 'parcels' }, datasets: { report: {} } },
    { definition },
  );
  const { id } = await test.engine.executions.run(EVERYTHING, { pipeline: 'report' });
  await publish(3, DAY);
  await test.engine.executions.redrive(EVERYTHING, id);
  const { error, cause } = await test.engine.executions.wait(EVERYTHING, id);
  expect(error).toBe('Dataset.NotFound');
  expect(cause).toContain('not kept any more');
});
