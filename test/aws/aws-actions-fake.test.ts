/**
 * Actions that no server here performs: what is sent for them, and what is shown of the answer. Against FakeJobs, over HTTP.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsObject } from '../../src/aws/aws.js';
import { type FakeJobs, startFakeJobs } from './fake-jobs.js';
import { jobOf, NOBODY, type TaskHome, taskHome } from './task-home.js';

describe('actions of AWS', () => {
  let fake: FakeJobs;
  let home: TaskHome;
  beforeEach(async () => {
    fake = await startFakeJobs();
    home = taskHome(fake.url, { attempts: 2, firstPause: 1, longestPause: 2 });
  });
  afterEach(async () => {
    home.aws.close();
    await fake.close();
  });

  it.each<
    [
      resource: string,
      given: AwsObject,
      action: string,
      answer: object,
      sent: object,
      shown: object,
    ]
  >([
    [
      'elasticmapreduce:cancelStep',
      { ClusterId: 'j-1', StepId: 's-1' },
      'CancelSteps',
      { CancelStepsInfoList: [{ StepId: 's-1', Status: 'SUBMITTED' }] },
      { ClusterId: 'j-1', StepIds: ['s-1'] },
      { CancelStepsInfo: { StepId: 's-1', Status: 'SUBMITTED' } },
    ],
    [
      'elasticmapreduce:setClusterTerminationProtection',
      { ClusterId: 'j-1', TerminationProtected: true },
      'SetTerminationProtection',
      {},
      { JobFlowIds: ['j-1'], TerminationProtected: true },
      {},
    ],
    [
      'elasticmapreduce:terminateCluster',
      { ClusterId: 'j-1' },
      'TerminateJobFlows',
      {},
      { JobFlowIds: ['j-1'] },
      {},
    ],
    [
      'sagemaker:updateEndpoint',
      { EndpointName: 'e', EndpointConfigName: 'c' },
      'UpdateEndpoint',
      { EndpointArn: 'arn' },
      { EndpointName: 'e', EndpointConfigName: 'c' },
      { EndpointArn: 'arn' },
    ],
    [
      'codebuild:batchDeleteBuilds',
      { Ids: ['p:1'] },
      'BatchDeleteBuilds',
      { buildsDeleted: ['p:1'], buildsNotDeleted: [] },
      { ids: ['p:1'] },
      { BuildsDeleted: ['p:1'], BuildsNotDeleted: [] },
    ],
    [
      'codebuild:batchGetReports',
      { ReportArns: ['arn'] },
      'BatchGetReports',
      { reports: [{ arn: 'arn', created: 1_800_000_000 }] },
      { reportArns: ['arn'] },
      { Reports: [{ Arn: 'arn', Created: 1_800_000_000_000 }] },
    ],
    [
      'codebuild:stopBuildBatch',
      { Id: 'p:1' },
      'StopBuildBatch',
      { buildBatch: { id: 'p:1' } },
      { id: 'p:1' },
      { BuildBatch: { Id: 'p:1' } },
    ],
    [
      'codebuild:deleteBuildBatch',
      { Id: 'p:1' },
      'DeleteBuildBatch',
      { statusCode: 'BATCH_DELETED' },
      { id: 'p:1' },
      { StatusCode: 'BATCH_DELETED' },
    ],
    [
      'codebuild:retryBuildBatch',
      { Id: 'p:1', RetryType: 'RETRY_FAILED_BUILDS' },
      'RetryBuildBatch',
      { buildBatch: { id: 'p:2' } },
      { id: 'p:1', retryType: 'RETRY_FAILED_BUILDS', idempotencyToken: expect.any(String) },
      { BuildBatch: { Id: 'p:2' } },
    ],
    [
      'bedrock:invokeModel',
      { ModelId: 'm', Body: { prompt: 'x' } },
      '/model/m/invoke',
      { completion: 'y' },
      { prompt: 'x' },
      { Body: { completion: 'y' } },
    ],
  ])(
    '%s is sent as AWS takes it, and shown as Step Functions does',
    async (resource, given, action, answer, sent, shown) => {
      fake.answers[action] = () => ({
        status: 200,
        json: answer,
        headers: { 'content-type': 'application/json' },
      });
      expect(await home.submit(resource, given)).toMatchObject({ type: 'answered', output: shown });
      expect(fake.asked.map(({ body }) => body)).toEqual([sent]);
      // Saying again what should be, or reading, is harmless; what a model answers is not asked for twice.
      const second = await home.submit(resource, given, { isAgain: true });
      const isKnown = !['bedrock:invokeModel', 'sagemaker:updateEndpoint'].includes(resource);
      expect(second.type).toBe(isKnown ? 'answered' : 'unknown');
    },
  );

  it('change a fleet by its name', async () => {
    fake.answers.ListInstanceFleets = () => ({
      InstanceFleets: [
        { Id: 'if-1', Name: 'core' },
        { Id: 'if-2', Name: 'spot' },
        { Id: 'if-3', Name: 'spot' },
      ],
    });
    fake.answers.ModifyInstanceFleet = () => ({});
    const change = (InstanceFleetName: string) =>
      home.submit('elasticmapreduce:modifyInstanceFleetByName', {
        ClusterId: 'j-1',
        InstanceFleetName,
        InstanceFleet: { TargetSpotCapacity: 3 },
      });
    expect(await change('core')).toMatchObject({ type: 'answered' });
    expect(fake.asked.at(-1)?.body).toEqual({
      ClusterId: 'j-1',
      InstanceFleet: { InstanceFleetId: 'if-1', TargetSpotCapacity: 3 },
    });
    expect(await change('spot')).toMatchObject({
      type: 'failed',
      cause: expect.stringContaining('more than one InstanceFleet'),
    });
    expect(await change('none')).toMatchObject({
      type: 'failed',
      cause: expect.stringContaining('no InstanceFleet'),
    });
  });

  it('cancel a run of EMR Serverless and wait until it is', async () => {
    fake.answers['/applications/app/jobruns/r'] = ({ text }) => ({
      applicationId: 'app',
      jobRunId: 'r',
      ...(text === ''
        ? {
            jobRun: {
              applicationId: 'app',
              jobRunId: 'r',
              arn: 'arn',
              state: 'CANCELLED',
              createdBy: 'x',
              createdAt: 1,
              updatedAt: 1,
              executionRole: 'r',
              releaseLabel: 'e',
              stateDetails: '',
            },
          }
        : {}),
    });
    const submission = await home.submit('emr-serverless:cancelJobRun.sync', {
      ApplicationId: 'app',
      JobRunId: 'r',
    });
    expect(submission).toMatchObject({ output: { JobRunId: 'r' } });
    expect((await home.ended(jobOf(submission))).outcome).toMatchObject({
      type: 'succeeded',
      output: { State: 'CANCELLED' },
    });
  });

  it.each([
    ['createHyperParameterTuningJob', 'HyperParameterTuningJob'],
    ['createLabelingJob', 'LabelingJob'],
    ['createTransformJob', 'TransformJob'],
    ['createProcessingJob', 'ProcessingJob'],
  ])('sagemaker:%s waits for its end', async (action, kind) => {
    let status = 'InProgress';
    fake.answers[action.replace('create', 'Create')] = () => ({ [`${kind}Arn`]: 'arn' });
    fake.answers[`Describe${kind}`] = () => ({
      [`${kind}Name`]: 'n',
      [`${kind}Status`]: status,
      CreationTime: 1,
      FailureReason: 'why',
    });
    const job = jobOf(await home.submit(`sagemaker:${action}.sync`, { [`${kind}Name`]: 'n' }));
    expect(await home.tasks.look([job], NOBODY)).toMatchObject([
      { type: 'running', status: 'InProgress' },
    ]);
    status = 'Failed';
    expect(await home.tasks.look([job], NOBODY)).toMatchObject([
      {
        outcome: {
          type: 'failed',
          error: 'States.TaskFailed',
          cause: expect.stringContaining('why'),
        },
      },
    ]);
    status = 'Completed';
    expect(await home.tasks.look([job], NOBODY)).toMatchObject([
      { outcome: { type: 'succeeded' } },
    ]);
    fake.answers[`Stop${kind}`] = () => ({});
    expect(await home.tasks.stop(job, 'x')).toBe(true);
  });

  it('build in batches and wait for all of them', async () => {
    const job = jobOf(await home.submit('codebuild:startBuildBatch.sync', { ProjectName: 'p' }));
    fake.answers.BatchGetBuildBatches = ({ body }) => ({
      buildBatches: (body.ids as string[]).map((id) => ({
        id,
        buildBatchStatus: 'FAILED',
        startTime: 100,
        endTime: 160,
      })),
    });
    expect(await home.tasks.look([job], NOBODY)).toMatchObject([
      {
        outcome: { type: 'failed', cause: expect.stringContaining('"BuildBatchStatus":"FAILED"') },
        used: { buildSeconds: 60 },
      },
    ]);
  });

  it('tell what was used: scanned bytes of Athena, seconds of EMR Serverless', async () => {
    fake.answers.GetQueryExecution = () => ({
      QueryExecution: {
        QueryExecutionId: 'q',
        Status: { State: 'SUCCEEDED' },
        Statistics: { DataScannedInBytes: 9_000_000_000_000 },
      },
    });
    const query = jobOf(await home.submit('athena:startQueryExecution.sync', { QueryString: 'x' }));
    expect(await home.tasks.look([query], NOBODY)).toMatchObject([
      { used: { scannedGb: 9_000_000_000_000 / 2 ** 30 } },
    ]);
    fake.answers['/applications/app/jobruns/job-2'] = () => ({
      jobRun: {
        applicationId: 'app',
        jobRunId: 'job-2',
        arn: 'arn',
        state: 'FAILED',
        stateDetails: 'no rows',
        createdBy: 'x',
        createdAt: 1,
        updatedAt: 1,
        executionRole: 'r',
        releaseLabel: 'e',
        billedResourceUtilization: { vCPUHour: 0.5, memoryGBHour: 2, storageGBHour: 0 },
      },
    });
    const run = jobOf(
      await home.submit('emr-serverless:startJobRun.sync', {
        ApplicationId: 'app',
        ExecutionRoleArn: 'arn:aws:iam::123456789012:role/r',
      }),
    );
    expect(await home.tasks.look([run], NOBODY)).toMatchObject([
      {
        outcome: { type: 'failed', cause: expect.stringContaining('no rows') },
        used: { vcpuSeconds: 1_800, memoryGbSeconds: 7_200 },
      },
    ]);
  });

  it('look at many queries of Athena in one call, of which one may be unknown', async () => {
    fake.answers.BatchGetQueryExecution = ({ body }) => ({
      QueryExecutions: (body.QueryExecutionIds as string[])
        .slice(1)
        .map((QueryExecutionId) => ({ QueryExecutionId, Status: { State: 'RUNNING' } })),
    });
    const job = jobOf(await home.submit('athena:startQueryExecution.sync', { QueryString: 'x' }));
    const states = await home.tasks.look(
      Array.from({ length: 50 }, (_one, at) => ({ ...job, id: `q${at}` })),
      NOBODY,
    );
    expect(states.map(({ type }) => type)).toEqual([
      'gone',
      ...Array.from({ length: 49 }, () => 'running'),
    ]);
    expect(fake.asked).toHaveLength(2);
  });
});
