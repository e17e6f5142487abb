import { describe, expect, it } from 'vitest';
import { drive, types } from './drive-machine.js';

const task = (more: object): object => ({
  StartAt: 'T',
  States: {
    T: { Type: 'Task', Resource: 'millrace:echo', End: true, ...more },
    Saved: { Type: 'Pass', End: true },
  },
});
const fails = (error: string, times = Number.POSITIVE_INFINITY) => ({
  task: (_: unknown, n: number) => (n < times ? { error, cause: 'because' } : { output: 'done' }),
});

describe('Retry', () => {
  it('waits interval × rate^n between attempts and gives up after MaxAttempts', async () => {
    const retrier = {
      ErrorEquals: ['Soft'],
      IntervalSeconds: 10,
      BackoffRate: 1.5,
      MaxAttempts: 3,
    };
    const { state, tasks, elapsed } = await drive(task({ Retry: [retrier] }), fails('Soft'));
    expect(tasks).toHaveLength(4);
    expect(elapsed).toBe((10 + 15 + 22.5) * 1000);
    expect(state.header.error).toBe('Soft');
  });

  it('caps the wait with MaxDelaySeconds', async () => {
    const retrier = {
      ErrorEquals: ['Soft'],
      IntervalSeconds: 10,
      MaxAttempts: 3,
      MaxDelaySeconds: 12,
    };
    expect((await drive(task({ Retry: [retrier] }), fails('Soft'))).elapsed).toBe(34_000);
  });

  it('waits somewhere between nothing and the full interval with FULL jitter', async () => {
    const retrier = {
      ErrorEquals: ['Soft'],
      IntervalSeconds: 100,
      MaxAttempts: 1,
      JitterStrategy: 'FULL',
    };
    const { elapsed } = await drive(task({ Retry: [retrier] }), fails('Soft'));
    expect(elapsed).toBeGreaterThanOrEqual(0);
    expect(elapsed).toBeLessThanOrEqual(100_000);
    expect(elapsed).not.toBe(100_000);
  });

  it('counts each retrier for itself', async () => {
    const names = ['A', 'B', 'A', 'B', 'A'];
    const { tasks } = await drive(
      task({
        Retry: [
          { ErrorEquals: ['A'], MaxAttempts: 2 },
          { ErrorEquals: ['B'], MaxAttempts: 2 },
        ],
      }),
      { task: (_, n) => ({ error: names[n] ?? 'A' }) },
    );
    expect(tasks).toHaveLength(5);
  });

  it('shows the number of retries to the next attempt', async () => {
    const { tasks } = await drive(
      task({
        Parameters: { 'n.$': '$$.State.RetryCount' },
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }],
      }),
      fails('Any'),
    );
    expect(tasks.map((one) => one.arguments)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(tasks.map((one) => one.attempt)).toEqual([0, 1, 2]);
  });

  it('starts all branches of a Parallel again', async () => {
    const { tasks, state } = await drive(
      {
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Retry: [{ ErrorEquals: ['Soft'], MaxAttempts: 1 }],
            Branches: ['X', 'Y'].map((name) => ({
              StartAt: name,
              States: { [name]: { Type: 'Task', Resource: 'millrace:echo', End: true } },
            })),
            End: true,
          },
        },
      },
      { task: (one, n) => (one.state === 'Y' && n === 0 ? { error: 'Soft' } : { output: n }) },
    );
    expect(tasks.map((one) => one.state)).toEqual(['X', 'Y', 'X', 'Y']);
    expect(state.header.output).toEqual([1, 1]);
  });
});

describe('Catch', () => {
  it('adds the error to the input and goes on', async () => {
    const { state } = await drive(
      task({
        Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.problem', Next: 'Saved' }],
      }),
      { ...fails('Any'), input: { a: 1 } },
    );
    expect(state.header.output).toEqual({ a: 1, problem: { Error: 'Any', Cause: 'because' } });
  });

  it('comes after Retry', async () => {
    const { tasks, state } = await drive(
      task({
        Retry: [{ ErrorEquals: ['Soft'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }],
      }),
      fails('Soft'),
    );
    expect(tasks).toHaveLength(2);
    expect(state.header.status).toBe('SUCCEEDED');
  });

  it('does not let States.TaskFailed stand for a timeout', async () => {
    const { state } = await drive(
      task({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Saved' }] }),
      { task: () => 'never' },
    );
    expect(state.header.error).toBe('States.Timeout');
  });

  it('does not catch States.Runtime with States.ALL', async () => {
    const { state } = await drive(
      task({ InputPath: '$.nothing', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }] }),
    );
    expect(state.header.error).toBe('States.Runtime');
  });
});

describe('time limits of a task', () => {
  it('cancels the task and fails with States.Timeout', async () => {
    const { state, history, elapsed, transitions } = await drive(task({ TimeoutSeconds: 5 }), {
      task: () => 'never',
    });
    expect(elapsed).toBe(5000);
    expect(types(history)).toContain('TaskTimedOut');
    expect(state.header.error).toBe('States.Timeout');
    expect(transitions.flatMap((t) => t.commands).some((c) => c.type === 'CancelTask')).toBe(true);
  });

  it('misses a heartbeat as both States.Timeout and States.HeartbeatTimeout', async () => {
    const { state, elapsed } = await drive(
      task({
        TimeoutSeconds: 600,
        HeartbeatSeconds: 5,
        Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Saved' }],
      }),
      { task: () => 'never' },
    );
    expect(elapsed).toBe(5000);
    expect(state.header.output).toMatchObject({ Error: 'States.Timeout', Cause: '' });
  });
});

describe('results that come late, twice or for something else', () => {
  it('are ignored, so that every disturbed run ends like the undisturbed one', async () => {
    const definition = task({ Retry: [{ ErrorEquals: ['Soft'], MaxAttempts: 2 }] });
    const calm = await drive(definition, fails('Soft', 2));
    const noisy = await drive(definition, {
      ...fails('Soft', 2),
      disturb: (event) =>
        event.type.startsWith('Task') || event.type === 'TimerFired'
          ? [
              event,
              { ...event, sequence: (event as { sequence: number }).sequence - 1 } as typeof event,
            ]
          : [],
    });
    expect(noisy.state.header).toEqual(calm.state.header);
    expect(types(noisy.history)).toEqual(types(calm.history));
  });

  it('do not revive an execution that was stopped', async () => {
    const { state, history } = await drive(task({}), {
      task: () => ({ output: 1 }),
      disturb: (event) =>
        event.type === 'TaskStarted'
          ? [{ type: 'Stop', at: event.at, seed: 'x', error: 'Stopped', cause: 'by hand' }]
          : [],
    });
    expect(state.header.status).toBe('ABORTED');
    expect(types(history).filter((type) => type.startsWith('Execution'))).toEqual([
      'ExecutionStarted',
      'ExecutionAborted',
    ]);
  });
});
