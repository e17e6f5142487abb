/**
 * Schedules that clients make, on the real engine and a real file, with a clock that the test moves.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine, ExecutionDetail } from '../../src/engine/engine.js';
import type { ScheduleSettings } from '../../src/engine/features/schedules/api-schedule.js';
import type { ListedSchedule } from '../../src/engine/features/schedules/list-schedules.js';
import { StoreError } from '../../src/store/errors.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';
import { ManualClock, settled } from './manual-clock.js';

let folder: string;
let clock: ManualClock;
let engine: Engine;
let store: SynchronousStore;
/** Called before each commit; what it throws is what the commit fails with. */
let beforeCommit: (commit: Commit) => void;

async function open(): Promise<void> {
  store = openSqliteStore({ file: join(folder, 'test.db') });
  beforeCommit = () => {};
  const commit: SynchronousStore['commit'] = (one) => {
    beforeCommit(one);
    return store.commit(one);
  };
  engine = createEngine({
    store: { ...store, commit },
    runner: createConnectorRunner(new Map()),
    evaluator: { evaluate: async () => [], close: async () => {} },
    itemSource: createLocalItems(),
    workFolder: join(folder, 'work'),
    clock,
    onFatal: () => {},
  });
  await engine.open();
}

async function close(): Promise<void> {
  await engine.close();
  await store.close();
}

/** Nothing but the file is left. */
async function restart(): Promise<void> {
  await close();
  await open();
  await settled();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-scheduler-'));
  clock = new ManualClock('2026-11-20T00:00:00Z');
  await open();
});

afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders';
const ROLE = 'arn:aws:iam::000000000000:role/any';

async function deploy(name = 'orders', team = 'shop', sections: JsonObject = {}): Promise<void> {
  await engine.deployPipeline({
    name,
    team,
    tags: {},
    definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
    bindings: {},
    folder,
    sections,
  });
}

async function make(
  expression: string,
  more: Partial<ScheduleSettings> = {},
  target: JsonObject = {},
): Promise<void> {
  await engine.scheduler.create({
    team: 'shop',
    group: 'default',
    name: 'nightly',
    settings: settingsOf(expression, more, target),
  });
}

function settingsOf(
  expression: string,
  more: Partial<ScheduleSettings> = {},
  target: JsonObject = {},
): ScheduleSettings {
  return {
    expression,
    timezone: 'UTC',
    state: 'ENABLED',
    afterCompletion: 'NONE',
    target: { Arn: MACHINE, RoleArn: ROLE, ...target },
    ...more,
  };
}

async function started(pipeline = 'orders'): Promise<ExecutionDetail[]> {
  await settled();
  const { items } = await engine.listExecutions({ pipeline, limit: 1000 });
  return Promise.all(items.toReversed().map(({ id }) => engine.describeExecution(id)));
}

const timesOf = async (): Promise<unknown[]> =>
  (await started()).map(({ triggeredBy }) => triggeredBy?.at);

const listed = (): ListedSchedule => engine.listSchedules()[0] as ListedSchedule;

