/**
 * Which fire times are due after the scheduler was away, and when exactly each starts.
 *
 * A fire time that lies no further back than the grace is on time: it always fires. What lies further back was missed,
 * and the catch-up policy decides:
 * - `skip`: nothing that was missed fires.
 * - `latest`: the last one that was missed fires.
 * - `all`: the last `max` that were missed fire, the oldest first.
 *
 * What does not fire is counted with its first and last time, so that the skip can be recorded and told.
 *
 * With a spread (`spread.ts`) a fire time is due when its start is: all of the above then reads "start" for "fire time",
 * while what is answered are fire times, because they name executions and intervals.
 * @module
 */
import { nextTime, type Schedule } from './schedule.js';
import { longestDelay, ON_TIME, type Spread, startOf } from './spread.js';

export type CatchUp = { policy: 'skip' } | { policy: 'latest' } | { policy: 'all'; max: number };

export interface DueTimes {
  /** Fire times that start now, the oldest first. */
  fire: number[];
  /** What was missed and does not fire; absent when nothing was. */
  skipped?: {
    count: number;
    /** Whether there were more than were counted. */
    isAtLeast: boolean;
    first: number;
    last: number;
  };
}

/** Millrace starts late by seconds, not minutes; EventBridge promises the minute. */
export const DEFAULT_GRACE = 60_000;
/** So many skipped times are counted; beyond, the count is a lower bound. */
export const MOST_COUNTED = 10_000;
/** So many missed times fire at most, whatever the policy says. */
export const MOST_CAUGHT_UP = 1_000;

/**
 * The fire times whose starts are in `(from, to]` and that start now, by the catch-up policy.
 * @param from epoch milliseconds up to which the schedule was already served
 * @param to now, in epoch milliseconds
 * @param spread how starts are delayed; nothing delays them when absent
 * @param grace how late a start may be and still be on time, in milliseconds
 * @example dueTimes(schedule, lastServed, now, { policy: 'all', max: 3 })
 */
export function dueTimes(
  schedule: Schedule,
  from: number,
  to: number,
  catchUp: CatchUp,
  spread: Spread = ON_TIME,
  grace: number = DEFAULT_GRACE,
): DueTimes {
  if (!(from < to)) return { fire: [] };
  const missedUntil = Math.max(from, to - grace - 1);
  const onTime = startsWithin(schedule, spread, missedUntil, to);
  const missed = startsWithin(schedule, spread, from, missedUntil);
  const max = catchUp.policy === 'skip' ? 0 : catchUp.policy === 'latest' ? 1 : catchUp.max;
  const kept = missed.latest(Math.min(max, MOST_CAUGHT_UP));
  const fire = [...kept, ...onTime.first(MOST_CAUGHT_UP)];
  const left = missed.before(kept[0]);
  const skipped = left.first(MOST_COUNTED + 1);
  const [first] = skipped;
  if (first === undefined) return { fire };
  const last = left.latest(1)[0] ?? first;
  const isAtLeast = skipped.length > MOST_COUNTED;
  const count = Math.min(skipped.length, MOST_COUNTED);
  return { fire, skipped: { count, isAtLeast, first, last } };
}

/** Fire times whose starts lie in `(from, to]`, asked for from either end. */
interface Starts {
  first(count: number): number[];
  latest(count: number): number[];
  /** Only those that fire before a time; all of them when it is undefined. */
  before(fireTime: number | undefined): Starts;
}

function startsWithin(
  schedule: Schedule,
  spread: Spread,
  from: number,
  to: number,
  until: number = to,
): Starts {
  // What fired earlier starts no later than `from`; what starts before `since` was fired for is not ours.
  const earliest = Math.max(from - longestDelay(spread), spread.since);
  const isWithin = (fireTime: number): boolean => {
    const start = startOf(spread, fireTime);
    return start > from && start <= to;
  };
  return {
    first: (count) => timesWithin(schedule, earliest, until, count, isWithin),
    latest: (count) => latestWithin(schedule, earliest, until, count, isWithin),
    before: (fireTime) =>
      fireTime === undefined
        ? startsWithin(schedule, spread, from, to, until)
        : startsWithin(schedule, spread, from, to, Math.min(until, fireTime - 1)),
  };
}

/**
 * The fire times in `(from, to]` that count, at most `most`, the oldest first.
 */
export function timesWithin(
  schedule: Schedule,
  from: number,
  to: number,
  most: number,
  counts: (fireTime: number) => boolean = () => true,
): number[] {
  const times: number[] = [];
  let last = from;
  while (times.length < most) {
    const next = nextTime(schedule, last);
    if (next === undefined || next > to) break;
    if (counts(next)) times.push(next);
    last = next;
  }
  return times;
}

/** The last `count` fire times in `(from, to]` that count. Looks back in doubling steps, not through the whole time. */
function latestWithin(
  schedule: Schedule,
  from: number,
  to: number,
  count: number,
  counts: (fireTime: number) => boolean,
): number[] {
  if (count < 1 || from >= to) return [];
  for (let back = 60_000; ; back *= 2) {
    const start = Math.max(from, to - back);
    const times = timesWithin(schedule, start, to, Number.POSITIVE_INFINITY, counts);
    if (times.length >= count || start === from) return times.slice(-count);
  }
}
