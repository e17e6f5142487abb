import { describe, expect, it } from 'vitest';
import { compileMachine } from '../../src/asl/compile.js';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { prepareRedrive } from '../../src/asl/redrive.js';
import { type Drive, type DriveOptions, drive, START } from './drive-machine.js';

type TaskFunction = NonNullable<DriveOptions['task']>;
const chain = (load: object = {}, extract: object = {}): object => ({
  StartAt: 'Extract',
  States: {
    Extract: { Type: 'Task', Resource: 'millrace:echo', Next: 'Transform', ...extract },
    Transform: { Type: 'Pass', Assign: { rows: 3 }, Next: 'Load' },
    Load: { Type: 'Task', Resource: 'millrace:echo', End: true, ...load },
  },
});
const loadFails: TaskFunction = (task) =>
  task.state === 'Load' ? { error: 'Down' } : { output: { from: task.state } };
const works: TaskFunction = (task) => ({ output: { again: task.state } });

async function redrive(
  failed: Drive,
  old: object,
  current: object,
  task: TaskFunction,
  from?: string,
): Promise<{ plan: ReturnType<typeof prepareRedrive>; drive: Drive | undefined }> {
  const plan = prepareRedrive(
    compileMachine(old as MachineDefinition),
    compileMachine(current as MachineDefinition),
    failed.state,
    { history: failed.history, at: START, ...(from === undefined ? {} : { from }) },
  );
  if ('problems' in plan) return { plan, drive: undefined };
  return { plan, drive: await drive(current, { from: plan.state, start: 'Redrive', task }) };
}

describe('a redrive', () => {
  it('runs only what had not finished and counts itself', async () => {
    const failed = await drive(chain(), { task: loadFails });
    const { drive: redriven } = await redrive(failed, chain(), chain(), works);
    expect(redriven?.tasks.map((task) => task.state)).toEqual(['Load']);
    expect(redriven?.state.header.output).toEqual({ again: 'Load' });
    expect(redriven?.state.context.Execution.RedriveCount).toBe(1);
    expect(redriven?.history[0]).toMatchObject({
      type: 'ExecutionRedriven',
      id: failed.history.length + 1,
    });
  });

  it('gives retries their full number again', async () => {
    const definition = chain({ Retry: [{ ErrorEquals: ['Down'], MaxAttempts: 1 }] });
    const failed = await drive(definition, { task: loadFails });
    const { drive: again } = await redrive(failed, definition, definition, loadFails);
    expect(again?.tasks).toHaveLength(2);
  });

  it('keeps finished branches of a Parallel', async () => {
    const definition = {
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: ['X', 'Y'].map((name) => ({
            StartAt: name,
            States: { [name]: { Type: 'Task', Resource: 'millrace:echo', End: true } },
          })),
          End: true,
        },
      },
    };
    const failed = await drive(definition, {
      task: (task) => (task.state === 'Y' ? { error: 'Down' } : { output: 'first' }),
    });
    const { drive: redriven } = await redrive(failed, definition, definition, () => ({
      output: 'second',
    }));
    expect(redriven?.tasks.map((task) => task.state)).toEqual(['Y']);
    expect(redriven?.state.header.output).toEqual(['first', 'second']);
  });

  it('goes back to an earlier state with the input and variables that it had', async () => {
    const failed = await drive(chain(), { input: { day: 1 }, task: loadFails });
    const { drive: redriven } = await redrive(failed, chain(), chain(), works, 'Extract');
    expect(redriven?.tasks.map((task) => task.arguments)).toEqual([
      { day: 1 },
      { again: 'Extract' },
    ]);
  });
});

describe('a redrive with a newer definition', () => {
  it('goes on with the fixed state and keeps what was finished', async () => {
    const failed = await drive(chain(), { task: loadFails });
    const fixed = chain({ Parameters: { fixed: true } });
    const { plan, drive: redriven } = await redrive(failed, chain(), fixed, works);
    expect(redriven?.tasks.map((task) => task.arguments)).toEqual([{ fixed: true }]);
    expect('notes' in plan && plan.notes.map(({ state, effect }) => [state, effect])).toEqual([
      ['Extract', 'reused'],
      ['Transform', 'reused'],
      ['Load', 'restarted'],
    ]);
  });

  it('says which finished states have changed since', async () => {
    const failed = await drive(chain(), { task: loadFails });
    const { plan } = await redrive(failed, chain(), chain({}, { Comment: 'new' }), works);
    expect('notes' in plan && plan.notes[0]).toMatchObject({ state: 'Extract', effect: 'changed' });
  });

  it('runs a Map again from its beginning, and says why, when its processor has changed', async () => {
    const map = (resource: string): object => ({
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'I',
            States: { I: { Type: 'Task', Resource: resource, End: true } },
          },
          End: true,
        },
      },
    });
    const failed = await drive(map('millrace:echo'), {
      input: [1, 2],
      task: (_, n) => (n === 1 ? { error: 'Down' } : { output: n }),
    });
    const { plan, drive: redriven } = await redrive(
      failed,
      map('millrace:echo'),
      map('millrace:shell'),
      works,
    );
    expect('notes' in plan && plan.notes.at(-1)?.reason).toContain('item processor has changed');
    expect(redriven?.tasks).toHaveLength(2);
  });

  it('refuses, with a way out, when the failed state is gone', async () => {
    const failed = await drive(chain(), { task: loadFails });
    const other = { StartAt: 'Extract', States: { Extract: { Type: 'Pass', End: true } } };
    const { plan } = await redrive(failed, chain(), other, works);
    expect('problems' in plan && plan.problems[0]).toMatchObject({
      code: 'StateMissing',
      state: 'Load',
    });
  });

  it('refuses a state that was never reached, and an execution that has not failed', async () => {
    const failed = await drive(chain(), { task: () => ({ error: 'Down' }) });
    const never = await redrive(failed, chain(), chain(), works, 'Load');
    expect('problems' in never.plan && never.plan.problems[0]?.code).toBe('StateNeverReached');
    const fine = await drive(chain(), { task: works });
    const done = await redrive(fine, chain(), chain(), works);
    expect('problems' in done.plan && done.plan.problems[0]?.code).toBe('NotRedrivable');
  });
});