describe('a schedule', () => {
  it('starts its state machine with its input, each fire time once', async () => {
    await deploy();
    const Input =
      '{"schedule":"<aws.scheduler.schedule-arn>","at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":"<aws.scheduler.attempt-number>","other":"<aws.scheduler.other>"}';
    await make('cron(0 3 * * ? *)', { timezone: 'Europe/Berlin' }, { Input });
    await clock.until('2026-11-21T12:00:00Z');
    const executions = await started();
    expect(executions).toMatchObject([
      {
        name: expect.stringMatching(/^nightly-20261120T020000Z-[0-9a-f]{8}$/),
        interval: '2026-11-20',
        status: 'SUCCEEDED',
        triggeredBy: {
          type: 'schedule',
          at: '2026-11-20T02:00:00.000Z',
          schedule: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly',
        },
        input: {
          schedule: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly',
          at: '2026-11-20T02:00:00Z',
          id: expect.stringMatching(/^[0-9a-f]{16}$/),
          attempt: '1',
          other: '<aws.scheduler.other>',
        },
      },
      { interval: '2026-11-21' },
    ]);
    await restart();
    await clock.until('2026-11-21T12:30:00Z');
    expect(await started()).toHaveLength(2);
    expect(listed()).toMatchObject({
      kind: 'api',
      name: 'default/nightly',
      target: MACHINE,
      last: Date.parse('2026-11-21T02:00:00Z'),
      next: [{ fireTime: Date.parse('2026-11-22T02:00:00Z') }],
    });
  });

  it('of a rate counts from when it was made', async () => {
    await clock.until('2026-11-20T00:00:07.500Z');
    await deploy();
    await make('rate(10 minutes)');
    await restart();
    await clock.until('2026-11-20T00:21:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T00:10:07.000Z', '2026-11-20T00:20:07.000Z']);
  });

  it('of one time is done then, and deleted where it asks for that', async () => {
    await deploy();
    await make('at(2026-11-20T01:00:00)', { start: Date.parse('2027-01-01') });
    const named = { team: 'shop', group: 'default', name: 'once' };
    const gone = settingsOf('at(2026-11-20T01:00:00)', { afterCompletion: 'DELETE' });
    await engine.scheduler.create({ ...named, settings: gone });
    await clock.until('2026-11-20T02:00:00Z');
    expect(await started()).toHaveLength(2);
    expect(engine.scheduler.list('shop').map(({ name }) => name)).toEqual(['nightly']);
    await restart();
    expect(engine.scheduler.list('shop').map(({ name }) => name)).toEqual(['nightly']);
    await clock.until('2026-11-20T05:00:00Z');
    expect(await started()).toHaveLength(2);
  });

  it('has a start and an end', async () => {
    await deploy();
    const [start, end] = [Date.parse('2026-11-20T02:00:00Z'), Date.parse('2026-11-20T04:00:00Z')];
    await make('rate(1 hour)', { start, end });
    await clock.until('2026-11-20T08:00:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T02:00:00.000Z', '2026-11-20T03:00:00.000Z']);
    expect(listed().next).toEqual([]);
  });

  it('with a flexible window starts within it, once, also after a restart in between', async () => {
    await deploy();
    await make('cron(0 3 * * ? *)', { window: 60 });
    const [next] = listed().next;
    const start = next?.start ?? 0;
    expect(start).toBeGreaterThan(Date.parse('2026-11-20T03:00:01Z'));
    expect(start).toBeLessThan(Date.parse('2026-11-20T04:00:00Z'));
    await clock.until(new Date(start - 1000).toISOString());
    await restart();
    expect(await started()).toEqual([]);
    expect(listed()).toMatchObject({ window: 3_600_000, next: [{ start }] });
    await clock.until('2026-11-20T04:00:00Z');
    expect(await started()).toMatchObject([
      { startedAt: start, triggeredBy: { at: '2026-11-20T03:00:00.000Z' } },
    ]);
  });

  it('that is disabled does nothing, and does not make up for it when it is enabled', async () => {
    await deploy();
    await make('rate(1 hour)', { state: 'DISABLED' });
    await clock.until('2026-11-20T05:30:00Z');
    expect(await started()).toEqual([]);
    const named = { team: 'shop', group: 'default', name: 'nightly' };
    await engine.scheduler.update({ ...named, settings: settingsOf('rate(1 hour)') });
    await clock.until('2026-11-20T06:30:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T06:00:00.000Z']);
    await engine.scheduler.delete(named);
    await clock.until('2026-11-20T09:30:00Z');
    expect(await started()).toHaveLength(1);
  });

  it('goes on where it was when it is changed in another respect', async () => {
    await deploy();
    await make('rate(1 hour)');
    await clock.until('2026-11-20T00:30:00Z');
    const named = { team: 'shop', group: 'default', name: 'nightly' };
    const settings = settingsOf('rate(1 hour)', { description: 'other' }, { Input: '{"a":1}' });
    await engine.scheduler.update({ ...named, settings });
    await clock.until('2026-11-20T01:10:00Z');
    expect(await started()).toMatchObject([
      { triggeredBy: { at: '2026-11-20T01:00:00.000Z' }, input: { a: 1 } },
    ]);
  });
});

