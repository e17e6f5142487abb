/**
 * State machines as people have them, unchanged, on a real server whose tasks are performed by AWS's APIs (moto's).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/asl/json.js';
import type { Aws, AwsObject } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { requirement } from '../requirements.js';

const moto = requirement('moto');
const REGION = 'eu-central-1';
const ACCOUNT = '123456789012';
const arn = (service: string, rest: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const task = (resource: string, parameters: object, more: object): object => ({
  ...{ Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: parameters },
  ...more,
});

/** Shared by all counties: everything that differs is in the input. */
const COUNTY = {
  StartAt: 'Extract',
  States: {
    Extract: task(
      'batch:submitJob.sync',
      {
        'JobName.$': '$.jobName',
        'JobQueue.$': '$.batchJobQueue',
        'JobDefinition.$': '$.batchJobDef',
        ContainerOverrides: { 'Environment.$': '$.environment' },
      },
      {
        ResultPath: '$.result',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failstep', Next: 'TellFailure' }],
        Next: 'Count',
      },
    ),
    Count: task(
      'athena:startQueryExecution.sync',
      {
        'QueryString.$': "States.Format('SELECT count(*) FROM {}', $.athenaTable)",
        QueryExecutionContext: { 'Database.$': '$.athenaDatabase' },
        ResultConfiguration: { OutputLocation: 's3://results/' },
      },
      { ResultPath: '$.query', Next: 'Tell' },
    ),
    Tell: task(
      'sns:publish',
      { 'TopicArn.$': '$.metricTopic', 'Message.$': "States.Format('{} is done', $.county)" },
      { ResultPath: '$.told', End: true },
    ),
    TellFailure: task(
      'sns:publish',
      {
        'TopicArn.$': '$.metricTopic',
        'Message.$': "States.Format('{} failed: {}', $.county, $.failstep.Error)",
      },
      { ResultPath: '$.told', Next: 'Failed' },
    ),
    Failed: { Type: 'Fail', Error: 'CountyFailed', Cause: 'its job failed' },
  },
};

/** A manifest is looked at, a job and a crawler run, two things happen side by side, and what came of them decides. */
const BOOK = {
  StartAt: 'Manifest',
  States: {
    Manifest: {
      Type: 'Choice',
      Choices: [{ Variable: '$.key', StringMatches: 'manifest*.json', Next: 'Convert' }],
      Default: 'NoManifest',
    },
    NoManifest: { Type: 'Fail', Error: 'NoManifest', Cause: 'the key is that of no manifest' },
    Convert: task(
      'glue:startJobRun.sync',
      { JobName: 'convert', Arguments: { '--file.$': '$.key', '--outcome.$': '$.outcome' } },
      { ResultPath: '$.run', Next: 'Crawl' },
    ),
    Crawl: task(
      'aws-sdk:glue:startCrawler',
      { Name: 'tables' },
      { ResultPath: null, Next: 'Look' },
    ),
    Look: task(
      'aws-sdk:glue:getCrawler',
      { Name: 'tables' },
      { ResultPath: '$.crawler', Next: 'Ready' },
    ),
    Ready: {
      Type: 'Choice',
      Choices: [{ Variable: '$.crawler.Crawler.State', StringEquals: 'READY', Next: 'Both' }],
      Default: 'Pause',
    },
    Pause: { Type: 'Wait', Seconds: 1, Next: 'Look' },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Count',
          States: {
            Count: task(
              'lambda:invoke',
              { FunctionName: 'count', Payload: { 'key.$': '$.key' } },
              { OutputPath: '$.Payload', Next: 'Note' },
            ),
            Note: task(
              'dynamodb:putItem',
              { TableName: 'runs', Item: { id: { 'S.$': '$$.Execution.Name' }, rows: { N: '3' } } },
              { ResultPath: '$.noted', End: true },
            ),
          },
        },
        {
          StartAt: 'Aggregate',
          States: {
            Aggregate: task('glue:startJobRun.sync', { JobName: 'convert' }, { End: true }),
          },
        },
      ],
      ResultPath: '$.both',
      Next: 'Enough',
    },
    Enough: {
      Type: 'Choice',
      Choices: [{ Variable: '$.both[1].JobRunState', StringEquals: 'SUCCEEDED', Next: 'Done' }],
      Default: 'NoManifest',
    },
    Done: { Type: 'Succeed' },
  },
};

