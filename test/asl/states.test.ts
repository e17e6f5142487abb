import { describe, expect, it } from 'vitest';
import { drive, START, types } from './drive-machine.js';

const one = (state: object, more: object = {}): object => ({
  StartAt: 'S',
  States: { S: { End: true, ...state }, ...more },
});

describe('data flow of a JSONPath state', () => {
  it('takes InputPath, Parameters, ResultSelector, ResultPath and OutputPath in this order', async () => {
    const { state, tasks } = await drive(
      one({
        Type: 'Task',
        Resource: 'millrace:echo',
        InputPath: '$.order',
        Parameters: { 'id.$': '$.id', kind: 'order' },
        ResultSelector: { 'total.$': '$.sum' },
        ResultPath: '$.result',
        OutputPath: '$.result',
      }),
      { input: { order: { id: 7 } }, task: () => ({ output: { sum: 42, noise: 1 } }) },
    );
    expect(tasks[0]?.arguments).toEqual({ id: 7, kind: 'order' });
    expect(state.header.output).toEqual({ total: 42 });
  });

  it('puts the result beside the whole input, not beside the part that InputPath chose', async () => {
    const { state } = await drive(
      one({ Type: 'Pass', InputPath: '$.a', Result: 1, ResultPath: '$.b.c' }),
      { input: { a: { x: 0 } } },
    );
    expect(state.header.output).toEqual({ a: { x: 0 }, b: { c: 1 } });
  });

  it('drops the result for a null ResultPath and the output for a null OutputPath', async () => {
    const kept = await drive(one({ Type: 'Pass', Result: 1, ResultPath: null }), {
      input: { a: 1 },
    });
    expect(kept.state.header.output).toEqual({ a: 1 });
    const dropped = await drive(one({ Type: 'Pass', OutputPath: null }), { input: { a: 1 } });
    expect(dropped.state.header.output).toEqual({});
  });

  it('hands null on as a value and not as something missing', async () => {
    const { state } = await drive(one({ Type: 'Pass', Parameters: { 'x.$': '$.x' } }), {
      input: { x: null },
    });
    expect(state.header.output).toEqual({ x: null });
  });
});

describe('data flow of a JSONata state', () => {
  it('computes Arguments from the input and Output and Assign from the result', async () => {
    const { state, tasks, history } = await drive(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'S',
        States: {
          S: {
            Type: 'Task',
            Resource: 'millrace:echo',
            Arguments: { n: '{% $states.input.n + 1 %}' },
            Assign: { seen: '{% $states.result.n %}' },
            Output: { doubled: '{% $states.result.n * 2 %}' },
            Next: 'T',
          },
          T: { Type: 'Pass', Output: '{% $states.input.doubled + $seen %}', End: true },
        },
      },
      { input: { n: 1 }, task: (task) => ({ output: task.arguments }) },
    );
    expect(tasks[0]?.arguments).toEqual({ n: 2 });
    expect(state.header.output).toBe(6);
    const exited = history.find((event) => event.type === 'TaskStateExited');
    expect(exited?.details.assignedVariables).toEqual({ seen: '2' });
  });

  it('fails with the field and the expression when there is no value', async () => {
    const { state, history } = await drive(
      one({ Type: 'Pass', QueryLanguage: 'JSONata', Output: { a: '{% $missing %}' } }),
    );
    expect(state.header.error).toBe('States.QueryEvaluationError');
    expect(state.header.cause).toContain("'$missing'");
    expect(history.find((e) => e.type === 'EvaluationFailed')?.details.location).toBe('Output/a');
  });
});

describe('variables', () => {
  it('are seen in inner scopes and stay inside the one that assigned them', async () => {
    const { state } = await drive({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Both' },
        Both: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'In',
              States: {
                In: { Type: 'Pass', Assign: { 'inner.$': '$outer' }, Next: 'Out' },
                Out: { Type: 'Pass', Parameters: { 'v.$': '$inner' }, End: true },
              },
            },
          ],
          Next: 'After',
        },
        After: {
          Type: 'Choice',
          Choices: [{ Variable: '$inner', IsPresent: true, Next: 'Leaked' }],
          Default: 'Fine',
        },
        Leaked: { Type: 'Fail' },
        Fine: { Type: 'Succeed' },
      },
    });
    expect(state.header.status).toBe('SUCCEEDED');
    expect(state.header.output).toEqual([{ v: 1 }]);
  });

  it('keep their old value while an Assign is evaluated', async () => {
    const { state } = await drive({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { 'x.$': '$y', 'y.$': '$x' }, Next: 'C' },
        C: { Type: 'Pass', Parameters: { 'x.$': '$x', 'y.$': '$y' }, End: true },
      },
    });
    expect(state.header.output).toEqual({ x: 2, y: 1 });
  });
});

describe('Choice', () => {
  const choice = {
    StartAt: 'C',
    States: {
      C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericGreaterThan: 10, Next: 'Big' }] },
      Big: { Type: 'Pass', Result: 'big', End: true },
    },
  };

  it('goes where the first rule that holds points', async () => {
    expect((await drive(choice, { input: { n: 11 } })).state.header.output).toBe('big');
  });

  it('fails with States.NoChoiceMatched when no rule holds and there is no Default', async () => {
    const { state } = await drive(choice, { input: { n: 1 } });
    expect(state.header.error).toBe('States.NoChoiceMatched');
  });

  it('ends an endless loop at 25,000 events and leaves a complete history', async () => {
    const { state, history } = await drive(
      {
        StartAt: 'Spin',
        States: {
          Spin: {
            Type: 'Choice',
            Choices: [{ Variable: '$.go', BooleanEquals: true, Next: 'Spin' }],
            Default: 'Never',
          },
          Never: { Type: 'Succeed' },
        },
      },
      { input: { go: true } },
    );
    expect(state.header.status).toBe('FAILED');
    expect(history).toHaveLength(25_000);
    expect(history.at(-1)?.type).toBe('ExecutionFailed');
    expect(history.every((event, i) => event.id === i + 1)).toBe(true);
  });
});

