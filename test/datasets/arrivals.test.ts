/**
 * What arrived of datasets on the last days: whose day a version is of, what was expected, and what a page costs.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ArrivalQuery, ArrivalRow } from '../../src/engine/calls/arrival-calls.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { fakeDatasetConnector, memoryStorage } from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

const HOUR = 3_600_000;

let it: TimedEngine;
beforeEach(async () => {
  const storage = memoryStorage();
  const runner = createConnectorRunner(new Map([['dataset', fakeDatasetConnector(storage)]]));
  it = await new TimedEngine({ runner, datasets: storage }).open();
});
afterEach(() => it.close());

const writes = (dataset: string): object => ({
  definition: {
    StartAt: 'Name',
    States: {
      Name: { Type: 'Pass', Result: dataset, ResultPath: '$.dataset', Next: 'Publish' },
      Publish: { Type: 'Task', Resource: 'millrace:dataset', End: true },
    },
  },
});

async function publish(pipeline: string, input: object = {}, interval?: string): Promise<void> {
  await it.engine.executions.run(EVERYTHING, {
    ...{ pipeline, input: input as never },
    ...(interval === undefined ? {} : { interval }),
  });
  await it.settled();
  await it.pass(1_000);
}

async function rows(query: ArrivalQuery = {}): Promise<ArrivalRow[]> {
  return (await it.engine.arrivals.list(EVERYTHING, query)).items as ArrivalRow[];
}

const states = (row: ArrivalRow | undefined): string[] =>
  (row?.days ?? []).map(({ day, state }) => `${day.slice(5)} ${state}`);

test('a version counts on the day of its interval, or on which it was written, in the zone that was asked for', async () => {
  await it.deploy('daily', { datasets: { daily: { per: 'interval' } } }, writes('daily'));
  await it.deploy('plain', { datasets: { plain: {} } }, writes('plain'));
  await publish('daily', { rows: 1 }, '2026-11-18');
  await publish('daily', { rows: 5, quarantined: 2 }, '2026-11-19');
  await publish('plain', { rows: 3 });
  const [daily, plain] = await rows({ days: 3 });
  expect(states(daily)).toEqual(['11-18 arrived', '11-19 quarantined', '11-20 nothing']);
  expect(daily?.days[0]).toMatchObject({ rows: 1, versions: 1, interval: '2026-11-18' });
  expect(states(plain)).toEqual(['11-18 nothing', '11-19 nothing', '11-20 arrived']);
  const west = await rows({ days: 2, zone: 'America/Los_Angeles', q: 'plain' });
  expect(states(west[0])).toEqual(['11-18 nothing', '11-19 arrived']);
  expect((await rows({ per: 'interval' })).map(({ name }) => name)).toEqual(['daily']);
});

test('what was expected and did not come is late, then missing; what comes then came late', async () => {
  const sections = {
    datasets: { daily: {} },
    owner: 'ana',
    expect: ['new data by 08:00 America/New_York'],
  };
  await it.deploy('daily', sections, writes('daily'));
  await publish('daily', { rows: 1 });
  await it.pass(20 * HOUR);
  const [missing] = await rows({ days: 2 });
  expect(missing).toMatchObject({ zone: 'America/New_York', owner: 'ana' });
  const last = missing?.days.at(-1);
  expect(['late', 'missing']).toContain(last?.state);
  expect(last?.words).toContain('new data by 08:00');
  await publish('daily', { rows: 2 });
  const [after] = await rows({ days: 2 });
  expect(after?.days.at(-1)).toMatchObject({ state: 'arrived late', rows: 2 });
});

test('very many versions are read as far as the bound, and days before are said to be unknown', async () => {
  await it.deploy('busy', { datasets: { busy: {} } }, writes('busy'));
  for (let at = 0; at < 450; at += 1) {
    await it.engine.executions.run(EVERYTHING, { pipeline: 'busy', input: { rows: at } });
    await it.pass(20 * 60_000);
  }
  const [busy] = await rows({ days: 10 });
  expect(busy?.isCut).toBe(true);
  expect(busy?.days[0]?.state).toBe('unknown');
  expect(busy?.days.at(-1)?.state).toBe('arrived');
  const [short] = await rows({ days: 2 });
  expect(short?.isCut).toBe(false);
}, 120_000);

test('datasets come page by page, and of other teams none', async () => {
  for (const name of ['a', 'b', 'c']) {
    await it.deploy(name, { datasets: { [name]: {} } }, writes(name));
  }
  const first = await it.engine.arrivals.list(EVERYTHING, { limit: 2 });
  expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
  const { next = '' } = first;
  const second = await it.engine.arrivals.list(EVERYTHING, { limit: 2, cursor: next });
  expect(second.items.map(({ name }) => name)).toEqual(['c']);
  expect((await it.engine.arrivals.list(ofTeam('other'))).items).toEqual([]);
});

test('days of the past are those of then, with what was written for them later', async () => {
  await it.deploy('daily', { datasets: { daily: { per: 'interval' } } }, writes('daily'));
  await it.deploy('plain', { datasets: { plain: {} } }, writes('plain'));
  for (let day = 20; day < 30; day += 1) {
    if (day !== 24) await publish('daily', { rows: day }, `2026-11-${day}`);
    await publish('plain', { rows: day });
    await it.pass(24 * HOUR);
  }
  await publish('daily', { rows: 1 }, '2026-11-25');
  await publish('daily', { rows: 2 }, '2026-11-23T05');
  const [daily, plain] = await rows({ days: 3, until: '2026-11-25' });
  expect(states(daily)).toEqual(['11-23 arrived', '11-24 nothing', '11-25 arrived']);
  expect(daily?.days.map(({ rows: count, versions }) => [count, versions])).toEqual([
    [2, 2],
    [undefined, 0],
    [1, 2],
  ]);
  expect(states(plain)).toEqual(['11-23 arrived', '11-24 arrived', '11-25 arrived']);
  expect(states((await rows({ days: 2, until: '2026-11-20', q: 'plain' }))[0])).toEqual([
    '11-19 nothing',
    '11-20 arrived',
  ]);
  const { days } = await it.engine.arrivals.list(EVERYTHING, { days: 2, until: '2026-11-20' });
  expect(days).toEqual(['2026-11-19', '2026-11-20']);
});

test('what was expected in the past is told of its day, however much has come of it since', async () => {
  const sections = { datasets: { daily: {} }, owner: 'ana', expect: ['new data by 08:00 UTC'] };
  await it.deploy('daily', sections, writes('daily'));
  await it.pass(30 * HOUR);
  for (let day = 0; day < 3; day += 1) {
    await publish('daily', { rows: 1 });
    await it.pass(24 * HOUR);
  }
  const [then] = await rows({ days: 1, until: '2026-11-20' });
  expect(then?.days[0]).toMatchObject({ day: '2026-11-20', versions: 0 });
  expect(['late', 'missing']).toContain(then?.days[0]?.state);
});

test.each(['2026-02-30', 'today', '2026-11-20T04'])('no days until %s', async (until) => {
  await expect(rows({ until })).rejects.toThrow(/no day/);
});

test('the end of a window is found by halving, in few reads', async () => {
  await it.deploy('busy', { datasets: { busy: {} } }, writes('busy'));
  for (let at = 0; at < 60; at += 1) {
    await it.engine.executions.run(EVERYTHING, { pipeline: 'busy', input: { rows: at } });
    await it.pass(6 * HOUR);
  }
  const reads = vi.spyOn(it.store, 'listRows');
  const [busy] = await rows({ days: 2, until: '2026-11-25' });
  expect(states(busy)).toEqual(['11-24 arrived', '11-25 arrived']);
  expect(busy?.days.map(({ versions }) => versions)).toEqual([4, 4]);
  expect(reads.mock.calls.length).toBeGreaterThan(2);
  expect(reads.mock.calls.length).toBeLessThan(20);
});