describe('what was missed while the server was away', () => {
  it.each([
    [undefined, 24],
    [7_200, 2],
  ])('is made up for when it is not older than %s seconds', async (age, count) => {
    await deploy();
    const RetryPolicy = age === undefined ? {} : { MaximumEventAgeInSeconds: age };
    await make('cron(0 * * * ? *)', {}, { RetryPolicy });
    await close();
    await clock.until('2026-11-22T12:30:00Z');
    await open();
    await clock.until('2026-11-22T12:30:01Z');
    const times = await timesOf();
    expect(times).toHaveLength(count);
    expect(times.at(-1)).toBe('2026-11-22T12:00:00.000Z');
    expect(listed().dropped).toMatchObject({
      count: 60 - count,
      first: Date.parse('2026-11-20T01:00:00Z'),
    });
    await restart();
    await clock.until('2026-11-22T12:30:02Z');
    expect(await started()).toHaveLength(count);
  });

  it('is made up for once when the commit fails', async () => {
    await deploy();
    await make('rate(1 hour)');
    let failures = 3;
    beforeCommit = ({ executions }) => {
      if (executions.length === 0 || failures === 0) return;
      failures -= 1;
      throw new StoreError('busy', 'the disk is busy');
    };
    await clock.until('2026-11-20T02:10:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T01:00:00.000Z', '2026-11-20T02:00:00.000Z']);
  });
});

const ORDERS = { team: 'shop', name: 'orders' };

