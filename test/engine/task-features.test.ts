/**
 * Every feature of a task over every kind of performer: what a state says about its task holds whoever performs it.
 *
 * | | timeout | heartbeat | Retry | stop | mock | test case |
 * | --- | --- | --- | --- | --- | --- | --- |
 * | connector, task token, activity, request to the server itself, request to AWS, started execution (.sync, .sync:2, token, by binding) | × | × | × | × | × | × |
 * | started execution, not waited for | at once | at once | × | at once | × | × |
 * | map run (a Map has no timeout of its own) | – | – | × | × | × | × |
 *
 * Time is the test's: it stands still until a test lets it pass, so "not yet" is as certain as "now".
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { ACTIVITY, CHILD, openTaskBench, type TaskBench, type TaskFeatures } from './task-bench.js';

let bench: TaskBench;

beforeEach(async () => {
  bench = await openTaskBench();
});

afterEach(async () => {
  await bench.close();
});

/** A kind of performer, and how a test plays its part. */
interface Performer {
  name: string;
  resource: string;
  parameters: object;
  bindings?: { [resource: string]: { [field: string]: string } };
  /** The n-th attempt (from 0) ends well, with `{ done: true }`. */
  succeed(n: number): Promise<void>;
  /** The n-th attempt fails. */
  fail(n: number): Promise<void>;
  /** Shows that the n-th attempt is alive; absent where nothing can. */
  beat?(n: number): Promise<void>;
  /** What comes of the performer of an attempt that nobody waits for any more. */
  left: 'killed' | 'child stopped' | 'child goes on' | 'token unknown';
  /** What a Retry names for a failure of it. */
  error: string;
}

const viaRun = {
  succeed: async (n: number) => bench.settle(n, { type: 'succeeded', output: { done: true } }),
  fail: async (n: number) => bench.settle(n, { type: 'failed', error: 'Broken', cause: 'torn' }),
};

const viaToken = (token: (n: number) => string) => ({
  succeed: (n: number) => bench.engine.tasks.succeed(EVERYTHING, token(n), { done: true }),
  fail: (n: number) =>
    bench.engine.tasks.fail(EVERYTHING, token(n), { error: 'Broken', cause: 'torn' }),
  beat: (n: number) => bench.engine.tasks.heartbeat(EVERYTHING, token(n)),
  error: 'Broken',
});

const startParameters = { StateMachineArn: CHILD, Input: { order: 7 } };
const started = { ...viaRun, left: 'child stopped', error: 'States.TaskFailed' } as const;
const tokenOf = (n: number): string => bench.argumentsOf(n).token as string;

const PERFORMERS: Performer[] = [
  {
    name: 'a connector',
    resource: 'millrace:lambda',
    parameters: { order: 7 },
    ...viaRun,
    beat: async (n) => bench.beat(n),
    left: 'killed',
    error: 'Broken',
  },
  {
    name: 'a task token',
    resource: 'millrace:echo.waitForTaskToken',
    parameters: { 'token.$': '$$.Task.Token' },
    ...viaToken(tokenOf),
    left: 'token unknown',
  },
  {
    name: 'an activity',
    resource: ACTIVITY,
    parameters: { order: 7 },
    ...viaToken((n) => bench.claimed[n] as string),
    left: 'token unknown',
  },
  {
    name: 'a request to this server itself',
    resource: 'arn:aws:states:::aws-sdk:sfn:startSyncExecution',
    parameters: { StateMachineArn: CHILD },
    ...viaRun,
    left: 'killed',
    error: 'Broken',
  },
  {
    name: 'a request that AWS answers',
    resource: 'arn:aws:states:::sns:publish',
    parameters: { Message: 'm' },
    ...viaRun,
    left: 'killed',
    error: 'Broken',
  },
  {
    name: 'a started execution, .sync',
    resource: 'arn:aws:states:::states:startExecution.sync',
    parameters: startParameters,
    ...started,
  },
  {
    name: 'a started execution, .sync:2',
    resource: 'arn:aws:states:::states:startExecution.sync:2',
    parameters: startParameters,
    ...started,
  },
  {
    name: 'a started execution of our own',
    resource: 'millrace:executions:start.sync:2',
    parameters: { pipeline: 'child', input: { order: 7 } },
    ...started,
  },
  {
    name: 'an execution bound to another resource',
    resource: 'arn:aws:states:::glue:startJobRun.sync',
    parameters: { JobName: 'load' },
    bindings: { 'arn:aws:states:::glue:startJobRun.sync': { pipeline: 'child' } },
    ...started,
  },
  {
    name: 'a started execution with a task token',
    resource: 'arn:aws:states:::states:startExecution.waitForTaskToken',
    parameters: { StateMachineArn: CHILD, Input: { 'token.$': '$$.Task.Token' } },
    ...viaToken(tokenOf),
    left: 'child goes on',
  },
];

