/**
 * Events, schedules and upstream conditions on the real engine and a real file, with a clock that the test moves.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ExecutionSummary } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
/** Outcomes of the tasks of pipelines, by name; those that are not here succeed. */
let failing: Set<string>;

beforeEach(async () => {
  failing = new Set();
  test = await openTimedEngine({
    runner: createConnectorRunner(
      new Map([
        [
          'echo',
          {
            kind: 'echo',
            runsCode: false,
            validate: () => [],
            run: async ({ execution }) =>
              failing.has(execution.pipeline)
                ? { type: 'failed', error: 'Broken', cause: 'for the test' }
                : { type: 'succeeded', output: null },
          },
        ],
      ]),
    ),
  });
});

afterEach(() => test.close());

const WORK = {
  StartAt: 'Work',
  States: {
    Work: { Type: 'Task', Resource: 'millrace:echo', Parameters: {}, ResultPath: null, End: true },
  },
};

const deploy = (
  name: string,
  trigger: JsonObject,
  team = 'default',
  allow: JsonObject = {},
): Promise<void> => test.deploy(name, { trigger, allow }, { team, definition: WORK });

const executionsOf = (pipeline: string): Promise<ExecutionSummary[]> => test.executions(pipeline);

const namesOf = async (pipeline: string): Promise<string[]> =>
  (await executionsOf(pipeline)).map(({ name }) => name);

describe('an event', () => {
  const order = { source: 'shop', detailType: 'Order', detail: { id: 7, paid: true } };
  const put = (events: object[], team = 'default') =>
    test.engine.events.put(ofTeam(team), events as never);

  it('is one of its team: the same id of another team is another event', async () => {
    await deploy('own', { events: [{ pattern: { source: ['shop'] } }] });
    await deploy('foreign', { events: [{ pattern: { source: ['shop'] } }] }, 'other');
    const [taken] = await put([{ ...order, id: 'o-7' }], 'other');
    expect(taken).toMatchObject({ duplicate: false, started: [{ pipeline: 'foreign' }] });
    const [own] = await put([{ ...order, id: 'o-7' }]);
    expect(own).toMatchObject({ duplicate: false, started: [{ pipeline: 'own' }] });
    expect(await namesOf('own')).toEqual(['event-o-7']);
  });

  it('starts the pipelines whose pattern it matches, with what they ask of it', async () => {
    await deploy('paid', { events: [{ pattern: { detail: { paid: [true] } } }] });
    await deploy('part', { events: [{ pattern: { source: ['shop'] }, inputPath: '$.detail.id' }] });
    await deploy('other', { events: [{ pattern: { source: ['depot'] } }] });
    await deploy('made', {
      events: [
        {
          pattern: { source: ['shop'] },
          inputTransformer: {
            paths: { id: '$.detail.id' },
            template: { order: '<id>', text: 'order <id>', rule: '<aws.events.rule-name>' },
          },
        },
      ],
    });
    const [result] = await put([{ ...order, id: 'o-7' }]);
    expect(result).toEqual({
      id: 'o-7',
      duplicate: false,
      started: [
        { pipeline: 'paid', name: 'event-o-7' },
        { pipeline: 'part', name: 'event-o-7' },
        { pipeline: 'made', name: 'event-o-7' },
      ],
    });
    const [paid] = await executionsOf('paid');
    expect(paid?.triggeredBy).toEqual({ type: 'event', event: 'o-7', bus: 'default', depth: 0 });
    expect((await test.engine.executions.describe(EVERYTHING, 'paid/event-o-7')).input).toEqual({
      version: '0',
      id: 'o-7',
      'detail-type': 'Order',
      source: 'shop',
      account: '000000000000',
      time: '2026-11-20T00:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: { id: 7, paid: true },
    });
    expect((await test.engine.executions.describe(EVERYTHING, 'part/event-o-7')).input).toBe(7);
    expect((await test.engine.executions.describe(EVERYTHING, 'made/event-o-7')).input).toEqual({
      order: 7,
      text: 'order 7',
      rule: 'made',
    });
    expect(await executionsOf('other')).toEqual([]);
  });

  it('that comes again starts nothing again, also after a restart', async () => {
    await deploy('paid', { events: [{ pattern: { source: ['shop'] } }] });
    const twice = await put([
      { ...order, id: 'same' },
      { ...order, id: 'same' },
    ]);
    expect(twice.map(({ duplicate }) => duplicate)).toEqual([false, true]);
    await test.restart();
    const [again] = await put([{ ...order, id: 'same' }]);
    expect(again).toEqual({
      id: 'same',
      duplicate: true,
      started: [{ pipeline: 'paid', name: 'event-same' }],
    });
    expect(await namesOf('paid')).toEqual(['event-same']);
    expect(await test.engine.events.list(EVERYTHING, { limit: 10 })).toHaveLength(1);
  });

  it('is on its bus and no other, and its team’s alone', async () => {
    const pattern = { source: ['shop'] };
    await deploy('mine', { events: [{ pattern }] });
    await deploy('night', { events: [{ pattern, bus: 'night' }] });
    await deploy('theirs', { events: [{ pattern }] }, 'others');
    const results = await put([order, { ...order, bus: 'night' }]);
    expect(results.map(({ started }) => started.map(({ pipeline }) => pipeline))).toEqual([
      ['mine'],
      ['night'],
    ]);
    expect(await executionsOf('theirs')).toEqual([]);
  });

  it('of the end of an execution starts whoever listens for it, in teams that may read it, without its data', async () => {
    await deploy('listings', {}, 'default', { read: ['others'] });
    const listening = {
      events: [
        {
          pattern: {
            source: ['aws.states'],
            detail: { status: ['FAILED'], millrace: { pipeline: ['listings'] } },
          },
        },
      ],
    };
    await deploy('repair', listening, 'others');
    await deploy('curious', listening, 'strangers');
    failing.add('listings');
    await test.engine.executions.run(EVERYTHING, {
      pipeline: 'listings',
      name: 'night',
      input: { secret: 1 },
    });
    const [repair] = await executionsOf('repair');
    const { input } = await test.engine.executions.describe(EVERYTHING, repair?.id ?? '');
    expect(input).toMatchObject({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { name: 'night', status: 'FAILED', error: 'Broken', input: null },
    });
    expect(JSON.stringify(input)).not.toContain('secret');
    expect(await executionsOf('curious')).toEqual([]);
  });

  it('is refused whole, before anything is stored, when one of them is not valid', async () => {
    await expect(put([order, { ...order, source: '' }])).rejects.toMatchObject({
      kind: 'InvalidEvent',
    });
    await expect(put([{ ...order, detail: { x: 'x'.repeat(300_000) } }])).rejects.toMatchObject({
      kind: expect.stringMatching(/InvalidEvent|PayloadTooLarge/),
    });
    expect(await test.engine.events.list(EVERYTHING, { limit: 10 })).toEqual([]);
  });

  it('of a pipeline that starts itself comes to an end', async () => {
    await deploy('circle', {
      events: [
        { pattern: { detail: { millrace: { pipeline: ['circle'] }, status: ['SUCCEEDED'] } } },
      ],
    });
    await test.engine.executions.run(EVERYTHING, { pipeline: 'circle' });
    await test.settled();
    expect((await executionsOf('circle')).length).toBeLessThanOrEqual(51);
  });
});

