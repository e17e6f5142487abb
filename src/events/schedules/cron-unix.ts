/**
 * Cron as Unix has it: minutes, hours, day of month, month, day of week.
 *
 * Sunday is 0 or 7. When both day fields are given, either may match; a day field that begins with a star narrows the
 * other instead. Source: crontab(5) of Vixie cron. `@reboot` has no meaning here.
 * @module
 */
import type { CronFields, DayRule } from './cron-fields.js';
import { type CronField, LONGEST_EXPRESSION, MONTHS, readCronList, WEEKDAYS } from './cron-list.js';

const plain = { ranges: 'ascending', openSteps: 'refused' } as const;
const MINUTE: CronField = { name: 'minutes', min: 0, max: 59, ...plain };
const HOUR: CronField = { name: 'hours', min: 0, max: 23, ...plain };
const DAY: CronField = { name: 'day of month', min: 1, max: 31, ...plain };
const MONTH: CronField = { name: 'month', min: 1, max: 12, names: MONTHS, ...plain };
const WEEKDAY: CronField = { name: 'day of week', min: 0, max: 7, names: WEEKDAYS, ...plain };

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

/**
 * Reads the five fields of a Unix cron expression, or a shorthand such as `@daily`.
 * @returns the fields, or a sentence that says what is wrong and how it is written instead
 * @example readUnixCron('30 5 * * 1-5')
 */
export function readUnixCron(text: string): CronFields | string {
  if (text.length > LONGEST_EXPRESSION) return 'a cron expression has at most 256 characters';
  const given = text.trim();
  const parts = (SHORTHANDS.get(given.toLowerCase()) ?? given).split(/[ \t]+/);
  if (parts.length !== 5) {
    return `Unix cron has five fields (minutes hours day-of-month month day-of-week), not ${given === '' ? 0 : parts.length}`;
  }
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string];
  const minutes = readCronList(minute, MINUTE);
  if (typeof minutes === 'string') return minutes;
  const hours = readCronList(hour, HOUR);
  if (typeof hours === 'string') return hours;
  const months = readCronList(month, MONTH);
  if (typeof months === 'string') return months;
  const rule = readDays(day, weekday);
  return typeof rule === 'string' ? rule : { minutes, hours, months, day: rule };
}

function readDays(day: string, weekday: string): DayRule | string {
  const days = readCronList(day, DAY);
  if (typeof days === 'string') return days;
  const read = readCronList(weekday, WEEKDAY);
  if (typeof read === 'string') return read;
  const weekdays = [...new Set(read.map((value) => value % 7))].sort((a, b) => a - b);
  if (day === '*' && weekday === '*') return { type: 'every' };
  if (weekday === '*') return { type: 'days', days };
  if (day === '*') return { type: 'weekdays', weekdays };
  const type = day.startsWith('*') || weekday.startsWith('*') ? 'both' : 'either';
  return { type, days, weekdays };
}
