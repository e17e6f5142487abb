/**
 * When nobody is to be told: a time, or times of day on the days of a calendar.
 *
 * Times of day are those of a zone. A window that begins in an hour that the clocks skip begins when they go on; one that ends
 * before it begins goes on until the next day.
 * @module
 */
import { instantOf } from '../../events/schedules/time-zone.js';
import { type Calendar, countsOn, dayAt } from '../expectations/calendar.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Days in a row that are muted at most, when the end of it is looked for: longer is for good. */
const LONGEST = 3_700;

export type Mute =
  /** Once; milliseconds since the epoch, the end not included. */
  | { readonly type: 'once'; readonly from: number; readonly until: number }
  /** Minutes after midnight; `until` at or before `from`: on the next day. */
  | {
      readonly type: 'daily';
      readonly from: number;
      readonly until: number;
      readonly zone: string;
      readonly calendar: Calendar;
    };

/**
 * Until when a moment is muted, by all windows that follow each other without a gap; undefined: it is not.
 * @example mutedUntil([{ type: 'once', from: 0, until: 5 }], 3) // 5
 */
export function mutedUntil(mutes: readonly Mute[], at: number): number | undefined {
  let until = at;
  for (let step = 0; step < LONGEST; step += 1) {
    const next = Math.max(until, ...mutes.map((mute) => endOf(mute, until) ?? until));
    if (next === until) break;
    until = next;
  }
  return until === at ? undefined : until;
}

/** The end of the window that a moment lies in. */
function endOf(mute: Mute, at: number): number | undefined {
  if (mute.type === 'once') return mute.from <= at && at < mute.until ? mute.until : undefined;
  const { from, until, zone, calendar } = mute;
  const today = dayAt(zone, at);
  const isOvernight = until <= from;
  for (const day of isOvernight ? [today - 1, today] : [today]) {
    if (!countsOn(calendar, day)) continue;
    const begins = instantOf(zone, day * DAY + from * MINUTE);
    const ends = instantOf(zone, (isOvernight ? day + 1 : day) * DAY + until * MINUTE);
    if (begins <= at && at < ends) return ends;
  }
  return undefined;
}
