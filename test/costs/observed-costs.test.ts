/**
 * What runs elsewhere costs by the same card and rule as executions here: each kind, watched by the real engine; and performed for an
 * execution, where the same service can be.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsAccount, AwsObject } from '../../src/aws/aws.js';
import { createAwsTasks } from '../../src/connectors/aws/create-aws-tasks.js';
import type { RemoteJob } from '../../src/connectors/remote-tasks.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { countedUnits, priceOf } from '../../src/monitoring/cost/price.js';
import { ratesAt } from '../../src/monitoring/cost/rate-card.js';
import { loadRates } from '../../src/pipelines/rates-file.js';
import { FakeAws, refused } from '../support/fake-aws.js';
import { TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const START = '2026-11-20T00:00:00Z';
const REGION = 'eu-central-1';
const LAKE: AwsAccount = {
  ...{ name: 'lake', account: '111122223333', regions: [REGION], teams: ['parcels'] },
};
const UNITS = `
      dpuSeconds: 0.000122222222
      gbSeconds: 0.0000166667
      vcpuSeconds: 0.000014618
      memoryGbSeconds: 0.000001605
      storageGbSeconds: 0.00000003
      scannedGb: 0.005`;
const CARD = `
currency: USD
rates:
  - from: 2026-01-01
    units: ${UNITS}
  - from: 2026-11-20
    units: { dpuSeconds: 0.0002 }
`;
const { card } = loadRates('rates.yaml', CARD);
const RATES = card && ratesAt(card, Date.parse('2026-11-19T23:59:00Z'));
const at = (minutes: number): string =>
  new Date(Date.parse('2026-11-19T23:00:00Z') + minutes * MINUTE).toISOString();
const ARN = `arn:aws:states:${REGION}:111122223333`;

interface Kind {
  readonly kind: string;
  readonly watch: { readonly [field: string]: string[] };
  readonly answers: { readonly [action: string]: AwsObject };
  /** What is used, as its check result tells; undefined: its service does not say. */
  readonly units: { readonly [unit: string]: number } | undefined;
  /** The same run, performed for an execution. */
  readonly driven?: Pick<RemoteJob, 'kind' | 'id'> & { readonly place?: AwsObject };
}

const BATCH_JOB = {
  ...{ JobId: 'j1', JobName: 'load', JobQueue: 'etl', Status: 'SUCCEEDED', JobDefinition: 'd' },
  ...{ CreatedAt: at(0), StartedAt: at(10), StoppedAt: at(20) },
  Container: {
    ResourceRequirements: [
      { Type: 'VCPU', Value: '2' },
      { Type: 'MEMORY', Value: '4096' },
    ],
  },
};
const JOB_RUN = {
  ...{ ApplicationId: 'app', JobRunId: 'r1', State: 'SUCCESS', CreatedAt: at(0), UpdatedAt: at(9) },
  ...{ StartedAt: at(1), EndedAt: at(9), Arn: 'arn' },
  BilledResourceUtilization: { VCPUHour: 0.5, MemoryGBHour: 1, StorageGBHour: 20 },
};
const QUERY = {
  ...{ QueryExecutionId: 'q1', WorkGroup: 'etl', Statistics: { DataScannedInBytes: 20 * 2 ** 40 } },
  Status: { State: 'SUCCEEDED', SubmissionDateTime: at(0), CompletionDateTime: at(2) },
};
const GLUE_RUN = {
  ...{
    JobName: 'load',
    Id: 'jr1',
    JobRunState: 'SUCCEEDED',
    StartedOn: at(0),
    CompletedOn: at(10),
  },
  ...{ ExecutionTime: 600, MaxCapacity: 2 },
};
const REPORT =
  'REPORT RequestId: a\tDuration: 1500.00 ms\tBilled Duration: 1500 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\t';

