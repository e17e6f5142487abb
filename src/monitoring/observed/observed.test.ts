/**
 * What each service says, by answers and by events: two translators with one result, and the traps of each.
 */
import { describe, expect, it } from 'vitest';
import { athenaQuery } from './athena.js';
import { batchJob } from './batch.js';
import { consoleLink } from './console-links.js';
import { emrServerlessRun, emrStep } from './emr.js';
import { originalEvent, seenInEvent } from './events.js';
import {
  catalogRun,
  crawlNumbers,
  glueCrawl,
  glueJobRun,
  glueQualityResult,
  glueWorkflowRun,
} from './glue.js';
import { judgeRun } from './judge-run.js';
import { merged, type SeenRun } from './observed-run.js';
import { patternRun, readPattern, type WrittenPattern } from './pattern-runs.js';
import { stateMachineRun } from './state-machines.js';
import { instant } from './told.js';

const START = '2026-11-20T01:00:00Z';
const END = '2026-11-20T01:10:00Z';
const [started, ended] = [Date.parse(START), Date.parse(END)];
const place = { account: '111122223333', region: 'eu-central-1' };

function event(source: string, type: string, detail: object) {
  return { ...place, id: 'e1', source, 'detail-type': type, time: END, detail };
}

describe('a run of a Glue job', () => {
  it.each([
    ['STARTING', 'RUNNING'],
    ['STOPPING', 'RUNNING'],
    ['SUCCEEDED', 'SUCCEEDED'],
    ['FAILED', 'FAILED'],
    ['ERROR', 'FAILED'],
    ['TIMEOUT', 'TIMED_OUT'],
    ['STOPPED', 'ABORTED'],
    ['SOMETHING NEW', 'UNKNOWN'],
  ])('%s is %s, by answer and by event', (state, status) => {
    const run = glueJobRun({ JobName: 'load', Id: 'jr_1', JobRunState: state, StartedOn: START });
    const detail = { jobName: 'load', jobRunId: 'jr_1', state };
    const told = seenInEvent(event('aws.glue', 'Glue Job State Change', detail));
    expect([run?.status, told?.runs[0]?.status]).toEqual([status, status]);
  });

  it('has used what is reported, else its time by its capacity', () => {
    const run = {
      JobName: 'j',
      Id: '1',
      JobRunState: 'SUCCEEDED',
      ExecutionTime: 60,
      MaxCapacity: 2,
    };
    expect(glueJobRun(run)?.units).toEqual({ dpuSeconds: 120 });
    expect(glueJobRun({ ...run, DPUSeconds: 90.5 })?.units).toEqual({ dpuSeconds: 90.5 });
  });

  it('that is no run is undefined', () => {
    expect(glueJobRun({})).toBeUndefined();
    expect(glueJobRun({ JobName: 3, Id: null, JobRunState: [] })).toBeUndefined();
  });
});

describe('a run of a Glue workflow', () => {
  const run = { Name: 'nightly', WorkflowRunId: 'wr_1', Status: 'COMPLETED', StartedOn: START };

  it('has failed though it is COMPLETED, when not all of its actions succeeded', () => {
    const Statistics = { TotalActions: 3, SucceededActions: 2, FailedActions: 1 };
    expect(glueWorkflowRun({ ...run, Statistics })).toMatchObject({
      ...{ status: 'FAILED', cause: '1 of 3 actions did not succeed' },
      numbers: { actions: 3, actionsSucceeded: 2, actionsFailed: 1 },
    });
    const whole = { TotalActions: 3, SucceededActions: 3, FailedActions: 0 };
    expect(glueWorkflowRun({ ...run, Statistics: whole })?.status).toBe('SUCCEEDED');
    expect(glueWorkflowRun(run)?.status).toBe('SUCCEEDED');
  });

  it('says which of its nodes failed, and why', () => {
    const Graph = {
      Nodes: [
        { Name: 'good', JobDetails: { JobRuns: [{ JobName: 'good', JobRunState: 'SUCCEEDED' }] } },
        {
          Name: 'load',
          JobDetails: {
            JobRuns: [{ JobName: 'load', JobRunState: 'FAILED', ErrorMessage: 'no disk' }],
          },
        },
        { Name: 'scan', CrawlerDetails: { Crawls: [{ State: 'FAILED', ErrorMessage: 'denied' }] } },
      ],
    };
    const Statistics = { TotalActions: 3, SucceededActions: 1, FailedActions: 2 };
    expect(glueWorkflowRun({ ...run, Statistics, Graph })?.cause).toBe(
      'job load: no disk; crawler scan: denied',
    );
  });
});

