/**
 * Integrations against moto: submitted, looked at, stopped, found again, failed, with AWS's names and shapes.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsObject } from '../../src/aws/aws.js';
import type { RemoteJob, Submission } from '../../src/connectors/remote-tasks.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { requirement } from '../requirements.js';
import { jobOf, NOBODY, REGION, type TaskHome, taskHome } from './task-home.js';

const moto = requirement('moto');

describe.skipIf(moto.missing)('tasks that AWS performs', () => {
  let services: MotoServices;
  let home: TaskHome;

  beforeAll(async () => {
    services = await startMotoServices();
    home = taskHome(services.url);
  });
  afterAll(async () => {
    home?.aws.close();
    await services?.close();
  });

  const request: TaskHome['request'] = (...given) => home.request(...given);
  const submit: TaskHome['submit'] = (...given) => home.submit(...given);
  const made: TaskHome['made'] = (...given) => home.made(...given);
  const ended: TaskHome['ended'] = (job) => home.ended(job);
  const again = (asked: ReturnType<typeof request>): Promise<Submission> =>
    home.tasks.submit({ ...asked, isAgain: true });
  const roleArn = async (RoleName: string): Promise<string> => {
    const asked = { Action: 'CreateRole', Version: '2010-05-08', RoleName };
    const text = await home.form('iam', { ...asked, AssumeRolePolicyDocument: '{}' });
    return /<Arn>(.*?)<\/Arn>/.exec(text)?.[1] ?? '';
  };

  describe('Batch', () => {
    const job = { JobName: 'load', JobQueue: 'work-queue', JobDefinition: 'load-definition' };

    beforeAll(async () => {
      const ServiceRole = await roleArn('batch');
      await made('batch', 'createComputeEnvironment', {
        ComputeEnvironmentName: 'compute',
        Type: 'UNMANAGED',
        ServiceRole,
      });
      await made('batch', 'createJobQueue', {
        JobQueueName: 'work-queue',
        State: 'ENABLED',
        Priority: 1,
        ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: 'compute' }],
      });
      await made('batch', 'registerJobDefinition', {
        JobDefinitionName: 'load-definition',
        Type: 'container',
        ContainerProperties: { Image: 'busybox', Vcpus: 2, Memory: 512, Command: ['true'] },
      });
    });

    it('submits a job, waits for it and shows its description', async () => {
      const submission = await submit('batch:submitJob.sync', {
        ...job,
        ContainerOverrides: { Environment: [{ Name: 'COUNTY', Value: 'x' }] },
      });
      expect(submission).toMatchObject({
        type: 'submitted',
        output: {
          JobName: 'load',
          JobId: expect.any(String),
          JobArn: expect.stringMatching(/^arn:aws:batch:/),
          SdkHttpMetadata: {
            HttpStatusCode: 200,
            HttpHeaders: { 'Content-Type': expect.any(String) },
          },
          SdkResponseMetadata: { RequestId: expect.any(String) },
        },
        job: { kind: 'batch:submitJob.sync', place: { account: 'lake', region: REGION } },
        links: [
          {
            name: 'Console',
            url: expect.stringContaining(
              'https://eu-central-1.console.aws.amazon.com/batch/home?region=eu-central-1#jobs/detail/',
            ),
          },
        ],
      });
      const state = await ended(jobOf(submission));
      expect(state.outcome).toMatchObject({
        type: 'succeeded',
        output: { JobName: 'load', Status: 'SUCCEEDED', Container: { Vcpus: 2 } },
      });
      const described =
        state.outcome.type === 'succeeded' ? (state.outcome.output as AwsObject) : {};
      expect(described.Tags).toMatchObject({
        county: 'example',
        'millrace:pipeline': 'parcels-example',
      });
    });

    it('finds a job whose answer was lost and submits no second one', async () => {
      const asked = request('batch:submitJob.sync', { ...job, JobName: 'once' });
      const first = jobOf(await home.tasks.submit(asked));
      await submit('batch:submitJob.sync', { ...job, JobName: 'once' });
      const found = await again(asked);
      expect(jobOf(found)).toEqual(first);
      const { JobSummaryList } = await made('batch', 'listJobs', {
        JobQueue: 'work-queue',
        Filters: [{ Name: 'JOB_NAME', Values: ['once'] }],
      });
      expect(JobSummaryList).toHaveLength(2);
    });

    it('submits it when nothing was submitted before', async () => {
      const again = await submit(
        'batch:submitJob.sync',
        { ...job, JobName: 'never' },
        { isAgain: true },
      );
      expect(again).toMatchObject({ type: 'submitted', output: { JobName: 'never' } });
    });

    it('stops a job, and looks at a hundred in one call', async () => {
      const jobs = await Promise.all(
        [1, 2, 3].map(async () => jobOf(await submit('batch:submitJob.sync', job))),
      );
      const before =
        home.aws.counts().find(({ action }) => action === 'describeJobs')?.answered ?? 0;
      const states = await home.tasks.look(
        [...jobs, { ...(jobs[0] as RemoteJob), id: 'nobody' }],
        NOBODY,
      );
      expect(states.map(({ type }) => type).slice(0, 3)).not.toContain('gone');
      expect(states[3]).toMatchObject({ type: 'gone' });
      expect(home.aws.counts().find(({ action }) => action === 'describeJobs')?.answered).toBe(
        before + 1,
      );
      expect(home.tasks.batchOf(jobs[0] as RemoteJob)).toBe(100);
      expect(await home.tasks.stop(jobs[0] as RemoteJob, 'the execution was stopped')).toBe(true);
    });

    it('names what Batch refuses as Step Functions does', async () => {
      expect(await submit('batch:submitJob', { ...job, JobQueue: 'none' })).toEqual({
        type: 'failed',
        error: 'Batch.ClientException',
        cause: expect.stringMatching(
          /^.*none.* \(Service: AWSBatch; Status Code: 4\d\d; Error Code: ClientException; Request ID: .+; Proxy: null\)$/,
        ),
      });
    });

    it('answers at once in the form that does not wait', async () => {
      expect(await submit('batch:submitJob', job)).toMatchObject({
        type: 'answered',
        output: { JobName: 'load', SdkHttpMetadata: {} },
      });
    });
  });

  describe('Glue', () => {
    beforeAll(async () => {
      await made('glue', 'createJob', {
        Name: 'load',
        Role: 'r',
        Command: { Name: 'glueetl', ScriptLocation: 's3://b/k' },
        ExecutionProperty: { MaxConcurrentRuns: 50 },
      });
    });

    it('starts a run, waits for it and shows it with its job’s name', async () => {
      const submission = await submit('glue:startJobRun.sync', {
        JobName: 'load',
        Arguments: { '--day': '2026-11-30' },
      });
      expect(submission).toMatchObject({
        type: 'submitted',
        output: { JobName: 'load', JobRunId: expect.any(String), SdkResponseMetadata: {} },
        job: { place: { JobName: 'load' } },
      });
      const { outcome, used } = await ended(jobOf(submission));
      expect(outcome).toMatchObject({
        type: 'succeeded',
        output: {
          JobName: 'load',
          JobRunState: 'SUCCEEDED',
          Arguments: { '--day': '2026-11-30' },
          StartedOn: expect.any(Number),
        },
      });
      expect(JSON.stringify(outcome)).not.toContain('millrace-attempt');
      expect(used).toEqual({ dpuSeconds: expect.any(Number) });
    });

    it('fails the task with the run as its cause', async () => {
      const { outcome } = await ended(
        jobOf(
          await submit('glue:startJobRun.sync', {
            JobName: 'load',
            Arguments: { '--outcome': 'FAILED', '--error': 'no rows' },
          }),
        ),
      );
      if (outcome.type !== 'failed') throw new Error('it succeeded');
      expect(outcome.error).toBe('States.TaskFailed');
      expect(JSON.parse(outcome.cause)).toMatchObject({
        JobName: 'load',
        JobRunState: 'FAILED',
        ErrorMessage: 'no rows',
      });
    });

    it('finds a run whose answer was lost and starts no second one', async () => {
      const asked = request('glue:startJobRun.sync', { JobName: 'load' });
      const first = jobOf(await home.tasks.submit(asked));
      expect(jobOf(await again(asked))).toEqual(first);
    });

    it('stops a run', async () => {
      const job = jobOf(
        await submit('glue:startJobRun.sync', {
          JobName: 'load',
          Arguments: { '--outcome': 'SUCCEEDED' },
        }),
      );
      expect(await home.tasks.stop(job, 'the execution was stopped')).toBe(true);
      expect((await ended(job)).outcome).toMatchObject({
        type: 'failed',
        error: 'States.TaskFailed',
      });
      expect(await home.tasks.stop({ ...job, id: 'jr_none' }, 'x')).toBe(true);
    });

    it('says that a run is gone, and errors by their names', async () => {
      const job = {
        kind: 'glue:startJobRun.sync',
        id: 'jr_none',
        place: { account: 'lake', region: REGION, JobName: 'load' },
      };
      expect(await home.tasks.look([job], NOBODY)).toEqual([
        { type: 'gone', cause: expect.stringContaining('EntityNotFoundException') },
      ]);
      expect(await submit('glue:startJobRun', { JobName: 'none' })).toMatchObject({
        error: 'Glue.EntityNotFoundException',
      });
      expect(await submit('aws-sdk:glue:startCrawler', { Name: 'none' })).toEqual({
        type: 'failed',
        error: 'Glue.EntityNotFoundException',
        cause: expect.stringMatching(/ \(Service: Glue, Status Code: 400, Request ID: .+\)$/),
      });
    });
  });

  it('runs a query of Athena and counts what it has read', async () => {
    const asked = { QueryString: 'SELECT 1', ResultConfiguration: { OutputLocation: 's3://b/' } };
    const submission = await submit('athena:startQueryExecution.sync', asked);
    expect(submission).toMatchObject({
      type: 'submitted',
      output: { QueryExecutionId: expect.any(String) },
    });
    expect(JSON.stringify(submission)).not.toContain('SdkHttpMetadata');
    const { outcome } = await ended(jobOf(submission));
    expect(outcome).toMatchObject({
      type: 'succeeded',
      output: {
        QueryExecution: { Status: { State: 'SUCCEEDED', SubmissionDateTime: expect.any(Number) } },
      },
    });
    const QueryExecutionId = jobOf(submission).id;
    await made('athena', 'startQueryExecution', asked);
    expect(await submit('athena:getQueryExecution', { QueryExecutionId })).toMatchObject({
      type: 'answered',
      output: { QueryExecution: { QueryExecutionId } },
    });
    expect(await submit('athena:getQueryResults', { QueryExecutionId })).toMatchObject({
      type: 'answered',
      output: { ResultSet: { Rows: [] } },
    });
    expect(await submit('athena:stopQueryExecution', { QueryExecutionId })).toEqual({
      type: 'answered',
      output: {},
    });
  });

  it('puts, changes, gets and deletes items of DynamoDB', async () => {
    await made('dynamodb', 'createTable', {
      TableName: 't',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    const Key = { id: { S: 'a' } };
    expect(
      await submit('dynamodb:putItem', { TableName: 't', Item: { ...Key, county: { S: 'x' } } }),
    ).toMatchObject({ type: 'answered' });
    expect(
      await submit('dynamodb:updateItem', {
        TableName: 't',
        Key,
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    ).toMatchObject({ output: { Attributes: { n: { N: '1' } } } });
    expect(await submit('dynamodb:getItem', { TableName: 't', Key })).toMatchObject({
      output: { Item: { ...Key, county: { S: 'x' }, n: { N: '1' } } },
    });
    expect(
      await submit('dynamodb:putItem', {
        TableName: 't',
        Item: Key,
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    ).toMatchObject({ error: 'DynamoDB.ConditionalCheckFailedException' });
    expect(
      await submit('aws-sdk:dynamodb:putItem', {
        TableName: 't',
        Item: Key,
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    ).toMatchObject({ error: 'DynamoDb.ConditionalCheckFailedException' });
    expect(await submit('dynamodb:deleteItem', { TableName: 't', Key })).toMatchObject({
      type: 'answered',
    });
  });

  it('publishes, sends and puts messages, of which objects become text', async () => {
    const { TopicArn = '' } = await made('sns', 'createTopic', { Name: 'topic' });
    expect(await submit('sns:publish', { TopicArn, Message: { a: 1 } })).toMatchObject({
      output: { MessageId: expect.any(String) },
    });
    const { QueueUrl = '' } = await made('sqs', 'createQueue', { QueueName: 'queue' });
    expect(
      await submit('sqs:sendMessage.waitForTaskToken', {
        QueueUrl,
        MessageBody: { TaskToken: 't' },
      }),
    ).toMatchObject({
      type: 'answered',
      output: { MD5OfMessageBody: expect.any(String), MessageId: expect.any(String) },
    });
    expect((await made('sqs', 'receiveMessage', { QueueUrl })).Messages).toMatchObject([
      { Body: '{"TaskToken":"t"}' },
    ]);
    expect(
      await submit('events:putEvents', {
        Entries: [{ Source: 'x', DetailType: 'y', Detail: { a: 1 } }],
      }),
    ).toEqual({
      type: 'answered',
      output: { Entries: [{ EventId: expect.any(String) }], FailedEntryCount: 0 },
    });
  });

  describe('what is refused', () => {
    it('is told in AWS’s words when a member or value is wrong', async () => {
      expect(await submit('batch:submitJob.sync', { jobName: 'x' })).toEqual({
        type: 'failed',
        error: 'States.Runtime',
        cause: `The Parameters '{"jobName":"x"}' could not be used to start the Task: [The field "jobName" is not supported by Step Functions]`,
      });
    });

    it('is an account that the team may not use, with the words for one that nobody has', async () => {
      const words = (account: string) =>
        `There is no AWS account "${account}" that team "others" may use.`;
      for (const account of ['lake', 'nowhere']) {
        expect(await submit('sns:publish', {}, { team: 'others', account })).toEqual({
          type: 'failed',
          error: 'Millrace.UnknownAccount',
          cause: words(account),
        });
      }
      expect(await submit('sns:publish', {}, { team: 'others' })).toMatchObject({
        error: 'Millrace.UnknownAccount',
      });
      expect(
        await submit('sns:publish', {}, { roleArn: 'arn:aws:iam::123456789012:role/admin' }),
      ).toMatchObject({ error: 'States.Permissions' });
      expect(await submit('sns:publish', {}, { region: 'us-east-1' })).toMatchObject({
        error: 'Millrace.UnknownRegion',
      });
    });

    it('is a form or action that does not exist, before anything is called', async () => {
      const problem = (resource: string) => {
        const { service, action, form } = request(resource, {});
        return home.tasks.knows({ service, action, form })?.problem;
      };
      expect(problem('batch:submitJob.sync')).toBeUndefined();
      expect(problem('lambda:invoke.sync')).toBe(
        'AWS has no form sync of lambda:invoke; there are requestResponse, waitForTaskToken.',
      );
      expect(problem('glue:startJobRun.waitForTaskToken')).toContain(
        'AWS has no form waitForTaskToken',
      );
      expect(problem('batch:terminateJob')).toBe(
        'batch:terminateJob is no optimized integration; there are submitJob.',
      );
      expect(problem('aws-sdk:glue:startCrawler.sync')).toContain('answers at once');
      expect(problem('aws-sdk:glue:StartCrawler')).toContain('camel case');
      expect(
        home.tasks.knows({ service: 'millrace', action: 'shell', form: 'requestResponse' }),
      ).toBeUndefined();
      expect(await submit('aws-sdk:kms:encrypt', {})).toMatchObject({
        error: 'States.Runtime',
        cause: expect.stringContaining('npm install @aws-sdk/client-kms'),
      });
      expect(await submit('aws-sdk:glue:startCrawlerz', {})).toMatchObject({
        error: 'States.Runtime',
        cause: expect.stringContaining('has no action "startCrawlerz"'),
      });
    });

    it('is to perform once more what cannot be told to have been performed', async () => {
      expect(
        await submit('sns:publish', { TopicArn: 'x', Message: 'y' }, { isAgain: true }),
      ).toMatchObject({ type: 'unknown' });
      expect(
        await submit('aws-sdk:glue:startCrawler', { Name: 'x' }, { isAgain: true }),
      ).toMatchObject({ type: 'unknown' });
      expect(
        await submit('aws-sdk:glue:getJob', { JobName: 'load' }, { isAgain: true }),
      ).toMatchObject({ type: 'answered' });
    });
  });
});
