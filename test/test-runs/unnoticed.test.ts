/**
 * What a test run is not: whatever others could notice is the same before it and after it, in every table that there is. The same
 * pipeline run for real changes most of them, so the test would see it.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openReader } from '../../src/store/driver.js';
import {
  fakeDatasetConnector,
  type MemoryStorage,
  memoryStorage,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
let storage: MemoryStorage;

async function open(): Promise<void> {
  storage = memoryStorage();
  const runner = createConnectorRunner(new Map([['dataset', fakeDatasetConnector(storage)]]));
  const of = { workerSecond: {}, gigabyteSecond: {}, units: {} };
  const rates = { currency: 'USD', versions: [{ from: 0, transition: 1_000_000_000n, ...of }] };
  test = await new TimedEngine({ runner, datasets: storage, rates }).open();
}
afterEach(() => test.close());

/** Of the execution itself; and what only its report reads. */
const ITS_OWN = new Set([
  ...['executions', 'threads', 'history', 'attempts', 'timers', 'map_runs', 'logs', 'log_records'],
  ...[
    'dataset_versions',
    'dataset_reads',
    'dataset_shadows',
    'schema_version',
    'settings',
    'test_run_effects',
  ],
  // Looked at by the clock, whatever runs.
  ...['expectation_clock', 'watched_parts', 'sweeps', 'taken_names'],
]);

/** Every row of every table, as text. */
function everything(): Map<string, string> {
  const reader = openReader(join(test.data, 'test.db'));
  try {
    const tables = reader
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
      .map(({ name }) => String(name));
    return new Map(
      tables
        .filter((table) => !ITS_OWN.has(table))
        .map((table) => [table, JSON.stringify(reader.prepare(`SELECT * FROM ${table}`).all())]),
    );
  } finally {
    reader.close();
  }
}

const changed = (before: Map<string, string>, after: Map<string, string>): string[] =>
  [...after.keys()].filter((table) => before.get(table) !== after.get(table)).sort();

/** A pipeline that is watched in every way, and what waits for it. */
async function deployNoisy(definition: object): Promise<void> {
  await test.deploy(
    'noisy',
    {
      owner: 'ana',
      datasets: { parcels: {} },
      expect: ['succeeded', 'new data within 1 days', 'finishes within 30 minutes'],
      notifications: {
        type: 'FULL_EXECUTION',
        targets: [{ channel: 'outbox', addresses: ['outbox'] }],
      },
      concurrency: { limit: 1, overlap: 'skip' },
    },
    { definition },
  );
  await test.deploy('after', {
    trigger: { executions: { allOf: [{ name: 'noisy' }] } },
  });
  const published = {
    source: ['millrace.datasets'],
    'detail-type': ['Dataset Version Published'],
  };
  const ended = {
    source: ['aws.states'],
    detail: { stateMachineArn: [{ suffix: ':noisy' }] },
  };
  await test.deploy('hearing', {
    trigger: { events: [{ pattern: published }, { pattern: ended }] },
  });
}

const GOOD = {
  StartAt: 'Publish',
  States: {
    Publish: {
      Type: 'Task',
      Resource: 'millrace:dataset',
      Parameters: { dataset: 'parcels', rows: 7, cost: { units: { dpuHours: 1 } } },
      End: true,
    },
  },
};
const BAD = {
  StartAt: 'Publish',
  States: {
    Publish: {
      Type: 'Task',
      Resource: 'millrace:dataset',
      Parameters: { dataset: 'parcels', rows: 7 },
      Next: 'No',
    },
    No: { Type: 'Fail', Error: 'Broken', Cause: 'it is' },
  },
};

async function run(testRun: boolean): Promise<string> {
  const request = { pipeline: 'noisy', ...(testRun ? { testRun: {} } : {}) };
  const { id } = await test.engine.executions.run(EVERYTHING, request);
  await test.settled();
  await test.pass(5_000);
  return id;
}