const KINDS: readonly Kind[] = [
  {
    kind: 'glue-job',
    watch: { glueJobs: ['*'] },
    answers: {
      'glue.listJobs': { JobNames: ['load'] },
      'glue.getJobRuns': { JobRuns: [GLUE_RUN] },
      'glue.getJobRun': { JobRun: GLUE_RUN },
    },
    units: { dpuSeconds: 1_200 },
    driven: { kind: 'glue:startJobRun.sync', id: 'jr1', place: { JobName: 'load' } },
  },
  {
    kind: 'glue-crawler',
    watch: { glueCrawlers: ['*'] },
    answers: {
      'glue.listCrawlers': { CrawlerNames: ['scan'] },
      'glue.listCrawls': {
        Crawls: [
          { CrawlId: 'c1', State: 'COMPLETED', StartTime: at(0), EndTime: at(5), DPUHour: 0.25 },
        ],
      },
    },
    units: { dpuSeconds: 900 },
  },
  {
    kind: 'glue-workflow',
    watch: { glueWorkflows: ['*'] },
    answers: {
      'glue.listWorkflows': { Workflows: ['nightly'] },
      'glue.getWorkflowRuns': {
        Runs: [
          {
            ...{ Name: 'nightly', WorkflowRunId: 'w1', Status: 'COMPLETED', StartedOn: at(0) },
            ...{ CompletedOn: at(9), Statistics: { TotalActions: 1, SucceededActions: 1 } },
          },
        ],
      },
    },
    units: undefined,
  },
  {
    kind: 'glue-catalog',
    watch: { glueCatalogs: ['*'] },
    answers: {
      'glue.getDatabases': { DatabaseList: [{ Name: 'parcels' }] },
      'glue.getTables': { TableList: [] },
    },
    units: undefined,
  },
  {
    kind: 'glue-data-quality',
    watch: { glueDataQuality: ['*'] },
    answers: {
      'glue.listDataQualityRulesets': { Rulesets: [{ Name: 'rules' }] },
      'glue.listDataQualityResults': { Results: [{ ResultId: 'd1' }] },
      'glue.batchGetDataQualityResult': {
        Results: [
          {
            ...{ ResultId: 'd1', RulesetName: 'rules', StartedOn: at(0), CompletedOn: at(1) },
            RuleResults: [{ Name: 'r', Result: 'PASS' }],
          },
        ],
      },
    },
    units: undefined,
  },
  {
    kind: 'state-machine',
    watch: { stateMachines: ['*'] },
    answers: {
      'sfn.listStateMachines': {
        StateMachines: [{ Name: 'm', Type: 'STANDARD', StateMachineArn: `${ARN}:stateMachine:m` }],
      },
      'sfn.listExecutions': {
        Executions: [
          {
            ...{ ExecutionArn: `${ARN}:execution:m:e`, Status: 'SUCCEEDED' },
            ...{ StartDate: at(0), StopDate: at(1) },
          },
        ],
      },
    },
    units: undefined,
  },
  {
    kind: 'lambda-function',
    watch: { lambdaFunctions: ['*'] },
    answers: {
      'lambda.listFunctions': { Functions: [{ FunctionName: 'f' }] },
      'cloudwatchlogs.filterLogEvents': {
        Events: [{ LogStreamName: 's', Timestamp: at(1), Message: REPORT }],
      },
    },
    units: { gbSeconds: 0.75 },
  },
  {
    kind: 'emr-cluster',
    watch: { emrClusters: ['*'] },
    answers: {
      'emr.listClusters': {
        Clusters: [{ Id: 'j-1', Name: 'spark', Status: { State: 'RUNNING' } }],
      },
      'emr.listSteps': {
        Steps: [
          {
            ...{ Id: 's-1', Name: 'load' },
            Status: {
              State: 'COMPLETED',
              Timeline: { StartDateTime: at(0), EndDateTime: at(1) },
            },
          },
        ],
      },
    },
    units: undefined,
  },
  {
    kind: 'emr-serverless-application',
    watch: { emrServerless: ['*'] },
    answers: {
      'emrserverless.listApplications': { Applications: [{ Id: 'app', Name: 'spark' }] },
      'emrserverless.listJobRuns': { JobRuns: [{ ...JOB_RUN, Id: 'r1' }] },
      'emrserverless.getJobRun': { JobRun: JOB_RUN },
    },
    units: { vcpuSeconds: 1_800, memoryGbSeconds: 3_600, storageGbSeconds: 72_000 },
    driven: {
      ...{ kind: 'emr-serverless:startJobRun.sync', id: 'r1', place: { ApplicationId: 'app' } },
    },
  },
  {
    kind: 'batch-queue',
    watch: { batchQueues: ['*'] },
    answers: {
      'batch.describeJobQueues': { JobQueues: [{ JobQueueName: 'etl' }] },
      'batch.listJobs': { JobSummaryList: [{ JobId: 'j1' }] },
      'batch.describeJobs': { Jobs: [BATCH_JOB] },
    },
    units: { vcpuSeconds: 1_200, memoryGbSeconds: 2_400 },
    driven: { kind: 'batch:submitJob.sync', id: 'j1' },
  },
  {
    kind: 'athena-workgroup',
    watch: { athenaWorkgroups: ['*'] },
    answers: {
      'athena.listWorkGroups': { WorkGroups: [{ Name: 'etl' }] },
      'athena.listQueryExecutions': { QueryExecutionIds: ['q1'] },
      'athena.batchGetQueryExecution': { QueryExecutions: [QUERY] },
      'athena.getQueryExecution': { QueryExecution: QUERY },
    },
    units: { scannedGb: 20 * 1024 },
    driven: { kind: 'athena:startQueryExecution.sync', id: 'q1' },
  },
];

