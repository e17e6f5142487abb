/**
 * Days on which something is expected, and the moments at which it is due.
 *
 * Days are those of a zone's calendar. A time that the clocks skip is due when they go on; one that comes twice is due the
 * first time (events/schedules/time-zone.ts).
 * @module
 */
import { calendarDate, dayNumber, daysInMonth } from '../../events/schedules/calendar.js';
import { instantOf, wallTime } from '../../events/schedules/time-zone.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Days that are looked at for the next one that counts: a leap day comes within eight years. */
const LOOKED_AHEAD = 366 * 8 + 2;

export interface Calendar {
  /** ISO weekdays on which it is expected, 1 (Monday) to 7; all when absent. */
  readonly days?: readonly number[];
  /** Days on which it is not: `2026-12-25`, or `12-25` for every year. */
  readonly except?: readonly string[];
  /** Days on which it is, whatever else is said. */
  readonly also?: readonly string[];
}

/** A time of day in a zone, on the days of a calendar. */
export interface DailyTime {
  /** Minutes after midnight, by the clocks of the zone. */
  readonly minute: number;
  /** IANA name. */
  readonly zone: string;
  readonly calendar: Calendar;
}

const DATE = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/;

/**
 * Why a text is no day of a calendar; undefined when it is one. 29 February needs no year to be one.
 * @example dateProblem('2026-02-30') // 'there is no day 2026-02-30'
 */
export function dateProblem(text: string): string | undefined {
  const parts = DATE.exec(text);
  if (parts === null) return `'${text}' is no day: write 2026-12-25, or 12-25 for every year`;
  const [year, month, day] = [Number(parts[1] ?? 2024), Number(parts[2]), Number(parts[3])];
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return exists ? undefined : `there is no day ${text}`;
}

/** Whether something is expected on a day, counted from 1970-01-01. */
export function countsOn({ days, except = [], also = [] }: Calendar, day: number): boolean {
  const { year, month, day: dayOfMonth } = calendarDate(day);
  const short = `${two(month)}-${two(dayOfMonth)}`;
  const long = `${String(year).padStart(4, '0')}-${short}`;
  const isNamed = (dates: readonly string[]): boolean =>
    dates.includes(short) || dates.includes(long);
  if (isNamed(also)) return true;
  if (isNamed(except)) return false;
  // 1970-01-01 was a Thursday.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  return days === undefined || days.includes(weekday);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The day of a zone's calendar at an instant, counted from 1970-01-01. */
export function dayAt(zone: string, instant: number): number {
  return Math.floor(wallTime(zone, instant) / DAY);
}

/** The instant at which a day begins by the clocks of a zone. */
export function startOfDay(zone: string, day: number): number {
  return instantOf(zone, day * DAY);
}

/**
 * The first due moment after an instant; undefined when there is none within eight years.
 * @example nextDue({ minute: 360, zone: 'UTC', calendar: {} }, 0) // 21600000
 */
export function nextDue(time: DailyTime, after: number): number | undefined {
  const { minute, zone, calendar } = time;
  const first = dayAt(zone, after);
  for (let day = first; day < first + LOOKED_AHEAD; day += 1) {
    if (!countsOn(calendar, day)) continue;
    const due = instantOf(zone, day * DAY + minute * MINUTE);
    if (due > after) return due;
  }
  return undefined;
}

export type Span = 'hour' | 'day' | 'week' | 'month';

/**
 * The window of a calendar that an instant lies in: `[from, to)`. Weeks begin on Monday.
 * @example windowAt('day', 'UTC', 5) // { from: 0, to: 86400000 }
 */
export function windowAt(span: Span, zone: string, instant: number): { from: number; to: number } {
  if (span === 'hour') {
    // By the clock of the zone, some of which are half an hour apart; an hour that comes twice is two hours.
    const shown = wallTime(zone, instant);
    const from = instant - (((shown % 3_600_000) + 3_600_000) % 3_600_000);
    return { from, to: from + 3_600_000 };
  }
  const day = dayAt(zone, instant);
  const { year, month } = calendarDate(day);
  const [first, next] =
    span === 'day'
      ? [day, day + 1]
      : span === 'week'
        ? [day - ((((day + 3) % 7) + 7) % 7), day - ((((day + 3) % 7) + 7) % 7) + 7]
        : [
            dayNumber({ year, month, day: 1 }),
            dayNumber({ year, month, day: 1 }) + daysInMonth(year, month),
          ];
  return { from: startOfDay(zone, first), to: startOfDay(zone, next) };
}