describe('a schedule', () => {
  const daily = (more: JsonObject = {}): JsonObject => ({ schedule: { hour: 3, ...more } });

  it('starts one execution for each fire time, with its interval', async () => {
    await deploy('listings', daily());
    await test.clock.until('2026-11-22T12:00:00Z');
    expect(await executionsOf('listings')).toMatchObject([
      { name: 'schedule-20261120T030000Z', interval: '2026-11-20', status: 'SUCCEEDED' },
      { name: 'schedule-20261121T030000Z', interval: '2026-11-21', status: 'SUCCEEDED' },
      { name: 'schedule-20261122T030000Z', interval: '2026-11-22', status: 'SUCCEEDED' },
    ]);
  });

  it('starts nothing for the time before it was there, and begins anew when it is changed', async () => {
    await deploy('listings', { schedule: { rate: '1 hour', start: '2026-11-01T00:00:00Z' } });
    await test.clock.until('2026-11-20T02:30:00Z');
    expect(await namesOf('listings')).toEqual([
      'schedule-20261120T010000Z',
      'schedule-20261120T020000Z',
    ]);
    await deploy('listings', { schedule: { rate: '30 minutes', start: '2026-11-01T00:00:00Z' } });
    await test.clock.until('2026-11-20T03:10:00Z');
    expect((await namesOf('listings')).slice(2)).toEqual(['schedule-20261120T030000Z']);
  });

  it.each<[JsonObject['catchUp'], string[]]>([
    ['skip', []],
    ['latest', ['20261123']],
    [{ all: 2 }, ['20261122', '20261123']],
    [{ all: 10 }, ['20261120', '20261121', '20261122', '20261123']],
  ])('makes up for what it missed while the server was away: %j', async (catchUp, days) => {
    await deploy('listings', daily({ catchUp: catchUp as never }));
    await test.stop();
    await test.clock.until('2026-11-23T12:00:00Z');
    await test.open();
    await test.clock.until('2026-11-23T12:00:01Z');
    expect(await namesOf('listings')).toEqual(days.map((day) => `schedule-${day}T030000Z`));
    // And once only, however often it starts.
    await test.restart();
    await test.clock.until('2026-11-23T12:00:02Z');
    expect(await executionsOf('listings')).toHaveLength(days.length);
  });

  it('with a window starts once, at its place in it, also after a restart in between', async () => {
    await deploy('listings', daily({ flexibleWindow: '2h', jitter: '10m' }));
    const { schedule } = await test.engine.pipelines.explainTrigger(EVERYTHING, 'listings');
    const [start = 0, second = 0] = schedule?.starts ?? [];
    expect(schedule).toMatchObject({
      window: 130 * 60_000,
      next: expect.arrayContaining([Date.parse('2026-11-20T03:00:00Z')]),
    });
    expect(start).toBeGreaterThan(Date.parse('2026-11-20T03:00:01Z'));
    expect(start).toBeLessThan(Date.parse('2026-11-20T05:10:00Z'));
    await test.clock.until(new Date(start - 1_000).toISOString());
    await test.restart();
    expect(await executionsOf('listings')).toEqual([]);
    expect(
      (await test.engine.pipelines.explainTrigger(EVERYTHING, 'listings')).schedule?.starts?.[0],
    ).toBe(start);
    await test.clock.until(new Date(start + 1).toISOString());
    const expected = { name: 'schedule-20261120T030000Z', interval: '2026-11-20' };
    expect(await executionsOf('listings')).toMatchObject([{ ...expected, startedAt: start }]);
    await test.restart();
    await test.clock.until(new Date(second - 1_000).toISOString());
    expect(await executionsOf('listings')).toHaveLength(1);
    // Away over the second start: the catch-up policy makes up for it, for its own day.
    await test.stop();
    await test.clock.until(new Date(second + 3_600_000).toISOString());
    await test.open();
    await test.clock.until(new Date(second + 3_601_000).toISOString());
    expect((await executionsOf('listings')).map(({ interval }) => interval)).toEqual([
      '2026-11-20',
      '2026-11-21',
    ]);
  });

  it('with a window does not start for a fire time before it was there', async () => {
    await test.clock.until('2026-11-20T03:01:00Z');
    await deploy('listings', daily({ flexibleWindow: '24h' }));
    await test.restart();
    await test.clock.until('2026-11-21T02:59:00Z');
    expect(await executionsOf('listings')).toEqual([]);
  });

  it('does not fire again when the clock is set back', async () => {
    await deploy('listings', daily());
    await test.clock.until('2026-11-20T03:10:00Z');
    test.clock.jump(-3_600_000);
    await test.clock.until('2026-11-20T04:00:00Z');
    expect(await namesOf('listings')).toEqual(['schedule-20261120T030000Z']);
    test.clock.jump(3_600_000 * 24);
    await test.clock.until('2026-11-21T05:00:00Z');
    expect(await namesOf('listings')).toHaveLength(2);
  });

  it('of a pipeline that nobody deploys any longer is silent', async () => {
    await deploy('listings', daily());
    await test.engine.stateMachines.delete(EVERYTHING, { team: 'default', name: 'listings' });
    await test.clock.until('2026-11-21T12:00:00Z');
    expect(await executionsOf('listings')).toEqual([]);
  });

  it('starts a thousand pipelines of the same second', async () => {
    for (let index = 0; index < 1_000; index += 1) {
      await test.engine.pipelines.deploy({
        name: `p${index}`,
        team: 'default',
        tags: {},
        definition: { StartAt: 'W', States: { W: { Type: 'Succeed' } } },
        bindings: {},
        folder: test.folder,
        sections: { trigger: daily() },
      });
    }
    await test.clock.until('2026-11-20T03:00:01Z');
    await test.settled();
    const { items } = await test.engine.executions.list(EVERYTHING, {
      limit: 1_000,
      status: 'SUCCEEDED',
    });
    expect(new Set(items.map(({ pipeline }) => pipeline)).size).toBe(1_000);
  }, 180_000);
});