let aws: FakeAws;
let test: TimedEngine;

beforeEach(() => {
  aws = new FakeAws([LAKE]);
});
afterEach(() => test.close());

function answer(kind: Kind): void {
  for (const [action, output] of Object.entries(kind.answers)) {
    aws.on(action, (_, { style }) => (style === 'optimized' ? inMilliseconds(output) : output));
  }
}

/** Times as integrations that AWS has optimized show them. */
function inMilliseconds(output: AwsObject): AwsObject {
  const isTime = (value: unknown): value is string =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  return JSON.parse(
    JSON.stringify(output, (_, value: unknown) => (isTime(value) ? Date.parse(value) : value)),
  ) as AwsObject;
}

async function open(rates = card): Promise<void> {
  test = new TimedEngine({ aws, start: START, ...(rates === undefined ? {} : { rates }) });
  test.clock.awaits(aws);
  await test.open();
}

async function watch(fields: Kind['watch'], more: object = {}): Promise<void> {
  const written = [{ account: 'lake', ...fields, ...more }];
  const file = { team: 'parcels', file: 'team.yaml', sections: { watch: written } };
  expect(await test.engine.observers.declare([file], [])).toEqual([]);
  await test.settled();
  await test.pass(MINUTE);
}

const results = async () => (await test.engine.checks.list(EVERYTHING, { limit: 10 })).items;

function priceOfUnits(units: Kind['units']): number | undefined {
  if (units === undefined || RATES === undefined) return undefined;
  return priceOf({ units: countedUnits(units) }, RATES).cost;
}

describe('a run that is watched', () => {
  it.each(KINDS)('of kind $kind costs what its units cost', async (kind) => {
    answer(kind);
    await open();
    await watch(kind.watch);
    const [result, ...others] = await results();
    expect(others).toEqual([]);
    expect(result).toMatchObject({ status: 'OK', subject: { kind: kind.kind } });
    expect(result?.units).toEqual(kind.units);
    expect(result?.cost).toBe(priceOfUnits(kind.units));
    if (kind.units !== undefined) expect(result?.cost).toBeGreaterThan(0);
  });

  it.each(KINDS.filter(({ driven }) => driven !== undefined))(
    'of kind $kind costs the same as one that an execution has performed there',
    async (kind) => {
      answer(kind);
      await open();
      const { driven } = kind;
      if (driven === undefined) throw new Error('it is not performed');
      const place = { account: 'lake', region: REGION, ...driven.place };
      const job = { kind: driven.kind, id: driven.id, place } as RemoteJob;
      const [state] = await createAwsTasks(aws).look([job], new AbortController().signal);
      if (state?.type !== 'ended' || state.used === undefined)
        throw new Error(JSON.stringify(state));
      expect(priceOfUnits(state.used)).toBe(priceOfUnits(kind.units));
    },
  );
});

