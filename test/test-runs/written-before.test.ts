/**
 * What executions of a test run read of each other, and what its report compares with.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskRequest } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { TestReport } from '../../src/engine/calls/test-run-calls.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  fakeDatasetConnector,
  fakeDiff,
  type MemoryStorage,
  memoryStorage,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

const DAY = 86_400_000;
let test: TimedEngine;
let storage: MemoryStorage;
let tasks: TaskRequest[];

async function open(): Promise<void> {
  storage = memoryStorage(() => test.clock.now());
  tasks = [];
  const connector = fakeDatasetConnector(storage, (task) => tasks.push(task));
  const runner = createConnectorRunner(new Map([['dataset', connector]]));
  const ports = { datasets: storage, compareData: fakeDiff };
  test = new TimedEngine({ runner, ...ports });
  await test.open();
}
afterEach(() => test.close());

const publish = (dataset: string, more: object): object => ({
  ...{ Type: 'Task', Resource: 'millrace:dataset', ResultPath: null },
  ...{ Parameters: { dataset, 'rows.$': '$.rows' }, ...more },
});
const start = (pipeline: string, more: object): object => ({
  ...{ Type: 'Task', Resource: 'millrace:executions:start.sync:2', ResultPath: null },
  ...{ Parameters: { pipeline, 'input.$': '$' }, ...more },
});
const machine = (states: object): object => ({ StartAt: Object.keys(states)[0], States: states });

/** `daily` publishes `parcels` and has `part` make `parts` of it; `wholes` are made of both by a third one. */
async function deployChain(more: object = {}): Promise<void> {
  await test.deploy(
    'whole',
    { datasets: { wholes: {} }, reads: { parcels: 'parcels', parts: 'parts' } },
    { definition: machine({ Publish: publish('wholes', { End: true }) }) },
  );
  await test.deploy(
    'part',
    { datasets: { parts: {} }, reads: { parcels: 'parcels' } },
    { definition: machine({ Publish: publish('parts', { End: true }) }) },
  );
  await test.deploy(
    'daily',
    { datasets: { parcels: { ...more } } },
    {
      definition: machine({
        Publish: publish('parcels', { Next: 'Part' }),
        Part: start('part', { Next: 'Whole' }),
        Whole: start('whole', { End: true }),
      }),
    },
  );
}

const input = { rows: 7 };
const run = (pipeline: string, more: object = {}) =>
  test.engine.executions.run(EVERYTHING, { pipeline, input, ...more });
const tryOut = (pipeline: string, more: object = {}) => run(pipeline, { testRun: {}, ...more });

async function versions(dataset: string): Promise<{ version: string; state: string }[]> {
  const { items } = await test.engine.datasets.versions(EVERYTHING, dataset);
  return items.map(({ version, state }) => ({ version, state }));
}
/** Versions that the last task which wrote the dataset was handed. */
const handed = (written: string): { [alias: string]: readonly string[] } =>
  Object.fromEntries(
    Object.entries(tasks.findLast(({ version }) => version?.name === written)?.datasets ?? {}).map(
      ([alias, read]) => [alias, read.versions],
    ),
  );

async function report(id: string): Promise<TestReport> {
  const { signal } = new AbortController();
  return await test.engine.testRuns.report(EVERYTHING, id, { rows: 'compare' }, signal);
}

