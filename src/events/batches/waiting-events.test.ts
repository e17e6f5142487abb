import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addEvent,
  dueCondition,
  noEvents,
  recallEvents,
  rememberChunk,
  spansOf,
  type WaitingEvents,
} from './waiting-events.js';

const limits = { size: 100, window: 3_600_000, bytes: 1_000 };
const add = (waiting: WaitingEvents, number: number, at = number): WaitingEvents =>
  addEvent(waiting, { number, at, bytes: 1, depth: 0 });

function written(waiting: WaitingEvents): number[] {
  return spansOf(waiting, 0).flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
}

describe('events that wait', () => {
  it('keep their numbers and are the same when they are recalled from their chunks', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 600 }),
        (given) => {
          const sorted = given.toSorted((a, b) => a - b);
          const waiting = sorted.reduce((batch, number) => add(batch, number), noEvents(7));
          expect(written(waiting)).toEqual(sorted);
          const remembered = waiting.chunks.map((_, index) => rememberChunk(waiting, index));
          // A chunk of an earlier batch, which was longer.
          const stale = { ...rememberChunk(noEvents(6), 0), events: [1, 9_000] };
          expect(recallEvents([...remembered, stale])).toEqual(waiting);
        },
      ),
    );
  });

  it('change one chunk of a bounded length, however many wait', () => {
    let waiting = noEvents(1);
    for (let number = 2; number <= 20_000; number += 2) {
      const before = waiting.chunks;
      waiting = add(waiting, number);
      expect(
        waiting.chunks
          .slice(0, -1)
          .every((chunk, i) => chunk === before[i] || i === before.length - 1),
      ).toBe(true);
    }
    expect(waiting.count).toBe(10_000);
    expect(Math.max(...waiting.chunks.map(({ length }) => length))).toBe(128);
  });

  it('are due at the size, when the window from the first of them ends, or when they fill the input', () => {
    const one = add(noEvents(1), 1, 1_000);
    expect(dueCondition(noEvents(1), limits, Number.MAX_SAFE_INTEGER)).toBe(undefined);
    expect(dueCondition(one, limits, 3_600_999)).toBe(undefined);
    expect(dueCondition(add(one, 2, 3_000_000), limits, 3_601_000)).toBe('window');
    expect(dueCondition({ ...one, count: 100 }, limits, 1_000)).toBe('size');
    expect(dueCondition({ ...one, bytes: 1_000 }, limits, 1_000)).toBe('bytes');
  });

  it('are none when what was remembered cannot be read', () => {
    expect(recallEvents([undefined])).toEqual(noEvents(1));
    expect(recallEvents([])).toEqual(noEvents(1));
  });
});