const LISTINGS = { name: 'listings', team: 'crawlers' };
const SEARCHES = { name: 'searches', team: 'search' };

describe('a pipeline that waits for others', () => {
  beforeEach(async () => {
    await deploy('listings', { schedule: { hour: 3 } }, 'crawlers', { read: ['default'] });
    await deploy('searches', { schedule: { hour: 5 } }, 'search', { read: '*' });
    const allOf = [LISTINGS, { ...SEARCHES, status: ['SUCCESS'] }];
    await deploy('pipeline-x', { executions: { allOf } });
  });

  it('is told when each of them is expected for its interval, and nothing for one that has passed', async () => {
    await deploy('listings', { schedule: { cron: '0 3 * * ? *' } });
    await deploy('hours', { schedule: { cron: '30 * * * ? *' } });
    await deploy('report', { executions: { allOf: [{ name: 'listings' }, { name: 'hours' }] } });
    const expected = async (interval: string): Promise<(string | undefined)[]> => {
      const { upstreams } = await test.engine.pipelines.explainTrigger(
        EVERYTHING,
        'report',
        interval,
      );
      return (upstreams?.conditions ?? []).map(({ expectedAt }) =>
        expectedAt === undefined ? undefined : new Date(expectedAt).toISOString(),
      );
    };
    expect(await expected('2026-11-20')).toEqual([
      '2026-11-20T03:00:00.000Z',
      '2026-11-20T00:30:00.000Z',
    ]);
    expect(await expected('2026-11-21')).toEqual([
      '2026-11-21T03:00:00.000Z',
      '2026-11-21T00:30:00.000Z',
    ]);
    expect(await expected('2026-11-19')).toEqual([undefined, undefined]);
  });

  it('starts once when all have succeeded for the interval', async () => {
    await test.clock.until('2026-11-20T04:00:00Z');
    expect(await executionsOf('pipeline-x')).toEqual([]);
    await test.clock.until('2026-11-21T12:00:00Z');
    expect(await executionsOf('pipeline-x')).toMatchObject([
      { name: 'upstream-2026-11-20', interval: '2026-11-20', triggeredBy: { type: 'executions' } },
      { name: 'upstream-2026-11-21', interval: '2026-11-21' },
    ]);
  });

  it('waits when one has failed, and follows when it has been mended and redriven', async () => {
    failing.add('listings');
    await test.clock.until('2026-11-20T12:00:00Z');
    expect(await executionsOf('pipeline-x')).toEqual([]);
    failing.delete('listings');
    await test.engine.executions.redrive(EVERYTHING, 'listings/schedule-20261120T030000Z');
    expect(await namesOf('pipeline-x')).toEqual(['upstream-2026-11-20-listings@crawlers-1']);
  });

  it('starts again for the interval when what it used has been repaired, once', async () => {
    await test.clock.until('2026-11-20T12:00:00Z');
    expect(await namesOf('pipeline-x')).toEqual(['upstream-2026-11-20']);
    // Repaired by running it again for the same day.
    await test.engine.executions.run(EVERYTHING, {
      pipeline: 'listings',
      name: 'again',
      interval: '2026-11-20',
    });
    expect(await namesOf('pipeline-x')).toEqual([
      'upstream-2026-11-20',
      'upstream-2026-11-20-listings@crawlers-1',
    ]);
    await test.restart();
    expect(await executionsOf('pipeline-x')).toHaveLength(2);
  });

  it('starts after a restart for what was met while nobody looked', async () => {
    await test.clock.until('2026-11-20T06:00:00Z');
    await deploy('late', { executions: { anyOf: [SEARCHES] } });
    expect(await executionsOf('late')).toEqual([]);
    await test.restart();
    expect(await namesOf('late')).toEqual(['upstream-2026-11-20']);
  });

  it('notices by the clock that something did not happen', async () => {
    await deploy('without', {
      executions: { allOf: [LISTINGS, { name: 'partner', not: true, by: '06:00' }] },
    });
    await deploy('partner', {});
    await test.clock.until('2026-11-20T05:59:00Z');
    expect(await executionsOf('without')).toEqual([]);
    await test.clock.until('2026-11-20T06:01:00Z');
    expect(await namesOf('without')).toEqual(['upstream-2026-11-20']);
  });
});

