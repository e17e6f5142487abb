/**
 * Buses, permissions, tags and targets as resources: what is kept is what is given back, also after a restart.
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/store/errors.js';
import { ARN, EventServer } from './event-server.js';

let server: EventServer;

beforeEach(async () => {
  server = await new EventServer().open();
});

afterEach(() => server.close());

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:queue';
const PATTERN = '{"source":["shop"]}';

describe('a bus', () => {
  it('has a description that can be changed, and is there after a restart', async () => {
    await server.call('CreateEventBus', { Name: 'night', Description: 'by night' });
    await server.pass(60_000);
    await server.call('UpdateEventBus', { Name: 'night', Description: 'at night' });
    await server.restart();
    expect(await server.call('DescribeEventBus', { Name: `${ARN}:event-bus/night` })).toEqual({
      Name: 'night',
      Arn: `${ARN}:event-bus/night`,
      Description: 'at night',
      CreationTime: Date.parse('2026-11-20T00:00:00Z') / 1000,
      LastModifiedTime: Date.parse('2026-11-20T00:01:00Z') / 1000,
    });
  });

  it('named default is always there, and has what was made of it', async () => {
    expect(await server.call('DescribeEventBus')).toEqual({
      Name: 'default',
      Arn: `${ARN}:event-bus/default`,
    });
    await server.call('UpdateEventBus', { Name: 'default', Description: 'ours' });
    const { EventBuses } = await server.call('ListEventBuses');
    expect(EventBuses).toMatchObject([{ Name: 'default', Description: 'ours' }]);
    await expect(server.call('CreateEventBus', { Name: 'default' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
  });

  it('is one of a hundred at most', async () => {
    for (let n = 0; n < 100; n += 1) await server.call('CreateEventBus', { Name: `bus-${n}` });
    await expect(server.call('CreateEventBus', { Name: 'more' })).rejects.toMatchObject({
      code: 'LimitExceededException',
    });
    await server.call('CreateEventBus', { Name: 'more' }, 'other');
  });

  it('keeps its policy statement by statement', async () => {
    const statement = { Action: 'events:PutEvents', Principal: '*', StatementId: 'all' };
    await server.call('PutPermission', statement);
    await server.call('PutPermission', {
      ...statement,
      StatementId: 'organization',
      Condition: { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1' },
    });
    await server.call('RemovePermission', { StatementId: 'all' });
    const { Policy } = await server.call('DescribeEventBus');
    expect(JSON.parse(Policy).Statement).toMatchObject([
      { Sid: 'organization', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
    ]);
    await server.call('RemovePermission', { RemoveAllPermissions: true });
    expect(await server.call('DescribeEventBus')).not.toHaveProperty('Policy');
  });

  it.each([
    ['half a statement', { Action: 'events:PutEvents', Principal: '*' }, 'ValidationException'],
    ['a statement and a document', { Policy: '{}', Principal: '*' }, 'ValidationException'],
    ['a document that is none', { Policy: '[' }, 'ValidationException'],
    [
      'a document that is too long',
      { Policy: JSON.stringify({ Statement: [{ Sid: 'x'.repeat(10_240) }] }) },
      'PolicyLengthExceededException',
    ],
  ])('refuses %s', async (_, request, code) => {
    await expect(server.call('PutPermission', request)).rejects.toMatchObject({ code });
    expect(await server.call('DescribeEventBus')).not.toHaveProperty('Policy');
  });
});

describe('a rule', () => {
  it('keeps its targets and tags when it is put again', async () => {
    const Tags = [{ Key: '__proto__', Value: 'odd' }];
    await server.call('PutRule', { Name: 'one', EventPattern: PATTERN, Tags });
    await server.call('PutTargets', { Rule: 'one', Targets: [{ Id: 'a', Arn: QUEUE }] });
    await server.call('PutRule', { Name: 'one', EventPattern: '{"source":["bank"]}', Tags: [] });
    await server.restart();
    expect(await server.call('DescribeRule', { Name: 'one' })).toMatchObject({
      EventPattern: '{"source":["bank"]}',
      State: 'ENABLED',
    });
    expect((await server.call('ListTargetsByRule', { Rule: 'one' })).Targets).toEqual([
      { Id: 'a', Arn: QUEUE },
    ]);
    const { Tags: kept } = await server.call('ListTagsForResource', {
      ResourceARN: `${ARN}:rule/one`,
    });
    expect(kept).toEqual(Tags);
  });

  it('gives its targets back as they were written', async () => {
    const target = {
      Id: 'a',
      Arn: QUEUE,
      RoleArn: 'arn:aws:iam::000000000000:role/any',
      InputTransformer: { InputPathsMap: { id: '$.id' }, InputTemplate: '"<id>"' },
      SqsParameters: { MessageGroupId: 'g' },
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
      DeadLetterConfig: { Arn: QUEUE },
    };
    await server.call('PutRule', { Name: 'one', EventPattern: PATTERN });
    await server.call('PutTargets', { Rule: 'one', Targets: [target] });
    expect((await server.call('ListTargetsByRule', { Rule: 'one' })).Targets).toEqual([target]);
  });

  it('tells which targets it could not remove', async () => {
    await server.rule('one', { Arn: QUEUE });
    expect(await server.call('RemoveTargets', { Rule: 'one', Ids: ['target', 'none'] })).toEqual({
      FailedEntryCount: 1,
      FailedEntries: [
        {
          TargetId: 'none',
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: 'Rule one does not have a target none.',
        },
      ],
    });
    expect((await server.call('ListTargetsByRule', { Rule: 'one' })).Targets).toEqual([]);
  });

  it('is found by its target, on its bus', async () => {
    await server.call('CreateEventBus', { Name: 'night' });
    await server.rule('one', { Arn: QUEUE });
    await server.rule('two', { Arn: QUEUE }, { bus: 'night' });
    const named = async (EventBusName: string) =>
      (await server.call('ListRuleNamesByTarget', { TargetArn: QUEUE, EventBusName })).RuleNames;
    expect([await named('default'), await named('night')]).toEqual([['one'], ['two']]);
  });

  it.each([
    ['an ARN that is none', { Arn: 'nothing' }],
    ['two kinds of input', { Arn: QUEUE, Input: '1', InputPath: '$.id' }],
    ['an input that is no JSON', { Arn: QUEUE, Input: '{' }],
    ['dead letters that are no queue', { Arn: QUEUE, DeadLetterConfig: { Arn: `${ARN}:rule/x` } }],
    ['too many retries', { Arn: QUEUE, RetryPolicy: { MaximumRetryAttempts: 186 } }],
    ['a cluster without a task', { Arn: 'arn:aws:ecs:us-east-1:000000000000:cluster/c' }],
  ])('refuses a target with %s, and all that came with it', async (_, target) => {
    await server.call('PutRule', { Name: 'one', EventPattern: PATTERN });
    const Targets = [
      { Id: 'right', Arn: QUEUE },
      { Id: 'wrong', ...target },
    ];
    await expect(server.call('PutTargets', { Rule: 'one', Targets })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    expect((await server.call('ListTargetsByRule', { Rule: 'one' })).Targets).toEqual([]);
  });

  it('has fifty tags at most', async () => {
    await server.call('PutRule', { Name: 'one', EventPattern: PATTERN });
    const tags = (from: number) =>
      Array.from({ length: 30 }, (_, n) => ({ Key: `k${from + n}`, Value: 'v' }));
    const ResourceARN = `${ARN}:rule/one`;
    await server.call('TagResource', { ResourceARN, Tags: tags(0) });
    await expect(server.call('TagResource', { ResourceARN, Tags: tags(30) })).rejects.toMatchObject(
      { code: 'ValidationException' },
    );
    expect((await server.call('ListTagsForResource', { ResourceARN })).Tags).toHaveLength(30);
  });
});

it('what could not be written is not there: the rule from before goes on', async () => {
  const Arn = await server.machine('orders');
  await server.rule('one', { Arn });
  const { commit } = server.store;
  server.store.commit = () => {
    throw new StoreError('full', 'The disk is full.');
  };
  const refused = server.call('PutRule', { Name: 'one', EventPattern: '{"source":["bank"]}' });
  await expect(refused).rejects.toMatchObject({ kind: 'StorageFull' });
  server.store.commit = commit;
  await server.pass(1_000);
  expect(await server.call('DescribeRule', { Name: 'one' })).toMatchObject({
    EventPattern: PATTERN,
  });
  await server.put();
  expect(await server.executions('orders')).toHaveLength(1);
});
