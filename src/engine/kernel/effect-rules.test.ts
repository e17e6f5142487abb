import { describe, expect, it } from 'vitest';
import type { TaskPattern } from '../../asl/transition.js';
import { isRecorded, standIn } from './effect-rules.js';
import type { Resolution } from './resolve-task.js';

const PLACE = { account: 'lake', region: 'eu-central-1' };
const task = (resource: string, given = {}, pattern: TaskPattern = 'requestResponse') => ({
  resource,
  pattern,
  arguments: given,
});
const connector = (kind: string, given = {}, binding?: string): Resolution => ({
  ...{ type: 'connector', kind, arguments: given, wrapping: 'plain' as const },
  ...(binding === undefined ? {} : { binding }),
});
const remote = (service: string, action: string): Resolution => ({
  ...{ type: 'remote', parameters: {}, place: PLACE, takes: 'output' },
  resource: { service, action, form: 'requestResponse' } as never,
});
const aws = (name: string): string => `arn:aws:states:::aws-sdk:${name}`;

/** Every way a task can be performed (`Resolution`), and what a test run does of itself. */
const RULES: readonly [string, Resolution, ReturnType<typeof task>, 'done' | 'recorded'][] = [
  ['shell', connector('shell'), task('millrace:shell'), 'done'],
  ['sql', connector('sql'), task('millrace:sql'), 'done'],
  ['lambda', connector('lambda'), task('millrace:lambda'), 'done'],
  ['echo', connector('echo'), task('millrace:echo'), 'done'],
  ['dataset', connector('dataset'), task('millrace:dataset'), 'done'],
  ['spark', connector('spark'), task('millrace:spark'), 'recorded'],
  ['dbt', connector('dbt'), task('millrace:dbt'), 'recorded'],
  ['a connector that is not known', connector('other'), task('millrace:other'), 'recorded'],
  ['http without a method', connector('http', { url: 'x' }), task('millrace:http'), 'done'],
  ['http GET', connector('http', { method: 'GET' }), task('millrace:http'), 'done'],
  ['http HEAD', connector('http', { method: 'head' }), task('millrace:http'), 'done'],
  ['http POST', connector('http', { method: 'POST' }), task('millrace:http'), 'recorded'],
  ['http DELETE', connector('http', { method: 'DELETE' }), task('millrace:http'), 'recorded'],
  ['http of a strange method', connector('http', { method: 7 }), task('millrace:http'), 'recorded'],
  [
    'an HTTP Task that gets',
    connector('http-invoke', { Method: 'GET' }),
    task('arn:aws:states:::http:invoke'),
    'done',
  ],
  [
    'an HTTP Task that posts',
    connector('http-invoke', { Method: 'POST' }),
    task('arn:aws:states:::http:invoke'),
    'recorded',
  ],
  [
    'a token for others',
    connector('shell'),
    task('millrace:shell.waitForTaskToken', {}, 'waitForTaskToken'),
    'recorded',
  ],
  [
    'a function that is bound',
    connector('lambda', {}, 'extract'),
    task('arn:aws:lambda:us-east-1:000000000000:function:extract'),
    'done',
  ],
  [
    'an invoked function that is bound',
    connector('shell', {}, 'extract'),
    task('arn:aws:states:::lambda:invoke'),
    'done',
  ],
  [
    'a script that stands for SNS',
    connector('shell', {}, 'arn:aws:states:::sns:publish'),
    task('arn:aws:states:::sns:publish'),
    'recorded',
  ],
  [
    'a script that stands for a look',
    connector('shell', {}, aws('s3:getObject')),
    task(aws('s3:getObject')),
    'done',
  ],
  ['another execution', { type: 'execution', pipeline: 'a', input: {} }, task('x:y'), 'done'],
  ['an activity', { type: 'activity', name: 'review' }, task('x:y'), 'recorded'],
  [
    'a cluster of a pool',
    { type: 'pool', parameters: {}, place: PLACE },
    task('millrace:clusters:take'),
    'recorded',
  ],
  ['a bound result', { type: 'result', output: 1, wrapping: 'plain' }, task('x:y'), 'done'],
  ['a failure', { type: 'failure', error: 'E', cause: 'c' }, task('x:y'), 'done'],
  [
    'a check that is reported',
    {
      ...{ type: 'service', service: 'millrace:checks', action: 'report', parameters: {} },
      resource: 'millrace:checks:report',
    },
    task('millrace:checks:report'),
    'recorded',
  ],
  ...(
    [
      ['events:putEvents', 'recorded'],
      ['aws-sdk:sfn:startExecution', 'recorded'],
      ['aws-sdk:sfn:sendTaskSuccess', 'recorded'],
      ['aws-sdk:sfn:describeExecution', 'done'],
      ['aws-sdk:eventbridge:putRule', 'recorded'],
    ] as const
  ).map(([name, what]): (typeof RULES)[number] => [
    name,
    { type: 'service', service: name, action: '', parameters: {}, resource: name },
    task(`arn:aws:states:::${name}`),
    what,
  ]),
  ...(
    [
      ['s3:getObject', 'done'],
      ['s3:headObject', 'done'],
      ['s3:listObjectsV2', 'done'],
      ['s3:putObject', 'recorded'],
      ['s3:deleteObject', 'recorded'],
      ['s3:selectObjectContent', 'done'],
      ['dynamodb:query', 'done'],
      ['dynamodb:scan', 'done'],
      ['dynamodb:batchGetItem', 'done'],
      ['dynamodb:transactGetItems', 'done'],
      ['dynamodb:updateItem', 'recorded'],
      ['dynamodb:transactWriteItems', 'recorded'],
      ['sqs:receiveMessage', 'recorded'],
      ['sqs:getQueueUrl', 'done'],
      ['sts:assumeRole', 'recorded'],
      ['sts:getSessionToken', 'recorded'],
      ['cognitoidentity:getId', 'recorded'],
      ['ec2:describeInstances', 'done'],
      ['ssm:getaway', 'recorded'],
      ['lambda:invoke', 'recorded'],
      ['bedrockruntime:invokeModel', 'recorded'],
    ] as const
  ).map(([name, what]): (typeof RULES)[number] => {
    const [service = '', action = ''] = name.split(':');
    return [`AWS ${name}`, remote(service, action), task(aws(name)), what];
  }),
  ...(
    [
      ['batch:submitJob.sync', 'sync'],
      ['glue:startJobRun.sync', 'sync'],
      ['elasticmapreduce:addStep.sync', 'sync'],
      ['ecs:runTask.sync', 'sync'],
      ['lambda:invoke', 'requestResponse'],
      ['sns:publish', 'requestResponse'],
      ['dynamodb:getItem.sync', 'sync'],
    ] as const
  ).map(([name, pattern]): (typeof RULES)[number] => [
    `AWS ${name}`,
    remote('x', 'y'),
    task(`arn:aws:states:::${name}`, {}, pattern),
    'recorded',
  ]),
  ...(
    [
      ['SELECT 1', 'done'],
      ['-- what\n /* for */ with a as (select 1) select * from a', 'done'],
      ['SHOW TABLES', 'done'],
      ['INSERT INTO t SELECT 1', 'recorded'],
      ['CREATE TABLE t AS SELECT 1', 'recorded'],
      ['UNLOAD (SELECT 1) TO x', 'recorded'],
      ['EXPLAIN ANALYZE INSERT INTO t VALUES (1)', 'recorded'],
      ['selection', 'recorded'],
      ['', 'recorded'],
    ] as const
  ).map(([QueryString, what]): (typeof RULES)[number] => [
    `Athena: ${QueryString}`,
    remote('athena', 'startQueryExecution'),
    task('arn:aws:states:::athena:startQueryExecution.sync', { QueryString }, 'sync'),
    what,
  ]),
];