describe('executions of a test run', () => {
  it.each(['something', 'nothing'])(
    'read what it has written until then, where %s is published',
    async (published) => {
      await open();
      await deployChain();
      if (published === 'something') await run('daily');
      const { status } = await tryOut('daily');
      expect(status).toBe('SUCCEEDED');
      const shadow = async (dataset: string): Promise<string> => {
        const all = await versions(dataset);
        const found = all.filter(({ state }) => state === 'shadow').map(({ version }) => version);
        expect(found.length).toBe(1);
        return found[0] ?? '';
      };
      expect(handed('parts')).toEqual({ parcels: [await shadow('parcels')] });
      expect(handed('wholes')).toEqual({
        ...{ parcels: [await shadow('parcels')], parts: [await shadow('parts')] },
      });
      const folders = tasks.findLast(({ version }) => version?.name === 'parts')?.datasets;
      expect(folders?.parcels?.folders.every((one) => one.includes('/shadow/'))).toBe(true);
    },
  );

  it('read what is published of what it has not written, and nothing of other test runs', async () => {
    await open();
    await deployChain();
    await run('daily');
    await tryOut('daily');
    const { status } = await tryOut('part');
    expect(status).toBe('SUCCEEDED');
    const [current] = (await versions('parcels')).filter(({ state }) => state === 'published');
    expect(handed('parts')).toEqual({ parcels: [current?.version] });
    // What is no test run reads what is published, whatever was tried.
    await run('part');
    expect(handed('parts')).toEqual({ parcels: [current?.version] });
  });

  it('read of each interval what would be current of it', async () => {
    await open();
    await deployChain({ per: 'interval' });
    await run('daily', { interval: '2026-11-01' });
    await run('daily', { interval: '2026-11-02' });
    await tryOut('daily', { interval: '2026-11-02' });
    const [shadow, , first] = (await versions('parcels')).map(({ version }) => version);
    expect(handed('parts')).toEqual({ parcels: [first, shadow] });
  });

  it('read what is current when what it wrote is of an earlier interval', async () => {
    await open();
    await deployChain();
    await run('daily', { interval: '2026-11-02' });
    await tryOut('daily', { interval: '2026-11-01' });
    const [shadow, current] = (await versions('parcels')).map(({ version }) => version);
    expect(shadow).not.toBe(current);
    expect(handed('parts')).toEqual({ parcels: [current] });
  });

  it('read the same after a restart, and its files stay as long as that', async () => {
    await open();
    await test.deploy(
      'part',
      { datasets: { parts: {} }, reads: { parcels: 'parcels' } },
      {
        definition: machine({
          Wait: { Type: 'Wait', Seconds: (8 * DAY) / 1_000, Next: 'Publish' },
          Publish: publish('parts', { End: true }),
        }),
      },
    );
    await test.deploy(
      'daily',
      { datasets: { parcels: {} } },
      {
        definition: machine({
          Publish: publish('parcels', { Next: 'Part' }),
          Part: start('part', { End: true }),
        }),
      },
    );
    const request = { pipeline: 'daily', input, testRun: {} };
    const { id } = await test.engine.executions.start(EVERYTHING, request);
    await test.settled();
    await test.restart();
    await test.pass(7.9 * DAY);
    await test.settled();
    expect([...storage.folders.keys()].filter((one) => one.includes('parcels')).length).toBe(1);
    await test.pass(0.2 * DAY);
    await test.settled();
    expect(await test.engine.executions.describe(EVERYTHING, id)).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(handed('parts')).toEqual({ parcels: [(await versions('parcels'))[0]?.version] });
    // Nobody reads it any more.
    await test.pass(DAY);
    await test.settled();
    expect([...storage.folders.keys()].filter((one) => one.includes('parcels'))).toEqual([]);
  });
});

describe('the report of a test run', () => {
  it('compares with what was published when it ran, whatever is published later', async () => {
    await open();
    await deployChain();
    await run('daily');
    const { id } = await tryOut('daily');
    const [, then] = await versions('parcels');
    expect((await report(id)).versions[0]?.published).toMatchObject({ isCurrent: true });
    await run('daily');
    const [tried] = (await report(id)).versions;
    expect(tried?.published).toEqual({
      ...{ version: then?.version, rows: 7, bytes: 70, isCurrent: false },
    });
    expect(tried?.diff?.from.version).toBe(then?.version);
    // Another one is told of what is published now.
    const again = await report((await tryOut('daily')).id);
    expect(again.versions[0]?.published?.isCurrent).toBe(true);
    expect(again.versions[0]?.diff?.from.version).not.toBe(then?.version);
  });

  it('says that nothing was published then, also when something is now', async () => {
    await open();
    await deployChain();
    const { id } = await tryOut('daily');
    await run('daily');
    const { versions: tried, differs } = await report(id);
    expect(tried.map(({ published, diff }) => [published, diff])).toEqual(
      tried.map(() => [undefined, undefined]),
    );
    expect([tried.length, differs]).toEqual([3, 'yes']);
  });

  it('says that what was published then has been removed', async () => {
    await open();
    await deployChain({ keep: { versions: 1, for: '1 hour' } });
    await run('daily');
    const { id } = await tryOut('daily');
    await run('daily');
    await test.pass(2 * 3_600_000);
    await test.settled();
    const { versions: tried, differs } = await report(id);
    const [parcels] = tried;
    expect(parcels?.published).toMatchObject({
      ...{ isCurrent: false, removedAt: expect.any(Number) as number },
    });
    expect(parcels?.diff).toBeUndefined();
    expect(parcels?.problem).toBe(
      `What was published then, version '${parcels?.published?.version}', has been removed since.`,
    );
    expect(differs).toBe('unknown');
  });

  it('says after a week that what it wrote is kept no longer', async () => {
    await open();
    await deployChain();
    await run('daily');
    const { id } = await tryOut('daily');
    await test.pass(8 * DAY);
    await test.settled();
    const { versions: tried, differs } = await report(id);
    expect(tried.map(({ dataset, removedAt }) => [dataset, removedAt])).toEqual([
      ['parcels', expect.any(Number)],
    ]);
    expect(tried[0]?.problem).toContain('its files were kept for seven days');
    expect(differs).toBe('unknown');
  });
});
