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
 * @module
 */
import { nextTime, type Schedule } from './schedule.js';

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
 * The fire times in `(from, to]` that start now, by the catch-up policy.
 * @param from epoch milliseconds up to which the schedule was already served
 * @param to now, in epoch milliseconds
 * @param grace how late a time may be and still be on time, in milliseconds
 * @example dueTimes(schedule, lastServed, now, { policy: 'all', max: 3 })
 */
export function dueTimes(
  schedule: Schedule,
  from: number,
  to: number,
  catchUp: CatchUp,
  grace: number = DEFAULT_GRACE,
): DueTimes {
  if (!(from < to)) return { fire: [] };
  const missedUntil = Math.max(from, to - grace - 1);
  const onTime = timesWithin(schedule, missedUntil, to, MOST_CAUGHT_UP);
  const max = catchUp.policy === 'skip' ? 0 : catchUp.policy === 'latest' ? 1 : catchUp.max;
  const kept = latestWithin(schedule, from, missedUntil, Math.min(max, MOST_CAUGHT_UP));
  const fire = [...kept, ...onTime];
  const until = kept[0] === undefined ? missedUntil : kept[0] - 1;
  const skipped = timesWithin(schedule, from, until, MOST_COUNTED + 1);
  const [first] = skipped;
  if (first === undefined) return { fire };
  const last = latestWithin(schedule, from, until, 1)[0] ?? first;
  const isAtLeast = skipped.length > MOST_COUNTED;
  const count = Math.min(skipped.length, MOST_COUNTED);
  return { fire, skipped: { count, isAtLeast, first, last } };
}

/**
 * When the execution of a fire time starts: somewhere in the flexible window, always at the same place for the same
 * schedule and fire time, so that a restart does not roll the dice again.
 * @param windowMs length of the window in milliseconds; 0 starts on time
 * @example startWithinWindow('team/orders', fireTime, 15 * 60_000)
 */
export function startWithinWindow(name: string, fireTime: number, windowMs: number): number {
  if (!(windowMs >= 1)) return fireTime;
  return fireTime + (hash(`${name}@${fireTime}`) % Math.floor(windowMs));
}

/** FNV-1a with a final mix, so that fire times next to each other spread. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/**
 * The fire times in `(from, to]`, at most `most`, the oldest first.
 */
export function timesWithin(schedule: Schedule, from: number, to: number, most: number): number[] {
  const times: number[] = [];
  let last = from;
  while (times.length < most) {
    const next = nextTime(schedule, last);
    if (next === undefined || next > to) break;
    times.push(next);
    last = next;
  }
  return times;
}

/** The last `count` fire times in `(from, to]`. Looks back in doubling steps, not through the whole time. */
function latestWithin(schedule: Schedule, from: number, to: number, count: number): number[] {
  if (count < 1 || from >= to) return [];
  for (let back = 60_000; ; back *= 2) {
    const start = Math.max(from, to - back);
    const times = timesWithin(schedule, start, to, Number.POSITIVE_INFINITY);
    if (times.length >= count || start === from) return times.slice(-count);
  }
}
