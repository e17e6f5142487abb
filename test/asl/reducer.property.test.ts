import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DriveOptions, drive, types } from './drive-machine.js';

/** A random machine out of every kind of state, nested up to two deep. */
const machine = fc.letrec<{ states: object[]; state: object }>((tie) => ({
  states: fc.array(tie('state'), { minLength: 1, maxLength: 4 }),
  state: fc.oneof(
    { maxDepth: 2 },
    fc.constant({ Type: 'Pass' }),
    fc.record({
      Type: fc.constant('Pass'),
      Result: fc.jsonValue({ maxDepth: 1 }),
      ResultPath: fc.constant('$.r'),
    }),
    fc.record({ Type: fc.constant('Wait'), Seconds: fc.integer({ min: 0, max: 100 }) }),
    fc.record({
      Type: fc.constant('Task'),
      Resource: fc.constant('millrace:echo'),
      Retry: fc.constant([{ ErrorEquals: ['Soft'], MaxAttempts: 2 }]),
      ResultPath: fc.constant('$.t'),
    }),
    tie('states').map((states) => ({
      Type: 'Parallel',
      Branches: [chainOf(states as object[]), chainOf(states as object[])],
      ResultPath: '$.p',
    })),
    fc
      .record({ states: tie('states'), concurrency: fc.integer({ min: 0, max: 3 }) })
      .map(({ states, concurrency }) => ({
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: { 'items.$': '$.items' },
        MaxConcurrency: concurrency,
        ItemProcessor: chainOf(states as object[]),
        ResultPath: '$.m',
      })),
  ),
}));

function chainOf(states: object[]): object {
  const named = states.map((state, i) => [
    `S${i}`,
    i === states.length - 1 ? { ...state, End: true } : { ...state, Next: `S${i + 1}` },
  ]);
  return { StartAt: 'S0', States: Object.fromEntries(named) };
}

/** Every third task fails at first with an error that is retried; what it gives depends on the state alone. */
const task: DriveOptions['task'] = (one, n) =>
  n % 3 === 1 ? { error: 'Soft' } : { output: one.state };

describe('the reducer, on random machines', () => {
  it('numbers every history without gaps, links only backwards, and ends it with one last event', async () => {
    await fc.assert(
      fc.asyncProperty(machine.states, async (states) => {
        const { history, state } = await drive(chainOf(states), { input: { items: [1, 2] }, task });
        expect(state.header.status).not.toBe('RUNNING');
        history.forEach((event, i) => {
          expect(event.id).toBe(i + 1);
          expect(event.prev).toBeLessThan(event.id);
        });
        const ends = types(history).filter((type) => /^Execution(Succeeded|Failed)$/.test(type));
        expect(ends).toHaveLength(1);
        expect(types(history).at(-1)).toBe(ends[0]);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('gives the same outcome when every event is delivered twice', async () => {
    await fc.assert(
      fc.asyncProperty(machine.states, async (states) => {
        const input = { items: ['a', 'b'] };
        const once = await drive(chainOf(states), { input, task });
        const twice = await drive(chainOf(states), {
          input,
          task,
          disturb: (event) => [{ ...event, seed: `${event.seed}-again` }],
        });
        expect(twice.state.header.status).toBe(once.state.header.status);
        expect(twice.state.header.output).toEqual(once.state.header.output);
        expect(types(twice.history)).toEqual(types(once.history));
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('leaves no thread, timer or fork behind when it succeeds', async () => {
    await fc.assert(
      fc.asyncProperty(machine.states, async (states) => {
        const { state } = await drive(chainOf(states), { input: { items: [1] }, task });
        if (state.header.status !== 'SUCCEEDED') return;
        expect(Object.keys(state.threads)).toEqual(['0']);
        expect(state.header.forks).toEqual({});
      }),
      { numRuns: 100, seed: 13 },
    );
  });
});
