/**
 * What runs in AWS without Millrace, watched by the real engine on a real file, with a clock that the test moves: heard by events
 * and by looking, each run once, and told to whom it belongs.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { AwsAccount, AwsObject } from '../../src/aws/aws.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { FakeAws, refused } from '../support/fake-aws.js';
import { TimedEngine } from '../support/timed-engine.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-20T00:00:00Z');
const QUEUE = 'http://sqs/events';

const LAKE: AwsAccount = {
  ...{ name: 'lake', account: '111122223333', regions: ['eu-central-1'] },
  teams: ['parcels'],
  events: { queue: QUEUE },
};
const SHOP: AwsAccount = {
  ...{ name: 'shop', account: '444455556666', regions: ['eu-central-1'] },
  teams: ['orders'],
};

let aws: FakeAws;
let test: TimedEngine;
/** Runs of Glue jobs, by account and job, the newest first. */
let glue: Map<string, Map<string, AwsObject[]>>;

beforeEach(() => {
  aws = new FakeAws([LAKE, SHOP]);
  glue = new Map();
  aws.on('glue.listJobs', (_, { place }) => ({
    JobNames: [...(glue.get(place.account)?.keys() ?? [])],
  }));
  aws.on('glue.getJobRuns', ({ JobName }, { place }) => {
    const runs = glue.get(place.account)?.get(String(JobName));
    return runs === undefined ? refused('EntityNotFoundException', 'missing') : { JobRuns: runs };
  });
});
afterEach(() => test.close());

async function open(): Promise<void> {
  test = new TimedEngine({ aws, start: '2026-11-20T00:00:00Z' });
  test.clock.awaits(aws);
  await test.open();
}

async function watch(team: string, entries: JsonObject[], file = `${team}.yaml`) {
  const refusals = await test.engine.observers.declare(
    [...declared.values(), { team, file, sections: { watch: entries } }],
    [],
  );
  declared.set(file, { team, file, sections: { watch: entries } });
  await test.settled();
  return refusals;
}
let declared: Map<string, { team: string; file: string; sections: JsonObject }>;
beforeEach(() => {
  declared = new Map();
});

function job(account: string, name: string): AwsObject[] {
  const jobs = glue.get(account) ?? new Map<string, AwsObject[]>();
  glue.set(account, jobs);
  const runs = jobs.get(name) ?? [];
  jobs.set(name, runs);
  return runs;
}

/** A run as the service lists it. */
function jobRun(name: string, id: string, state: string, more: AwsObject = {}): AwsObject {
  const now = test.clock.now();
  return {
    ...{ JobName: name, Id: id, JobRunState: state, StartedOn: iso(now - MINUTE) },
    ...(state === 'RUNNING' ? {} : { CompletedOn: iso(now), ExecutionTime: 60, MaxCapacity: 2 }),
    ...more,
  };
}

const iso = (at: number): string => new Date(at).toISOString();

function jobEvent(account: string, name: string, id: string, state: string): JsonObject {
  return {
    ...{ version: '0', id: `e-${id}-${state}`, 'detail-type': 'Glue Job State Change' },
    ...{ source: 'aws.glue', account, region: 'eu-central-1', time: iso(test.clock.now()) },
    resources: [],
    detail: { jobName: name, jobRunId: id, state, message: `it is ${state}` },
  };
}

async function put(team: string, event: JsonObject): Promise<void> {
  // As a webhook takes it from a rule's API destination.
  const wrapped = { source: 'aws', detailType: 'forwarded', detail: event };
  await test.engine.events.put(ofTeam(team), [wrapped]);
  await test.settled();
}

/** Check results, the oldest first: `team account name STATUS cause`. */
async function results(): Promise<string[]> {
  const { items } = await test.engine.checks.list(EVERYTHING, { limit: 1000 });
  return items
    .toReversed()
    .map(({ team, subject, status, cause }) =>
      [team, subject.account, subject.name, status, cause].join(' '),
    );
}

async function incidents(): Promise<string[]> {
  const { items } = await test.engine.incidents.list(EVERYTHING, { status: 'all', limit: 100 });
  return items.toReversed().map(({ team, title, status }) => `${team} ${title} ${status}`);
}

