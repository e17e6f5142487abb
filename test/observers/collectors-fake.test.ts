/**
 * FakeBatchAthenaGlueEmr: services that no server here performs as AWS does, played over HTTP by the published shapes of their APIs and
 * spoken to by AWS's own clients: pages, a token that has expired, a call that is throttled, 10,000 things that match.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Aws } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type Answer, type Asked, type StubService, startStub } from '../aws/stub-service.js';
import { EngineHome } from '../support/engine-home.js';
import { until } from '../support/until.js';

const REGION = 'eu-central-1';
/** Seconds since the epoch, as these protocols write times. */
const ago = (minutes: number): number => Math.round(Date.now() / 1_000) - minutes * 60;

type Told = (asked: Asked) => object;
let answers: { [target: string]: Told };
let service: StubService;
let aws: Aws;
let home: EngineHome;

beforeEach(async () => {
  answers = {};
  service = await startStub((asked): Answer => {
    // Of a service that speaks REST the path, whatever is asked behind it.
    const [path = ''] = asked.target.split('?');
    const told = (answers[asked.target] ?? answers[path])?.(asked);
    if (told === undefined) return { status: 400, json: { __type: 'UnknownOperationException' } };
    return 'status' in told && 'json' in told ? (told as Answer) : { status: 200, json: told };
  });
  aws = createAws({
    environment: { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' },
    secrets: createSecretRegistry(),
    limits: { firstPause: 1, longestPause: 2 },
    accounts: [
      {
        ...{ name: 'lake', account: '111122223333', regions: [REGION], teams: '*' },
        endpoint: service.url,
      },
    ],
  });
  home = new EngineHome({ aws });
  await home.open();
});
afterEach(async () => {
  await home.close();
  aws.close();
  await service.close();
});

async function watch(fields: object): Promise<void> {
  const sections = { watch: [{ account: 'lake', ...fields }] };
  const file = { team: 'parcels', file: 'team.yaml', sections } as never;
  expect(await home.engine.observers.declare([file], [])).toEqual([]);
}

async function results(count: number): Promise<string[]> {
  const listed = async () => {
    const { items } = await home.engine.checks.list(EVERYTHING, { limit: 1000 });
    return items.map(({ subject, status, cause }) => `${subject.name} ${status} ${cause}`);
  };
  return (await until(listed, (all) => all.length >= count)).sort();
}

const refused = (type: string, message = type, status = 400): object => ({
  ...{ status, json: { __type: type, message } },
});

describe('collectors, over HTTP', () => {
  it('tell jobs of Batch, page by page, though a call is throttled on the way', async () => {
    const job = (id: string, status: string) => ({
      ...{ jobId: id, jobName: id, jobQueue: `arn:aws:batch:${REGION}:1:job-queue/etl`, status },
      ...{ jobDefinition: 'd', createdAt: ago(9) * 1e3, startedAt: ago(8) * 1e3 },
      ...{ stoppedAt: ago(7) * 1e3, statusReason: 'Essential container in task exited' },
      container: { exitCode: status === 'FAILED' ? 137 : 0, reason: 'OutOfMemoryError' },
    });
    const queue = {
      ...{ jobQueueName: 'etl', jobQueueArn: 'arn', state: 'ENABLED', priority: 1 },
      computeEnvironmentOrder: [],
    };
    let throttled = 0;
    answers['/v1/describejobqueues'] = () => ({ jobQueues: [queue] });
    answers['/v1/listjobs'] = ({ body }) => {
      if (body.nextToken === undefined) {
        return { jobSummaryList: [{ jobId: 'a', jobName: 'a' }], nextToken: 'more' };
      }
      throttled += 1;
      if (throttled === 1) return refused('TooManyRequestsException', 'slower', 429);
      return { jobSummaryList: [{ jobId: 'b', jobName: 'b' }] };
    };
    answers['/v1/describejobs'] = ({ body }) => ({
      jobs: (body.jobs as string[]).map((id) => job(id, id === 'a' ? 'SUCCEEDED' : 'FAILED')),
    });
    await watch({ batchQueues: ['*'] });
    expect(await results(2)).toEqual([
      'etl CRITICAL failed: b: Essential container in task exited, OutOfMemoryError, exit code 137',
      'etl OK succeeded',
    ]);
    expect(throttled).toBeGreaterThan(1);
  });

  it('tell queries of Athena, and begin a list again whose token has expired', async () => {
    const query = (id: string) => ({
      ...{ QueryExecutionId: id, WorkGroup: 'etl' },
      Statistics: { DataScannedInBytes: 2 ** 30 },
      Status: {
        ...{ State: id === 'bad' ? 'FAILED' : 'SUCCEEDED', SubmissionDateTime: ago(5) },
        ...{ CompletionDateTime: ago(4), AthenaError: { ErrorMessage: 'no table' } },
      },
    });
    let expired = 0;
    answers['AmazonAthena.ListWorkGroups'] = () => ({ WorkGroups: [{ Name: 'etl' }] });
    answers['AmazonAthena.ListQueryExecutions'] = ({ body }) => {
      if (body.NextToken === undefined) return { QueryExecutionIds: ['good'], NextToken: 'more' };
      expired += 1;
      if (expired === 1) return refused('InvalidRequestException', 'The pagination token expired');
      return { QueryExecutionIds: ['bad'] };
    };
    answers['AmazonAthena.BatchGetQueryExecution'] = ({ body }) => ({
      QueryExecutions: (body.QueryExecutionIds as string[]).map(query),
    });
    await watch({ athenaWorkgroups: ['e*'] });
    expect(await results(2)).toEqual(['etl CRITICAL failed: no table', 'etl OK succeeded']);
    expect(expired).toBeGreaterThan(1);
  });

  it('tell runs of workflows, with what failed in them, and results of data quality', async () => {
    answers['AWSGlue.ListWorkflows'] = () => ({ Workflows: ['nightly'] });
    answers['AWSGlue.BatchGetWorkflows'] = () => ({ Workflows: [{ Name: 'nightly' }] });
    const run = {
      ...{ Name: 'nightly', WorkflowRunId: 'w1', Status: 'COMPLETED', StartedOn: ago(9) },
      ...{ CompletedOn: ago(2) },
      Statistics: { TotalActions: 2, SucceededActions: 1, FailedActions: 1 },
    };
    const JobRuns = [{ JobName: 'load', JobRunState: 'FAILED', ErrorMessage: 'no disk' }];
    answers['AWSGlue.GetWorkflowRuns'] = () => ({ Runs: [run] });
    answers['AWSGlue.GetWorkflowRun'] = () => ({
      Run: { ...run, Graph: { Nodes: [{ Name: 'load', JobDetails: { JobRuns } }] } },
    });
    answers['AWSGlue.ListDataQualityRulesets'] = () => ({ Rulesets: [{ Name: 'rules' }] });
    answers['AWSGlue.ListDataQualityResults'] = () => ({ Results: [{ ResultId: 'd1' }] });
    answers['AWSGlue.BatchGetDataQualityResult'] = () => ({
      Results: [
        {
          ...{ ResultId: 'd1', RulesetName: 'rules', Score: 0.5, StartedOn: ago(6) },
          CompletedOn: ago(5),
          RuleResults: [
            { Name: 'Rule_1', Description: 'RowCount > 0', Result: 'FAIL', EvaluationMessage: '0' },
            { Name: 'Rule_2', Result: 'PASS' },
          ],
        },
      ],
    });
    await watch({ glueWorkflows: ['*'], glueDataQuality: ['*'] });
    expect(await results(2)).toEqual([
      'nightly CRITICAL failed: job load: no disk',
      'rules CRITICAL failed: 1 of 2 rules failed (score 50 %): RowCount > 0: 0',
    ]);
  });

  it('tell steps of a cluster that have finished', async () => {
    const Timeline = { StartDateTime: ago(5), EndDateTime: ago(4) };
    answers['ElasticMapReduce.ListClusters'] = () => ({
      Clusters: [{ Id: 'j-1', Name: 'spark', Status: { State: 'RUNNING' } }],
    });
    answers['ElasticMapReduce.ListSteps'] = () => ({
      Steps: [
        { Id: 's-2', Name: 'b', Status: { State: 'COMPLETED', Timeline } },
        {
          ...{ Id: 's-1', Name: 'a' },
          Status: { State: 'FAILED', Timeline, FailureDetails: { Reason: 'Unknown Error.' } },
        },
      ],
    });
    await watch({ emrClusters: ['*'] });
    expect(await results(2)).toEqual([
      'spark CRITICAL failed: a: Unknown Error.',
      'spark OK succeeded',
    ]);
  });

  it('tell job runs of an application of EMR Serverless, page by page, with what they used', async () => {
    const run = (id: string, state: string) => ({
      ...{ applicationId: 'app-1', id, name: id, arn: 'arn', createdBy: 'c', type: 'SPARK', state },
      ...{ createdAt: ago(9), updatedAt: ago(4), executionRole: 'r', releaseLabel: 'emr-7.5.0' },
      stateDetails: state === 'FAILED' ? 'no space left' : '',
    });
    const application = { id: 'app-1', name: 'spark', arn: 'arn', state: 'STARTED', type: 'Spark' };
    answers['/applications'] = () => ({
      applications: [{ ...application, createdAt: ago(99), updatedAt: ago(9), releaseLabel: 'r' }],
    });
    answers['/applications/app-1/jobruns'] = ({ target }) =>
      target.includes('nextToken=more')
        ? { jobRuns: [run('r-2', 'FAILED')] }
        : { jobRuns: [run('r-1', 'SUCCESS')], nextToken: 'more' };
    for (const [id, state] of [
      ['r-1', 'SUCCESS'],
      ['r-2', 'FAILED'],
    ] as const) {
      const { id: jobRunId, ...rest } = run(id, state);
      answers[`/applications/app-1/jobruns/${id}`] = () => ({
        jobRun: {
          ...{ ...rest, jobRunId, tags: {}, jobDriver: {}, configurationOverrides: {} },
          totalExecutionDurationSeconds: 240,
          billedResourceUtilization: { vCPUHour: 0.5, memoryGBHour: 2, storageGBHour: 0 },
        },
      });
    }
    await watch({ emrServerless: ['*'] });
    expect(await results(2)).toEqual([
      'spark CRITICAL failed: r-2: no space left',
      'spark OK succeeded',
    ]);
    const { items } = await home.engine.observers.runs(
      EVERYTHING,
      `aws:111122223333:${REGION}:emr-serverless-application:spark`,
    );
    expect(items.map(({ id, units }) => [id, units]).sort()).toEqual([
      ['r-1', { vcpuSeconds: 1_800, memoryGbSeconds: 7_200, storageGbSeconds: 0 }],
      ['r-2', { vcpuSeconds: 1_800, memoryGbSeconds: 7_200, storageGbSeconds: 0 }],
    ]);
  });

  it('tell what ends between the list and the look at it once, by its end', async () => {
    let isOver = false;
    answers['/v1/describejobqueues'] = () => ({
      jobQueues: [
        { jobQueueName: 'etl', jobQueueArn: 'a', state: 'ENABLED', computeEnvironmentOrder: [] },
      ],
    });
    answers['/v1/listjobs'] = () => {
      isOver = true;
      return { jobSummaryList: [{ jobId: 'a', jobName: 'a', status: 'RUNNING' }] };
    };
    answers['/v1/describejobs'] = () => ({
      jobs: [
        {
          ...{ jobId: 'a', jobName: 'a', jobQueue: `arn:aws:batch:${REGION}:1:job-queue/etl` },
          ...{ jobDefinition: 'd', status: isOver ? 'SUCCEEDED' : 'RUNNING' },
          ...{ createdAt: ago(9) * 1e3, startedAt: ago(8) * 1e3, stoppedAt: ago(7) * 1e3 },
        },
      ],
    });
    await watch({ batchQueues: ['*'] });
    expect(await results(1)).toEqual(['etl OK succeeded']);
  });

  it.each([
    [
      'a job of Batch',
      () => {
        answers['/v1/describejobqueues'] = () => ({
          jobQueues: [
            {
              jobQueueName: 'etl',
              jobQueueArn: 'a',
              state: 'ENABLED',
              computeEnvironmentOrder: [],
            },
          ],
        });
        const jobSummaryList = ['gone', 'kept'].map((id) => ({ jobId: id, jobName: id }));
        answers['/v1/listjobs'] = () => ({ jobSummaryList });
        answers['/v1/describejobs'] = () => ({
          jobs: [
            {
              ...{ jobId: 'kept', jobName: 'kept', jobDefinition: 'd', status: 'SUCCEEDED' },
              jobQueue: `arn:aws:batch:${REGION}:1:job-queue/etl`,
              ...{ createdAt: ago(9) * 1e3, startedAt: ago(8) * 1e3, stoppedAt: ago(7) * 1e3 },
            },
          ],
        });
        return { batchQueues: ['*'] };
      },
      ['etl OK succeeded'],
    ],
    [
      'a query of Athena',
      () => {
        answers['AmazonAthena.ListWorkGroups'] = () => ({ WorkGroups: [{ Name: 'etl' }] });
        answers['AmazonAthena.ListQueryExecutions'] = () => ({
          QueryExecutionIds: ['gone', 'kept'],
        });
        const Status = {
          State: 'SUCCEEDED',
          SubmissionDateTime: ago(5),
          CompletionDateTime: ago(4),
        };
        answers['AmazonAthena.BatchGetQueryExecution'] = () => ({
          QueryExecutions: [{ QueryExecutionId: 'kept', WorkGroup: 'etl', Status }],
          UnprocessedQueryExecutionIds: [{ QueryExecutionId: 'gone', ErrorCode: 'NOT_FOUND' }],
        });
        return { athenaWorkgroups: ['*'] };
      },
      ['etl OK succeeded'],
    ],
    [
      'a run of a workflow of Glue',
      () => {
        answers['AWSGlue.ListWorkflows'] = () => ({ Workflows: ['nightly'] });
        answers['AWSGlue.BatchGetWorkflows'] = () => ({ Workflows: [{ Name: 'nightly' }] });
        const run = (id: string, FailedActions: number) => ({
          ...{ Name: 'nightly', WorkflowRunId: id, Status: 'COMPLETED', StartedOn: ago(9) },
          ...{
            CompletedOn: ago(2),
            Statistics: { TotalActions: 2, SucceededActions: 2 - FailedActions, FailedActions },
          },
        });
        answers['AWSGlue.GetWorkflowRuns'] = () => ({ Runs: [run('gone', 1), run('kept', 0)] });
        answers['AWSGlue.GetWorkflowRun'] = () => refused('EntityNotFoundException', 'no such run');
        return { glueWorkflows: ['*'] };
      },
      [
        'nightly CRITICAL failed: 1 of 2 actions did not succeed',
        'nightly OK 2 actions, 2 actions succeeded, 0 actions failed',
      ],
    ],
    [
      'a cluster of EMR',
      () => {
        answers['ElasticMapReduce.ListClusters'] = () => ({
          Clusters: ['j-gone', 'j-kept'].map((Id) => {
            return { Id, Name: 'spark', Status: { State: 'RUNNING' } };
          }),
        });
        const Timeline = { StartDateTime: ago(5), EndDateTime: ago(4) };
        answers['ElasticMapReduce.ListSteps'] = ({ body }) =>
          body.ClusterId === 'j-gone'
            ? refused('InvalidRequestException', "Cluster id 'j-gone' is not valid.")
            : { Steps: [{ Id: 's-1', Name: 'a', Status: { State: 'COMPLETED', Timeline } }] };
        return { emrClusters: ['*'] };
      },
      ['spark OK succeeded'],
    ],
    [
      'a job run of EMR Serverless',
      () => {
        const run = (id: string) => ({
          ...{ applicationId: 'app-1', id, name: id, arn: 'arn', createdBy: 'c', state: 'SUCCESS' },
          ...{ createdAt: ago(9), updatedAt: ago(4), executionRole: 'r', releaseLabel: 'r' },
        });
        answers['/applications'] = () => ({ applications: [{ id: 'app-1', name: 'spark' }] });
        answers['/applications/app-1/jobruns'] = () => ({ jobRuns: [run('gone'), run('kept')] });
        answers['/applications/app-1/jobruns/gone'] = () =>
          refused('ResourceNotFoundException', 'JobRun gone does not exist', 404);
        answers['/applications/app-1/jobruns/kept'] = () => ({
          jobRun: { ...run('kept'), jobRunId: 'kept', totalExecutionDurationSeconds: 9 },
        });
        return { emrServerless: ['*'] };
      },
      ['spark OK succeeded', 'spark OK succeeded'],
    ],
  ] as [string, () => object, string[]][])(
    'tell the others though %s was deleted between the list and the look at it',
    async (_, prepare, told) => {
      await watch(prepare());
      expect((await results(told.length)).map((one) => one.replace(/ undefined$/, ''))).toEqual(
        told,
      );
      expect(home.engine.observers.standing(EVERYTHING).blind).toEqual([]);
    },
  );

  it('find 10,000 queues that match, and name how many more there are', async () => {
    const each = 100;
    let described = 0;
    answers['/v1/describejobqueues'] = ({ body }) => {
      const page = Number(body.nextToken ?? 0);
      const jobQueues = Array.from({ length: each }, (_, index) => ({
        ...{ jobQueueName: `q${page * each + index}`, jobQueueArn: 'arn', state: 'ENABLED' },
        ...{ priority: 1, computeEnvironmentOrder: [] },
      }));
      return page >= 100 ? { jobQueues } : { jobQueues, nextToken: String(page + 1) };
    };
    answers['/v1/listjobs'] = () => {
      described += 1;
      return { jobSummaryList: [] };
    };
    await watch({ batchQueues: ['q*'] });
    const standing = () => home.engine.observers.standing(EVERYTHING);
    const found = await until(
      () => Promise.resolve(standing()),
      ({ things }) => things >= 10_000,
    );
    expect(found.things).toBe(10_000);
    expect(found.beyond).toEqual([{ team: 'parcels', count: 100 }]);
    await until(
      () => Promise.resolve(described),
      (count) => count > 0,
    );
  }, 180_000);
});