describe('what runs elsewhere costs', () => {
  const job = KINDS.find(({ kind }) => kind === 'glue-job') as Kind;
  const subject = `aws:111122223333:${REGION}:glue-job:load`;
  const runs = async () =>
    (await test.engine.observers.runs(EVERYTHING, subject, { limit: 10 })).items;

  it('is priced by the rates of its end, and shown with its runs', async () => {
    const today = { ...GLUE_RUN, Id: 'jr2', StartedOn: at(70), CompletedOn: at(80) };
    answer(job);
    aws.on('glue.getJobRuns', () => ({
      JobRuns: Date.parse(at(80)) <= test.clock.now() ? [today, GLUE_RUN] : [GLUE_RUN],
    }));
    await open();
    await watch(job.watch);
    await test.pass(30 * MINUTE);
    expect((await runs()).map(({ id, cost, currency }) => [id, cost, currency])).toEqual([
      ['jr2', 240_000, 'USD'],
      ['jr1', 146_667, 'USD'],
    ]);
    const sums = await test.engine.costs.list(EVERYTHING);
    expect(sums).toEqual([
      {
        ...{ team: 'parcels', currency: 'USD', executions: 2, retries: 0, cost: 386_667 },
        subject: {
          ...{ provider: 'aws', account: '111122223333', region: REGION },
          ...{ kind: 'glue-job', name: 'load' },
        },
      },
    ]);
    expect(await test.engine.costs.list(ofTeam('orders'))).toEqual([]);
    expect(await test.engine.costs.list(ofTeam('parcels'), { by: 'team' })).toEqual([
      { team: 'parcels', currency: 'USD', executions: 2, retries: 0, cost: 386_667 },
    ]);
  });

  it('is on the board of its group, and in the digest', async () => {
    answer(job);
    await open();
    await watch(job.watch, { tags: { group: 'etl' } });
    const [group] = test.engine.overview.board(EVERYTHING, 'group');
    expect(group).toMatchObject({ value: 'etl', today: { cost: 146_667, currency: 'USD' } });
    const digest = await test.engine.digests.now(EVERYTHING, { since: 120 * MINUTE });
    expect(digest.sums).toMatchObject([{ service: 'aws glue-job', cost: 146_667 }]);
    expect(digest.text).toContain('1 execution, 1 succeeded, 0 failed, 0 warned, 0.146667 USD');
    expect(digest.html).toContain('0.146667 USD');
  });

  it('is what an expectation may bound', async () => {
    answer(job);
    await open();
    await watch(job.watch, { expect: ['cost <= 0.10'] });
    const { items } = await test.engine.incidents.list(EVERYTHING, { status: 'all', limit: 10 });
    const found = await test.engine.expectations.list(EVERYTHING, {});
    expect(found.items.map(({ sentence, state }) => [sentence, state])).toEqual([
      ['cost <= 0.10', 'MISSING'],
    ]);
    expect(items.map(({ last }) => last.words)).toEqual([
      'cost <= 0.10: cost 0.146667, not at most cost 0.10',
    ]);
  });

  it('is found by searching for it', async () => {
    answer(job);
    await open();
    await watch(job.watch);
    const dear = await test.engine.checks.list(EVERYTHING, { q: 'cost:>100000' });
    const dearer = await test.engine.checks.list(EVERYTHING, { q: 'cost:>200000' });
    expect([dear.items.length, dearer.items.length]).toEqual([1, 0]);
  });

  it('is not said where nothing is priced, and what has no price is named', async () => {
    answer(job);
    await open(loadRates('r', 'currency: USD\nrates: [{ from: 2026-01-01 }]').card);
    await watch(job.watch);
    expect(await runs()).toMatchObject([{ cost: 0, unpriced: ['unit dpuSeconds'] }]);
    await test.close();
    aws = new FakeAws([LAKE]);
    answer(job);
    test = new TimedEngine({ aws, start: START });
    test.clock.awaits(aws);
    await test.open();
    await watch(job.watch);
    const [run] = await runs();
    expect(run?.units).toEqual({ dpuSeconds: 1_200 });
    expect(run).not.toHaveProperty('cost');
    expect(await test.engine.costs.list(EVERYTHING)).toEqual([]);
  });

  it('counts once, though what it used is known only after it was told', async () => {
    answer(job);
    aws.on('glue.getJobRuns', () => refused('ThrottlingException', 'throttled'));
    await open();
    await watch(job.watch);
    const event = {
      ...{ version: '0', id: 'e1', source: 'aws.glue', 'detail-type': 'Glue Job State Change' },
      ...{ account: LAKE.account, region: REGION, time: at(10) },
      detail: { jobName: 'load', jobRunId: 'jr1', state: 'SUCCEEDED', message: 'done' },
    };
    const forwarded = { source: 'aws', detailType: 'forwarded', detail: event };
    await test.engine.events.put(ofTeam('parcels'), [forwarded]);
    await test.pass(MINUTE);
    expect(await results()).toHaveLength(1);
    expect(await test.engine.costs.list(EVERYTHING)).toEqual([]);
    aws.on('glue.getJobRuns', () => ({ JobRuns: [GLUE_RUN] }));
    await test.pass(20 * MINUTE);
    await test.restart();
    await test.pass(20 * MINUTE);
    expect(await results()).toHaveLength(1);
    expect(await runs()).toMatchObject([{ cost: 146_667, currency: 'USD' }]);
    expect(await test.engine.costs.list(EVERYTHING, { by: 'team' })).toMatchObject([
      { executions: 1, cost: 146_667 },
    ]);
  });
});
