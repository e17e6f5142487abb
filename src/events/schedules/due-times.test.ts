import { describe, expect, it } from 'vitest';
import { type CatchUp, dueTimes, MOST_COUNTED } from './due-times.js';
import { parseSchedule, type Schedule } from './schedule.js';
import { ON_TIME, startOf, startWithinWindow } from './spread.js';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-11-20T12:00:00Z');

function schedule(expression: string): Schedule {
  const read = parseSchedule(expression, 'scheduler');
  if ('problems' in read) throw new Error(expression);
  return read.schedule;
}
const hourly = schedule('cron(0 * * * ? *)');

describe('what is due after downtime', () => {
  it.each<[CatchUp, number[]]>([
    [{ policy: 'skip' }, [NOON]],
    [{ policy: 'latest' }, [NOON - HOUR, NOON]],
    [{ policy: 'all', max: 2 }, [NOON - 2 * HOUR, NOON - HOUR, NOON]],
    [
      { policy: 'all', max: 100 },
      [NOON - 4 * HOUR, NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR, NOON],
    ],
  ])('with %j is this, the oldest first', (catchUp, fire) => {
    expect(dueTimes(hourly, NOON - 5 * HOUR, NOON + 1000, catchUp).fire).toEqual(fire);
  });

  it('tells what was left out', () => {
    expect(dueTimes(hourly, NOON - 5 * HOUR, NOON + 1000, { policy: 'latest' }).skipped).toEqual({
      count: 3,
      isAtLeast: false,
      first: NOON - 4 * HOUR,
      last: NOON - 2 * HOUR,
    });
  });

  it('is nothing when nothing fired meanwhile, or the clock went back', () => {
    expect(dueTimes(hourly, NOON, NOON + 1000, { policy: 'latest' })).toEqual({ fire: [] });
    expect(dueTimes(hourly, NOON, NOON - HOUR, { policy: 'latest' })).toEqual({ fire: [] });
  });

  it('fires every time once when asked in steps, wherever the steps fall', () => {
    const all: number[] = [];
    for (let from = NOON; from < NOON + 9 * HOUR; from += 7_000) {
      all.push(...dueTimes(hourly, from, from + 7_000, { policy: 'skip' }).fire);
    }
    expect(all).toEqual(Array.from({ length: 9 }, (_, index) => NOON + (index + 1) * HOUR));
  });

  it('counts up to a bound after years, and still knows the last', () => {
    const { fire, skipped } = dueTimes(schedule('rate(1 minute)'), 0, NOON, {
      policy: 'all',
      max: 3,
    });
    expect(fire).toEqual([4, 3, 2, 1, 0].slice(0, 5).map((back) => NOON - back * 60_000));
    expect(skipped).toMatchObject({ count: MOST_COUNTED, isAtLeast: true, first: 60_000 });
    expect(skipped?.last).toBe(NOON - 5 * 60_000);
  });
});

describe('the flexible window', () => {
  it('starts at the same place for the same fire time, within the window', () => {
    const starts = Array.from(
      { length: 200 },
      (_, day) => startWithinWindow('team/a', day * 24 * HOUR, HOUR) - day * 24 * HOUR,
    );
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...starts)).toBeLessThan(HOUR);
    expect(new Set(starts).size).toBeGreaterThan(150);
    expect(startWithinWindow('team/a', NOON, HOUR)).toBe(startWithinWindow('team/a', NOON, HOUR));
  });

  it('of no length starts on time', () => {
    expect(startWithinWindow('team/a', NOON, 0)).toBe(NOON);
  });
});

describe('with a window and jitter', () => {
  const spread = { ...ON_TIME, name: 'orders', window: HOUR / 4, jitter: 60_000 };

  it('fires every time once, at its start, wherever the steps fall', () => {
    const seen: [number, number][] = [];
    const STEP = 7_000;
    for (let from = NOON; from < NOON + 9 * HOUR; from += STEP) {
      const { fire } = dueTimes(hourly, from, from + STEP, { policy: 'skip' }, spread);
      for (const fireTime of fire) seen.push([fireTime, from]);
    }
    expect(seen.map(([fireTime]) => fireTime)).toEqual(
      Array.from({ length: 9 }, (_, index) => NOON + index * HOUR),
    );
    for (const [fireTime, from] of seen) {
      expect(startOf(spread, fireTime)).toBeGreaterThan(from);
      expect(startOf(spread, fireTime)).toBeLessThanOrEqual(from + STEP);
    }
  });

  it('is not due for times before it was there', () => {
    const late = { ...ON_TIME, name: 'x', window: HOUR, since: NOON + 1 };
    expect(dueTimes(hourly, NOON + 1, NOON + HOUR, { policy: 'skip' }, late).fire).not.toContain(
      NOON,
    );
  });

  it('makes up for the last missed one', () => {
    const { fire, skipped } = dueTimes(
      hourly,
      NOON + HOUR / 2,
      NOON + 5.5 * HOUR,
      { policy: 'latest' },
      spread,
    );
    expect(fire).toEqual([NOON + 5 * HOUR]);
    expect(skipped).toMatchObject({ count: 4, first: NOON + HOUR, last: NOON + 4 * HOUR });
  });
});