async function watched(): Promise<string[]> {
  const { items } = test.engine.observers.list(EVERYTHING, { limit: 1000 });
  return items.map(({ team, subject, lastBy }) => `${team} ${subject.name} ${lastBy ?? '-'}`);
}

const JOB = 'aws:111122223333:eu-central-1:glue-job:load';

describe('two accounts with a job of the same name', () => {
  it('tell the right team of the right one', async () => {
    await open();
    job('lake', 'load');
    job('shop', 'load');
    await watch('parcels', [{ account: 'lake', glueJobs: ['load'] }]);
    await watch('orders', [{ account: 'shop', glueJobs: ['load'] }]);
    const more = { ErrorMessage: 'no disk', DPUSeconds: 7 };
    job('shop', 'load').unshift(jobRun('load', 'jr_1', 'FAILED', more));
    job('lake', 'load').unshift(jobRun('load', 'jr_1', 'SUCCEEDED'));
    await test.pass(10 * MINUTE);
    expect((await results()).sort()).toEqual([
      'orders 444455556666 load CRITICAL failed: no disk',
      'parcels 111122223333 load OK succeeded',
    ]);
    expect(await incidents()).toEqual(['orders load failed OPEN']);
  });

  it('are seen by nobody whom the accounts file does not let', async () => {
    await open();
    job('shop', 'load').unshift(jobRun('load', 'jr_1', 'FAILED'));
    const refusals = await watch('parcels', [
      { account: 'shop', glueJobs: ['*'] },
      { account: 'none', glueJobs: ['*'] },
      { account: 'lake', regions: ['us-east-1'], glueJobs: ['*'] },
    ]);
    expect(refusals.map(({ problem }) => problem)).toEqual([
      'watch: the accounts file does not let team "parcels" see account "shop"',
      'watch: this server knows no account "none"',
      'watch: account "lake" has no region us-east-1 in the accounts file',
    ]);
    await put('parcels', jobEvent('444455556666', 'load', 'jr_1', 'FAILED'));
    await test.pass(HOUR);
    expect(await results()).toEqual([]);
    expect(aws.count('glue.listJobs')).toBe(0);
  });

  it('are shown to their own team alone', async () => {
    await open();
    job('lake', 'load').unshift(jobRun('load', 'jr_1', 'SUCCEEDED'));
    await watch('parcels', [{ account: 'lake', glueJobs: ['load'] }]);
    await test.pass(5 * MINUTE);
    const { observers } = test.engine;
    expect((await observers.runs(ofTeam('parcels'), JOB)).items).toHaveLength(1);
    await expect(observers.runs(ofTeam('orders'), JOB)).rejects.toThrow('Nobody watches');
    expect(observers.list(ofTeam('orders')).items).toEqual([]);
    expect(observers.standing(ofTeam('orders')).things).toBe(0);
  });
});