describe('a crawl', () => {
  it('counts tables and partitions, written as JSON in texts in JSON', () => {
    const Summary = JSON.stringify({
      TABLE: JSON.stringify({ ADD: JSON.stringify({ Count: 1 }), UPDATE: { Count: 2 } }),
      PARTITION: { DELETE: '{"Count":3}' },
    });
    const crawl = { CrawlId: 'c', State: 'COMPLETED', EndTime: END, DPUHour: 0.5, Summary };
    const run = glueCrawl('scan', crawl) as SeenRun;
    expect(run).toMatchObject({ status: 'SUCCEEDED', units: { dpuSeconds: 1800 } });
    expect(run.numbers).toEqual({ tablesAdded: 1, tablesUpdated: 2, partitionsDeleted: 3 });
    expect(judgeRun(run)).toEqual({
      status: 'OK',
      cause: '1 tables added, 2 tables updated, 3 partitions deleted',
    });
    expect(crawlNumbers('{')).toBeUndefined();
  });

  it('is only hinted at by its event, which does not name it', () => {
    const detail = { crawlerName: 'scan', state: 'Succeeded' };
    expect(seenInEvent(event('aws.glue', 'Glue Crawler State Change', detail))).toEqual({
      ...{ ...place, runs: [] },
      hints: [{ kind: 'glue-crawler', name: 'scan' }],
    });
  });
});

describe('a result of data quality', () => {
  it('fails by one rule, by answer and by event', () => {
    const run = glueQualityResult({
      ...{ ResultId: 'r', RulesetName: 'rules', Score: 0.5, CompletedOn: END },
      RuleResults: [
        { Name: 'Rule_1', Result: 'PASS' },
        {
          Name: 'Rule_2',
          Result: 'FAIL',
          Description: 'IsComplete id',
          EvaluationMessage: '3 null',
        },
      ],
    });
    expect(run).toMatchObject({
      ...{ status: 'FAILED', numbers: { rulesPassed: 1, rulesFailed: 1, score: 50 } },
      cause: '1 of 2 rules failed (score 50 %): IsComplete id: 3 null',
    });
    const detail = {
      ...{ resultID: 'r', rulesetNames: ['rules'], state: 'FAILED', score: 0.5 },
      ...{ rulesSucceeded: 1, rulesFailed: 1 },
    };
    const type = 'Data Quality Evaluation Results Available';
    expect(seenInEvent(event('aws.glue-dataquality', type, detail))?.runs).toMatchObject([
      { id: 'r', name: 'rules', status: 'FAILED', endedAt: ended },
    ]);
  });
});

describe('a look at a catalog', () => {
  it('tells how it has grown, and warns of what has become less', () => {
    const before = { tables: 3, partitions: 10, indexes: 1 };
    const first = catalogRun('lake', 5, before, undefined);
    expect(judgeRun(first).status).toBe('OK');
    const grown = catalogRun('lake', 6, { ...before, partitions: 14 }, before);
    expect(grown.numbers).toMatchObject({ tablesAdded: 0, partitionsAdded: 4 });
    expect(judgeRun(catalogRun('lake', 7, { ...before, tables: 1 }, before))).toEqual({
      status: 'WARNING',
      cause: '2 tables fewer than before',
    });
  });
});

describe('an execution of a state machine', () => {
  const arn = 'arn:aws:states:us-east-1:444455556666:execution:nightly:e1';

  it('is the same by answer and by event, told apart by its redrives', () => {
    const answer = {
      ...{ ExecutionArn: arn, Status: 'TIMED_OUT', StartDate: START, StopDate: END },
      ...{ RedriveCount: 1, RedriveDate: '2026-11-20T01:05:00Z', Error: 'States.Timeout' },
    };
    const detail = {
      ...{ executionArn: arn, status: 'TIMED_OUT', startDate: started, stopDate: ended },
      ...{ redriveCount: 1, redriveDate: started + 300_000, error: 'States.Timeout' },
    };
    const told = seenInEvent(event('aws.states', 'Step Functions Execution Status Change', detail));
    expect(told?.runs[0]).toEqual(stateMachineRun(answer));
    expect(told?.runs[0]).toMatchObject({ attempt: 1, firstStartedAt: started });
    // Where it ran is said by its name.
    expect(told).toMatchObject({ account: '444455556666', region: 'us-east-1' });
  });

  it('of a list does not say why it failed: more is to be known', () => {
    const run = { ExecutionArn: arn, Status: 'FAILED', StartDate: START, StopDate: END };
    expect(stateMachineRun(run)?.isPartial).toBe(true);
    expect(stateMachineRun({ ...run, Status: 'SUCCEEDED' })?.isPartial).toBeUndefined();
  });
});

