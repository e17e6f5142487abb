/**
 * What executions use and cost, on the real engine with a clock and a runner that the test plays.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  AttemptListener,
  AttemptOutcome,
  AttemptRequest,
} from '../../src/engine/kernel/ports.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { loadRates } from '../../src/pipelines/rates-file.js';
import { TimedEngine } from '../support/timed-engine.js';

const CARD = `
currency: USD
rates:
  - from: 2026-01-01
    transition: 0.000025
    workerSecond: { shell: 0.01 }
    gigabyteSecond: { lambda: 0.0000166667 }
    units: { dpuHours: 0.44 }
  - from: 2026-11-21
    transition: 0.00005
    workerSecond: { shell: 0.02 }
`;
const LOAD = {
  StartAt: 'Load',
  States: {
    Load: {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { command: 'load' },
      Retry: [{ ErrorEquals: ['Torn'], IntervalSeconds: 10, MaxAttempts: 5 }],
      End: true,
    },
  },
};
const OK: AttemptOutcome = { type: 'succeeded', output: {} };
const TORN: AttemptOutcome = { type: 'failed', error: 'Torn', cause: 'torn' };

let runs: { request: AttemptRequest; listener: AttemptListener }[];
let test: TimedEngine;

beforeEach(async () => {
  runs = [];
  const card = loadRates('rates.yaml', CARD).card;
  test = new TimedEngine({
    ...(card === undefined ? {} : { rates: card }),
    runner: {
      kinds: new Map([
        ['shell', 10],
        ['lambda', 10],
      ]),
      code: new Map(),
      start: (request, listener) => void runs.push({ request, listener }),
      kill: (id) => {
        for (const { request, listener } of runs) {
          if (request.attemptId === id)
            listener.settled({ type: 'failed', error: 'Killed', cause: '' });
        }
      },
      forget: async () => {},
      close: async () => {},
    },
  });
  await test.open();
});

afterEach(() => test.close(0));

async function start(pipeline: string, input: object = {}): Promise<string> {
  const { id } = await test.engine.executions.start(EVERYTHING, {
    pipeline,
    input: input as never,
  });
  await test.settled();
  return id;
}

/** The last attempt ends after so many seconds of work. */
async function end(seconds: number, outcome: AttemptOutcome = OK): Promise<void> {
  await test.pass(seconds * 1_000);
  runs.at(-1)?.listener.settled(outcome);
  await test.settled();
}

async function usage(id: string) {
  return (await test.engine.executions.describe(EVERYTHING, id)).usage;
}

/** Retries and costs of the results, the oldest first. */
async function results(): Promise<[number | undefined, number | undefined][]> {
  const { items } = await test.engine.checks.list(EVERYTHING);
  return items.toReversed().map(({ retries, cost }) => [retries, cost]);
}

describe('an execution', () => {
  it('costs its states and the seconds that workers had, to the millionth', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    const id = await start('nightly');
    await end(1.5);
    expect(await usage(id)).toEqual({
      ...{ transitions: 1, retries: 0, work: { shell: 1_500 }, units: {} },
      ...{ cost: 15_025, currency: 'USD' },
    });
    expect(await results()).toEqual([[0, 15_025]]);
  });

  it('counts every attempt beyond the first as a retry, and the work of all', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    const id = await start('nightly');
    await end(1, TORN);
    await test.pass(10_000);
    await end(2, TORN);
    await test.pass(20_000);
    await end(3);
    expect(await usage(id)).toMatchObject({ transitions: 1, retries: 2, work: { shell: 6_000 } });
    expect(await results()).toEqual([[2, 60_025]]);
  });

  it('knows after a crash what it had used before; what a lost worker did is not known', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    const id = await start('nightly');
    await end(1, TORN);
    await test.pass(10_000);
    expect(await usage(id)).toMatchObject({ retries: 1, cost: 10_025 });
    const crashed = test.crash();
    // Of the server that is gone: what it still hears, nobody reads.
    runs.at(-1)?.listener.settled(OK);
    await crashed;
    await test.settled();
    expect(await usage(id)).toMatchObject({ retries: 1, work: { shell: 1_000 }, cost: 10_025 });
    expect(await results()).toEqual([[1, 10_025]]);
  });

  it('is priced for each of its lives when it is redriven, and costs them together', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    const id = await start('nightly');
    await end(1, { type: 'failed', error: 'Broken', cause: 'torn' });
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.settled();
    await end(2);
    expect(await results()).toEqual([
      [0, 10_025],
      [0, 20_025],
    ]);
    expect(await usage(id)).toMatchObject({ work: { shell: 3_000 }, cost: 30_050 });
  });

  it('keeps the price of the day on which it ended', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    const first = await start('nightly');
    await end(1);
    await test.pass(86_400_000);
    const second = await start('nightly');
    await end(1);
    expect((await usage(first)).cost).toBe(10_025);
    expect((await usage(second)).cost).toBe(20_050);
  });

  it('costs the units that its tasks report, and says which have no price', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    const id = await start('nightly');
    const output = { cost: { units: { dpuHours: 0.25, pages: 3, 'no name': 1, less: -1 } } };
    await end(0, { type: 'succeeded', output });
    expect(await usage(id)).toEqual({
      ...{ transitions: 1, retries: 0, work: { shell: 0 } },
      ...{ units: { dpuHours: 0.25, pages: 3 }, unpriced: ['unit pages'] },
      ...{ cost: 110_025, currency: 'USD' },
    });
  });

  it('costs the memory of a function for the time that it had it', async () => {
    const lambda = {
      Resource: 'millrace:lambda',
      Parameters: { folder: 'f', handler: 'i.h', memory: 512 },
    };
    const definition = { StartAt: 'F', States: { F: { Type: 'Task', ...lambda, End: true } } };
    await test.deploy('function', {}, { definition });
    const id = await start('function');
    await end(60);
    // 30 GiB-seconds at 0.0000166667, and one state: 500.001 + 25 millionths.
    expect(await usage(id)).toMatchObject({ work: { lambda: 60_000 }, cost: 525 });
  });

  it('costs what the children of its distributed Map cost', async () => {
    const definition = {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            ...LOAD,
          },
          End: true,
        },
      },
    };
    await test.deploy('each', {}, { definition });
    const id = await start('each', [1, 2] as never);
    await test.settled();
    expect(runs).toHaveLength(2);
    await test.pass(2_000);
    for (const { listener } of runs) listener.settled(OK);
    await test.settled();
    expect(await usage(id)).toMatchObject({ transitions: 3, work: { shell: 4_000 }, cost: 40_075 });
    expect(await results()).toEqual([[0, 40_075]]);
  });

  it('that runs costs what it has cost so far', async () => {
    await test.deploy(
      'pass',
      {},
      {
        definition: {
          StartAt: 'A',
          States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Wait', Seconds: 60, End: true } },
        },
      },
    );
    expect(await usage(await start('pass'))).toMatchObject({ transitions: 2, cost: 50 });
  });
});

