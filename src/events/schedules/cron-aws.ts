/**
 * Cron as EventBridge has it: minutes, hours, day of month, month, day of week, year.
 *
 * Sunday is 1. One of the two day fields must be `?`. `L`, `W` and `#` stand alone in their field. Source: Amazon
 * EventBridge user guide, "Cron expressions" and EventBridge Scheduler user guide, "Schedule types".
 * @module
 */
import { type CronFields, type DayRule, FIRST_YEAR, LAST_YEAR } from './cron-fields.js';
import {
  type CronField,
  LONGEST_EXPRESSION,
  MONTHS,
  readCronList,
  readCronValue,
  WEEKDAYS,
} from './cron-list.js';

const wrapping = { ranges: 'wrap', openSteps: 'allowed' } as const;
const MINUTE: CronField = { name: 'minutes', min: 0, max: 59, ...wrapping };
const HOUR: CronField = { name: 'hours', min: 0, max: 23, ...wrapping };
const DAY: CronField = { name: 'day of month', min: 1, max: 31, ...wrapping };
const MONTH: CronField = { name: 'month', min: 1, max: 12, names: MONTHS, ...wrapping };
const WEEKDAY: CronField = { name: 'day of week', min: 1, max: 7, names: WEEKDAYS, ...wrapping };
const YEAR: CronField = {
  name: 'year',
  min: FIRST_YEAR,
  max: LAST_YEAR,
  ranges: 'ascending',
  openSteps: 'allowed',
};

/**
 * Reads the six fields of an AWS cron expression, without `cron(` and `)`.
 * @returns the fields, or a sentence that says what is wrong and how it is written instead
 * @example readAwsCron('0 3 ? * MON-FRI *')
 */
export function readAwsCron(text: string): CronFields | string {
  if (text.length > LONGEST_EXPRESSION) return 'a cron expression has at most 256 characters';
  const parts = text.trim().split(/ +/);
  if (parts.length !== 6) {
    return `AWS cron has six fields (minutes hours day-of-month month day-of-week year), not ${text.trim() === '' ? 0 : parts.length}`;
  }
  const [minute, hour, day, month, weekday, year] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const minutes = readCronList(minute, MINUTE);
  if (typeof minutes === 'string') return minutes;
  const hours = readCronList(hour, HOUR);
  if (typeof hours === 'string') return hours;
  const months = readCronList(month, MONTH);
  if (typeof months === 'string') return months;
  const rule = readDays(day, weekday);
  if (typeof rule === 'string') return rule;
  if (year === '*') return { minutes, hours, months, day: rule };
  const years = readCronList(year, YEAR);
  return typeof years === 'string' ? years : { minutes, hours, months, day: rule, years };
}

function readDays(day: string, weekday: string): DayRule | string {
  if (day === '?' && weekday === '?') return 'only one of the two day fields may be "?"';
  if (weekday === '?') return readDayOfMonth(day.toUpperCase());
  if (day === '?') return readDayOfWeek(weekday.toUpperCase());
  return 'one of the two day fields must be "?": write "?" in the one that does not matter';
}

function readDayOfMonth(text: string): DayRule | string {
  if (text === '*') return { type: 'every' };
  if (text === 'L') return { type: 'last', before: 0 };
  if (text === 'LW') return { type: 'last-working-day' };
  const before = /^L-(\d{1,2})$/.exec(text)?.[1];
  if (before !== undefined) {
    return Number(before) <= 30
      ? { type: 'last', before: Number(before) }
      : `"${text}" reaches before the month: at most L-30`;
  }
  if (text.endsWith('W')) {
    const near = readCronValue(text.slice(0, -1), DAY);
    return near === undefined
      ? `"${text}" is no working day: write one day before W, such as 15W`
      : { type: 'nearest-working-day', day: near };
  }
  const days = readCronList(text, DAY);
  return typeof days === 'string' ? days : { type: 'days', days };
}

function readDayOfWeek(text: string): DayRule | string {
  if (text === '*') return { type: 'every' };
  // The last day of the week is its seventh, Saturday.
  if (text === 'L') return { type: 'weekdays', weekdays: [6] };
  const [name = '', nth, ...rest] = text.split('#');
  if (nth !== undefined) {
    const weekday = readCronValue(name, WEEKDAY);
    return weekday === undefined || !/^[1-5]$/.test(nth) || rest.length > 0
      ? `"${text}" is no nth weekday: write one day, # and 1 to 5, such as SAT#3`
      : { type: 'nth-weekday', weekday: weekday - 1, nth: Number(nth) };
  }
  if (text.endsWith('L')) {
    const weekday = readCronValue(text.slice(0, -1), WEEKDAY);
    return weekday === undefined
      ? `"${text}" is no last weekday: write one day before L, such as 6L for the last Friday`
      : { type: 'last-weekday', weekday: weekday - 1 };
  }
  const weekdays = readCronList(text, WEEKDAY);
  return typeof weekdays === 'string'
    ? weekdays
    : { type: 'weekdays', weekdays: weekdays.map((value) => value - 1) };
}
