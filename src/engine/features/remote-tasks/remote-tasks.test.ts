import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobService, LAKE, MAPS } from '../../../../test/support/job-service.js';
import { openTimedEngine, TimedEngine } from '../../../../test/support/timed-engine.js';
import type { RemoteTasks } from '../../../connectors/remote-tasks.js';
import { EVERYTHING, ofTeam } from '../../kernel/scope.js';
import { REMOTE_JOBS, type RemoteJobRow } from './remote-job-table.js';

const BATCH = 'arn:aws:states:::batch:submitJob';

let test: TimedEngine;
let service: JobService;

beforeEach(async () => {
  service = new JobService();
  test = await open();
});

afterEach(() => test.close());

function open(tasks: RemoteTasks = service): Promise<TimedEngine> {
  return openTimedEngine({
    remoteTasks: tasks,
    remote: { tasks, accounts: [LAKE, MAPS] },
  });
}

function machine(state: object): object {
  return { StartAt: 'Work', States: { Work: { Type: 'Task', ...state, End: true } } };
}

const SYNC = machine({ Resource: `${BATCH}.sync`, Parameters: { JobName: 'a' } });

async function start(definition: object = SYNC, sections = {}): Promise<string> {
  await test.deploy('work', sections, { definition });
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'work', input: {} });
  await test.settled();
  return id;
}

const detail = (id: string) => test.engine.executions.describe(EVERYTHING, id);

async function events(id: string): Promise<string[]> {
  const { items } = await test.engine.executions.history(EVERYTHING, id, { limit: 100 });
  return items.map(({ type }) => type);
}

async function lines(id: string): Promise<string[]> {
  const { items } = await test.engine.executions.logs(EVERYTHING, id, { limit: 100 });
  return items.map(({ message }) => message);
}

function rows(): RemoteJobRow[] {
  return test.store.listRows(REMOTE_JOBS) as RemoteJobRow[];
}

