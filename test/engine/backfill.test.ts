/**
 * Backfills on the real engine and a real file: what a plan says, that exactly it is run, and that it survives a restart.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ExecutionSummary } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
/** Names of executions that fail. */
let failing: (name: string) => boolean;
/** Executions that run, by name: call it to let one end. */
let held: Map<string, () => void>;
let holding: boolean;
/** As many as ever ran at the same time. */
let most: number;

const DAILY = { schedule: { cron: '0 3 * * ? *' } };

/** What is running is cut off when the time that it has is over. */
async function ends(ending: Promise<void>): Promise<void> {
  await test.settled();
  await test.pass(60_000);
  await ending;
}

beforeEach(async () => {
  failing = () => false;
  held = new Map();
  holding = false;
  most = 0;
  test = await openTimedEngine({
    start: '2026-11-20T12:00:00Z',
    runner: createConnectorRunner(
      new Map([
        [
          'echo',
          {
            kind: 'echo',
            runsCode: false,
            validate: () => [],
            run: async ({ execution }, { signal }) => {
              if (holding) {
                await new Promise<void>((done) => {
                  held.set(execution.name, done);
                  signal.addEventListener('abort', () => done(), { once: true });
                  most = Math.max(most, held.size);
                });
                held.delete(execution.name);
                if (signal.aborted) return { type: 'failed', error: 'Killed', cause: 'closing' };
              }
              return failing(execution.name)
                ? { type: 'failed', error: 'Broken', cause: 'for the test' }
                : { type: 'succeeded', output: null };
            },
          },
        ],
      ]),
    ),
  });
});

afterEach(() => ends(test.close(1000)));

const WORK = {
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: 'millrace:echo',
      Parameters: {},
      ResultPath: null,
      Retry: [{ ErrorEquals: ['Millrace.WorkerLost'], MaxAttempts: 1 }],
      End: true,
    },
  },
};

const deploy = (name: string, trigger: JsonObject): Promise<void> =>
  test.deploy(name, { trigger }, { definition: WORK });

const executionsOf = (pipeline: string): Promise<ExecutionSummary[]> => test.executions(pipeline);

const range = { pipeline: 'listings', from: '2026-11-01', to: '2026-11-04' };

async function actions(request: object = range): Promise<string[]> {
  const { slots } = await test.engine.backfills.plan(EVERYTHING, request as typeof range);
  return slots.map(({ interval, action, reason }) => `${interval} ${action}: ${reason}`);
}

describe('the plan of a backfill', () => {
  it('has a slot for each fire time, also of days before the pipeline existed, and changes nothing', async () => {
    await deploy('listings', DAILY);
    expect(await actions()).toEqual([
      '2026-11-01 create: has not run',
      '2026-11-02 create: has not run',
      '2026-11-03 create: has not run',
      '2026-11-04 create: has not run',
    ]);
    expect(await executionsOf('listings')).toEqual([]);
    expect((await test.engine.backfills.list(EVERYTHING)).items).toEqual([]);
  });

  it('takes days in their own zone when the pipeline has no schedule', async () => {
    await deploy('listings', {});
    const { slots } = await test.engine.backfills.plan(EVERYTHING, {
      ...range,
      to: '2026-11-02T12:00:00Z',
    });
    expect(slots.map(({ interval, fireTime }) => [interval, fireTime])).toEqual([
      ['2026-11-01', Date.parse('2026-11-01T00:00:00Z')],
      ['2026-11-02', Date.parse('2026-11-02T00:00:00Z')],
    ]);
  });

  it('leaves alone what has succeeded, runs or is not due, and says so', async () => {
    await deploy('listings', DAILY);
    const start = (interval: string) =>
      test.engine.executions.run(EVERYTHING, {
        pipeline: 'listings',
        name: `by-hand-${interval}`,
        interval,
      });
    failing = (name) => name.endsWith('17');
    await start('2026-11-16');
    await start('2026-11-17');
    holding = true;
    await test.engine.executions.start(EVERYTHING, {
      pipeline: 'listings',
      name: 'now',
      interval: '2026-11-18',
    });
    await test.settled();
    const dates = { pipeline: 'listings', from: '2026-11-16', to: '2026-11-21' };
    expect(await actions(dates)).toEqual([
      '2026-11-16 skip: by-hand-2026-11-16 has succeeded',
      '2026-11-17 create: by-hand-2026-11-17 ended FAILED',
      '2026-11-18 skip: now runs now',
      '2026-11-19 create: has not run',
      '2026-11-20 create: has not run',
      '2026-11-21 skip: is not due yet',
    ]);
    const { slots } = await test.engine.backfills.plan(EVERYTHING, dates);
    expect(slots.flatMap(({ conflict }) => conflict ?? [])).toEqual(['now']);
    expect(
      (await actions({ ...dates, only: 'failed' })).filter((line) => /create/.test(line)),
    ).toEqual(['2026-11-17 create: by-hand-2026-11-17 ended FAILED']);
    expect((await actions({ ...dates, mode: 'all' }))[0]).toBe(
      '2026-11-16 create: by-hand-2026-11-16 has succeeded, and is run again',
    );
  });

  it('is refused when it is no range, is too long, or nobody knows the pipeline', async () => {
    await deploy('listings', { schedule: { rate: '1 minute' } });
    const refusal = (request: object) =>
      test.engine.backfills
        .plan(EVERYTHING, { ...range, ...request })
        .catch((error: { code: string }) => error.code);
    expect(await refusal({ from: 'monday' })).toBe('MILL3043');
    expect(await refusal({ from: '2026-11-05' })).toBe('MILL3043');
    expect(await refusal({ to: '2026-11-19' })).toBe('MILL3043');
    expect(await refusal({ pipeline: 'nobody' })).toBe('MILL3001');
  });
});