describe('the plan of a backfill', () => {
  const range = { pipeline: 'nightly', from: '2026-11-01', to: '2026-11-03' };

  it('says what it is going to cost: the median of the last that succeeded, for each slot', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    for (const seconds of [1, 9, 2]) {
      await start('nightly');
      await end(seconds);
    }
    await start('nightly');
    await end(100, { type: 'failed', error: 'Broken', cause: 'torn' });
    const { price } = await test.engine.backfills.plan(EVERYTHING, range);
    expect(price).toEqual({ each: 20_025, total: 60_075, currency: 'USD', of: 3 });
  });

  it('names no price while nothing is known', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    expect(await test.engine.backfills.plan(EVERYTHING, range)).not.toHaveProperty('price');
  });
});

describe('costs', () => {
  it('are summed by pipeline, team and day, for those who see them', async () => {
    await test.deploy('nightly', {}, { definition: LOAD });
    await test.deploy('hourly', {}, { definition: LOAD, team: 'parcels' });
    await start('nightly');
    await end(1);
    await start('hourly');
    await end(3);
    await test.crash();
    await start('nightly');
    await end(1);
    const board = (scope: Parameters<typeof test.engine.costs.list>[0]) =>
      test.engine.overview
        .board(scope, 'team')
        .map(({ value, today }) => `${value} ${today?.cost} ${today?.currency}`);
    expect(board(EVERYTHING)).toEqual(['default 20050 USD', 'parcels 30025 USD']);
    expect(board(ofTeam('parcels'))).toEqual(['parcels 30025 USD']);
    await test.pass(86_400_000);
    expect(board(EVERYTHING)).toEqual(['default 0 USD', 'parcels 0 USD']);
    await start('nightly');
    await end(1);
    const by = async (scope: Parameters<typeof test.engine.costs.list>[0], query = {}) =>
      (await test.engine.costs.list(scope, query)).map(
        ({ team, pipeline, executions, cost }) =>
          `${team}/${pipeline ?? '*'} ${executions} ${cost}`,
      );
    expect(await by(EVERYTHING)).toEqual(['default/nightly 3 40100', 'parcels/hourly 1 30025']);
    expect(await by(EVERYTHING, { by: 'team' })).toEqual([
      'default/* 3 40100',
      'parcels/* 1 30025',
    ]);
    expect(await by(ofTeam('parcels'))).toEqual(['parcels/hourly 1 30025']);
    const day = Date.UTC(2026, 10, 20);
    expect(await by(EVERYTHING, { from: day, to: day, pipeline: 'nightly' })).toEqual([
      'default/nightly 2 20050',
    ]);
    expect(await by(EVERYTHING, { by: 'day', pipeline: 'nightly' })).toEqual([
      'default/nightly 1 20050',
      'default/nightly 2 20050',
    ]);
  });
});

it('without a rate card nothing has a price, and retries are counted all the same', async () => {
  await test.close(0);
  test = new TimedEngine();
  await test.open();
  await test.deploy('nothing');
  const id = await start('nothing');
  expect(await usage(id)).toEqual({ transitions: 1, retries: 0, work: {}, units: {} });
  expect(await results()).toEqual([[0, undefined]]);
  expect(await test.engine.costs.list(EVERYTHING)).toEqual([]);
});