describe('a test run', () => {
  it.each([
    ['succeeds', GOOD, 'SUCCEEDED'],
    ['fails', BAD, 'FAILED'],
  ])('that %s changes no row that others read', async (_, definition, status) => {
    await open();
    await deployNoisy(definition);
    await run(false);
    const before = everything();
    const id = await run(true);
    expect(changed(before, everything())).toEqual([]);
    expect(await test.engine.executions.describe(EVERYTHING, id)).toMatchObject({
      status,
      testRun: { root: expect.any(Number) as number },
    });
    // The same for real is noticed.
    await run(false);
    const noticed = changed(before, everything());
    expect(noticed).toEqual(expect.arrayContaining(['check_results', 'datasets', 'events']));
    expect(noticed.length).toBeGreaterThan(6);
  });

  it('changes none when it is redriven, and none after a restart in between', async () => {
    await open();
    await deployNoisy(BAD);
    await run(false);
    const id = await run(true);
    const before = everything();
    await test.restart();
    await test.engine.executions.redrive(EVERYTHING, id, { definition: 'current' });
    await test.settled();
    await test.pass(5_000);
    expect(await test.engine.executions.describe(EVERYTHING, id)).toMatchObject({
      redriveCount: 1,
      status: 'FAILED',
      testRun: {},
    });
    expect(changed(before, everything())).toEqual([]);
  });

  it('is of no list of outcomes, and of lists of executions when it is asked for', async () => {
    await open();
    await deployNoisy(GOOD);
    const real = await run(false);
    const id = await run(true);
    const listed = async (testRuns?: 'with' | 'without' | 'only'): Promise<string[]> => {
      const filter = { pipeline: 'noisy', ...(testRuns === undefined ? {} : { testRuns }) };
      const all = await test.engine.executions.list(EVERYTHING, filter);
      const searched = await test.engine.executions.list(EVERYTHING, {
        ...filter,
        q: 'pipeline:noisy',
      });
      expect(searched.items).toEqual(all.items);
      return all.items.map((one) => one.id);
    };
    expect(await listed()).toEqual([real]);
    expect(await listed('without')).toEqual([real]);
    expect(await listed('with')).toEqual([id, real]);
    expect(await listed('only')).toEqual([id]);
  });

  it('takes no name that a trigger could give', async () => {
    await open();
    await deployNoisy(GOOD);
    const start = (name: string, testRun: boolean) =>
      test.engine.executions.start(EVERYTHING, {
        ...{ pipeline: 'noisy', name },
        ...(testRun ? { testRun: {} } : {}),
      });
    await expect(start('noisy-2026-11-20', true)).rejects.toThrow('no name for a test run');
    await start('test-1', true);
    expect(await start('test-1', true)).toMatchObject({ created: false });
    await expect(start('test-1', false)).rejects.toThrow('test-1');
  });
});

describe('what a test run starts', () => {
  const STARTS = {
    StartAt: 'Start',
    States: {
      Start: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: 'noisy', Name: 'once', Input: {} },
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...GOOD,
        },
        End: true,
      },
    },
  };

  it('is part of it: executions, and children of distributed Maps', async () => {
    await open();
    await deployNoisy(GOOD);
    const definition = structuredClone(STARTS);
    Object.assign(definition.States.Start, { ResultPath: null });
    await test.deploy('parent', {}, { definition });
    const before = everything();
    const request = { pipeline: 'parent', input: { items: [1, 2] } };
    const parent = await test.engine.executions.run(EVERYTHING, { ...request, testRun: {} });
    await test.settled();
    await test.pass(5_000);
    expect(parent.status).toBe('SUCCEEDED');
    expect(changed(before, everything())).toEqual([]);
    const { root } = parent.testRun ?? { root: 0 };
    const all = (await test.engine.executions.list(EVERYTHING, { testRuns: 'only' })).items;
    expect(all.map(({ pipeline, name, testRun }) => [pipeline, name, testRun?.root])).toEqual([
      ['noisy', `test-${root}-once`, root],
      ['parent', parent.name, root],
    ]);
    const [mapRun] = await test.engine.mapRuns.list(EVERYTHING, parent.id);
    const children = await test.engine.executions.list(EVERYTHING, { mapRun: mapRun?.id ?? '' });
    expect(children.items.map(({ testRun }) => testRun?.root)).toEqual([root, root]);
    // For real it starts another one, by the name that it says.
    const real = await test.engine.executions.run(EVERYTHING, request);
    expect(real.status).toBe('SUCCEEDED');
    const names = (await test.executions('noisy')).map(({ name }) => name);
    expect(names).toContain('once');
    expect(
      (await test.engine.datasets.versions(EVERYTHING, 'parcels')).items.map(({ state }) => state),
    ).toEqual(['published', 'published', 'published', 'shadow', 'shadow', 'shadow']);
  });
});

describe('room', () => {
  const WAITS = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } };
  const TRIGGERED = { type: 'schedule' };

  it('is not taken from what is no test run: that begins as if there were none', async () => {
    await open();
    await deployNoisy(WAITS);
    const start = (name: string, more: object) =>
      test.engine.executions.start(EVERYTHING, { pipeline: 'noisy', name, ...more });
    await start('test-1', { testRun: {} });
    await start('test-2', { testRun: {} });
    await start('real', { triggeredBy: TRIGGERED });
    await test.settled();
    const how = async (): Promise<unknown[]> => {
      const filter = { pipeline: 'noisy', testRuns: 'with' as const };
      const { items } = await test.engine.executions.list(EVERYTHING, filter);
      return items.map(({ name, status, queued }) => [name, status, queued !== undefined]).sort();
    };
    expect(await how()).toEqual([
      ['real', 'RUNNING', false],
      ['test-1', 'RUNNING', false],
      ['test-2', 'RUNNING', true],
    ]);
    await test.restart();
    await test.settled();
    expect((await how())[2]).toEqual(['test-2', 'RUNNING', true]);
    await test.pass(61_000);
    await test.settled();
    expect(await how()).toEqual([
      ['real', 'SUCCEEDED', false],
      ['test-1', 'SUCCEEDED', false],
      ['test-2', 'RUNNING', false],
    ]);
    await test.pass(61_000);
    await test.settled();
    expect((await how())[2]).toEqual(['test-2', 'SUCCEEDED', false]);
  });
});