describe('a backfill', () => {
  it('starts what was planned, oldest first, so many at a time', async () => {
    await deploy('listings', DAILY);
    holding = true;
    const begun = await test.engine.backfills.start(EVERYTHING, { ...range, concurrency: 2 });
    await test.settled();
    expect(begun).toMatchObject({ id: '1', status: 'RUNNING', concurrency: 2 });
    expect([...held.keys()]).toEqual(['backfill-1-2026-11-01', 'backfill-1-2026-11-02']);
    held.get('backfill-1-2026-11-01')?.();
    await test.settled();
    expect([...held.keys()]).toEqual(['backfill-1-2026-11-02', 'backfill-1-2026-11-03']);
    expect((await test.engine.backfills.describe(EVERYTHING, '1')).counts).toEqual({
      total: 4,
      skipped: 0,
      pending: 1,
      running: 2,
      succeeded: 1,
      failed: 0,
    });
    holding = false;
    for (const release of held.values()) release();
    await test.settled();
    expect(most).toBe(2);
    const ended = await test.engine.backfills.describe(EVERYTHING, '1');
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.counts).toMatchObject({ succeeded: 4, pending: 0, running: 0 });
    const executions = await executionsOf('listings');
    expect(executions.map(({ interval }) => interval)).toEqual([
      '2026-11-01',
      '2026-11-02',
      '2026-11-03',
      '2026-11-04',
    ]);
    expect(executions[0]?.triggeredBy).toEqual({
      type: 'backfill',
      backfill: '1',
      at: '2026-11-01T03:00:00.000Z',
      depth: 0,
    });
  });

  it('goes on after a restart and starts nothing twice', async () => {
    await deploy('listings', DAILY);
    holding = true;
    await test.engine.backfills.start(EVERYTHING, { ...range, concurrency: 2 });
    await test.settled();
    await ends(test.stop(1000));
    holding = false;
    held = new Map();
    await test.open();
    await test.settled();
    await test.clock.until('2026-11-20T12:05:00Z');
    const ended = await test.engine.backfills.describe(EVERYTHING, '1');
    expect(ended.slots.map(({ execution, status }) => `${execution} ${status}`)).toEqual([
      'backfill-1-2026-11-01 succeeded',
      'backfill-1-2026-11-02 succeeded',
      'backfill-1-2026-11-03 succeeded',
      'backfill-1-2026-11-04 succeeded',
    ]);
    expect(ended.status).toBe('SUCCEEDED');
    expect(await executionsOf('listings')).toHaveLength(4);
  });

  it('is FAILED when one of its executions fails, and a second one takes up only the failed', async () => {
    await deploy('listings', DAILY);
    failing = (name) => name.endsWith('-02');
    await test.engine.backfills.start(EVERYTHING, range);
    await test.settled();
    expect(await test.engine.backfills.describe(EVERYTHING, '1')).toMatchObject({
      status: 'FAILED',
      counts: { succeeded: 3, failed: 1 },
    });
    failing = () => false;
    await test.engine.backfills.start(EVERYTHING, { ...range, only: 'failed' });
    await test.settled();
    expect(await test.engine.backfills.describe(EVERYTHING, '2')).toMatchObject({
      status: 'SUCCEEDED',
      counts: { total: 4, skipped: 3, succeeded: 1 },
    });
    expect((await executionsOf('listings')).at(-1)?.name).toBe('backfill-2-2026-11-02');
  });

  it('can be stopped: what runs goes on, nothing more is started', async () => {
    await deploy('listings', DAILY);
    holding = true;
    await test.engine.backfills.start(EVERYTHING, range);
    await test.settled();
    expect((await test.engine.backfills.stop(EVERYTHING, '1')).status).toBe('STOPPING');
    held.get('backfill-1-2026-11-01')?.();
    await test.settled();
    expect(await test.engine.backfills.describe(EVERYTHING, '1')).toMatchObject({
      status: 'STOPPED',
      counts: { succeeded: 1, pending: 3, running: 0 },
    });
    expect(await executionsOf('listings')).toHaveLength(1);
    await expect(test.engine.backfills.stop(EVERYTHING, '1')).rejects.toMatchObject({
      code: 'MILL3045',
    });
    await expect(test.engine.backfills.stop(EVERYTHING, '9')).rejects.toMatchObject({
      code: 'MILL3044',
    });
  });

  it('is refused when the plan that was shown is no longer the plan', async () => {
    await deploy('listings', DAILY);
    const { digest } = await test.engine.backfills.plan(EVERYTHING, range);
    await test.engine.executions.run(EVERYTHING, { pipeline: 'listings', interval: '2026-11-02' });
    await expect(
      test.engine.backfills.start(EVERYTHING, { ...range, plan: digest }),
    ).rejects.toMatchObject({
      code: 'MILL3046',
    });
    expect((await test.engine.backfills.list(EVERYTHING)).items).toEqual([]);
  });

  it('does not run what another one is about to run', async () => {
    await deploy('listings', DAILY);
    holding = true;
    const both = await Promise.allSettled([
      test.engine.backfills.start(EVERYTHING, range),
      test.engine.backfills.start(EVERYTHING, range),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await test.settled();
    expect((await actions())[3]).toBe('2026-11-04 skip: backfill-1-2026-11-04 is going to run');
  });

  it('ends at once when there is nothing to start', async () => {
    await deploy('listings', DAILY);
    const { status, counts } = await test.engine.backfills.start(EVERYTHING, {
      ...range,
      only: 'failed',
    });
    expect(status).toBe('SUCCEEDED');
    expect(counts).toMatchObject({ total: 4, skipped: 4, pending: 0 });
  });

  it('is listed page by page, the newest first', async () => {
    await deploy('listings', DAILY);
    for (const day of ['01', '02', '03']) {
      await test.engine.backfills.start(EVERYTHING, {
        ...range,
        from: `2026-11-${day}`,
        to: `2026-11-${day}`,
      });
      await test.settled();
    }
    const first = await test.engine.backfills.list(EVERYTHING, { limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(['3', '2']);
    const second = await test.engine.backfills.list(EVERYTHING, {
      limit: 2,
      cursor: first.next ?? '',
    });
    expect(second.items.map(({ id }) => id)).toEqual(['1']);
    expect(second.next).toBeUndefined();
    expect((await test.engine.backfills.list(ofTeam('other'))).items).toEqual([]);
  });
});

describe('the repair of what follows from an execution', () => {
  const after = (name: string): JsonObject => ({
    executions: { allOf: [{ name, status: ['SUCCEEDED'] }] },
  });
  const interval = '2026-11-19';
  const plan = async (id: string): Promise<string[]> =>
    (await test.engine.repairs.plan(EVERYTHING, id)).items.map(
      ({ pipeline, action, reason }) => `${pipeline} ${action}: ${reason}`,
    );

  it('lists what was made from an older outcome, upstreams first, and starts nothing that starts itself', async () => {
    for (const name of ['listings', 'searches', 'report']) await deploy(name, DAILY);
    for (const pipeline of ['listings', 'searches', 'report']) {
      await test.engine.executions.run(EVERYTHING, { pipeline, name: 'by-hand', interval });
      await test.pass(1000);
    }
    const { id } = await test.engine.executions.run(EVERYTHING, {
      pipeline: 'listings',
      name: 'again',
      interval,
    });
    await test.pass(1000);
    // Nobody waits for listings yet: nothing follows from it.
    expect(await plan(id)).toEqual([]);
    holding = true;
    await deploy('searches', after('listings'));
    await deploy('report', after('searches'));
    expect(await plan(id)).toEqual([
      'searches start: it began before listings ended',
      'report later: searches must run first',
    ]);
    const { name = '' } = (await test.engine.repairs.plan(EVERYTHING, id)).items[0] ?? {};
    const started = await test.engine.executions.start(EVERYTHING, {
      pipeline: 'searches',
      name,
      interval,
    });
    await test.settled();
    expect(await plan(id)).toEqual([
      'searches wait: it runs now',
      'report later: searches must run first',
    ]);
    // When searches has ended, report follows by itself: it is only waited for.
    held.get(name)?.();
    await test.engine.executions.wait(EVERYTHING, started.id);
    expect(await plan(id)).toEqual(['report wait: it runs now']);
    const names = (await executionsOf('report')).map((execution) => execution.name);
    held.get(names.at(-1) ?? '')?.();
    await test.settled();
    expect(await plan(id)).toEqual([]);
    expect(names).toHaveLength(2);
  });

  it('says when nothing can follow', async () => {
    await deploy('listings', DAILY);
    const { id } = await test.engine.executions.run(EVERYTHING, { pipeline: 'listings' });
    expect(await test.engine.repairs.plan(EVERYTHING, id)).toEqual({
      execution: id,
      problem: 'it is for no interval',
      items: [],
    });
  });
});
