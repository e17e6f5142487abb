/**
 * Calls to AWS's services as moto performs them: what goes in and comes out, member by member, and whose account it is.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Aws, AwsAnswer, AwsCall, AwsObject } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { requirement } from '../requirements.js';

const moto = requirement('moto');
const environment = { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' };

describe.skipIf(moto.missing)('calls to AWS', () => {
  let services: MotoServices;
  let aws: Aws;
  const secrets = createSecretRegistry();

  beforeAll(async () => {
    services = await startMotoServices();
    const at = { endpoint: services.url, teams: '*' as const };
    const role = (account: string) => ({ arn: `arn:aws:iam::${account}:role/millrace` });
    aws = createAws({
      environment,
      secrets,
      accounts: [
        {
          name: 'lake',
          account: '111122223333',
          regions: ['eu-central-1', 'us-east-1'],
          role: role('111122223333'),
          ...at,
        },
        {
          name: 'sea',
          account: '444455556666',
          regions: ['eu-central-1'],
          role: role('444455556666'),
          ...at,
        },
      ],
    });
  });
  afterAll(async () => {
    aws?.close();
    await services?.close();
  });

  const call = (
    service: string,
    action: string,
    input: AwsObject = {},
    more: Partial<AwsCall> = {},
  ): Promise<AwsAnswer> =>
    aws.call({
      place: { account: 'lake', region: 'eu-central-1' },
      service,
      action,
      input,
      ...more,
    });
  const output = async (...asked: Parameters<typeof call>): Promise<AwsObject> => {
    const answer = await call(...asked);
    if (answer.type === 'refused') throw new Error(`${answer.name}: ${answer.message}`);
    return answer.output;
  };

  it('writes members with a capital and leaves keys of maps as they are', async () => {
    await output('glue', 'createJob', {
      Name: 'load',
      Role: 'r',
      Command: { Name: 'glueetl', ScriptLocation: 's3://b/k' },
      DefaultArguments: { '--lower': 'x', Upper: 'y' },
    });
    const { Job } = await output('glue', 'getJob', { JobName: 'load' });
    expect(Job).toMatchObject({
      Name: 'load',
      Command: { Name: 'glueetl' },
      DefaultArguments: { '--lower': 'x', Upper: 'y' },
    });
  });

  it('writes members of services whose models have small letters with a capital too', async () => {
    expect(await output('batch', 'describeJobQueues')).toEqual({ JobQueues: [] });
    const role = 'arn:aws:iam::111122223333:role/sfn';
    const made = await output('sfn', 'createStateMachine', {
      Name: 'nightly',
      Definition: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
      RoleArn: role,
    });
    expect(made.StateMachineArn).toBe(
      'arn:aws:states:eu-central-1:111122223333:stateMachine:nightly',
    );
  });

  it('shows times in ISO 8601, or in milliseconds as optimized integrations do', async () => {
    await output('dynamodb', 'createTable', {
      TableName: 't',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    const input = { TableName: 't' };
    const model = (await output('dynamodb', 'describeTable', input)).Table as AwsObject;
    expect(model.CreationDateTime).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const optimized = (await output('dynamodb', 'describeTable', input, { style: 'optimized' }))
      .Table as AwsObject;
    expect(optimized.CreationDateTime).toBe(Date.parse(String(model.CreationDateTime)));
  });

  it('keeps the letters of attribute names and takes binary values of DynamoDB as base64', async () => {
    const Item = {
      id: { S: 'a' },
      lowerCase: { M: { inner: { N: '9007199254740993' } } },
      raw: { B: 'AAEC/w==' },
    };
    await output('dynamodb', 'putItem', { TableName: 't', Item });
    expect(
      (await output('dynamodb', 'getItem', { TableName: 't', Key: { id: { S: 'a' } } })).Item,
    ).toEqual(Item);
  });

  it('reads bodies of objects as text', async () => {
    await output('s3', 'createBucket', {
      Bucket: 'bucket',
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    });
    await output('s3', 'putObject', { Bucket: 'bucket', Key: 'k', Body: { rows: 3, name: 'Zoë' } });
    const got = await output('s3', 'getObject', { Bucket: 'bucket', Key: 'k' });
    expect(got.Body).toBe('{"rows":3,"name":"Zoë"}');
    expect(got.ContentLength).toBe(24);
  });

  it('names members as AWS’s Java SDK when asked to, and takes both spellings', async () => {
    const made = await output('sqs', 'createQueue', { QueueName: 'q' });
    const message = { QueueUrl: String(made.QueueUrl), MessageBody: 'x' };
    expect(await output('sqs', 'sendMessage', message)).toHaveProperty('MD5OfMessageBody');
    expect(await output('sqs', 'sendMessage', message, { style: 'sdk' })).toHaveProperty(
      'Md5OfMessageBody',
    );
  });

  it('hands over pages and their tokens untouched', async () => {
    for (const Name of ['p1', 'p2', 'p3']) {
      await output('glue', 'createJob', { Name, Role: 'r', Command: { Name: 'glueetl' } });
    }
    const first = await output('glue', 'listJobs', { MaxResults: 2 });
    expect(first.JobNames).toHaveLength(2);
    const second = await output('glue', 'listJobs', {
      MaxResults: 2,
      NextToken: first.NextToken ?? '',
    });
    expect(second.JobNames).not.toEqual(first.JobNames);
  });

  it('acts in the account whose role it has assumed', async () => {
    const there = { place: { account: 'sea', region: 'eu-central-1' } };
    expect((await output('glue', 'listJobs', {}, there)).JobNames).toEqual([]);
    expect((await output('sts', 'getCallerIdentity', {}, there)).Account).toBe('444455556666');
    const elsewhere = { place: { account: 'lake', region: 'us-east-1' } };
    expect((await output('glue', 'listJobs', {}, elsewhere)).JobNames).toEqual([]);
  });

  it('names the session after the team', async () => {
    const { Arn } = await output('sts', 'getCallerIdentity', {}, { team: 'parcels & more' });
    expect(Arn).toBe('arn:aws:sts::111122223333:assumed-role/millrace/millrace-parcels---more');
  });

  it('tells errors by their names and whether somebody must act', async () => {
    expect(await call('glue', 'getJob', { JobName: 'nobody' })).toMatchObject({
      type: 'refused',
      kind: 'missing',
      name: 'EntityNotFoundException',
      statusCode: 400,
      isModelled: true,
    });
    expect(await call('s3', 'getObject', { Bucket: 'bucket', Key: 'none' })).toMatchObject({
      kind: 'missing',
      name: 'NoSuchKey',
      statusCode: 404,
    });
    expect(
      await call('sns', 'publish', {
        TopicArn: 'arn:aws:sns:eu-central-1:111122223333:no',
        Message: 'x',
      }),
    ).toMatchObject({
      kind: 'missing',
      name: 'NotFoundException',
    });
  });

  it('refuses members and values that the model does not have, in AWS’s words, before anything is sent', async () => {
    const before = aws.counts().reduce((sum, { answered, refused }) => sum + answered + refused, 0);
    expect(
      await call('batch', 'submitJob', {
        jobName: 'x',
        JobQueue: 'q',
        JobDefinition: 'd',
        Timeout: 3,
      }),
    ).toMatchObject({
      kind: 'invalid',
      name: 'InvalidParameters',
      problems: [
        'The field "jobName" is not supported by Step Functions',
        "The value for the field 'Timeout' must be an object",
      ],
    });
    expect(
      await call('batch', 'submitJob', { ArrayProperties: { Size: '3' }, DependsOn: {} }),
    ).toMatchObject({
      problems: [
        "The value for the field 'Size' must be a number",
        "The value for the field 'DependsOn' must be an array",
      ],
    });
    const after = aws.counts().reduce((sum, { answered, refused }) => sum + answered + refused, 0);
    expect(after).toBe(before);
  });

  it('says what to install, and what does not exist', async () => {
    expect(await call('redshiftserverless', 'listNamespaces')).toMatchObject({
      kind: 'invalid',
      name: 'UnknownService',
      message:
        'The client for service "redshiftserverless" is not installed. Install it beside Millrace: npm install @aws-sdk/client-redshift-serverless',
    });
    for (const service of ['../x', 'Glue', 'a b', '__proto__', '']) {
      expect(await call(service, 'listJobs')).toMatchObject({
        name: 'UnknownService',
        message: `AWS has no service "${service}".`,
      });
    }
    for (const action of ['listJobz', 'ListJobs', 'constructor', '']) {
      expect(await call('glue', action)).toMatchObject({ name: 'UnknownAction' });
    }
  });

  it('refuses accounts and regions that the file does not name', async () => {
    expect(
      await call('glue', 'listJobs', {}, { place: { account: 'nowhere', region: 'eu-central-1' } }),
    ).toMatchObject({ name: 'UnknownAccount', kind: 'invalid' });
    expect(
      await call('glue', 'listJobs', {}, { place: { account: 'lake', region: 'eu-west-1' } }),
    ).toMatchObject({ name: 'UnknownRegion', kind: 'invalid' });
  });

  it('counts calls by place, service and action', () => {
    expect(aws.counts()).toContainEqual({
      account: 'sea',
      region: 'eu-central-1',
      service: 'glue',
      action: 'listJobs',
      answered: 1,
      refused: 0,
      throttled: 0,
    });
  });
});