describe('a pipeline that waits for one in another account', () => {
  const TRIGGER = {
    executions: {
      timezone: 'America/Los_Angeles',
      allOf: [{ name: 'listings', account: '111122223333' }, { name: 'searches' }],
    },
  };
  const arn = (name: string, account = '111122223333'): string =>
    `arn:aws:states:us-west-2:${account}:execution:listings:${name}`;
  /** As EventBridge tells it. */
  const told = (status: string, more: JsonObject = {}, name = 'run-1', account?: string) => ({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    detail: {
      executionArn: arn(name, account),
      name,
      status,
      // Still the 19th in Los Angeles.
      startDate: Date.parse('2026-11-20T06:00:00Z'),
      stopDate: status === 'RUNNING' ? null : Date.parse('2026-11-20T06:30:00Z'),
      redriveCount: 0,
      ...more,
    },
  });
  const put = async (event: object, team = 'default'): Promise<void> => {
    await test.engine.events.put(ofTeam(team), [event] as never);
    await test.settled();
  };
  const interval = '2026-11-19';
  const searches = async (): Promise<void> => {
    await deploy('searches', { schedule: { cron: '0 3 * * ? *' } });
    await test.engine.executions.run(EVERYTHING, { pipeline: 'searches', interval });
  };

  it('starts when the event of its success has come, on the day of its own zone', async () => {
    await deploy('joined', TRIGGER);
    await searches();
    await put(told('RUNNING'));
    const { upstreams } = await test.engine.pipelines.explainTrigger(
      EVERYTHING,
      'joined',
      interval,
    );
    expect(upstreams?.conditions[0]).toMatchObject({
      verdict: 'waiting',
      status: 'RUNNING',
      eventId: arn('run-1'),
    });
    expect(await namesOf('joined')).toEqual([]);
    await put(told('SUCCEEDED'));
    expect(await namesOf('joined')).toEqual(['upstream-2026-11-19']);
  });

  it('knows after a restart what was told before', async () => {
    await deploy('joined', TRIGGER);
    await put(told('SUCCEEDED'));
    await test.restart();
    await searches();
    expect(await namesOf('joined')).toEqual(['upstream-2026-11-19']);
  });

  it('is not misled by events that come late, twice or in another order', async () => {
    await deploy('joined', TRIGGER);
    await put(told('SUCCEEDED'));
    await put(told('RUNNING'));
    await put(told('SUCCEEDED'));
    await searches();
    expect(await namesOf('joined')).toEqual(['upstream-2026-11-19']);
  });

  it('starts again, once, when it was redriven there', async () => {
    await deploy('joined', TRIGGER);
    await searches();
    await put(told('SUCCEEDED'));
    await put(told('RUNNING', { redriveCount: 1 }));
    await put(told('SUCCEEDED', { redriveCount: 1 }));
    await put(told('SUCCEEDED', { redriveCount: 1 }));
    expect(await namesOf('joined')).toHaveLength(2);
  });

  it('takes the interval that another Millrace tells', async () => {
    await deploy('joined', TRIGGER);
    await searches();
    await put(
      told('SUCCEEDED', {
        startDate: Date.parse('2026-12-24T00:00:00Z'),
        millrace: { interval },
      }),
    );
    expect(await namesOf('joined')).toEqual(['upstream-2026-11-19']);
  });

  it.each([
    ['of another account', told('SUCCEEDED', {}, 'run-1', '999988887777'), 'default'],
    ['told to another team', told('SUCCEEDED'), 'other'],
    ['without a date', told('SUCCEEDED', { startDate: 'yesterday' }), 'default'],
    ['without an ARN', told('SUCCEEDED', { executionArn: 'listings' }), 'default'],
  ])('hears nothing in an event %s', async (_, event, team) => {
    await deploy('joined', TRIGGER);
    await searches();
    await put(event, team);
    expect(await namesOf('joined')).toEqual([]);
  });

  it('means its own executions by its own account, and no event can stand for them', async () => {
    const own = '000000000000';
    await deploy('listings', { schedule: { cron: '0 2 * * ? *' } });
    await deploy('joined', { executions: { allOf: [{ name: 'listings', account: own }] } });
    await put(told('SUCCEEDED', { millrace: { interval } }, 'run-1', own));
    expect(await namesOf('joined')).toEqual([]);
    await test.engine.executions.run(EVERYTHING, { pipeline: 'listings', interval });
    expect(await namesOf('joined')).toEqual(['upstream-2026-11-19']);
  });
});
