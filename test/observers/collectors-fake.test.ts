/**
 * FakeBatchAthenaGlue: services that no server here performs as AWS does, played over HTTP by the published shapes of their APIs and
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
    const told = answers[asked.target]?.(asked);
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
  }, 60_000);
});
