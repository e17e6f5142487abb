/**
 * Weekdays, hours and dates in English, of wall milliseconds: they carry their zone in them, so no zone is asked twice.
 * @module
 */
import { DAY } from '../sample.js';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DATE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  calendar: 'gregory',
  numberingSystem: 'latn',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
});

/**
 * The name of the weekday that a wall clock shows.
 * @example weekdayName(0) // 'Thursday'
 */
export function weekdayName(wall: number): string {
  return WEEKDAYS[(Math.floor(wall / DAY) + 4) % 7] as string;
}

/**
 * The full hour that a wall clock shows.
 * @example hourText(10_800_000) // '03:00'
 */
export function hourText(wall: number): string {
  return `${String(Math.floor(wall / 3_600_000) % 24).padStart(2, '0')}:00`;
}

/**
 * A date; the year is said when it is not the one of `near`.
 * @example dateText(0, 0) // '1 January'
 */
export function dateText(wall: number, near: number): string {
  const date = dateOf(wall);
  const text = `${date.day} ${date.month}`;
  return date.year === dateOf(near).year ? text : `${text} ${date.year}`;
}

/**
 * The dates around one that has been said: only days where the month is the same.
 * @example dateRange(early, late, about, now) // '5 to 20'
 */
export function dateRange(early: number, late: number, about: number, near: number): string {
  const from = dateOf(early);
  const to = dateOf(late);
  const said = dateOf(about);
  const same = (one: DateParts): boolean => one.month === said.month && one.year === said.year;
  if (same(from) && same(to)) return `${from.day} to ${to.day}`;
  return `${dateText(early, near)} to ${dateText(late, near)}`;
}

interface DateParts {
  day: string;
  month: string;
  year: string;
}

function dateOf(wall: number): DateParts {
  const parts: DateParts = { day: '', month: '', year: '' };
  for (const { type, value } of DATE.formatToParts(wall))
    if (type === 'day' || type === 'month' || type === 'year') parts[type] = value;
  return parts;
}
