/**
 * Where in its time the start of a fire time falls: pipelines that are due in the same second need not start in it.
 *
 *     fire time ──place in the window──▶ ──jitter──▶ start
 *
 * - The *window* is time in which the start may fall anywhere. What is spread has one place in it, the same each time: so
 *   the distance from start to start stays that of the schedule, and many schedules share the window evenly.
 * - The *jitter* is a random delay, another one for each fire time.
 *
 * Both are drawn from a hash of names and times, not from a random number: whoever asks again, after a restart or on
 * another machine, gets the same start. A start may overtake an earlier one when windows are longer than what lies between
 * fire times.
 * @module
 */
import { nextTime, type Schedule } from './schedule.js';

export interface Spread {
  /** What is spread: the same name always has the same starts. */
  name: string;
  /** Milliseconds. 0: the start is the fire time. */
  window: number;
  /** `each` draws another place in the window for every fire time, as EventBridge Scheduler does. */
  place: 'same' | 'each';
  /** Milliseconds. */
  jitter: number;
  /** Epoch milliseconds: times up to here belong to nobody, although their starts may lie later. */
  since: number;
}

/** Nothing is spread. */
export const ON_TIME: Spread = {
  name: '',
  window: 0,
  place: 'same',
  jitter: 0,
  since: Number.NEGATIVE_INFINITY,
};

/** Milliseconds that a window or a jitter may have: a day, as in EventBridge Scheduler. */
export const LONGEST_WINDOW = 86_400_000;

/** Starts come less than so many milliseconds after their fire times; 0 when they are the same. */
export function longestDelay({ window, jitter }: Spread): number {
  return window + jitter;
}

/**
 * When the execution of a fire time starts, in epoch milliseconds.
 * @example startOf({ ...ON_TIME, name: 'orders', window: 900_000 }, fireTime)
 */
export function startOf({ name, window, place, jitter }: Spread, fireTime: number): number {
  const placed =
    place === 'same'
      ? fireTime + within(`place of ${name}`, window)
      : startWithinWindow(name, fireTime, window);
  return placed + within(`jitter of ${name}@${fireTime}`, jitter);
}

/**
 * Somewhere in the window after a fire time, always at the same place for the same name and fire time.
 * @param windowMs length of the window in milliseconds; 0 starts on time
 * @example startWithinWindow('team/orders', fireTime, 15 * 60_000)
 */
export function startWithinWindow(name: string, fireTime: number, windowMs: number): number {
  return fireTime + within(`${name}@${fireTime}`, windowMs);
}

/** The first start strictly after an instant; undefined when there is none. Bounded by the fire times of two windows. */
export function nextStart(schedule: Schedule, spread: Spread, after: number): number | undefined {
  let best: number | undefined;
  let last = Math.max(after - longestDelay(spread), spread.since);
  for (;;) {
    const fireTime = nextTime(schedule, last);
    // No start comes before its fire time.
    if (fireTime === undefined || (best !== undefined && fireTime >= best)) return best;
    const start = startOf(spread, fireTime);
    if (start > after && (best === undefined || start < best)) best = start;
    last = fireTime;
  }
}

/** The next fire times whose starts are still to come, at most `count`, in the order of the fire times. */
export function upcoming(
  schedule: Schedule,
  spread: Spread,
  after: number,
  count: number,
): { fireTime: number; start: number }[] {
  const found: { fireTime: number; start: number }[] = [];
  let last = Math.max(after - longestDelay(spread), spread.since);
  while (found.length < count) {
    const fireTime = nextTime(schedule, last);
    if (fireTime === undefined) break;
    const start = startOf(spread, fireTime);
    if (start > after) found.push({ fireTime, start });
    last = fireTime;
  }
  return found;
}

/** 0 to less than `length`, in whole milliseconds. */
function within(text: string, length: number): number {
  return length >= 1 ? hash(text) % Math.floor(length) : 0;
}

/** FNV-1a with a final mix, so that fire times next to each other spread. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