describe('Wait', () => {
  it('waits for the given seconds', async () => {
    const { elapsed } = await drive(one({ Type: 'Wait', Seconds: 30 * 24 * 3600 }));
    expect(elapsed).toBe(30 * 24 * 3600 * 1000);
  });

  it('waits until a time, and not at all when it has passed', async () => {
    const at = { input: { at: '2023-11-14T22:14:20Z' } };
    expect((await drive(one({ Type: 'Wait', TimestampPath: '$.at' }), at)).elapsed).toBe(60_000);
    expect((await drive(one({ Type: 'Wait', Timestamp: '2001-01-01T00:00:00Z' }))).elapsed).toBe(0);
  });

  it('refuses a negative number of seconds', async () => {
    const { state } = await drive(one({ Type: 'Wait', SecondsPath: '$.s' }), { input: { s: -1 } });
    expect(state.header.error).toBe('States.Runtime');
  });
});

describe('Parallel', () => {
  const branch = (state: object): object => ({
    StartAt: 'B',
    States: { B: { End: true, ...state } },
  });

  it('joins the outputs of its branches in their order', async () => {
    const { state } = await drive(
      one({
        Type: 'Parallel',
        Branches: [
          branch({ Type: 'Wait', Seconds: 5 }),
          { StartAt: 'P', States: { P: { Type: 'Pass', Result: 2, End: true } } },
        ],
      }),
      { input: 1 },
    );
    expect(state.header.output).toEqual([1, 2]);
    expect(Object.keys(state.threads)).toEqual(['0']);
  });

  it('stops the other branches when one fails, and catches the failure as its own', async () => {
    const { state, transitions } = await drive(
      {
        StartAt: 'S',
        States: {
          S: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'Slow',
                States: { Slow: { Type: 'Task', Resource: 'millrace:echo', End: true } },
              },
              { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'Broken', Cause: 'why' } } },
            ],
            Catch: [{ ErrorEquals: ['Broken'], Next: 'Saved' }],
            End: true,
          },
          Saved: { Type: 'Pass', End: true },
        },
      },
      { task: () => 'never' },
    );
    expect(state.header.output).toEqual({ Error: 'Broken', Cause: 'why' });
    const commands = transitions.flatMap((transition) => transition.commands);
    expect(commands.filter((command) => command.type === 'CancelTask')).toHaveLength(1);
  });
});

describe('inline Map', () => {
  const each = (more: object, processor: object = { Type: 'Pass' }): object =>
    one({
      Type: 'Map',
      ItemProcessor: { StartAt: 'P', States: { P: { End: true, ...processor } } },
      ...more,
    });

  it('runs at most MaxConcurrency iterations at a time and keeps the order of the items', async () => {
    let running = 0;
    let most = 0;
    const { state } = await drive(
      each({ MaxConcurrency: 3 }, { Type: 'Task', Resource: 'millrace:echo' }),
      {
        input: [5, 1, 4, 2, 3, 0],
        task: (task) => {
          running += 1;
          most = Math.max(most, running);
          return { output: task.arguments };
        },
        disturb: (event) => {
          if (event.type === 'TaskSucceeded') running -= 1;
          return [];
        },
      },
    );
    expect(state.header.output).toEqual([5, 1, 4, 2, 3, 0]);
    expect(most).toBe(3);
  });

  it('shows the item and its index to ItemSelector and to the states inside', async () => {
    const { state } = await drive(
      each(
        {
          ItemsPath: '$.list',
          ItemSelector: {
            'i.$': '$$.Map.Item.Index',
            'v.$': '$$.Map.Item.Value',
            'all.$': '$.name',
          },
        },
        { Type: 'Pass', Parameters: { 'again.$': '$$.Map.Item.Value', 'got.$': '$' } },
      ),
      { input: { name: 'n', list: ['a'] } },
    );
    expect(state.header.output).toEqual([{ again: 'a', got: { i: 0, v: 'a', all: 'n' } }]);
  });

  it('writes only the threads of the iteration at hand, however many items there are', async () => {
    const { transitions } = await drive(
      each({ MaxConcurrency: 1 }, { Type: 'Task', Resource: 'millrace:echo' }),
      { input: Array.from({ length: 200 }, (_, i) => i) },
    );
    const most = Math.max(
      ...transitions.slice(1, -2).map((transition) => transition.touched.length),
    );
    expect(most).toBeLessThanOrEqual(3);
  });

  it('answers an empty list with an empty list', async () => {
    expect((await drive(each({}), { input: [] })).state.header.output).toEqual([]);
  });
});

describe('limits', () => {
  it('refuses an output over 256 KiB, counted in bytes of UTF-8', async () => {
    const small = await drive(one({ Type: 'Pass' }), { input: 'é'.repeat(131_070) });
    expect(small.state.header.status).toBe('SUCCEEDED');
    const large = await drive(one({ Type: 'Pass' }), { input: 'é'.repeat(131_072) });
    expect(large.state.header.error).toBe('States.DataLimitExceeded');
  });

  it('ends the whole execution TIMED_OUT when the machine has a TimeoutSeconds', async () => {
    const { state, history } = await drive({
      TimeoutSeconds: 10,
      ...one({ Type: 'Wait', Seconds: 60 }),
    });
    expect(state.header.status).toBe('TIMED_OUT');
    expect(types(history).at(-1)).toBe('ExecutionTimedOut');
    expect(history.at(-1)?.at).toBe(START + 10_000);
  });
});