describe('a job of Batch', () => {
  const job = {
    ...{ jobId: 'j1', jobName: 'load', jobQueue: 'arn:aws:batch:r:1:job-queue/etl' },
    ...{ status: 'FAILED', statusReason: 'Essential container in task exited' },
    ...{ startedAt: started, stoppedAt: ended, attempts: [{}, {}] },
    container: { exitCode: 3, resourceRequirements: [{ type: 'VCPU', value: '2' }] },
  };
  const pascal = {
    ...{ JobId: 'j1', JobName: 'load', JobQueue: 'arn:aws:batch:r:1:job-queue/etl' },
    ...{ Status: 'FAILED', StatusReason: 'Essential container in task exited' },
    ...{ StartedAt: started, StoppedAt: ended, Attempts: [{}, {}] },
    Container: { ExitCode: 3, ResourceRequirements: [{ Type: 'VCPU', Value: '2' }] },
  };

  it('is a run of its queue, the same by answer and by event', () => {
    const told = seenInEvent(event('aws.batch', 'Batch Job State Change', job));
    expect(told?.runs[0]).toEqual(batchJob(pascal));
    expect(batchJob(pascal)).toMatchObject({
      ...{ name: 'etl', status: 'FAILED', retries: 1, units: { vcpuSeconds: 1200 } },
      cause: 'load: Essential container in task exited, exit code 3',
    });
  });

  it('has timed out when Batch says so in words', () => {
    const StatusReason = 'Job attempt duration exceeded timeout';
    expect(batchJob({ ...pascal, StatusReason })?.status).toBe('TIMED_OUT');
  });
});

describe('steps and job runs of EMR', () => {
  it.each([
    ['COMPLETED', 'SUCCEEDED'],
    ['FAILED', 'FAILED'],
    ['CANCELLED', 'ABORTED'],
    ['INTERRUPTED', 'ABORTED'],
    ['PENDING', 'RUNNING'],
  ])('a step that is %s is %s', (State, status) => {
    const step = { Id: 's-1', Name: 'load', Status: { State, FailureDetails: { Reason: 'x' } } };
    const run = emrStep({ id: 'j-1', name: 'nightly' }, step);
    expect(run).toMatchObject({ id: 'j-1/s-1', name: 'nightly', status });
    const detail = { clusterId: 'j-1', stepId: 's-1', state: State, name: 'load' };
    const told = seenInEvent(event('aws.emr', 'EMR Step Status Change', detail));
    expect(told?.runs[0]).toMatchObject({ id: 'j-1/s-1', name: 'j-1', status });
  });

  it('a job run tells what it used once it is described', () => {
    const listed = { Id: 'r1', State: 'SUCCESS', CreatedAt: START, UpdatedAt: END };
    expect(emrServerlessRun('app', listed)).toMatchObject({ status: 'SUCCEEDED', isPartial: true });
    const run = {
      ...{ JobRunId: 'r1', State: 'SUCCESS', CreatedAt: START, EndedAt: END },
      BilledResourceUtilization: { VCPUHour: 0.5, MemoryGBHour: 1, StorageGBHour: 0 },
    };
    expect(emrServerlessRun('app', run)?.units).toEqual({
      ...{ vcpuSeconds: 1800, memoryGbSeconds: 3600, storageGbSeconds: 0 },
    });
  });
});

describe('a query of Athena', () => {
  it('is a run of its workgroup, with what it has read', () => {
    const query = {
      ...{ QueryExecutionId: 'q1', WorkGroup: 'etl', Statistics: { DataScannedInBytes: 7 } },
      Status: {
        ...{ State: 'FAILED', SubmissionDateTime: START, CompletionDateTime: END },
        StateChangeReason: 'no table',
      },
    };
    expect(athenaQuery(query)).toMatchObject({
      ...{ name: 'etl', status: 'FAILED', cause: 'no table', units: { scannedGb: 7 / 2 ** 30 } },
      ...{ startedAt: started, endedAt: ended },
    });
    const detail = { queryExecutionId: 'q1', workgroupName: 'etl', currentState: 'CANCELLED' };
    const told = seenInEvent(event('aws.athena', 'Athena Query State Change', detail));
    expect(told?.runs[0]?.status).toBe('ABORTED');
  });
});

