/**
 * What a cron expression allows, field by field, whatever its dialect.
 *
 * Days of the week count from Sunday = 0 here; the dialects differ (AWS: Sunday is 1, Unix: Sunday is 0 or 7) and are
 * converted when they are read.
 * @module
 */
import { dayNumber, daysInMonth } from './calendar.js';

/** Which days of a month match. */
export type DayRule =
  | { type: 'every' }
  | { type: 'days'; days: readonly number[] }
  /** The last day of the month, or `before` days earlier. */
  | { type: 'last'; before: number }
  /** The working day (Monday to Friday) nearest to a day, in the same month. */
  | { type: 'nearest-working-day'; day: number }
  | { type: 'last-working-day' }
  | { type: 'weekdays'; weekdays: readonly number[] }
  | { type: 'last-weekday'; weekday: number }
  /** The nth such weekday of the month; a month may have no fifth. */
  | { type: 'nth-weekday'; weekday: number; nth: number }
  /** Unix cron: either field may match when both are given. */
  | { type: 'either'; days: readonly number[]; weekdays: readonly number[] }
  /** Unix cron: a field that begins with a star, such as a star with a step, narrows the other. */
  | { type: 'both'; days: readonly number[]; weekdays: readonly number[] };

/** Ascending lists of what matches. */
export interface CronFields {
  minutes: readonly number[];
  hours: readonly number[];
  months: readonly number[];
  day: DayRule;
  /** Absent: every year. */
  years?: readonly number[];
}

/** No schedule fires before or after these years, as EventBridge has it. */
export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2199;

/** The days of one month that match, ascending. */
export function matchingDays(rule: DayRule, year: number, month: number): number[] {
  const length = daysInMonth(year, month);
  const first = weekdayOf(year, month, 1);
  const weekday = (day: number): number => (first + day - 1) % 7;
  const within = (matches: (day: number) => boolean): number[] => {
    const days: number[] = [];
    for (let day = 1; day <= length; day++) if (matches(day)) days.push(day);
    return days;
  };
  switch (rule.type) {
    case 'every':
      return within(() => true);
    case 'days':
      return rule.days.filter((day) => day <= length);
    case 'last':
      return rule.before < length ? [length - rule.before] : [];
    case 'nearest-working-day':
      return rule.day <= length ? [nearestWorkingDay(rule.day, length, weekday)] : [];
    case 'last-working-day':
      return within((day) => isWorkingDay(weekday(day))).slice(-1);
    case 'weekdays':
      return within((day) => rule.weekdays.includes(weekday(day)));
    case 'last-weekday':
      return within((day) => weekday(day) === rule.weekday).slice(-1);
    case 'nth-weekday':
      return within((day) => weekday(day) === rule.weekday).slice(rule.nth - 1, rule.nth);
    case 'either':
      return within((day) => rule.days.includes(day) || rule.weekdays.includes(weekday(day)));
    case 'both':
      return within((day) => rule.days.includes(day) && rule.weekdays.includes(weekday(day)));
  }
}

/** Sunday = 0 to Saturday = 6. 1970-01-01 was a Thursday. */
export function weekdayOf(year: number, month: number, day: number): number {
  return (((dayNumber({ year, month, day }) + 4) % 7) + 7) % 7;
}

function isWorkingDay(weekday: number): boolean {
  return weekday >= 1 && weekday <= 5;
}

function nearestWorkingDay(day: number, length: number, weekday: (day: number) => number): number {
  if (isWorkingDay(weekday(day))) return day;
  if (weekday(day) === 6) return day > 1 ? day - 1 : day + 2;
  return day < length ? day + 1 : day - 2;
}