describe('a target', () => {
  it('may be a published version or an alias', async () => {
    await deploy();
    await engine.stateMachines.publish(ORDERS, {});
    await engine.stateMachines.createAlias(ORDERS, 'live', [{ version: 1, weight: 100 }]);
    await make('rate(1 hour)', {}, { Arn: `${MACHINE}:live` });
    await clock.until('2026-11-20T01:10:00Z');
    expect(await started()).toMatchObject([{ publishedVersion: 1, alias: 'live' }]);
  });

  it('may be StartExecution as a universal target', async () => {
    await deploy();
    await deploy('other');
    const Input = JSON.stringify({
      StateMachineArn: MACHINE,
      Input: '{"at":"<aws.scheduler.scheduled-time>"}',
    });
    await make(
      'rate(1 hour)',
      {},
      { Arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', Input },
    );
    await clock.until('2026-11-20T01:10:00Z');
    expect(await started()).toMatchObject([{ input: { at: '2026-11-20T01:00:00Z' } }]);
    // Whoever asks why it starts is told.
    const { clientSchedules } = await engine.explainTrigger('orders');
    expect(clientSchedules).toMatchObject([{ name: 'default/nightly', kind: 'api' }]);
    expect(clientSchedules?.[0]?.next).toHaveLength(10);
    expect(await engine.explainTrigger('other')).toEqual({ pipeline: 'other' });
  });

  it('may be an event bus', async () => {
    await deploy('listener', 'shop', {
      trigger: { events: [{ pattern: { source: ['clock'] }, bus: 'night' }] },
    });
    await make(
      'rate(1 hour)',
      {},
      {
        Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/night',
        EventBridgeParameters: { Source: 'clock', DetailType: 'Tick' },
        Input: '{"tick":true}',
      },
    );
    await clock.until('2026-11-20T02:10:00Z');
    expect((await started('listener')).map(({ input }) => input)).toMatchObject([
      {
        source: 'clock',
        'detail-type': 'Tick',
        detail: { tick: true },
        time: '2026-11-20T01:00:00Z',
      },
      { time: '2026-11-20T02:00:00Z' },
    ]);
    await restart();
    await clock.until('2026-11-20T02:20:00Z');
    expect(await engine.listEvents({ bus: 'night', limit: 10 })).toHaveLength(2);
  });

  it('may be PutEvents as a universal target', async () => {
    const Input = JSON.stringify({
      Entries: [{ Source: 'clock', DetailType: 'Tick', Detail: '{"n":1}', EventBusName: 'night' }],
    });
    await make(
      'rate(1 hour)',
      {},
      { Arn: 'arn:aws:scheduler:::aws-sdk:eventbridge:putEvents', Input },
    );
    await clock.until('2026-11-20T01:10:00Z');
    expect(await engine.listEvents({ bus: 'night', limit: 10 })).toMatchObject([
      { team: 'shop', envelope: { detail: { n: 1 } } },
    ]);
  });

  it.each([
    [{ Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f' }, 'Nothing here performs'],
    [{ Arn: MACHINE.replace('orders', 'none') }, 'State Machine Does Not Exist'],
    [{ Arn: `${MACHINE}:none` }, "has no alias 'none'"],
    [{ Arn: MACHINE.replace('orders', 'theirs') }, 'State Machine Does Not Exist'],
    [{ Input: 'no JSON' }, 'not JSON'],
    [{ Arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', Input: '{}' }, 'StateMachineArn'],
    [{ Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', Input: '{}' }, 'Nothing here performs'],
    [{ Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/x' }, 'needs a source'],
  ])('%j that cannot be invoked fails each time, and says so', async (target, reason) => {
    await deploy();
    await deploy('theirs', 'others');
    await make('rate(1 hour)', {}, target);
    await clock.until('2026-11-20T03:10:00Z');
    expect(listed().failure).toMatchObject({
      reason: expect.stringContaining(reason),
      count: 3,
      fireTime: Date.parse('2026-11-20T03:00:00Z'),
    });
    expect([...(await started()), ...(await started('theirs'))]).toEqual([]);
    const letters = await engine.listDeadLetters({ limit: 10 });
    expect(letters).toHaveLength(3);
    expect(letters[0]).toMatchObject({
      team: 'shop',
      status: 'DEAD',
      failure: { message: expect.stringContaining(reason) },
      request: { rule: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly' },
    });
    await restart();
    expect(listed().failure?.count).toBe(3);
    const named = { team: 'shop', group: 'default', name: 'nightly' };
    await engine.scheduler.update({ ...named, settings: settingsOf('rate(1 hour)') });
    await clock.until('2026-11-20T04:10:00Z');
    expect(listed().failure).toBeUndefined();
    expect(await started()).toHaveLength(1);
  });

  it('whose last invocation failed keeps its schedule, so that one sees why', async () => {
    await make('at(2026-11-20T01:00:00)', { afterCompletion: 'DELETE' });
    await clock.until('2026-11-20T02:00:00Z');
    expect(listed().failure?.reason).toContain('Does Not Exist');
  });
});

describe('a group', () => {
  it('takes its schedules with it', async () => {
    const { scheduler } = engine;
    await scheduler.createGroup({ team: 'shop', name: 'night', tags: { a: '1' } });
    const settings = settingsOf('rate(1 hour)');
    await scheduler.create({ team: 'shop', group: 'night', name: 'one', settings });
    await scheduler.create({ team: 'shop', group: 'default', name: 'one', settings });
    await restart();
    expect(engine.scheduler.groups('shop').map(({ name }) => name)).toEqual(['default', 'night']);
    await engine.scheduler.deleteGroup('shop', 'night');
    await restart();
    expect(engine.scheduler.list('shop').map(({ group }) => group)).toEqual(['default']);
    expect(engine.scheduler.groups('shop').map(({ name }) => name)).toEqual(['default']);
  });
});

it('of one name is made once, however many ask at a time', async () => {
  const settings = settingsOf('rate(1 hour)');
  const wanted = { team: 'shop', group: 'default', name: 'one', settings };
  const make = (clientToken: string): Promise<void> =>
    engine.scheduler.create({ ...wanted, clientToken });
  const results = await Promise.allSettled([make('a'), make('a'), make('b')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});

it('lists a thousand schedules of the same second, each served once', async () => {
  await deploy();
  const settings = settingsOf('at(2026-11-20T01:00:00)');
  await Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      engine.scheduler.create({ team: 'shop', group: 'default', name: `s${index}`, settings }),
    ),
  );
  await clock.until('2026-11-20T01:00:01Z');
  for (let turn = 0; turn < 50; turn += 1) await settled();
  expect(await started()).toHaveLength(1_000);
  expect(engine.listSchedules().filter(({ last }) => last !== undefined)).toHaveLength(1_000);
}, 60_000);