describe('a task that another system performs', () => {
  it('is answered at once when it asks for nothing that lasts', async () => {
    const id = await start(
      machine({ Resource: 'arn:aws:states:::sns:publish', Parameters: { Message: 'm' } }),
    );
    expect(await detail(id)).toMatchObject({ status: 'SUCCEEDED', output: { done: true } });
    expect(await events(id)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted'],
      ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
    expect(service.requests).toMatchObject([
      {
        ...{ service: 'sns', action: 'publish', form: 'requestResponse', isAgain: false },
        ...{ account: 'lake', region: 'eu-central-1', team: 'default', state: 'Work' },
        ...{ parameters: { Message: 'm' }, execution: { id, pipeline: 'work' } },
      },
    ]);
  });

  it('waits for its job, which is looked at until it has ended', async () => {
    const id = await start();
    expect((await detail(id)).status).toBe('RUNNING');
    await test.pass(20_000);
    expect((await detail(id)).status).toBe('RUNNING');
    service.end('job-1');
    await test.pass(10_000);
    expect(await detail(id)).toMatchObject({
      status: 'SUCCEEDED',
      output: { Status: 'SUCCEEDED' },
    });
    expect(await events(id)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted'],
      ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
    expect(service.jobs.size).toBe(1);
  });

  it('tells in its history what AWS tells', async () => {
    const id = await start();
    service.end('job-1');
    await test.pass(3_000);
    const { items } = await test.engine.executions.history(EVERYTHING, id, { limit: 100 });
    const of = (type: string) => items.find((event) => event.type === type)?.details;
    const named = { resource: 'submitJob.sync', resourceType: 'batch' };
    expect(of('TaskScheduled')).toEqual({
      ...{ ...named, region: 'us-east-1', parameters: { JobName: 'a' } },
    });
    expect(of('TaskSubmitted')).toEqual({ ...named, output: { JobId: 'job-1' } });
    expect(of('TaskSucceeded')).toEqual({ ...named, output: { Status: 'SUCCEEDED' } });
  });

  it('is looked at after a second, and then less and less often', async () => {
    await start();
    await test.pass(1_000);
    expect(service.looks.length).toBe(1);
    await test.pass(29_000);
    const early = service.looks.length;
    await test.pass(3_570_000);
    const late = service.looks.length - early;
    expect(early).toBeGreaterThan(8);
    // An hour of looks a minute apart at most.
    expect(late).toBeGreaterThanOrEqual(55);
    expect(late).toBeLessThan(100);
  });

  it('is looked at at once when an event says that something has become of its job', async () => {
    const id = await start();
    await test.pass(600_000);
    service.end('job-1');
    const detail_ = { kind: 'batch:submitJob.sync', id: 'job-1' };
    await test.engine.events.put(ofTeam('default'), [
      { source: 'aws.batch', detailType: 'Batch Job State Change', detail: detail_ },
    ]);
    await test.pass(0);
    expect((await detail(id)).status).toBe('SUCCEEDED');
  });

  it('does not believe an event: it only looks', async () => {
    const id = await start();
    await test.pass(600_000);
    const before = service.looks.length;
    for (let i = 0; i < 20; i += 1) {
      await test.engine.events.put(ofTeam('other'), [
        {
          source: 'aws.batch',
          detailType: 'x',
          detail: { kind: 'batch:submitJob.sync', id: 'job-1' },
        },
      ]);
    }
    await test.pass(900);
    expect(service.looks.length - before).toBeLessThanOrEqual(1);
    expect((await detail(id)).status).toBe('RUNNING');
  });

  it('fails when its job fails, and Retry submits a new one', async () => {
    const id = await start(
      machine({
        ...{ Resource: `${BATCH}.sync`, Parameters: {} },
        Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }],
      }),
    );
    service.end('job-1', {
      type: 'failed',
      error: 'States.TaskFailed',
      cause: '{"Status":"FAILED"}',
    });
    await test.pass(5_000);
    expect(service.jobs.size).toBe(2);
    service.end('job-2', { type: 'failed', error: 'States.TaskFailed', cause: 'again' });
    await test.pass(5_000);
    expect(await detail(id)).toMatchObject({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: 'again',
    });
  });

  it('fails when its job was deleted', async () => {
    const id = await start();
    service.jobs.clear();
    await test.pass(2_000);
    expect(await detail(id)).toMatchObject({ error: 'States.TaskFailed', cause: 'No job job-1.' });
  });

  it('is told as refused when it is not submitted', async () => {
    service.fates.push({ type: 'failed', error: 'Batch.ClientException', cause: 'no such queue' });
    const id = await start();
    expect(await detail(id)).toMatchObject({
      error: 'Batch.ClientException',
      cause: 'no such queue',
    });
    expect(await events(id)).toContain('TaskSubmitFailed');
  });

  it('finishes by its token, also before the request is answered', async () => {
    service.fates.push('held');
    const id = await start(
      machine({
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Parameters: { QueueUrl: 'q', MessageBody: { 'token.$': '$$.Task.Token' } },
      }),
    );
    const body = service.requests[0]?.parameters as { MessageBody: { token: string } };
    await test.engine.tasks.succeed(EVERYTHING, body.MessageBody.token, { early: true });
    service.release();
    await test.settled();
    expect(await detail(id)).toMatchObject({ status: 'SUCCEEDED', output: { early: true } });
    expect(rows().map(({ phase }) => phase)).toEqual(['ended']);
  });

  it('has the function of a bare ARN invoked, and takes its payload', async () => {
    service.answer = () => ({
      type: 'answered',
      output: { Payload: { rows: 3 }, StatusCode: 200 },
    });
    const arn = 'arn:aws:lambda:us-east-1:111122223333:function:count';
    const id = await start(machine({ Resource: arn }));
    expect((await detail(id)).output).toEqual({ rows: 3 });
    expect(service.requests[0]).toMatchObject({
      ...{ service: 'lambda', action: 'invoke', region: 'us-east-1' },
      parameters: { FunctionName: arn, Payload: {} },
    });
    expect(await events(id)).toContain('LambdaFunctionSucceeded');
  });

  it('counts what a request that is answered at once used, and has the last lines of it', async () => {
    service.answer = () => ({
      ...{ type: 'answered', output: { StatusCode: 200 } },
      used: { gbSeconds: 0.5 },
      lines: [{ at: 1, stream: 'stdout', level: 'info', message: 'counted 3 rows' }],
    });
    const id = await start(
      machine({
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: 'count', Payload: {} },
      }),
    );
    expect((await detail(id)).usage.units).toEqual({ gbSeconds: 0.5 });
    const { items } = await test.engine.executions.logs(EVERYTHING, id);
    expect(items.map(({ message }) => message)).toContain('counted 3 rows');
  });

  it('counts what its job used', async () => {
    const id = await start();
    const job = service.all()[0];
    if (job) {
      const outcome = { type: 'succeeded', output: {} } as const;
      job.state = { type: 'ended', outcome, used: { dpuSeconds: 90 } };
    }
    await test.pass(2_000);
    expect((await detail(id)).usage.units).toEqual({ dpuSeconds: 90 });
  });
});

