/**
 * Things that are due at times of their own: whatever becomes of a time, what is due is judged, and nothing else.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueRounds } from './due-rounds.js';
import type { Kernel } from './kernel.js';
import { Turn } from './turn.js';
import type { Input } from './turn-loop.js';

/** A kernel with a clock that stands where it was set; inputs are performed at once, or fail. */
function world() {
  const state = { now: 0, fails: false, judged: [] as string[] };
  const times = new Map<string, number>();
  const kernel = {
    time: { now: () => state.now },
    submit(input: Input) {
      const turn = new Turn();
      input.perform(turn);
      if (!state.fails) return turn.succeed();
      turn.fail();
      state.fails = false;
      kernel.submit(input);
    },
  };
  const rounds = new DueRounds<string>(kernel as unknown as Kernel, {
    nextOf: (item) => times.get(item),
    judge: (turn, item) => {
      const at = times.get(item);
      times.delete(item);
      state.judged.push(item);
      turn.afterFailure(() => {
        state.judged.pop();
        if (at !== undefined) times.set(item, at);
        // As whoever keeps the times does when they are as before.
        rounds.schedule(item);
      });
    },
    changed: () => {},
  });
  rounds.begin();
  return { state, times, rounds };
}

it('judges one whose time came nearer by itself before it was looked at', () => {
  const { state, times, rounds } = world();
  times.set('held', 100).set('other', 90);
  rounds.schedule('held');
  rounds.schedule('other');
  // What held it back is over, and nobody has said so.
  times.set('held', 10);
  state.now = 95;
  while (rounds.nextDue() !== undefined && (rounds.nextDue() ?? 0) <= state.now) rounds.due();
  expect(state.judged.sort()).toEqual(['held', 'other']);
});

it('judges everything that is due, whatever becomes of its times and of turns', () => {
  const items = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ set: items, at: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ pass: fc.integer({ min: 1, max: 20 }), fails: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { state, times, rounds } = world();
      const look = (): void => {
        for (let turns = 0; turns < 100; turns += 1) {
          const next = rounds.nextDue();
          if (next === undefined || next > state.now) return;
          rounds.due();
        }
      };
      for (const one of steps) {
        if ('set' in one) {
          times.set(one.set, state.now + one.at);
          rounds.schedule(one.set);
        } else {
          state.now += one.pass;
          state.fails = one.fails;
          look();
        }
      }
      state.fails = false;
      state.now += 100;
      look();
      expect([...times.keys()]).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
