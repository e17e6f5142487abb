/**
 * What may go wrong while AWS is watched: places that cannot be seen, regions that hang, tokens that expire, very many things, clocks
 * that are ahead; and what depends on state machines of other accounts.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { AwsAccount, AwsObject } from '../../src/aws/aws.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { FakeAws, refused } from '../support/fake-aws.js';
import { TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const QUEUE = 'http://sqs/events';
const LAKE: AwsAccount = {
  ...{ name: 'lake', account: '111122223333', regions: ['eu-central-1', 'us-east-1'], teams: '*' },
  events: { queue: QUEUE },
};

let aws: FakeAws;
let test: TimedEngine;
afterEach(() => test.close());

const iso = (at: number): string => new Date(at).toISOString();
const now = (): number => test.clock.now();

async function open(account: AwsAccount = LAKE): Promise<void> {
  aws = new FakeAws([account]);
  aws.on('glue.listJobs', () => ({ JobNames: ['load'] }));
  aws.on('glue.getJobRuns', () => ({ JobRuns: [] }));
  test = new TimedEngine({ aws, start: '2026-11-20T00:00:00Z' });
  test.clock.awaits(aws);
  await test.open();
}

async function watch(entry: JsonObject, team = 'parcels'): Promise<void> {
  const sections = { watch: [{ account: 'lake', ...entry }] };
  await test.engine.observers.declare([{ team, file: 'team.yaml', sections }], []);
  await test.settled();
}

const run = (id: string, state: string, more: AwsObject = {}): AwsObject => ({
  ...{ JobName: 'load', Id: id, JobRunState: state, StartedOn: iso(now() - 2 * MINUTE) },
  ...{ CompletedOn: iso(now() - MINUTE), ...more },
});

async function incidents(): Promise<string[]> {
  const { items } = await test.engine.incidents.list(EVERYTHING, {
    ...{ status: 'all', folded: true, limit: 100 },
  });
  return items.toReversed().map(({ number, title, status, cause }) => {
    return `#${number} ${title} ${status}${cause === undefined ? '' : ` in #${cause}`}`;
  });
}

async function statuses(): Promise<string[]> {
  const { items } = await test.engine.checks.list(EVERYTHING, { limit: 1000 });
  return items.toReversed().map(({ status }) => status);
}

describe('a place that cannot be seen', () => {
  it('is an incident of its owner, filled afterwards, and said once', async () => {
    await open();
    await watch({ glueJobs: ['*'], regions: ['eu-central-1'] });
    await test.pass(10 * MINUTE);
    const denied = () => refused('AccessDeniedException', 'denied', 'no glue:GetJobRuns');
    aws.on('glue.getJobRuns', denied);
    await test.pass(HOUR);
    const title = '#1 watching glue-job in lake eu-central-1';
    expect(await incidents()).toEqual([`${title} does not work OPEN`]);
    expect(test.engine.observers.standing(EVERYTHING).blind).toMatchObject([
      { kind: 'glue-job', words: 'cannot be seen: AccessDeniedException: no glue:GetJobRuns' },
    ]);
    await test.restart();
    await test.pass(HOUR);
    const missed = [
      run('jr_2', 'FAILED'),
      run('jr_1', 'SUCCEEDED', { CompletedOn: iso(now() - HOUR) }),
    ];
    aws.on('glue.getJobRuns', () => ({ JobRuns: missed }));
    await test.pass(20 * MINUTE);
    expect(await statuses()).toEqual(['OK', 'CRITICAL']);
    expect(await incidents()).toEqual([`${title} does not work RESOLVED`, '#2 load failed OPEN']);
  });

  it('that passes by itself tells nobody', async () => {
    await open();
    await watch({ glueJobs: ['*'], regions: ['eu-central-1'] });
    await test.pass(10 * MINUTE);
    aws.on('glue.getJobRuns', () => refused('ThrottlingException', 'throttled'));
    await test.pass(3 * MINUTE);
    aws.on('glue.getJobRuns', () => ({ JobRuns: [] }));
    await test.pass(HOUR);
    expect(await incidents()).toEqual([]);
  });
});

describe('a region that hangs', () => {
  it('does not hold up another one', async () => {
    await open();
    const names = Array.from({ length: 40 }, (_, index) => `job-${index}`);
    aws.on('glue.listJobs', () => ({ JobNames: names }));
    aws.on('glue.getJobRuns', () => new Promise(() => undefined), 'lake/us-east-1');
    aws.on('glue.getJobRuns', ({ JobName }) => ({
      JobRuns: [run('jr_1', 'SUCCEEDED', { JobName: String(JobName) })],
    }));
    await watch({ glueJobs: ['*'] });
    await test.pass(2 * MINUTE);
    expect(await statuses()).toHaveLength(40);
    await test.pass(HOUR);
    expect(test.engine.observers.standing(EVERYTHING).blind).toMatchObject([
      { region: 'us-east-1', words: 'cannot be seen: Timeout: no answer within 60 s' },
    ]);
  });
});

describe('a list', () => {
  it('whose token expires is begun again', async () => {
    await open();
    let expired = 0;
    aws.on('glue.listJobs', ({ NextToken }) => {
      if (NextToken === undefined) return { JobNames: ['a'], NextToken: 'two' };
      if (expired === 0) {
        expired += 1;
        return refused('InvalidInputException', 'invalid', 'The pagination token has expired');
      }
      return { JobNames: ['b'] };
    });
    await watch({ glueJobs: ['*'], regions: ['eu-central-1'] });
    await test.pass(MINUTE);
    const { items } = test.engine.observers.list(EVERYTHING);
    expect(items.map(({ subject }) => subject.name).sort()).toEqual(['a', 'b']);
    expect(test.engine.observers.standing(EVERYTHING).blind).toEqual([]);
  });

  it('of more than ten thousand is watched so far, and what is beyond is said', async () => {
    await open();
    aws.on('glue.listJobs', ({ NextToken = '0' }) => {
      const page = Number(NextToken);
      const JobNames = Array.from({ length: 1_000 }, (_, index) => `job-${page * 1_000 + index}`);
      return { JobNames, ...(page < 10 ? { NextToken: String(page + 1) } : {}) };
    });
    await watch({ glueJobs: ['job-*'], regions: ['eu-central-1'] });
    await test.pass(MINUTE);
    expect(test.engine.observers.standing(EVERYTHING)).toMatchObject({
      things: 10_000,
      beyond: [{ team: 'parcels', count: 1_000 }],
    });
  }, 180_000);
});

describe('times elsewhere', () => {
  it('that are ahead of ours make no result of the future', async () => {
    await open();
    await watch({ glueJobs: ['*'], regions: ['eu-central-1'] });
    await test.pass(MINUTE);
    const ahead = { StartedOn: iso(now() + HOUR), CompletedOn: iso(now() + 2 * HOUR) };
    aws.on('glue.getJobRuns', () => ({ JobRuns: [run('jr_1', 'SUCCEEDED', ahead)] }));
    await test.pass(10 * MINUTE);
    const { items } = await test.engine.checks.list(EVERYTHING, {});
    expect(items).toMatchObject([{ status: 'OK', duration: 0 }]);
    expect(items[0]?.at).toBeLessThanOrEqual(now());
  });

  it('of a run that is heard of a day late do not undo what has come since', async () => {
    await open();
    await watch({ glueJobs: ['*'], regions: ['eu-central-1'], expect: ['succeeded'] });
    await test.pass(MINUTE);
    aws.on('glue.getJobRuns', () => ({ JobRuns: [run('jr_2', 'FAILED')] }));
    await test.pass(10 * MINUTE);
    const open1 = await incidents();
    expect(open1).toHaveLength(1);
    const old = { CompletedOn: iso(now() - 24 * HOUR), StartedOn: iso(now() - 25 * HOUR) };
    const late = {
      ...{ version: '0', id: 'late', source: 'aws.glue', account: '111122223333' },
      ...{ region: 'eu-central-1', 'detail-type': 'Glue Job State Change', time: old.CompletedOn },
      detail: { jobName: 'load', jobRunId: 'jr_1', state: 'SUCCEEDED' },
    };
    aws.send(QUEUE, JSON.stringify(late));
    await test.pass(5 * MINUTE);
    expect(await statuses()).toEqual(['CRITICAL', 'OK']);
    expect(await incidents()).toEqual(open1);
    await test.restart();
    await test.pass(5 * MINUTE);
    expect(await incidents()).toEqual(open1);
  });
});

describe('a run that is not listed any more', () => {
  it('is over, and nobody can say how', async () => {
    await open();
    await watch({ glueJobs: ['*'], regions: ['eu-central-1'] });
    await test.pass(MINUTE);
    const { CompletedOn: _, ...running } = run('jr_1', 'RUNNING');
    aws.on('glue.getJobRuns', () => ({ JobRuns: [running] }));
    await test.pass(10 * MINUTE);
    aws.on('glue.getJobRuns', () => ({ JobRuns: [] }));
    await test.pass(10 * MINUTE);
    const { items } = await test.engine.checks.list(EVERYTHING, {});
    expect(items).toMatchObject([{ status: 'UNKNOWN', cause: 'it is not listed any more' }]);
  });
});

describe('a pipeline that waits for a state machine of another account', () => {
  const ARN = 'arn:aws:states:eu-central-1:111122223333';
  const execution = (name: string, status: string): AwsObject => ({
    ...{ ExecutionArn: `${ARN}:execution:listings:${name}`, Status: status },
    ...{ StartDate: iso(now() - 2 * MINUTE), StopDate: iso(now() - MINUTE) },
  });
  const trigger = (account: string): JsonObject => ({
    executions: { allOf: [{ name: 'listings', account, status: ['SUCCESS'] }] },
  });

  async function watchListings(): Promise<void> {
    await open();
    aws.on('sfn.listStateMachines', () => ({
      StateMachines: [{ Name: 'listings', StateMachineArn: `${ARN}:stateMachine:listings` }],
    }));
    aws.on('sfn.listExecutions', () => ({ Executions: [] }));
    aws.on('sfn.describeExecution', ({ ExecutionArn }) => ({
      ...{ ...execution('x', 'FAILED'), ExecutionArn: ExecutionArn ?? '', Error: 'NoData' },
    }));
    await watch({ stateMachines: ['*'], regions: ['eu-central-1'] });
  }

  it.each(['lake', '111122223333'])(
    'named %s is started once, by looking and by event',
    async (name) => {
      await watchListings();
      await test.trigger('searches', trigger(name), 'parcels');
      await test.trigger('others', trigger(name), 'orders');
      await test.pass(MINUTE);
      const one = execution('e1', 'SUCCEEDED');
      aws.on('sfn.listExecutions', () => ({ Executions: [one] }));
      await test.pass(10 * MINUTE);
      const detail = {
        ...{ executionArn: one.ExecutionArn, status: 'SUCCEEDED' },
        ...{
          startDate: Date.parse(String(one.StartDate)),
          stopDate: Date.parse(String(one.StopDate)),
        },
      };
      const event = {
        ...{ id: 'e', source: 'aws.states', account: '111122223333', region: 'eu-central-1' },
        ...{ 'detail-type': 'Step Functions Execution Status Change', time: iso(now()), detail },
      };
      aws.send(QUEUE, JSON.stringify(event));
      const own = { source: 'aws.states', detailType: event['detail-type'], detail };
      await test.engine.events.put(ofTeam('parcels'), [own as never]);
      await test.pass(10 * MINUTE);
      expect(await test.executions('searches')).toHaveLength(1);
      // What one team watches starts nothing of another one.
      expect(await test.executions('others')).toEqual([]);
    },
  );

  it('is folded into the incident of that state machine', async () => {
    await watchListings();
    const sections = {
      trigger: trigger('lake'),
      expect: [{ that: 'runs within 1 hours' }],
    };
    await test.deploy('searches', sections, { team: 'parcels' });
    await test.pass(MINUTE);
    aws.on('sfn.listExecutions', () => ({ Executions: [execution('e1', 'FAILED')] }));
    await test.pass(5 * MINUTE);
    aws.on('sfn.listExecutions', () => ({ Executions: [] }));
    await test.pass(2 * HOUR);
    expect(await incidents()).toEqual([
      '#1 listings failed OPEN',
      '#2 searches is missing OPEN in #1',
    ]);
  });
});
