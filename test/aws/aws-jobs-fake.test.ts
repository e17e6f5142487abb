/**
 * What tasks do where no server performs AWS as AWS does: answers that are lost, containers and steps that end, looks that
 * are refused, functions that fail, logs. Against FakeJobs and stubs, over HTTP with AWS's own clients.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsObject } from '../../src/aws/aws.js';
import type { RemoteJob } from '../../src/connectors/remote-tasks.js';
import { type FakeJobs, startFakeJobs } from './fake-jobs.js';
import { startStub } from './stub-service.js';
import { jobOf, NOBODY, REGION, type TaskHome, taskHome } from './task-home.js';

describe('jobs in AWS', () => {
  let fake: FakeJobs;
  let home: TaskHome;
  beforeEach(async () => {
    fake = await startFakeJobs();
    home = taskHome(fake.url, { attempts: 3, firstPause: 1, longestPause: 2, callMs: 2_000 });
  });
  afterEach(async () => {
    home.aws.close();
    await fake.close();
  });
  const at = (kind: string, id: string, more: AwsObject = {}): RemoteJob => ({
    kind: `${kind}.sync`,
    id,
    place: { account: 'lake', region: REGION, ...more },
  });

  describe('are submitted once although the answer is lost', () => {
    const role = 'arn:aws:iam::123456789012:role/r';
    it.each<[string, AwsObject]>([
      ['athena:startQueryExecution.sync', { QueryString: 'SELECT 1' }],
      ['ecs:runTask.sync', { TaskDefinition: 'load' }],
      ['codebuild:startBuild.sync', { ProjectName: 'p' }],
      ['codebuild:startBuildBatch.sync', { ProjectName: 'p' }],
      ['emr-serverless:startJobRun.sync', { ApplicationId: 'app', ExecutionRoleArn: role }],
      ['emr-serverless:createApplication.sync', { ReleaseLabel: 'emr-7.1.0', Type: 'SPARK' }],
      ['emr-containers:startJobRun.sync', { VirtualClusterId: 'vc' }],
      ['aws-sdk:redshiftdata:executeStatement', { Sql: 'SELECT 1', Database: 'd' }],
    ])('%s: by a token that follows from the attempt', async (resource, parameters) => {
      const asked = home.request(resource, parameters);
      fake.lose(1);
      const first = await home.tasks.submit(asked);
      expect(first.type).toMatch(/submitted|answered/);
      // Killed before it was noted, and asked again.
      const second = await home.tasks.submit({ ...asked, isAgain: true });
      expect(second).toEqual(
        first.type === 'submitted'
          ? { ...first, output: expect.anything() }
          : { ...first, output: expect.anything() },
      );
      expect(fake.submitted).toHaveLength(1);
      // Another attempt is another job.
      await home.submit(resource, parameters);
      expect(fake.submitted).toHaveLength(2);
    });

    it('Batch: by its name and a tag', async () => {
      fake.answers['/v1/listjobs'] = () => ({
        jobSummaryList: fake.submitted.map(({ id }) => ({ jobId: id, jobName: 'load' })),
      });
      fake.answers['/v1/describejobs'] = ({ body }) => ({
        jobs: fake.submitted
          .filter(({ id }) => (body.jobs as string[]).includes(id))
          .map(({ id, input }) => ({
            jobId: id,
            jobName: 'load',
            jobArn: 'arn',
            tags: input.tags,
            status: 'RUNNING',
            jobQueue: 'q',
            startedAt: 1,
            jobDefinition: 'd',
          })),
      });
      const parameters = { JobName: 'load', JobQueue: 'q', JobDefinition: 'd' };
      await home.submit('batch:submitJob.sync', parameters);
      const asked = home.request('batch:submitJob.sync', parameters);
      fake.lose(1);
      const first = jobOf(await home.tasks.submit(asked));
      expect(first.id).toBe('job-2');
      expect(jobOf(await home.tasks.submit({ ...asked, isAgain: true }))).toEqual(first);
      expect(fake.submitted).toHaveLength(2);
    });

    it('Glue: by an argument', async () => {
      fake.answers.GetJobRuns = () => ({
        JobRuns: fake.submitted.map(({ id, input }) => ({ Id: id, Arguments: input.Arguments })),
      });
      const asked = home.request('glue:startJobRun.sync', { JobName: 'load' });
      fake.lose(1);
      const first = jobOf(await home.tasks.submit(asked));
      expect(jobOf(await home.tasks.submit({ ...asked, isAgain: true }))).toEqual(first);
      expect(fake.submitted).toHaveLength(1);
    });

    it('EMR: steps by their name, clusters by a tag', async () => {
      fake.answers.ListSteps = () => ({
        Steps: fake.submitted.map(({ id, input }) => ({
          Id: id,
          Name: (input.Steps as { Name: string }[])[0]?.Name,
        })),
      });
      const step = home.request('elasticmapreduce:addStep.sync', {
        ClusterId: 'j-1',
        Step: { Name: 'load' },
      });
      fake.lose(1);
      const first = jobOf(await home.tasks.submit(step));
      expect(jobOf(await home.tasks.submit({ ...step, isAgain: true }))).toEqual(first);
      expect(fake.submitted).toHaveLength(1);
    });

    it('SageMaker: by the job’s name, when it carries the attempt as a tag', async () => {
      let tags: unknown = [];
      fake.answers.DescribeTrainingJob = () => ({
        TrainingJobName: 'm',
        TrainingJobArn: 'arn:aws:sagemaker:eu-central-1:123456789012:training-job/m',
        TrainingJobStatus: 'InProgress',
      });
      fake.answers.ListTags = () => ({ Tags: tags });
      const asked = home.request('sagemaker:createTrainingJob.sync', { TrainingJobName: 'm' });
      await home.tasks.submit(asked);
      tags = fake.submitted[0]?.input.Tags;
      expect(jobOf(await home.tasks.submit({ ...asked, isAgain: true })).id).toBe('m');
      expect(fake.submitted).toHaveLength(1);
      // Somebody else's job of that name is not taken for it: AWS refuses a second one.
      fake.answers.CreateTrainingJob = () => ({
        status: 400,
        json: { __type: 'ResourceInUse', message: 'Training job names must be unique' },
      });
      expect(
        await home.submit(
          'sagemaker:createTrainingJob.sync',
          { TrainingJobName: 'm' },
          { isAgain: true },
        ),
      ).toMatchObject({ type: 'failed', error: 'SageMaker.ResourceInUseException' });
    });

    it('and nobody says so who cannot know', async () => {
      fake.answers.GetJobRuns = () => ({
        status: 400,
        json: { __type: 'AccessDeniedException', message: 'no' },
      });
      expect(
        await home.submit('glue:startJobRun.sync', { JobName: 'load' }, { isAgain: true }),
      ).toEqual({
        type: 'unknown',
        cause:
          'The answer to glue:startJobRun was lost, and AWS has no way to tell whether it was performed: AccessDeniedException: no',
      });
      expect(fake.submitted).toHaveLength(0);
    });
  });

  describe('of ECS', () => {
    const task = (containers: object[], more: object = {}) => {
      fake.answers.DescribeTasks = () => ({
        tasks: [
          {
            taskArn: 'arn:aws:ecs:eu-central-1:1:task/c/t',
            clusterArn: 'c',
            taskDefinitionArn: 'd',
            lastStatus: 'STOPPED',
            stopCode: 'EssentialContainerExited',
            cpu: '1024',
            memory: '2048',
            startedAt: 100,
            stoppedAt: 160,
            containers,
            ...more,
          },
        ],
        failures: [],
      });
      fake.answers.DescribeTaskDefinition = () => ({
        taskDefinition: {
          containerDefinitions: [{ name: 'work' }, { name: 'helper', essential: false }],
        },
      });
      return home.tasks.look(
        [at('ecs:runTask', 'arn:aws:ecs:eu-central-1:1:task/c/t', { Cluster: 'c' })],
        NOBODY,
      );
    };

    it('succeed when the containers that count did, also when a helper was ended by a signal', async () => {
      expect(
        await task([
          { name: 'work', exitCode: 0 },
          { name: 'helper', exitCode: 143 },
        ]),
      ).toMatchObject([
        {
          type: 'ended',
          outcome: { type: 'succeeded', output: { LastStatus: 'STOPPED', StartedAt: 100_000 } },
          used: { vcpuSeconds: 60, memoryGbSeconds: 120 },
        },
      ]);
    });

    it('fail when one of these did, or the task never came up', async () => {
      expect(
        await task([
          { name: 'work', exitCode: 1 },
          { name: 'helper', exitCode: 0 },
        ]),
      ).toMatchObject([{ outcome: { type: 'failed', error: 'States.TaskFailed' } }]);
      expect(
        await task([{ name: 'work', exitCode: 0 }], { stopCode: 'SpotInterruption' }),
      ).toMatchObject([{ outcome: { type: 'failed' } }]);
      expect(await task([{ name: 'work' }], { stopCode: 'TaskFailedToStart' })).toMatchObject([
        { outcome: { type: 'failed' } },
      ]);
    });

    it('fail by name when there was no room for them, where somebody waits', async () => {
      fake.answers.RunTask = () => ({
        tasks: [],
        failures: [{ arn: 'a', reason: 'RESOURCE:MEMORY' }],
      });
      expect(await home.submit('ecs:runTask.sync', { TaskDefinition: 'd' })).toEqual({
        type: 'failed',
        error: 'AmazonECS.Unknown',
        cause: 'RESOURCE:MEMORY',
      });
      expect(await home.submit('ecs:runTask', { TaskDefinition: 'd' })).toMatchObject({
        type: 'answered',
        output: { Failures: [{ Reason: 'RESOURCE:MEMORY' }] },
      });
      expect(await home.submit('ecs:runTask', { TaskDefinition: 'd', Count: 3 })).toMatchObject({
        error: 'States.Runtime',
        cause: expect.stringContaining('"Count" is not supported'),
      });
    });

    it('are looked at a hundred at a time, and stopped with the reason', async () => {
      const [job = at('', '')] = [1].map(() =>
        at('ecs:runTask', 'arn:aws:ecs:eu-central-1:1:task/c/t', { Cluster: 'c' }),
      );
      fake.answers.DescribeTasks = ({ body }) => ({
        tasks: (body.tasks as string[]).map((taskArn) => ({ taskArn, lastStatus: 'RUNNING' })),
        failures: [],
      });
      const many = Array.from({ length: 250 }, (_one, index) => ({
        ...job,
        id: `${job.id}${index}`,
      }));
      const states = await home.tasks.look(many, NOBODY);
      expect(states).toHaveLength(250);
      expect(fake.asked).toHaveLength(3);
      fake.answers.StopTask = ({ body }) =>
        body.reason === 'because' ? { task: {} } : { status: 400, json: {} };
      expect(await home.tasks.stop(job, 'because')).toBe(true);
    });
  });

  it('of EMR are steps that are looked at together, and shown under their own name', async () => {
    fake.answers.ListSteps = ({ body }) => ({
      Steps: [
        { Id: 's-1', Name: 'load [millrace 17-3-1]', Status: { State: 'COMPLETED' } },
        {
          Id: 's-2',
          Name: 'load',
          Status: { State: 'FAILED', FailureDetails: { Reason: 'no rows' } },
        },
        { Id: 's-3', Name: 'load', Status: { State: 'PENDING' } },
      ].filter(({ Id }) => (body.StepIds as string[]).includes(Id)),
    });
    const steps = ['s-1', 's-2', 's-3', 's-4'].map((id) =>
      at('elasticmapreduce:addStep', id, { ClusterId: 'j-1' }),
    );
    expect(await home.tasks.look(steps, NOBODY)).toMatchObject([
      {
        type: 'ended',
        outcome: { type: 'succeeded', output: { StepId: 's-1', Step: { Name: 'load' } } },
      },
      { type: 'ended', outcome: { type: 'failed', cause: expect.stringContaining('no rows') } },
      { type: 'running', status: 'PENDING' },
      { type: 'gone' },
    ]);
    fake.answers.CancelSteps = ({ body }) => ({
      CancelStepsInfoList: [{ StepId: (body.StepIds as string[])[0] }],
    });
    expect(await home.tasks.stop(steps[0] as RemoteJob, 'x')).toBe(true);
  });

  it('that cannot be looked at now are unseen, for a while or until somebody acts', async () => {
    const job = at('glue:startJobRun', 'jr_1', { JobName: 'load' });
    const refuse = (status: number, __type: string) => {
      fake.answers.GetJobRun = () => ({ status, json: { __type, message: 'm' } });
      return home.tasks.look([job], NOBODY);
    };
    expect(await refuse(400, 'ThrottlingException')).toEqual([
      { type: 'unseen', cause: 'ThrottlingException: m', isLasting: false },
    ]);
    expect(await refuse(500, 'InternalServiceException')).toMatchObject([{ isLasting: false }]);
    expect(await refuse(400, 'AccessDeniedException')).toMatchObject([
      { type: 'unseen', isLasting: true },
    ]);
    expect(await refuse(400, 'EntityNotFoundException')).toMatchObject([{ type: 'gone' }]);
    expect(await home.tasks.look([at('glue:nothing', 'x')], NOBODY)).toMatchObject([
      { type: 'unseen', isLasting: true },
    ]);
    expect(
      await home.tasks.look([{ ...job, place: { account: 'gone', region: REGION } }], NOBODY),
    ).toMatchObject([{ type: 'unseen', isLasting: true }]);
  });

  it('that cannot be stopped now are to be stopped again', async () => {
    const job = at('athena:startQueryExecution', 'q');
    fake.answers.StopQueryExecution = () => ({
      status: 400,
      json: { __type: 'ThrottlingException' },
    });
    expect(await home.tasks.stop(job, 'x')).toBe(false);
    fake.answers.StopQueryExecution = () => ({
      status: 400,
      json: { __type: 'InvalidRequestException' },
    });
    expect(await home.tasks.stop(job, 'x')).toBe(true);
    // A right may be given, and a protection taken away: until then they run on.
    fake.answers.StopQueryExecution = () => ({
      status: 400,
      json: { __type: 'AccessDeniedException' },
    });
    expect(await home.tasks.stop(job, 'x')).toBe(false);
    fake.answers.TerminateJobFlows = () => ({
      status: 400,
      json: { __type: 'ValidationException', message: 'Could not shut down: protected' },
    });
    const cluster = at('elasticmapreduce:createCluster', 'j-1');
    expect(await home.tasks.stop(cluster, 'x')).toBe(false);
    fake.answers.TerminateJobFlows = () => ({});
    expect(await home.tasks.stop(cluster, 'x')).toBe(true);
  });

  it('have lines that are read on from where they were left', async () => {
    fake.answers['/v1/describejobs'] = () => ({
      jobs: [
        {
          jobId: 'j',
          status: 'RUNNING',
          container: { logStreamName: 'load/default/1' },
          attempts: [{ container: { logStreamName: 'load/default/0' } }],
        },
      ],
    });
    fake.answers.GetLogEvents = ({ body }) => ({
      events:
        body.nextToken === undefined
          ? [
              {
                timestamp: body.logStreamName === 'load/default/0' ? 5 : 7,
                message: body.logStreamName === 'load/default/0' ? 'ERROR first\n' : 'second',
              },
            ]
          : [],
      nextForwardToken: `after ${body.logStreamName}`,
    });
    const job = at('batch:submitJob', 'j');
    const first = await home.tasks.logs?.(job, undefined, NOBODY);
    expect(first?.lines).toEqual([
      { at: 5, stream: 'stdout', level: 'error', message: 'ERROR first' },
      { at: 7, stream: 'stdout', level: 'info', message: 'second' },
    ]);
    const next = await home.tasks.logs?.(job, first?.cursor, NOBODY);
    expect(next?.lines).toEqual([]);
    expect(fake.asked.at(-1)?.body).toMatchObject({
      logGroupName: '/aws/batch/job',
      nextToken: 'after load/default/1',
    });
    expect(
      await home.tasks.logs?.(at('athena:startQueryExecution', 'q'), undefined, NOBODY),
    ).toBeUndefined();
  });
});

describe('functions of Lambda', () => {
  const invoke = async (
    status: number,
    body: unknown,
    headers: { [name: string]: string } = {},
    Payload: AwsObject[string] = {},
  ) => {
    const stub = await startStub(() => ({ status, json: body as object, headers }));
    const home = taskHome(stub.url);
    try {
      const submission = await home.submit('lambda:invoke', { FunctionName: 'f', Payload });
      return { submission, asked: stub.asked };
    } finally {
      home.aws.close();
      await stub.close();
    }
  };

  it('fail the task with the error of their own, and the report as its cause', async () => {
    const report = { errorMessage: 'no rows', errorType: 'ValueError', stackTrace: [] };
    const { submission } = await invoke(200, report, { 'x-amz-function-error': 'Unhandled' });
    expect(submission).toEqual({
      type: 'failed',
      error: 'ValueError',
      cause: JSON.stringify(report),
    });
    const { submission: bare } = await invoke(
      200,
      { errorMessage: 'Task timed out' },
      { 'x-amz-function-error': 'Unhandled' },
    );
    expect(bare).toMatchObject({ error: 'Exception' });
  });

  it('tell their last lines and what they used, and show both to nobody who did not ask', async () => {
    const log = [
      'START RequestId: 1',
      'counting',
      '[ERROR] ValueError: no rows',
      'END RequestId: 1',
      'REPORT RequestId: 1 Duration: 1900.1 ms Billed Duration: 2000 ms Memory Size: 512 MB',
    ];
    const tail = Buffer.from(log.join('\n')).toString('base64');
    const { submission, asked } = await invoke(200, { rows: 1 }, { 'x-amz-log-result': tail });
    expect(submission).toMatchObject({
      type: 'answered',
      output: { Payload: { rows: 1 } },
      used: { gbSeconds: 1 },
      lines: [
        { level: 'info', message: 'counting' },
        { level: 'error', message: '[ERROR] ValueError: no rows' },
        { message: expect.stringContaining('REPORT') },
      ],
    });
    expect(JSON.stringify(submission)).not.toContain(tail);
    expect(asked).toHaveLength(1);
    const failing = { 'x-amz-log-result': tail, 'x-amz-function-error': 'Unhandled' };
    expect((await invoke(200, { errorType: 'ValueError' }, failing)).submission).toMatchObject({
      type: 'failed',
      error: 'ValueError',
      used: { gbSeconds: 1 },
      lines: expect.any(Array),
    });
  });

  it.each<[string, AwsObject[string], string]>([
    ['an object', { a: 1 }, '{"a":1}'],
    ['a text', 'plain', '"plain"'],
    ['a text that is JSON', '{"a": 1}', '{"a": 1}'],
    ['nothing', null, '{}'],
  ])('get %s as their event', async (_what, payload, text) => {
    const { asked } = await invoke(200, {}, {}, payload);
    expect(asked[0]?.text).toBe(text);
  });

  it.each([
    [429, 'TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    [500, 'ServiceException', 'Lambda.ServiceException'],
    [403, 'AccessDeniedException', 'Lambda.AWSLambdaException'],
  ])('tell %i as %s', async (status, type, error) => {
    const { submission } = await invoke(status, { message: 'm' }, { 'x-amzn-errortype': type });
    expect(submission).toMatchObject({ type: 'failed', error });
  });
});

describe('members of the wrong type', () => {
  it.each<[string, AwsObject, string]>([
    ['batch:submitJob', { JobName: 'x', Tags: 'x' }, "'Tags' must be an object"],
    ['batch:submitJob', { JobName: 3 }, "'JobName' must be a string"],
    ['glue:startJobRun', { JobName: 'x', Arguments: ['x'] }, "'Arguments' must be an object"],
    ['glue:startJobRun', { JobName: 'x', Arguments: { '--n': 3 } }, "'--n' must be a string"],
    ['ecs:runTask', { TaskDefinition: 'x', Tags: {} }, "'Tags' must be an array"],
    ['events:putEvents', { Entries: ['x'] }, "'Entries' must be an object"],
    ['elasticmapreduce:addStep', { ClusterId: 'j', Step: 'x' }, "'Step' must be an object"],
    [
      'aws-sdk:glue:getTables',
      { DatabaseName: 'x', QueryAsOfTime: 'soon' },
      "'QueryAsOfTime' must be a time",
    ],
    [
      'aws-sdk:glue:getTables',
      { DatabaseName: 'x', MaxResults: '5' },
      "'MaxResults' must be a number",
    ],
    [
      'aws-sdk:glue:getTables',
      { DatabaseName: 'x', maxResults: 5 },
      '"maxResults" is not supported',
    ],
    ['aws-sdk:bedrockruntime:invokeModelWithResponseStream', {}, 'a stream of events'],
  ])('of %s %j are refused before anything is sent', async (resource, parameters, words) => {
    const stub = await startStub(() => ({ status: 200, json: {} }));
    const home = taskHome(stub.url);
    expect(await home.submit(resource, parameters)).toEqual({
      type: 'failed',
      error: 'States.Runtime',
      cause: expect.stringContaining(words),
    });
    expect(stub.asked).toEqual([]);
    home.aws.close();
    await stub.close();
  });
});

describe('what is signed', () => {
  it('goes to AWS alone, whatever address a definition names as its queue', async () => {
    const elsewhere = await startStub(() => ({ status: 200, json: {} }));
    const aws = await startStub(() => ({
      status: 200,
      json: { MessageId: '1', MD5OfMessageBody: '9dd4e461268c8034f5c8564e155c67a6' },
    }));
    const home = taskHome(aws.url);
    await home.submit('sqs:sendMessage', {
      QueueUrl: `${elsewhere.url}/123456789012/q`,
      MessageBody: 'x',
    });
    home.aws.close();
    expect(elsewhere.asked).toEqual([]);
    expect(aws.asked).toHaveLength(1);
    await elsewhere.close();
    await aws.close();
  });

  it('leaves nothing of credentials in what a task shows', async () => {
    const stub = await startStub(({ keyId }) => ({
      status: 400,
      json: { __type: 'ValidationException', message: `no ${keyId === '' ? 'key' : 'such'} table` },
    }));
    const home = taskHome(stub.url);
    const shown = JSON.stringify([
      await home.submit('dynamodb:getItem', { TableName: 't', Key: {} }),
      await home.submit('aws-sdk:dynamodb:getItem', { TableName: 't', Key: {} }),
      home.aws.counts(),
    ]);
    home.aws.close();
    await stub.close();
    expect(shown).toContain('DynamoDB.AmazonDynamoDBException');
    expect(shown).toContain('DynamoDb.DynamoDbException');
    expect(shown).not.toMatch(/local-secret|AKIDLOCAL|Signature/);
  });

  it('fails the task when a bus took only some of the events', async () => {
    const stub = await startStub(() => ({
      status: 200,
      json: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] },
    }));
    const home = taskHome(stub.url);
    expect(await home.submit('events:putEvents', { Entries: [] })).toEqual({
      type: 'failed',
      error: 'EventBridge.FailedEntry',
      cause: expect.stringContaining('InternalFailure'),
    });
    home.aws.close();
    await stub.close();
  });
});