const task = ({ resource, parameters }: Performer, more: TaskFeatures): object => ({
  StartAt: 'Work',
  States: {
    Work: { Type: 'Task', Resource: resource, Parameters: parameters, ...more, End: true },
  },
});

async function start(performer: Performer, more: TaskFeatures, testCase?: string): Promise<string> {
  await bench.deploy('parent', task(performer, more), performer.bindings);
  return await bench.start('parent', testCase);
}

const TIMED_OUT = { status: 'FAILED', error: 'States.Timeout' };

describe.each(PERFORMERS)('a task of $name', (performer) => {
  it('times out to the millisecond, with the error and no cause, and leaves nobody at work for it', async () => {
    const id = await start(performer, { TimeoutSeconds: 5 });
    await bench.pass(4_999);
    expect((await bench.describe(id)).status).toBe('RUNNING');
    await bench.pass(1);
    const ended = await bench.describe(id);
    expect(ended).toMatchObject(TIMED_OUT);
    expect(ended.cause).toBeUndefined();
    const types = await bench.history(id);
    expect(types.at(-2)).toMatch(/TimedOut$/);
    expect(await bench.leftBehind(performer.left, 0)).toBe(true);
  });

  it('times out also when the server was away meanwhile', async () => {
    await bench.deploy('child', {
      StartAt: 'Sleep',
      States: { Sleep: { Type: 'Wait', Seconds: 3_600, End: true } },
    });
    const id = await start(performer, { TimeoutSeconds: 5 });
    await bench.restart(60_000);
    // What ran in the server was lost with it; what waits or runs elsewhere was not, and is late.
    const error = performer.left === 'killed' ? 'Millrace.WorkerLost' : 'States.Timeout';
    expect(await bench.describe(id)).toMatchObject({ status: 'FAILED', error });
  });

  it('is not timed out when it ends in time', async () => {
    const id = await start(performer, { TimeoutSeconds: 5, HeartbeatSeconds: 4 });
    await bench.pass(3_000);
    await performer.succeed(0);
    await bench.pass(60_000);
    expect((await bench.describe(id)).status).toBe('SUCCEEDED');
  });

  it('misses a heartbeat, and each sign of life counts from anew', async () => {
    const caught = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Missed' }];
    await bench.deploy(
      'parent',
      {
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: performer.resource,
            Parameters: performer.parameters,
            TimeoutSeconds: 60,
            HeartbeatSeconds: 5,
            Catch: caught,
            End: true,
          },
          Missed: { Type: 'Pass', Result: 'missed', End: true },
        },
      },
      performer.bindings,
    );
    const id = await bench.start('parent');
    if (performer.beat) {
      await bench.pass(4_000);
      await performer.beat(0);
      await bench.pass(4_999);
    } else await bench.pass(4_999);
    expect((await bench.describe(id)).status).toBe('RUNNING');
    await bench.pass(1);
    expect(await bench.describe(id)).toMatchObject({ status: 'SUCCEEDED', output: 'missed' });
    expect(await bench.leftBehind(performer.left, 0)).toBe(true);
  });

  it('is tried again after a timeout and after a failure, each attempt with all its time', async () => {
    const retry = {
      ErrorEquals: ['States.Timeout', performer.error],
      IntervalSeconds: 1,
      MaxAttempts: 2,
    };
    const id = await start(performer, { TimeoutSeconds: 5, Retry: [retry] });
    await bench.pass(5_000 + 1_000);
    const types = await bench.history(id);
    expect(types.filter((type) => type.endsWith('TimedOut'))).toHaveLength(1);
    await bench.pass(4_000);
    await performer.fail(1);
    await bench.pass(1_000);
    await bench.pass(4_999);
    expect((await bench.describe(id)).status).toBe('RUNNING');
    await performer.succeed(2);
    await bench.pass(0);
    expect((await bench.describe(id)).status).toBe('SUCCEEDED');
  });

  it('ends with the execution when that is stopped', async () => {
    const id = await start(performer, { TimeoutSeconds: 5 });
    await bench.engine.executions.stop(EVERYTHING, id);
    await bench.pass(60_000);
    expect((await bench.describe(id)).status).toBe('ABORTED');
    expect(await bench.leftBehind(performer.left, 0)).toBe(true);
  });

  it('is answered by its mock in place of the performer, at once, after a retry, or never', async () => {
    bench.mock('Work', [{ type: 'succeeded', output: { from: 'mock' } }]);
    const answered = await start(performer, { TimeoutSeconds: 5 });
    await bench.pass(0);
    expect(await bench.describe(answered)).toMatchObject({ output: { from: 'mock' } });

    const failure = { type: 'failed', error: performer.error, cause: 'torn' } as const;
    bench.mock('Work', [failure, { type: 'succeeded', output: { from: 'retry' } }]);
    const retry = { ErrorEquals: [performer.error], IntervalSeconds: 1, MaxAttempts: 1 };
    const again = await start(performer, { TimeoutSeconds: 5, Retry: [retry] });
    await bench.pass(1_000);
    expect(await bench.describe(again)).toMatchObject({ output: { from: 'retry' } });

    for (const more of [{ TimeoutSeconds: 5 }, { TimeoutSeconds: 60, HeartbeatSeconds: 5 }]) {
      bench.mock('Work', []);
      const silent = await start(performer, more);
      await bench.pass(4_999);
      expect((await bench.describe(silent)).status).toBe('RUNNING');
      await bench.pass(1);
      expect(await bench.describe(silent)).toMatchObject(TIMED_OUT);
    }

    bench.mock('Work', []);
    const stopped = await start(performer, { TimeoutSeconds: 5 });
    await bench.engine.executions.stop(EVERYTHING, stopped);
    expect((await bench.describe(stopped)).status).toBe('ABORTED');
    expect(bench.performed).toBe(0);
  });

  it('is answered by a test case for executions that were started with it alone', async () => {
    bench.mockCase('Calm', 'Work', [{ type: 'succeeded', output: { from: 'case' } }]);
    const mocked = await start(performer, {}, 'Calm');
    await bench.pass(0);
    expect(await bench.describe(mocked)).toMatchObject({
      status: 'SUCCEEDED',
      output: { from: 'case' },
    });
    expect(bench.performed).toBe(0);
    const real = await start(performer, {});
    await performer.succeed(0);
    await bench.pass(0);
    expect((await bench.describe(real)).status).toBe('SUCCEEDED');
    expect(bench.performed).toBe(1);
  });
});