describe('an event', () => {
  it('that was passed on is read as its service wrote it', () => {
    const inner = event('aws.batch', 'Batch Job State Change', { jobId: 'j' });
    expect(originalEvent({ source: 'hook', account: '0', detail: inner })).toBe(inner);
    const plain = event('shop', 'order', { source: 'x' });
    expect(originalEvent(plain)).toBe(plain);
  });

  it.each([
    ['of another service', event('aws.ec2', 'EC2 Instance State-change Notification', {})],
    ['without a detail', { ...place, source: 'aws.glue', 'detail-type': 'Glue Job State Change' }],
    ['without an account', { source: 'aws.glue', detail: {}, region: 'r' }],
    [
      'whose parts are of other shapes',
      event('aws.states', 'Step Functions Execution Status Change', { executionArn: 3 }),
    ],
  ])('%s tells nothing', (_, told) => {
    expect(seenInEvent(told)).toBeUndefined();
  });
});

describe('an event pattern with paths', () => {
  const written: WrittenPattern = {
    ...{ pattern: { source: ['aws.dms'] }, kind: 'dms-task', name: '$.detail.task' },
    ...{ id: '$.detail.run', status: '$.detail.state', cause: '$.detail.why' },
    failed: ['went wrong'],
  };
  const run = (detail: object, more: Partial<WrittenPattern> = {}) => {
    const read = readPattern({ ...written, ...more });
    if ('problem' in read) throw new Error(read.problem);
    return patternRun(read.watch, event('aws.dms', 'x', detail) as never);
  };

  it.each([
    ['Completed', 'SUCCEEDED'],
    ['IN-PROGRESS', 'RUNNING'],
    ['Went Wrong', 'FAILED'],
    ['unheard of', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('a status of %s is %s', (state, status) => {
    const detail = { task: 't', run: 7, ...(state === undefined ? {} : { state }) };
    expect(run(detail)).toMatchObject({ kind: 'dms-task', name: 't', id: '7', status });
  });

  it('that does not say of what it is, or does not match, is no run', () => {
    expect(run({ run: 7, state: 'ok' })).toBeUndefined();
    expect(run({ task: 't', run: 1 }, { pattern: { source: ['other'] } })).toBeUndefined();
  });

  it.each([
    [{ pattern: { source: 'no list' } }, 'pattern'],
    [{ name: 'detail.task' }, 'name'],
  ])('%j is refused at its place', (more, at) => {
    expect(readPattern({ ...written, ...more })).toMatchObject({ at });
  });
});

describe('two tellings of one run', () => {
  const running: SeenRun = {
    ...{ kind: 'glue-job', name: 'load', id: 'jr', attempt: 0, status: 'RUNNING' },
    startedAt: 5,
  };
  const over: SeenRun = {
    ...running,
    status: 'SUCCEEDED',
    startedAt: 5,
    endedAt: 9,
    units: { a: 1 },
  };
  const { startedAt: _, units: _u, ...bare } = over;
  const partial: SeenRun = { ...bare, isPartial: true };

  it('come to the same in whichever order', () => {
    const all = [running, partial, over];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const seen = order.map((index) => all[index] as SeenRun).reduce(merged);
      expect(seen).toEqual(over);
    }
  });

  it('of which the second tells nothing new is the first', () => {
    expect(merged(over, running)).toBe(over);
    expect(merged(over, { ...over })).toBe(over);
  });
});

describe('moments and links', () => {
  it.each([
    [START, started],
    [started, started],
    [started / 1000, started],
    [String(started), started],
    ['yesterday', undefined],
    [0, undefined],
    [null, undefined],
  ])('%s is read', (written, at) => {
    expect(instant(written)).toBe(at);
  });

  it('lead to the console of their partition', () => {
    const run = { kind: 'batch-queue', name: 'q', id: 'a/b' };
    expect(consoleLink({ region: 'cn-north-1' }, run)).toBe(
      'https://cn-north-1.console.amazonaws.cn/batch/home?region=cn-north-1#jobs/detail/a%2Fb',
    );
    expect(consoleLink(place, { ...run, kind: 'dms-task' })).toBeUndefined();
  });
});
