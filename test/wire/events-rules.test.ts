/**
 * Rules of EventBridge's API, as they act: what starts when an event comes, with what, and for whom.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { ARN, EventServer, MACHINE } from './event-server.js';

let server: EventServer;

beforeEach(async () => {
  server = await new EventServer().open();
});

afterEach(() => server.close());

const refused = (code: string, message?: string | RegExp) =>
  expect.objectContaining({
    code,
    ...(message === undefined
      ? {}
      : { message: typeof message === 'string' ? message : expect.stringMatching(message) }),
  });

describe('a rule', () => {
  it('starts an execution of its state machine with the event, before PutEvents answers', async () => {
    const Arn = await server.machine('orders');
    await server.rule('paid', { Arn }, { pattern: { detail: { paid: [true] } } });
    await server.put({ id: 1, paid: false });
    const id = await server.put({ id: 2, paid: true });
    const [only, ...others] = await server.executions('orders');
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      status: 'SUCCEEDED',
      triggeredBy: { type: 'event', event: id, bus: 'default', rule: 'paid' },
    });
    expect(await server.inputs('orders')).toMatchObject([
      { id, source: 'shop', 'detail-type': 'Order', detail: { id: 2, paid: true } },
    ]);
  });

  it.each([
    ['a part', { InputPath: '$.detail.id' }, 7],
    ['a constant', { Input: '{"a":1}' }, { a: 1 }],
    [
      'something made from parts',
      {
        InputTransformer: {
          InputPathsMap: { id: '$.detail.id' },
          InputTemplate: '{"order": <id>, "rule": "<aws.events.rule-name>"}',
        },
      },
      { order: 7, rule: 'made' },
    ],
  ])('gives its target %s of the event', async (_, settings, input) => {
    const Arn = await server.machine('orders');
    await server.rule('made', { Arn, ...settings });
    await server.put();
    expect(await server.inputs('orders')).toEqual([input]);
  });

  it('starts each of its targets, and another rule starts the same machine again', async () => {
    const Arn = await server.machine('orders');
    await server.rule('one', { Arn });
    await server.rule('two', { Arn });
    await server.call('PutTargets', { Rule: 'two', Targets: [{ Id: 'more', Arn, Input: '1' }] });
    await server.put();
    expect(await server.executions('orders')).toHaveLength(3);
  });

  it('does nothing while it is disabled, nor once it is gone', async () => {
    const Arn = await server.machine('orders');
    await server.rule('one', { Arn });
    await server.call('DisableRule', { Name: 'one' });
    await server.put();
    await server.call('EnableRule', { Name: 'one' });
    await server.put();
    await server.call('RemoveTargets', { Rule: 'one', Ids: ['target'] });
    await server.call('DeleteRule', { Name: 'one' });
    await server.put();
    expect(await server.executions('orders')).toHaveLength(1);
  });

  it('starts a published version or an alias, also because an execution has ended', async () => {
    const definition = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } } as never;
    const { stateMachines } = server.engine;
    await stateMachines.create({
      name: 'made',
      team: 'default',
      tags: {},
      definition,
      attributes: {
        type: 'STANDARD',
        roleArn: 'arn:aws:iam::000000000000:role/any',
        definitionText: JSON.stringify(definition),
      },
    });
    await stateMachines.publish(EVERYTHING, { team: 'default', name: 'made' }, {});
    await stateMachines.createAlias(EVERYTHING, { team: 'default', name: 'made' }, 'live', [
      { version: 1, weight: 100 },
    ]);
    await server.machine('first');
    await server.rule('version', { Arn: `${MACHINE}:made:1` });
    await server.rule(
      'alias',
      { Arn: `${MACHINE}:made:live` },
      { pattern: { detail: { status: ['SUCCEEDED'], millrace: { pipeline: ['first'] } } } },
    );
    await server.put();
    await server.engine.executions.run(EVERYTHING, { pipeline: 'first' });
    expect(await server.executions('made')).toHaveLength(2);
    const ofAlias = await server.store.listExecutions({
      pipeline: { team: 'default', name: 'made' },
      alias: 'live',
      limit: 9,
    });
    expect(ofAlias).toHaveLength(1);
    await server.restart();
    expect(await server.executions('made')).toMatchObject([
      { status: 'SUCCEEDED' },
      { status: 'SUCCEEDED' },
    ]);
  });

  it('acts after a restart as before', async () => {
    const Arn = await server.machine('orders');
    await server.rule('one', { Arn });
    await server.restart();
    await server.put();
    expect(await server.executions('orders')).toHaveLength(1);
  });

  it('hears of executions of its team that end', async () => {
    const Arn = await server.machine('orders');
    const after = await server.machine('after');
    await server.machine('foreign', 'other');
    await server.rule('one', { Arn });
    const pattern = { source: ['aws.states'], detail: { status: ['SUCCEEDED'] } };
    await server.rule(
      'ended',
      { Arn: after, InputPath: '$.detail.name' },
      {
        pattern: {
          ...pattern,
          detail: { ...pattern.detail, millrace: { pipeline: [{ 'anything-but': 'after' }] } },
        },
      },
    );
    await server.put();
    await server.engine.executions.start(EVERYTHING, { pipeline: 'foreign' });
    const [started] = await server.executions('orders');
    expect(await server.inputs('after')).toEqual([started?.name]);
  });

  it('ends a circle of executions that start each other', async () => {
    const Arn = await server.machine('again');
    await server.rule(
      'circle',
      { Arn },
      {
        pattern: {
          source: ['aws.states', 'shop'],
          detail: { status: ['SUCCEEDED', { exists: false }] },
        },
      },
    );
    await server.put();
    for (let turn = 0; turn < 20; turn += 1) await server.executions('again');
    const { items } = await server.engine.executions.list(EVERYTHING, {
      pipeline: 'again',
      limit: 1000,
    });
    expect(items.length).toBeGreaterThan(10);
    expect(items.length).toBeLessThan(60);
  });
});

describe('a bus as a target', () => {
  it('gets the event in the same commit, and its own rules act', async () => {
    const Arn = await server.machine('orders');
    await server.call('CreateEventBus', { Name: 'night' });
    await server.rule('on', { Arn: `${ARN}:event-bus/night` });
    await server.rule('there', { Arn, InputPath: '$.id' }, { bus: 'night' });
    const id = await server.put();
    expect(await server.inputs('orders')).toEqual([id]);
    const stored = await server.engine.events.list(EVERYTHING, { bus: 'night', limit: 10 });
    expect(stored.map(({ id: known }) => known)).toEqual([id]);
  });

  it('gets an event once, so a circle of buses ends', async () => {
    const Arn = await server.machine('orders');
    for (const Name of ['a', 'b']) await server.call('CreateEventBus', { Name });
    await server.rule('to-a', { Arn: `${ARN}:event-bus/a` });
    await server.rule('to-b', { Arn: `${ARN}:event-bus/b` }, { bus: 'a' });
    await server.rule('back', { Arn: `${ARN}:event-bus/a` }, { bus: 'b' });
    await server.rule('home', { Arn: `${ARN}:event-bus/default` }, { bus: 'b' });
    await server.rule('start', { Arn }, { bus: 'b' });
    await server.put();
    expect(await server.executions('orders')).toHaveLength(1);
    expect(await server.engine.events.list(EVERYTHING, { limit: 10 })).toHaveLength(3);
  });
});

describe('a rule with a schedule', () => {
  it('fires at each of its times once, also across restarts', async () => {
    const Arn = await server.machine('hourly');
    await server.rule('clock', { Arn, InputPath: '$.time' }, { schedule: 'rate(1 hour)' });
    await server.clock.until('2026-11-20T02:30:00Z');
    await server.restart();
    await server.clock.until('2026-11-20T03:30:00Z');
    expect(await server.inputs('hourly')).toEqual([
      '2026-11-20T01:00:00Z',
      '2026-11-20T02:00:00Z',
      '2026-11-20T03:00:00Z',
    ]);
  });

  it('fires once for what it missed', async () => {
    const Arn = await server.machine('hourly');
    await server.rule('clock', { Arn, InputPath: '$.time' }, { schedule: 'cron(0 * * * ? *)' });
    await server.engine.close();
    server.store.close();
    server.clock.jump(3 * 3_600_000 + 600_000);
    await server.open();
    await server.pass(1_000);
    expect(await server.inputs('hourly')).toEqual(['2026-11-20T03:00:00Z']);
  });

  it('is an event of the clock', async () => {
    const Arn = await server.machine('hourly');
    await server.rule('clock', { Arn }, { schedule: 'rate(5 minutes)' });
    await server.clock.until('2026-11-20T00:05:01Z');
    expect(await server.inputs('hourly')).toMatchObject([
      {
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        time: '2026-11-20T00:05:00Z',
        resources: [`${ARN}:rule/clock`],
        detail: {},
      },
    ]);
  });

  it('does not make up for times at which it was disabled', async () => {
    const Arn = await server.machine('hourly');
    await server.rule('clock', { Arn }, { schedule: 'cron(0 * * * ? *)' });
    await server.call('DisableRule', { Name: 'clock' });
    await server.clock.until('2026-11-20T02:30:00Z');
    await server.call('EnableRule', { Name: 'clock' });
    await server.clock.until('2026-11-20T02:59:00Z');
    expect(await server.executions('hourly')).toEqual([]);
    await server.clock.until('2026-11-20T03:00:01Z');
    expect(await server.executions('hourly')).toHaveLength(1);
  });
});

describe('what cannot be delivered', () => {
  it('to a service that is not here is a dead letter that says so', async () => {
    const Arn = 'arn:aws:sqs:us-east-1:000000000000:queue';
    const dead = 'arn:aws:sqs:us-east-1:000000000000:dead';
    await server.rule('queued', { Arn, DeadLetterConfig: { Arn: dead } });
    await server.put();
    expect(await server.deadLetters('default', dead)).toEqual([
      {
        RULE_ARN: `${ARN}:rule/queued`,
        TARGET_ARN: Arn,
        ERROR_CODE: 'NO_RESOURCE',
        ERROR_MESSAGE: expect.stringContaining("This server has no service 'sqs'"),
        RETRY_ATTEMPTS: '0',
      },
    ]);
    expect(await server.deadLetters('default', 'default')).toEqual([]);
  });

  it.each([
    ['a state machine that is not there', `${MACHINE}:none`],
    [
      'a state machine of another account',
      'arn:aws:states:us-east-1:999999999999:stateMachine:orders',
    ],
    ['a version that is not there', `${MACHINE}:orders:7`],
    ['an alias that is not there', `${MACHINE}:orders:live`],
    ['a bus that is not there', `${ARN}:event-bus/none`],
    ['something else of EventBridge', `${ARN}:archive/none`],
  ])('to %s goes to the dead letters', async (_, Arn) => {
    await server.machine('orders');
    await server.rule('lost', { Arn });
    await server.put();
    expect(await server.deadLetters()).toMatchObject([
      { TARGET_ARN: Arn, ERROR_CODE: 'NO_RESOURCE' },
    ]);
    expect(await server.executions('orders')).toEqual([]);
  });

  it('because a template makes no JSON goes to the dead letters', async () => {
    const Arn = await server.machine('orders');
    await server.rule('made', {
      Arn,
      InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"a": <id> <id>}' },
    });
    await server.put();
    expect(await server.deadLetters()).toMatchObject([{ ERROR_CODE: 'INVALID_JSON' }]);
  });
});

describe('a team', () => {
  it('matches only its own events, on buses of its own', async () => {
    const own = await server.machine('own');
    const foreign = await server.machine('foreign', 'other');
    await server.rule('all', { Arn: own });
    await server.rule('all', { Arn: foreign }, { team: 'other' });
    await server.put({}, {}, 'other');
    expect(await server.executions('own')).toEqual([]);
    expect(await server.executions('foreign')).toHaveLength(1);
  });

  it('starts nothing of another team, and does not learn that it is there', async () => {
    const Arn = await server.machine('foreign', 'other');
    await server.rule('all', { Arn });
    await server.put();
    expect(await server.executions('foreign')).toEqual([]);
    const [letter] = await server.deadLetters();
    await server.rule('all', { Arn: `${MACHINE}:none` });
    await server.put();
    const [, none] = await server.deadLetters();
    expect(letter?.ERROR_MESSAGE?.replace('foreign', 'none')).toBe(none?.ERROR_MESSAGE);
  });

  it('sees and changes only what is its own', async () => {
    await server.call('CreateEventBus', { Name: 'night' }, 'other');
    await server.rule(
      'all',
      { Arn: 'arn:aws:sqs:us-east-1:000000000000:q' },
      { bus: 'night', team: 'other' },
    );
    await server.destination('hook', {}, 'other');
    const bus = `${ARN}:event-bus/night`;
    await server.call('CreateArchive', { ArchiveName: 'all', EventSourceArn: bus }, 'other');
    const lists = [
      ['ListArchives', 'Archives'],
      ['ListConnections', 'Connections'],
      ['ListApiDestinations', 'ApiDestinations'],
      ['ListReplays', 'Replays'],
    ] as const;
    for (const [operation, member] of lists) {
      expect((await server.call(operation))[member], operation).toEqual([]);
    }
    const buses = await server.call('ListEventBuses');
    expect(buses.EventBuses.map(({ Name }: { Name: string }) => Name)).toEqual(['default']);
    const none = refused('ResourceNotFoundException');
    for (const [operation, request] of [
      ['DescribeEventBus', { Name: 'night' }],
      ['DescribeEventBus', { Name: bus }],
      ['DescribeRule', { Name: 'all', EventBusName: 'night' }],
      ['ListRules', { EventBusName: 'night' }],
      ['DisableRule', { Name: 'all', EventBusName: bus }],
      ['PutTargets', { Rule: 'all', EventBusName: 'night', Targets: [{ Id: 'x', Arn: bus }] }],
      ['TagResource', { ResourceARN: `${ARN}:rule/night/all`, Tags: [] }],
      [
        'PutPermission',
        { EventBusName: 'night', StatementId: 'x', Action: 'events:PutEvents', Principal: '*' },
      ],
      ['DescribeArchive', { ArchiveName: 'all' }],
      ['CreateArchive', { ArchiveName: 'mine', EventSourceArn: bus }],
      ['DescribeConnection', { Name: 'hook-connection' }],
      ['DeauthorizeConnection', { Name: 'hook-connection' }],
      ['DescribeApiDestination', { Name: 'hook' }],
      ['DeleteApiDestination', { Name: 'hook' }],
    ] as const) {
      await expect(server.call(operation, request), operation).rejects.toEqual(none);
    }
    await server.call('DeleteEventBus', { Name: 'night' });
    expect(await server.call('DescribeEventBus', { Name: 'night' }, 'other')).toMatchObject({
      Name: 'night',
    });
  });
});

describe('bounds', () => {
  it('has five targets at most', async () => {
    await server.call('PutRule', { Name: 'one', EventPattern: '{"source":["shop"]}' });
    const Targets = Array.from({ length: 6 }, (_, n) => ({
      Id: `t${n}`,
      Arn: 'arn:aws:sqs:us-east-1:000000000000:q',
    }));
    await expect(server.call('PutTargets', { Rule: 'one', Targets })).rejects.toEqual(
      refused('LimitExceededException'),
    );
    expect((await server.call('ListTargetsByRule', { Rule: 'one' })).Targets).toEqual([]);
  });

  it.each([
    [
      'no pattern and no schedule',
      { Name: 'x' },
      'ValidationException',
      /EventPattern or ScheduleExpression/,
    ],
    ['a bad pattern', { Name: 'x', EventPattern: '{"a":1}' }, 'InvalidEventPatternException', /./],
    [
      'a bad schedule',
      { Name: 'x', ScheduleExpression: 'rate(1 days)' },
      'ValidationException',
      /ScheduleExpression is not valid/,
    ],
    [
      'a schedule on another bus',
      { Name: 'x', EventBusName: 'night', ScheduleExpression: 'rate(1 day)' },
      'ValidationException',
      /only on the default event bus/,
    ],
    [
      'a bus that is not there',
      { Name: 'x', EventBusName: 'none', EventPattern: '{"source":["a"]}' },
      'ResourceNotFoundException',
      'Event bus none does not exist.',
    ],
  ])('refuses a rule with %s', async (_, request, code, message) => {
    await server.call('CreateEventBus', { Name: 'night' });
    await expect(server.call('PutRule', request)).rejects.toEqual(refused(code, message));
    expect((await server.call('ListRules')).Rules).toEqual([]);
  });

  it('lists in pages whose tokens belong to one list', async () => {
    for (const name of ['c', 'a', 'b']) {
      await server.call('PutRule', { Name: name, EventPattern: '{"source":["shop"]}' });
    }
    const first = await server.call('ListRules', { Limit: 2 });
    expect(first.Rules.map(({ Name }: { Name: string }) => Name)).toEqual(['a', 'b']);
    await server.call('DeleteRule', { Name: 'b' });
    const second = await server.call('ListRules', { Limit: 2, NextToken: first.NextToken });
    expect(second.Rules.map(({ Name }: { Name: string }) => Name)).toEqual(['c']);
    expect(second.NextToken).toBeUndefined();
    for (const NextToken of ['none', first.NextToken]) {
      await expect(server.call('ListEventBuses', { NextToken })).rejects.toEqual(
        refused('ValidationException'),
      );
    }
  });

  it('does not delete a bus that has rules', async () => {
    await server.call('CreateEventBus', { Name: 'night' });
    await server.rule('one', { Arn: 'arn:aws:sqs:us-east-1:000000000000:q' }, { bus: 'night' });
    await expect(server.call('DeleteEventBus', { Name: 'night' })).rejects.toEqual(
      refused('ValidationException'),
    );
  });
});