describe('a task that starts an execution and does not wait for it', () => {
  const performer: Performer = {
    name: 'a started execution',
    resource: 'arn:aws:states:::states:startExecution',
    parameters: startParameters,
    ...started,
    left: 'child goes on',
  };

  it('is over at once, so nothing of it times out, and the child goes on without it', async () => {
    const id = await start(performer, { TimeoutSeconds: 5, HeartbeatSeconds: 2 });
    expect((await bench.describe(id)).status).toBe('SUCCEEDED');
    await bench.pass(60_000);
    expect(await bench.leftBehind('child goes on', 0)).toBe(true);
  });

  it('is tried again when there is nothing to start', async () => {
    const error = 'StepFunctions.StateMachineDoesNotExistException';
    const id = await start(
      { ...performer, parameters: { StateMachineArn: 'nobody', Input: {} } },
      { Retry: [{ ErrorEquals: [error], IntervalSeconds: 1, MaxAttempts: 2 }] },
    );
    await bench.pass(1_000);
    await bench.pass(2_000);
    expect(await bench.describe(id)).toMatchObject({ status: 'FAILED', error });
    const types = await bench.history(id);
    expect(types.filter((type) => type === 'TaskFailed')).toHaveLength(3);
  });

  it('is answered by its mock and by its test case', async () => {
    bench.mockCase('Calm', 'Work', [{ type: 'succeeded', output: { from: 'case' } }]);
    const mocked = await start(performer, {}, 'Calm');
    expect(await bench.describe(mocked)).toMatchObject({ output: { from: 'case' } });
    expect(bench.performed).toBe(0);
  });
});

describe('a map run', () => {
  const map = (more: object = {}): object => ({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Work',
          States: {
            Work: { Type: 'Task', Resource: 'millrace:lambda', TimeoutSeconds: 5, End: true },
          },
        },
        ...more,
        End: true,
      },
    },
  });

  it('fails by the timeout of its children, and its Retry does all of it again', async () => {
    const retry = {
      ErrorEquals: ['States.ExceedToleratedFailureThreshold'],
      IntervalSeconds: 1,
      MaxAttempts: 1,
    };
    await bench.deploy('parent', map({ Retry: [retry] }));
    const id = await bench.start('parent', undefined, [1]);
    await bench.pass(5_000);
    await bench.pass(1_000);
    expect(bench.performed).toBe(2);
    await viaRun.succeed(1);
    await bench.pass(0);
    expect(await bench.describe(id)).toMatchObject({
      status: 'SUCCEEDED',
      output: [{ done: true }],
    });
  });

  it('stops its children when the execution is stopped', async () => {
    await bench.deploy('parent', map());
    const id = await bench.start('parent', undefined, [1, 2]);
    await bench.engine.executions.stop(EVERYTHING, id);
    await bench.pass(0);
    expect(await bench.leftBehind('killed', 0)).toBe(true);
    expect(await bench.leftBehind('killed', 1)).toBe(true);
  });

  it('gives its children the mocks and the test case of its execution', async () => {
    bench.mockCase('Calm', 'Work', [{ type: 'succeeded', output: 'mocked' }]);
    await bench.deploy('parent', map());
    const id = await bench.start('parent', 'Calm', [1]);
    await bench.pass(0);
    expect(await bench.describe(id)).toMatchObject({ status: 'SUCCEEDED', output: ['mocked'] });
    expect(bench.performed).toBe(0);
  });
});