describe('a run that is heard of by an event and by looking', () => {
  it('is told once, at its end, with what the look adds', async () => {
    await open();
    job('lake', 'load');
    await watch('parcels', [{ account: 'lake', glueJobs: ['load'], tags: { group: 'etl' } }]);
    await test.pass(MINUTE);
    job('lake', 'load').unshift(jobRun('load', 'jr_1', 'SUCCEEDED', { DPUSeconds: 120 }));
    const event = jobEvent('111122223333', 'load', 'jr_1', 'SUCCEEDED');
    await put('parcels', event);
    await put('parcels', { ...event, id: 'again' });
    await test.pass(HOUR);
    const { items } = await test.engine.checks.list(EVERYTHING, {});
    expect(items).toMatchObject([
      {
        ...{ status: 'OK', tags: { group: 'etl' }, duration: MINUTE, units: { dpuSeconds: 120 } },
        at: START + MINUTE,
        link: 'https://eu-central-1.console.aws.amazon.com/gluestudio/home?region=eu-central-1#/job/load/run/jr_1',
      },
    ]);
  });

  it('is told by what the event says when nobody can look', async () => {
    await open();
    job('lake', 'load');
    await watch('parcels', [{ account: 'lake', glueJobs: ['load'] }]);
    await test.pass(MINUTE);
    aws.on('glue.getJobRuns', () => refused('AccessDeniedException', 'denied'));
    await put('parcels', jobEvent('111122223333', 'load', 'jr_1', 'FAILED'));
    await test.pass(MINUTE);
    expect(await results()).toEqual(['parcels 111122223333 load CRITICAL failed: it is FAILED']);
  });

  it('counts for the team alone that has put the event on its bus', async () => {
    aws = new FakeAws([{ ...LAKE, teams: '*' }]);
    await open();
    job('lake', 'load');
    await watch('parcels', [{ account: 'lake', glueJobs: ['*'] }]);
    await watch('orders', [{ account: 'lake', glueJobs: ['*'] }]);
    await put('orders', jobEvent('111122223333', 'load', 'jr_1', 'FAILED'));
    await test.pass(5 * MINUTE);
    expect(await results()).toEqual(['orders 111122223333 load CRITICAL failed: it is FAILED']);
  });

  it('comes from the queue of its account for all who watch it, and the queue is emptied of what is durable', async () => {
    await open();
    job('lake', 'load');
    await watch('parcels', [{ account: 'lake', glueJobs: ['lo?d', 'other'] }]);
    aws.send(QUEUE, 'no event');
    aws.send(QUEUE, JSON.stringify(jobEvent('111122223333', 'load', 'jr_1', 'FAILED')));
    aws.send(QUEUE, JSON.stringify(jobEvent('444455556666', 'load', 'jr_2', 'FAILED')));
    aws.send(QUEUE, JSON.stringify(jobEvent('111122223333', 'unwatched', 'jr_3', 'FAILED')));
    await test.pass(5 * MINUTE);
    expect(aws.waiting(QUEUE)).toBe(0);
    expect(await results()).toEqual(['parcels 111122223333 load CRITICAL failed: it is FAILED']);
    expect(await watched()).toEqual(['parcels load event']);
  });
});

describe('what is expected of things that were found', () => {
  it('is missed of one that never ran, and not of one that is deleted', async () => {
    await open();
    job('lake', 'load');
    job('lake', 'gone');
    const expectations = ['at least 1 run in 24 hours', 'finishes within 1800 seconds'];
    await watch('parcels', [{ account: 'lake', glueJobs: ['*'], expect: expectations }]);
    await test.pass(HOUR);
    glue.get('lake')?.delete('gone');
    await test.pass(24 * HOUR);
    expect(await incidents()).toEqual(['parcels load is missing OPEN']);
    job('lake', 'load').unshift(jobRun('load', 'jr_1', 'SUCCEEDED'));
    await test.pass(10 * MINUTE);
    expect((await incidents()).map((one) => one.split(' ').at(-1))).toEqual(['RESOLVED']);
  });

  it('is late while a run still lasts, across a restart', async () => {
    await open();
    job('lake', 'load').unshift(jobRun('load', 'jr_1', 'RUNNING'));
    await watch('parcels', [
      { account: 'lake', glueJobs: ['*'], expect: ['finishes within 30 min'] },
    ]);
    await test.pass(5 * MINUTE);
    await test.restart();
    await test.pass(20 * MINUTE);
    expect(await incidents()).toEqual([]);
    await test.pass(10 * MINUTE);
    expect(await incidents()).toHaveLength(1);
  });
});

describe('the digest', () => {
  it('tells of them by their tag and service, with a link to the run', async () => {
    await open();
    job('lake', 'load');
    await watch('parcels', [{ account: 'lake', glueJobs: ['*'], tags: { group: 'etl' } }]);
    const message = 'x'.repeat(300);
    job('lake', 'load').unshift(jobRun('load', 'jr_1', 'FAILED', { ErrorMessage: message }));
    await test.pass(5 * MINUTE);
    const digest = await test.engine.digests.now(EVERYTHING, { since: HOUR, group: 'group' });
    const [line] = digest.lines;
    expect(line).toMatchObject({
      ...{ group: 'etl', service: 'aws glue-job', executions: 1, failures: 1 },
      name: 'load (111122223333, eu-central-1)',
    });
    expect(line?.comments[0]?.text).toHaveLength(100);
    expect(digest.html).toContain('href="https://eu-central-1.console.aws.amazon.com/gluestudio/');
  });
});