describe('a job that nobody waits for any more', () => {
  it('is ended when its execution is stopped', async () => {
    const id = await start();
    await test.engine.executions.stop(EVERYTHING, id);
    await test.settled();
    expect(service.running()).toEqual([]);
    expect(rows()).toMatchObject([{ phase: 'ended', status: 'stopped' }]);
  });

  it('is ended when its task times out', async () => {
    const id = await start(
      machine({ Resource: `${BATCH}.sync`, Parameters: {}, TimeoutSeconds: 30 }),
    );
    await test.pass(31_000);
    expect(await detail(id)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(service.running()).toEqual([]);
  });

  it('is seen to have ended just before its task would time out', async () => {
    const id = await start(
      machine({ Resource: `${BATCH}.sync`, Parameters: {}, TimeoutSeconds: 3_600 }),
    );
    await test.pass(3_590_000);
    service.end('job-1');
    await test.pass(9_000);
    expect((await detail(id)).status).toBe('SUCCEEDED');
  });

  it('is ended when another branch fails', async () => {
    const work = {
      StartAt: 'Job',
      States: { Job: { Type: 'Task', Resource: `${BATCH}.sync`, Parameters: {}, End: true } },
    };
    const failing = {
      StartAt: 'No',
      States: { No: { Type: 'Wait', Seconds: 5, Next: 'F' }, F: { Type: 'Fail', Error: 'No' } },
    };
    await start({
      StartAt: 'P',
      States: { P: { Type: 'Parallel', Branches: [work, failing], End: true } },
    });
    expect(service.running().length).toBe(1);
    await test.pass(6_000);
    expect(service.running()).toEqual([]);
  });

  it('is ended when the answer to its submission comes after the stop', async () => {
    service.fates.push('held');
    const id = await start();
    await test.engine.executions.stop(EVERYTHING, id);
    await test.settled();
    expect(service.running().length).toBe(1);
    service.release();
    await test.settled();
    expect(service.running()).toEqual([]);
    expect(rows()).toMatchObject([{ phase: 'ended', status: 'stopped' }]);
  });

  it('is asked again until it has heard', async () => {
    const id = await start();
    service.hearsStops = false;
    await test.engine.executions.stop(EVERYTHING, id);
    await test.pass(60_000);
    expect(service.all()[0]?.stops).toBeGreaterThan(3);
    service.hearsStops = true;
    await test.pass(61_000);
    expect(service.running()).toEqual([]);
  });

  it('is given up after a day, and the log says that it may still run', async () => {
    const id = await start();
    service.hearsStops = false;
    await test.engine.executions.stop(EVERYTHING, id);
    await test.pass(86_400_000 + 120_000);
    expect(rows()).toMatchObject([{ phase: 'ended', status: 'not stopped' }]);
    expect((await lines(id)).at(-1)).toMatch(/could not be asked to end for a day/);
  });
});

describe('after a crash', () => {
  it('a request without an answer is made once more, as the same', async () => {
    service.fates.push('lost');
    const id = await start();
    await test.crash();
    await test.settled();
    expect(service.requests.map(({ isAgain }) => isAgain)).toEqual([false, true]);
    expect(new Set(service.requests.map((request) => request.id)).size).toBe(1);
    expect(service.jobs.size).toBe(1);
    service.end('job-1');
    await test.pass(3_000);
    expect((await detail(id)).status).toBe('SUCCEEDED');
  });

  it('an attempt is lost when nobody can say whether it was submitted', async () => {
    service.fates.push('lost');
    const id = await start();
    const unknown = { type: 'unknown', cause: 'The service has no way to find it.' } as const;
    service.fates.push(...Array.from({ length: 10 }, () => unknown));
    await test.crash();
    await test.pass(70_000);
    expect(await detail(id)).toMatchObject({
      ...{ status: 'FAILED', error: 'Millrace.WorkerLost' },
      cause: 'Whether the task was submitted is not known. The service has no way to find it.',
    });
  });

  it('a job is found also when it cannot be looked up at once', async () => {
    service.fates.push('lost');
    const id = await start();
    const throttled = { type: 'failed', error: 'Batch.ClientException', cause: 'slow' } as const;
    service.fates.push(throttled, { type: 'unknown', cause: 'throttled' }, throttled);
    await test.crash();
    await test.pass(10_000);
    expect((await detail(id)).status).toBe('RUNNING');
    expect(service.jobs.size).toBe(1);
    service.end('job-1');
    await test.pass(10_000);
    expect((await detail(id)).status).toBe('SUCCEEDED');
  });

  it('a job is waited for again', async () => {
    const id = await start();
    await test.crash();
    service.end('job-1');
    await test.pass(8_000);
    expect((await detail(id)).status).toBe('SUCCEEDED');
    expect(service.requests.length).toBe(1);
  });

  it('a job is asked to end that was to be ended before', async () => {
    const id = await start();
    service.hearsStops = false;
    await test.engine.executions.stop(EVERYTHING, id);
    await test.settled();
    await test.crash();
    service.hearsStops = true;
    await test.pass(2_000);
    expect(service.running()).toEqual([]);
  });

  it('a job is found and ended whose execution was stopped before its answer came', async () => {
    service.fates.push('lost');
    const id = await start();
    await test.engine.executions.stop(EVERYTHING, id);
    await test.settled();
    await test.crash();
    await test.settled();
    expect(service.jobs.size).toBe(1);
    expect(service.running()).toEqual([]);
    expect(rows().every(({ phase }) => phase === 'ended')).toBe(true);
  });

  it('a redrive submits anew', async () => {
    const id = await start();
    service.end('job-1', { type: 'failed', error: 'X', cause: 'y' });
    await test.pass(3_000);
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.settled();
    expect(new Set(service.requests.map((request) => request.id)).size).toBe(2);
    service.end('job-2');
    await test.pass(3_000);
    expect((await detail(id)).status).toBe('SUCCEEDED');
  });
});

describe('a job that cannot be seen', () => {
  it('is waited for, and that is said after a quarter of an hour, and when it is seen again', async () => {
    const id = await start();
    service.blind = { type: 'unseen', cause: 'Rate exceeded', isLasting: false };
    await test.pass(800_000);
    expect(await lines(id)).not.toContainEqual(expect.stringMatching(/cannot be seen/));
    await test.pass(200_000);
    expect(await lines(id)).toContainEqual(
      'The job cannot be seen, and is waited for: Rate exceeded',
    );
    expect(rows()).toMatchObject([{ phase: 'waiting', trouble: 'Rate exceeded' }]);
    service.blind = undefined;
    await test.pass(70_000);
    expect(await lines(id)).toContainEqual('The job is seen again.');
    expect(rows()[0]).not.toHaveProperty('trouble');
    service.end('job-1');
    await test.pass(130_000);
    expect((await detail(id)).status).toBe('SUCCEEDED');
  });

  it('is told of at once when that lasts', async () => {
    const id = await start();
    service.blind = { type: 'unseen', cause: 'Access denied', isLasting: true };
    await test.pass(2_000);
    expect((await lines(id)).filter((line) => line.includes('Access denied')).length).toBe(1);
    await test.pass(600_000);
    expect((await lines(id)).filter((line) => line.includes('Access denied')).length).toBe(1);
  });

  it('does not hold up others when a look hangs', async () => {
    await start();
    service.delay = new Promise(() => {});
    await test.pass(1_000);
    service.delay = undefined;
    const other = await start(machine({ Resource: `${BATCH}.sync`, Parameters: { JobName: 'b' } }));
    service.end('job-2');
    await test.pass(5_000);
    expect((await detail(other)).status).toBe('SUCCEEDED');
    service.end('job-1');
    await test.pass(70_000);
    expect((await test.executions('work')).map(({ status }) => status)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
  });
});

describe('many jobs', () => {
  it('are looked at together, as many as a call takes', async () => {
    await test.deploy('work', {}, { definition: SYNC });
    for (let i = 0; i < 250; i += 1) {
      await test.engine.executions.start(EVERYTHING, { pipeline: 'work', input: {} });
    }
    await test.pass(600_000);
    const looks = service.looks.slice(-30);
    const each = looks.reduce((sum, size) => sum + size, 0) / looks.length;
    expect(each).toBeGreaterThan(80);
  });
});

describe('the log of its execution', () => {
  it('has where the job is, how it goes, and what it writes, once', async () => {
    const id = await start(SYNC, {});
    service.write('job-1', 'one', 'two');
    await test.pass(2_000);
    await test.crash();
    service.write('job-1', 'three');
    const job = service.all()[0];
    if (job) job.state = { type: 'running', status: 'FINISHING' };
    await test.pass(20_000);
    service.write('job-1', 'four');
    service.end('job-1');
    await test.pass(30_000);
    service.write('job-1', 'too late');
    await test.pass(60_000);
    const all = await lines(id);
    expect(all.slice(0, 2)).toEqual([
      'Submitted: batch:submitJob.sync job-1 in lake, eu-central-1.',
      'Console: https://console.example/job-1',
    ]);
    const words = ['one', 'two', 'three', 'four', 'too late'];
    expect(all.filter((line) => words.includes(line))).toEqual(['one', 'two', 'three', 'four']);
    expect(rows()).toMatchObject([{ phase: 'ended' }]);
  });
});

describe('the log of a job whose lines come late', () => {
  it('is read until they have come, also after a restart', async () => {
    service.linesCome = 300_000;
    const id = await start(SYNC, {});
    service.write('job-1', 'early');
    service.end('job-1');
    await test.pass(120_000);
    service.write('job-1', 'late');
    await test.pass(90_000);
    expect(await lines(id)).toContain('late');
    expect(rows()).toMatchObject([{ phase: 'trailing' }]);
    await test.crash();
    service.write('job-1', 'later');
    await test.pass(301_000);
    service.write('job-1', 'too late');
    await test.pass(120_000);
    const all = await lines(id);
    const words = ['early', 'late', 'later', 'too late'];
    expect(all.filter((line) => words.includes(line))).toEqual(['early', 'late', 'later']);
    expect(rows()).toMatchObject([{ phase: 'ended' }]);
  });
});

describe('a server that was started without accounts', () => {
  it('goes on waiting for what was begun, and says why it sees nothing', async () => {
    const id = await start();
    await test.stop();
    const without = new TimedEngine({ start: '2026-11-20T00:00:10Z' });
    cpSync(join(test.data, 'test.db'), join(without.data, 'test.db'));
    await without.open();
    await without.pass(10_000);
    const { status } = await without.engine.executions.describe(EVERYTHING, id);
    const { items } = await without.engine.executions.logs(EVERYTHING, id, { limit: 100 });
    await without.close();
    expect(status).toBe('RUNNING');
    expect(items.at(-1)?.message).toMatch(/started without the accounts/);
    await test.open();
  });
});