describe('a test run', () => {
  it.each(RULES)('does, or records, of itself: %s', (_, resolution, of, what) => {
    expect(isRecorded(resolution, of, undefined) ? 'recorded' : 'done').toBe(what);
  });

  it('has a rule for every way to perform a task', () => {
    const all: Record<Resolution['type'], true> = {
      ...{ connector: true, execution: true, activity: true, service: true },
      ...{ remote: true, pool: true, result: true, failure: true },
    };
    expect(new Set(RULES.map(([, { type }]) => type))).toEqual(new Set(Object.keys(all)));
  });

  it.each(RULES)('does what the pipeline says of it: %s', (_, resolution, of) => {
    const isFailure = resolution.type === 'failure';
    expect(isRecorded(resolution, of, false)).toBe(false);
    expect(isRecorded(resolution, of, true)).toBe(!isFailure);
    expect(isRecorded(resolution, of, { output: 1 })).toBe(!isFailure);
  });
});

describe('what stands for an answer', () => {
  const answered = { requestId: '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f', at: 0 };

  it.each([
    ['http', connector('http'), 'millrace:http', { status: 200, headers: {}, body: null }],
    [
      'HTTP Tasks',
      connector('http-invoke'),
      'arn:aws:states:::http:invoke',
      { StatusCode: 200, StatusText: 'OK', Headers: {}, ResponseBody: null },
    ],
    [
      'events',
      remote('events', 'putEvents'),
      'arn:aws:states:::events:putEvents',
      { FailedEntryCount: 0, Entries: [] },
    ],
    [
      'messages',
      remote('sqs', 'sendMessage'),
      'arn:aws:states:::sqs:sendMessage',
      { MessageId: 'test-run' },
    ],
    ['all else', connector('spark'), 'millrace:spark', {}],
  ])('of %s is empty and of its form', (_, resolution, resource, answer) => {
    expect(standIn(resolution, task(resource), true, answered)).toEqual(answer);
  });

  it('is what the pipeline says, and of an invoked function with what is around it', () => {
    const invoked: Resolution = { ...connector('lambda'), wrapping: 'lambda:invoke' } as Resolution;
    const of = task('arn:aws:states:::lambda:invoke');
    expect(standIn(invoked, of, { output: { id: 7 } }, answered)).toMatchObject({
      ...{ StatusCode: 200, Payload: { id: 7 } },
    });
    expect(standIn(connector('http'), task('millrace:http'), { output: null }, answered)).toBe(
      null,
    );
  });
});
