import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CatchUp, dueTimes } from './due-times.js';
import { nextTimes, parseSchedule, type Schedule } from './schedule.js';
import { longestDelay, nextStart, ON_TIME, type Spread, startOf, upcoming } from './spread.js';

const MINUTE = 60_000;
const T0 = Date.parse('2026-11-20T00:00:00Z');

const schedule: fc.Arbitrary<Schedule> = fc
  .constantFrom('rate(1 minute)', 'rate(7 minutes)', 'cron(*/5 * * * ? *)', 'cron(0 3 * * ? *)')
  .map((text) => {
    const parsed = parseSchedule(text, 'scheduler', 'Europe/Berlin');
    if ('problems' in parsed) throw new Error(text);
    return parsed.schedule;
  });
const spread: fc.Arbitrary<Spread> = fc.record({
  name: fc.string({ maxLength: 8 }),
  window: fc.integer({ min: 0, max: 90 * MINUTE }),
  place: fc.constantFrom('same' as const, 'each' as const),
  jitter: fc.integer({ min: 0, max: 10 * MINUTE }),
  since: fc.integer({ min: T0 - 60 * MINUTE, max: T0 }),
});
const policy: fc.Arbitrary<CatchUp> = fc.constantFrom(
  { policy: 'skip' },
  { policy: 'latest' },
  { policy: 'all', max: 1000 },
);

describe('a start', () => {
  it('is never before its fire time, never past window and jitter, and always the same', () => {
    fc.assert(
      fc.property(spread, fc.integer({ min: T0, max: T0 + 1e9 }), (one, fireTime) => {
        const start = startOf(one, fireTime);
        expect(start).toBeGreaterThanOrEqual(fireTime);
        expect(start - fireTime).toBeLessThanOrEqual(Math.max(0, longestDelay(one) - 1));
        expect(startOf({ ...one }, fireTime)).toBe(start);
      }),
    );
  });

  it('keeps its place in the window; jitter is drawn anew', () => {
    const windowed = { ...ON_TIME, name: 'orders', window: 60 * MINUTE };
    const days = Array.from({ length: 50 }, (_, day) => T0 + day * 86_400_000);
    const delays = (one: Spread): Set<number> =>
      new Set(days.map((fireTime) => startOf(one, fireTime) - fireTime));
    expect(delays(windowed).size).toBe(1);
    expect(delays({ ...windowed, place: 'each' }).size).toBeGreaterThan(45);
    expect(delays({ ...windowed, jitter: MINUTE }).size).toBeGreaterThan(45);
  });

  it('spreads many names evenly over the window', () => {
    const quarters = [0, 0, 0, 0];
    for (let number = 0; number < 4_000; number += 1) {
      const delay = startOf({ ...ON_TIME, name: `p${number}`, window: 60 * MINUTE }, T0) - T0;
      const quarter = Math.floor(delay / (15 * MINUTE));
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    for (const count of quarters) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

describe('who serves a schedule from wake to wake', () => {
  it('starts each fire time exactly once, not before its start, wherever it is stopped', () => {
    fc.assert(
      fc.property(
        schedule,
        spread,
        fc.array(fc.integer({ min: 1, max: 59_000 }), { minLength: 1, maxLength: 8 }),
        (one, how, steps) => {
          const end = T0 + 3 * 60 * MINUTE;
          const fired = new Map<number, number>();
          let served = T0;
          for (let step = 0; served < end; step += 1) {
            const now = served + (steps[step % steps.length] as number) + 1_000;
            for (const fireTime of dueTimes(one, served, now, { policy: 'skip' }, how).fire) {
              expect(fired.has(fireTime)).toBe(false);
              expect(startOf(how, fireTime)).toBeLessThanOrEqual(now);
              expect(startOf(how, fireTime)).toBeGreaterThan(served);
              fired.set(fireTime, now);
            }
            served = now;
          }
          const expected = nextTimes(one, how.since, 2_000).filter(
            (fireTime) => startOf(how, fireTime) > T0 && startOf(how, fireTime) <= served,
          );
          expect([...fired.keys()].sort((a, b) => a - b)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('wakes at the next start, which is the soonest of those that are told', () => {
    fc.assert(
      fc.property(schedule, spread, fc.integer({ min: 0, max: 1e8 }), (one, how, later) => {
        const after = T0 + later;
        const told = upcoming(one, how, after, 200).map(({ start }) => start);
        expect(nextStart(one, how, after)).toBe(Math.min(...told));
      }),
    );
  });

  it('loses nothing of what a catch-up policy of all keeps', () => {
    fc.assert(
      fc.property(
        schedule,
        spread,
        policy,
        fc.integer({ min: 1, max: 1e7 }),
        (one, how, catchUp, away) => {
          const to = T0 + away;
          const { fire, skipped } = dueTimes(one, T0, to, catchUp, how);
          const all = nextTimes(one, how.since, 2_000).filter(
            (fireTime) => startOf(how, fireTime) > T0 && startOf(how, fireTime) <= to,
          );
          expect(new Set(fire).size).toBe(fire.length);
          expect(fire.length + (skipped?.count ?? 0)).toBe(all.length);
          if (catchUp.policy === 'all') expect([...fire].sort((a, b) => a - b)).toEqual(all);
        },
      ),
    );
  });
});
