/**
 * The slots of a schedule, for backfills, and which slots of an upstream an interval needs.
 * @module
 */
import { nextTime, type Schedule } from '../schedules/schedule.js';
import {
  calendarInterval,
  grainOf,
  type Interval,
  intervalOf,
  parseInterval,
  zoneOfIntervals,
} from './interval.js';

/** One execution that a schedule makes, or would have made. */
export interface Slot {
  /** Epoch milliseconds. */
  fireTime: number;
  interval: Interval;
}

/** A backfill plan has so many slots at most. */
export const MOST_SLOTS = 100_000;

/**
 * The slots whose fire times lie in `[from, to)`, the oldest first. A slot of the past exists even if the schedule
 * started later: backfills reach before the start.
 * @param from epoch milliseconds, included
 * @param to epoch milliseconds, not included
 * @returns the slots, and whether there are more than `most`
 * @example slots(dailyAtThree, from, to).slots.map(({ interval }) => interval.id) // ['2026-11-01', '2026-11-02', …]
 */
export function slots(
  schedule: Schedule,
  from: number,
  to: number,
  most: number = MOST_SLOTS,
): { slots: Slot[]; hasMore: boolean } {
  const { start: _start, end: _end, ...always } = schedule;
  // Rates keep their phase: whole periods before the start.
  const { timing } = schedule;
  const anchored: Schedule =
    timing.type === 'rate' && schedule.start !== undefined
      ? {
          ...always,
          start: schedule.start - Math.ceil(schedule.start / timing.every) * timing.every,
        }
      : always;
  const found: Slot[] = [];
  let last = from - 1;
  for (;;) {
    const fireTime = nextTime(anchored, last);
    if (fireTime === undefined || fireTime >= to) return { slots: found, hasMore: false };
    if (found.length >= most) return { slots: found, hasMore: true };
    found.push({ fireTime, interval: intervalOf(anchored, fireTime) });
    last = fireTime;
  }
}

/**
 * The slots of an upstream that a dependent's interval needs:
 * - an upstream whose intervals are as long or longer: the one that has the same id or contains the interval's start;
 * - an upstream whose intervals are shorter (an hourly one, for a day): all its slots that fire within the interval.
 *
 * An upstream that has no slot there (it runs on weekdays, this is Sunday) is needed for nothing: the list is empty.
 * @example alignedIntervals(hourly, dayInterval).length // 24
 */
export function alignedIntervals(upstream: Schedule, interval: Interval): Interval[] {
  const grain = grainOf(upstream);
  if (grain !== 'fires') {
    const zone = zoneOfIntervals(upstream);
    const day = /^\d{4}-\d{2}-\d{2}$/.test(interval.id);
    const isSameLength = (grain === 'day') === day && (day || interval.id.length === 13);
    const isLonger = grain === 'day' && !day;
    if (isSameLength || isLonger) {
      const period = isSameLength
        ? parseInterval(interval.id, zone)
        : calendarInterval('day', zone, interval.start);
      if (period === undefined) return [];
      const { slots: within } = slots(upstream, period.start, period.end, 1);
      return within.map((slot) => slot.interval);
    }
  }
  return slots(upstream, interval.start, interval.end).slots.map((slot) => slot.interval);
}
