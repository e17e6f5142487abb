/**
 * Schedules that clients make, on the real engine and a real file, with a clock that the test moves.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import type { ScheduleSettings } from '../../src/engine/features/schedules/api-schedule.js';
import type { ListedSchedule } from '../../src/engine/features/schedules/schedule-calls.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { StoreError } from '../../src/store/errors.js';
import type { Commit } from '../../src/store/store.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
/** Called before each commit; what it throws is what the commit fails with. */
let beforeCommit: (commit: Commit) => void;

beforeEach(async () => {
  beforeCommit = () => {};
  test = await openTimedEngine({
    wrap: (store) => ({
      ...store,
      commit(commit) {
        beforeCommit(commit);
        return store.commit(commit);
      },
    }),
    onFatal: () => {},
  });
});

afterEach(() => test.close());

const SHOP = ofTeam('shop');
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders';
const ROLE = 'arn:aws:iam::000000000000:role/any';

const deploy = (name = 'orders', team = 'shop', sections: JsonObject = {}): Promise<void> =>
  test.deploy(name, sections, { team });

async function make(
  expression: string,
  more: Partial<ScheduleSettings> = {},
  target: JsonObject = {},
): Promise<void> {
  await test.engine.scheduler.create(SHOP, {
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

const started = (pipeline = 'orders'): Promise<ExecutionDetail[]> => test.details(pipeline);

const timesOf = async (): Promise<unknown[]> =>
  (await started()).map(({ triggeredBy }) => triggeredBy?.at);

const listed = (): ListedSchedule => test.engine.schedules.list(EVERYTHING)[0] as ListedSchedule;

describe('a schedule', () => {
  it('starts its state machine with its input, each fire time once', async () => {
    await deploy();
    const Input =
      '{"schedule":"<aws.scheduler.schedule-arn>","at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":"<aws.scheduler.attempt-number>","other":"<aws.scheduler.other>"}';
    await make('cron(0 3 * * ? *)', { timezone: 'Europe/Berlin' }, { Input });
    await test.clock.until('2026-11-21T12:00:00Z');
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
    await test.restart();
    await test.clock.until('2026-11-21T12:30:00Z');
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
    await test.clock.until('2026-11-20T00:00:07.500Z');
    await deploy();
    await make('rate(10 minutes)');
    await test.restart();
    await test.clock.until('2026-11-20T00:21:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T00:10:07.000Z', '2026-11-20T00:20:07.000Z']);
  });

  it('of one time is done then, and deleted where it asks for that', async () => {
    await deploy();
    await make('at(2026-11-20T01:00:00)', { start: Date.parse('2027-01-01') });
    const named = { team: 'shop', group: 'default', name: 'once' };
    const gone = settingsOf('at(2026-11-20T01:00:00)', { afterCompletion: 'DELETE' });
    await test.engine.scheduler.create(SHOP, { ...named, settings: gone });
    await test.clock.until('2026-11-20T02:00:00Z');
    expect(await started()).toHaveLength(2);
    expect(test.engine.scheduler.list(SHOP).map(({ name }) => name)).toEqual(['nightly']);
    await test.restart();
    expect(test.engine.scheduler.list(SHOP).map(({ name }) => name)).toEqual(['nightly']);
    await test.clock.until('2026-11-20T05:00:00Z');
    expect(await started()).toHaveLength(2);
  });

  it('has a start and an end', async () => {
    await deploy();
    const [start, end] = [Date.parse('2026-11-20T02:00:00Z'), Date.parse('2026-11-20T04:00:00Z')];
    await make('rate(1 hour)', { start, end });
    await test.clock.until('2026-11-20T08:00:00Z');
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
    await test.clock.until(new Date(start - 1000).toISOString());
    await test.restart();
    expect(await started()).toEqual([]);
    expect(listed()).toMatchObject({ window: 3_600_000, next: [{ start }] });
    await test.clock.until('2026-11-20T04:00:00Z');
    expect(await started()).toMatchObject([
      { startedAt: start, triggeredBy: { at: '2026-11-20T03:00:00.000Z' } },
    ]);
  });

  it('that is disabled does nothing, and does not make up for it when it is enabled', async () => {
    await deploy();
    await make('rate(1 hour)', { state: 'DISABLED' });
    await test.clock.until('2026-11-20T05:30:00Z');
    expect(await started()).toEqual([]);
    const named = { group: 'default', name: 'nightly' };
    await test.engine.scheduler.update(SHOP, { ...named, settings: settingsOf('rate(1 hour)') });
    await test.clock.until('2026-11-20T06:30:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T06:00:00.000Z']);
    await test.engine.scheduler.delete(SHOP, named);
    await test.clock.until('2026-11-20T09:30:00Z');
    expect(await started()).toHaveLength(1);
  });

  it('goes on where it was when it is changed in another respect', async () => {
    await deploy();
    await make('rate(1 hour)');
    await test.clock.until('2026-11-20T00:30:00Z');
    const named = { group: 'default', name: 'nightly' };
    const settings = settingsOf('rate(1 hour)', { description: 'other' }, { Input: '{"a":1}' });
    await test.engine.scheduler.update(SHOP, { ...named, settings });
    await test.clock.until('2026-11-20T01:10:00Z');
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
    await test.stop();
    await test.clock.until('2026-11-22T12:30:00Z');
    await test.open();
    await test.clock.until('2026-11-22T12:30:01Z');
    const times = await timesOf();
    expect(times).toHaveLength(count);
    expect(times.at(-1)).toBe('2026-11-22T12:00:00.000Z');
    expect(listed().dropped).toMatchObject({
      count: 60 - count,
      first: Date.parse('2026-11-20T01:00:00Z'),
    });
    await test.restart();
    await test.clock.until('2026-11-22T12:30:02Z');
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
    await test.clock.until('2026-11-20T02:10:00Z');
    expect(await timesOf()).toEqual(['2026-11-20T01:00:00.000Z', '2026-11-20T02:00:00.000Z']);
  });
});

const ORDERS = { team: 'shop', name: 'orders' };

describe('a target', () => {
  it('may be a published version or an alias', async () => {
    await deploy();
    await test.engine.stateMachines.publish(SHOP, ORDERS, {});
    await test.engine.stateMachines.createAlias(SHOP, ORDERS, 'live', [
      { version: 1, weight: 100 },
    ]);
    await make('rate(1 hour)', {}, { Arn: `${MACHINE}:live` });
    await test.clock.until('2026-11-20T01:10:00Z');
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
    await test.clock.until('2026-11-20T01:10:00Z');
    expect(await started()).toMatchObject([{ input: { at: '2026-11-20T01:00:00Z' } }]);
    // Whoever asks why it starts is told.
    const { clientSchedules } = await test.engine.pipelines.explainTrigger(EVERYTHING, 'orders');
    expect(clientSchedules).toMatchObject([{ name: 'default/nightly', kind: 'api' }]);
    expect(clientSchedules?.[0]?.next).toHaveLength(10);
    expect(await test.engine.pipelines.explainTrigger(EVERYTHING, 'other')).toEqual({
      pipeline: 'other',
    });
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
    await test.clock.until('2026-11-20T02:10:00Z');
    expect((await started('listener')).map(({ input }) => input)).toMatchObject([
      {
        source: 'clock',
        'detail-type': 'Tick',
        detail: { tick: true },
        time: '2026-11-20T01:00:00Z',
      },
      { time: '2026-11-20T02:00:00Z' },
    ]);
    await test.restart();
    await test.clock.until('2026-11-20T02:20:00Z');
    expect(await test.engine.events.list(EVERYTHING, { bus: 'night', limit: 10 })).toHaveLength(2);
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
    await test.clock.until('2026-11-20T01:10:00Z');
    expect(await test.engine.events.list(EVERYTHING, { bus: 'night', limit: 10 })).toMatchObject([
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
    await test.clock.until('2026-11-20T03:10:00Z');
    expect(listed().failure).toMatchObject({
      reason: expect.stringContaining(reason),
      count: 3,
      fireTime: Date.parse('2026-11-20T03:00:00Z'),
    });
    expect([...(await started()), ...(await started('theirs'))]).toEqual([]);
    const letters = await test.engine.deadLetters.list(EVERYTHING, { limit: 10 });
    expect(letters).toHaveLength(3);
    expect(letters[0]).toMatchObject({
      team: 'shop',
      status: 'DEAD',
      failure: { message: expect.stringContaining(reason) },
      request: { rule: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly' },
    });
    await test.restart();
    expect(listed().failure?.count).toBe(3);
    const named = { group: 'default', name: 'nightly' };
    await test.engine.scheduler.update(SHOP, { ...named, settings: settingsOf('rate(1 hour)') });
    await test.clock.until('2026-11-20T04:10:00Z');
    expect(listed().failure).toBeUndefined();
    expect(await started()).toHaveLength(1);
  });

  it('whose last invocation failed keeps its schedule, so that one sees why', async () => {
    await make('at(2026-11-20T01:00:00)', { afterCompletion: 'DELETE' });
    await test.clock.until('2026-11-20T02:00:00Z');
    expect(listed().failure?.reason).toContain('Does Not Exist');
  });
});

describe('a group', () => {
  it('takes its schedules with it', async () => {
    const { scheduler } = test.engine;
    await scheduler.createGroup(SHOP, { name: 'night', tags: { a: '1' } });
    const settings = settingsOf('rate(1 hour)');
    await scheduler.create(SHOP, { group: 'night', name: 'one', settings });
    await scheduler.create(SHOP, { group: 'default', name: 'one', settings });
    await test.restart();
    expect(test.engine.scheduler.groups(SHOP).map(({ name }) => name)).toEqual([
      'default',
      'night',
    ]);
    await test.engine.scheduler.deleteGroup(SHOP, 'night');
    await test.restart();
    expect(test.engine.scheduler.list(SHOP).map(({ group }) => group)).toEqual(['default']);
    expect(test.engine.scheduler.groups(SHOP).map(({ name }) => name)).toEqual(['default']);
  });
});

it('of one name is made once, however many ask at a time', async () => {
  const settings = settingsOf('rate(1 hour)');
  const wanted = { group: 'default', name: 'one', settings };
  const make = (clientToken: string): Promise<void> =>
    test.engine.scheduler.create(SHOP, { ...wanted, clientToken });
  const results = await Promise.allSettled([make('a'), make('a'), make('b')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});

it('lists a thousand schedules of the same second, each served once', async () => {
  await deploy();
  const settings = settingsOf('at(2026-11-20T01:00:00)');
  await Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      test.engine.scheduler.create(SHOP, { group: 'default', name: `s${index}`, settings }),
    ),
  );
  await test.clock.until('2026-11-20T01:00:01Z');
  await test.settled();
  expect(await started()).toHaveLength(1_000);
  expect(
    test.engine.schedules.list(EVERYTHING).filter(({ last }) => last !== undefined),
  ).toHaveLength(1_000);
}, 180_000);
