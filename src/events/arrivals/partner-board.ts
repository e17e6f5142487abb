/**
 * What each partner has delivered for each of some intervals: a board of partners × intervals, for people.
 *
 *     no file ──nobody waits──▶ nothing │ ──the deadline is to come──▶ expected ──▶ missing
 *     a file  ──in time──▶ arrived │ ──after the deadline──▶ arrived late
 *
 * What lies there is the truth while it lies there. For an interval that was started, what has been moved away since is
 * known from who was missing then. Where nobody has looked yet, nobody is called missing.
 * @module
 */
import { calendarInterval, type Interval, parseInterval } from '../intervals/interval.js';

export type PartnerState =
  | 'arrived'
  | 'arrived late'
  | 'missing'
  | 'expected'
  | 'nothing'
  | 'unknown';

/** A file that has arrived. */
export interface Delivered {
  /** Path under the watched folder. */
  readonly key: string;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** What is known of an interval. */
export interface SeenInterval {
  readonly interval: Interval;
  readonly arrived: ReadonlyMap<string, Delivered>;
  /** Epoch milliseconds; undefined when there is none, or it was not served by this trigger. */
  readonly deadline: number | undefined;
  /** What lies there has been looked at. */
  readonly isLooked: boolean;
  /** The execution for it, and who was missing when it was started. */
  readonly started?: {
    readonly missing: readonly string[];
    /** More were missing than are named. */
    readonly isCut: boolean;
  };
}

/** One partner and one interval. */
export interface PartnerCell {
  readonly interval: string;
  readonly state: PartnerState;
  /** Of the file that lies there. */
  readonly file?: string;
  readonly bytes?: number;
  /** Epoch milliseconds. */
  readonly at?: number;
}

/** @example partnerCell('north', { interval, arrived: new Map(), deadline: undefined }, now).state // 'expected' */
export function partnerCell(partner: string, seen: SeenInterval, now: number): PartnerCell {
  const { interval, arrived, deadline } = seen;
  const file = arrived.get(partner);
  if (file === undefined) return { interval: interval.id, state: stateWithout(partner, seen, now) };
  const { key, size, modifiedAt } = file;
  const isLate = deadline !== undefined && modifiedAt > deadline;
  return {
    ...{ interval: interval.id, state: isLate ? 'arrived late' : 'arrived' },
    ...{ file: key, bytes: size, at: modifiedAt },
  };
}

function stateWithout(
  partner: string,
  { interval, arrived, deadline, started, isLooked }: SeenInterval,
  now: number,
): PartnerState {
  if (started !== undefined) {
    if (started.missing.includes(partner)) return 'missing';
    // It was there, and was moved or removed since.
    return started.isCut ? 'unknown' : 'arrived';
  }
  if (!isLooked) return interval.end > now ? 'expected' : 'unknown';
  if (deadline !== undefined) return deadline <= now ? 'missing' : 'expected';
  if (interval.end > now) return 'expected';
  return arrived.size > 0 ? 'missing' : 'nothing';
}

/** @example dayOrHour('2026-11', 'UTC') // undefined */
export function dayOrHour(id: string, timezone: string): Interval | undefined {
  return id.includes('/') ? undefined : parseInterval(id, timezone);
}

/**
 * Intervals one after another, the earliest first.
 * @param last id of the last one: a day or an hour
 * @example intervalsUntil('2026-11-30', 2, 'UTC').map(({ id }) => id) // ['2026-11-29', '2026-11-30']
 */
export function intervalsUntil(last: string, count: number, timezone: string): Interval[] {
  const found = dayOrHour(last, timezone);
  if (found === undefined) throw new Error(`${last} is no day and no hour`);
  const grain = found.id.length === 10 ? 'day' : 'hour';
  const intervals = [found];
  for (let [first] = intervals; first && intervals.length < count; [first] = intervals) {
    const before = calendarInterval(grain, timezone, first.start - 1);
    // An hour that a zone repeats has one id: it is there already.
    if (before.id === first.id) break;
    intervals.unshift(before);
  }
  return intervals;
}