describe.skipIf(moto.missing)('unmodified state machines', () => {
  let services: MotoServices;
  let aws: Aws;
  let it: TestServer;
  let root: string;

  const call = async (service: string, action: string, input: AwsObject): Promise<AwsObject> => {
    const place = { account: 'lake', region: REGION };
    const answer = await aws.call({ place, service, action, input });
    if (answer.type === 'refused') throw new Error(`${action} ${answer.name}: ${answer.message}`);
    return answer.output;
  };

  beforeAll(async () => {
    services = await startMotoServices();
    root = mkdtempSync(join(tmpdir(), 'millrace-classic-'));
    const folder = join(root, 'pipelines');
    mkdirSync(folder);
    const account = {
      ...{ name: 'lake', account: ACCOUNT, regions: [REGION], endpoint: services.url },
      teams: ['parcels'],
    };
    const accounts = join(root, 'accounts.yaml');
    writeFileSync(accounts, JSON.stringify({ accounts: [account] }));
    for (const [name, definition] of Object.entries({ county: COUNTY, book: BOOK })) {
      writeFileSync(join(folder, `${name}.asl.json`), JSON.stringify(definition));
      const file = {
        pipeline: name,
        team: 'parcels',
        account: 'lake',
        definition: `${name}.asl.json`,
      };
      writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(file));
    }
    const environment = {
      AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
      AWS_SECRET_ACCESS_KEY: 'local-secret-0001',
    };
    aws = createAws({ environment, secrets: createSecretRegistry(), accounts: [{ ...account }] });
    await call('batch', 'createComputeEnvironment', {
      ...{ ComputeEnvironmentName: 'environment', Type: 'UNMANAGED', State: 'ENABLED' },
      ServiceRole: await role(),
    });
    await call('batch', 'createJobQueue', {
      ...{ JobQueueName: 'queue', State: 'ENABLED', Priority: 1 },
      ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: 'environment' }],
    });
    await call('batch', 'registerJobDefinition', {
      ...{ JobDefinitionName: 'extract', Type: 'container' },
      ContainerProperties: { Image: 'any', Vcpus: 1, Memory: 128, Command: ['true'] },
    });
    await call('sns', 'createTopic', { Name: 'metrics' });
    await call('sqs', 'createQueue', { QueueName: 'metrics' });
    await call('sns', 'subscribe', {
      ...{ TopicArn: arn('sns', 'metrics'), Protocol: 'sqs', Endpoint: arn('sqs', 'metrics') },
      Attributes: { RawMessageDelivery: 'true' },
    });
    await call('glue', 'createJob', {
      ...{
        Name: 'convert',
        Role: 'any',
        Command: { Name: 'glueetl', ScriptLocation: 's3://x/y.py' },
      },
      ExecutionProperty: { MaxConcurrentRuns: 100 },
    });
    await call('glue', 'createDatabase', { DatabaseInput: { Name: 'lake' } });
    await call('glue', 'createCrawler', {
      ...{ Name: 'tables', Role: 'any', DatabaseName: 'lake' },
      Targets: { S3Targets: [{ Path: 's3://lake/' }] },
    });
    await call('dynamodb', 'createTable', {
      ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
    await call('lambda', 'createFunction', {
      ...{
        FunctionName: 'count',
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Role: await role(),
      },
      Code: { ZipFile: EMPTY_ZIP },
    });
    await services.tell('static/lambda-simple/response', {
      ...{ account_id: ACCOUNT, region: REGION },
      results: ['{"rows": 3}', '{"rows": 3}'],
    });
    it = await openTestServer({ folder, accounts, environment });
  }, 120_000);

  afterAll(async () => {
    await it?.close();
    aws?.close();
    await services?.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Moto wants a role that is there. */
  async function role(): Promise<string> {
    const body = new URLSearchParams({
      ...{ Action: 'CreateRole', Version: '2010-05-08', RoleName: 'any' },
      AssumeRolePolicyDocument: '{}',
    });
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0`;
    await fetch(services.url, { method: 'POST', headers: { authorization }, body });
    return `arn:aws:iam::${ACCOUNT}:role/any`;
  }

  async function messages(): Promise<string[]> {
    const { QueueUrl } = await call('sqs', 'getQueueUrl', { QueueName: 'metrics' });
    const found: string[] = [];
    for (;;) {
      const { Messages = [] } = await call('sqs', 'receiveMessage', {
        ...{ QueueUrl: QueueUrl as string, MaxNumberOfMessages: 10 },
      });
      const page = Messages as { Body: string; ReceiptHandle: string }[];
      if (page.length === 0) return found;
      for (const { Body, ReceiptHandle } of page) {
        found.push(Body);
        await call('sqs', 'deleteMessage', { QueueUrl: QueueUrl as string, ReceiptHandle });
      }
    }
  }

  const executed = (pipeline: string, input: Json, name: string) =>
    it.server.engine.executions.run(EVERYTHING, { pipeline, input, name });

  test('twenty counties share one, and the one whose job fails takes its Catch', async () => {
    const counties = Array.from({ length: 20 }, (_, index) => `county-${index + 1}`);
    const ended = await Promise.all(
      counties.map((county) =>
        executed(
          'county',
          {
            ...{ county, jobName: county, batchJobQueue: 'queue', batchJobDef: 'extract' },
            ...{
              athenaTable: 'parcels',
              athenaDatabase: 'lake',
              metricTopic: arn('sns', 'metrics'),
            },
            environment: [{ Name: 'OUTCOME', Value: county === 'county-7' ? 'FAILED' : 'OK' }],
          },
          county,
        ),
      ),
    );
    const failed = ended.filter(({ status }) => status !== 'SUCCEEDED');
    expect(failed.map(({ name, error }) => [name, error])).toEqual([['county-7', 'CountyFailed']]);
    expect(ended[0]?.output).toMatchObject({
      result: { JobName: 'county-1', Status: 'SUCCEEDED' },
      query: { QueryExecution: { Query: 'SELECT count(*) FROM parcels' } },
    });
    expect((await messages()).sort()).toEqual(
      counties
        .map((one) =>
          one === 'county-7' ? 'county-7 failed: States.TaskFailed' : `${one} is done`,
        )
        .sort(),
    );
    const jobs = await call('batch', 'listJobs', {
      ...{ JobQueue: 'queue', Filters: [{ Name: 'JOB_NAME', Values: ['county-*'] }] },
    });
    // Nothing was submitted twice.
    expect((jobs.JobSummaryList as Json[]).length).toBe(20);
  }, 180_000);

  test('a manifest leads through a job, a crawler, both sides and the choice', async () => {
    const done = await executed('book', { key: 'manifest-1.json', outcome: 'SUCCEEDED' }, 'm1');
    expect([done.status, done.cause]).toEqual(['SUCCEEDED', undefined]);
    const { run, both } = done.output as { run: JsonObject; both: JsonObject[] };
    expect(run).toMatchObject({ JobName: 'convert', JobRunState: 'SUCCEEDED' });
    expect(both[0]).toMatchObject({ rows: 3 });
    const { Item } = await call('dynamodb', 'getItem', {
      TableName: 'runs',
      Key: { id: { S: 'm1' } },
    });
    expect(Item).toEqual({ id: { S: 'm1' }, rows: { N: '3' } });

    const none = await executed('book', { key: 'folder/', outcome: 'SUCCEEDED' }, 'm2');
    expect(none.error).toBe('NoManifest');
    const failed = await executed('book', { key: 'manifest-2.json', outcome: 'FAILED' }, 'm3');
    expect(failed.error).toBe('States.TaskFailed');
    expect(JSON.parse(failed.cause ?? '')).toMatchObject({ JobRunState: 'FAILED' });
  }, 180_000);
});

/** A zip file without anything in it. */
const EMPTY_ZIP = Buffer.from('504b0506000000000000000000000000000000000000', 'hex').toString(
  'base64',
);
