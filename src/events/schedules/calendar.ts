/**
 * Days of the Gregorian calendar and ISO 8601 texts, as plain arithmetic: the pure folders have no `Date`, and this one
 * imports no other folder.
 *
 * Days are counted from 1970-01-01, which is day 0.
 * @module
 */
const DAY = 86_400_000;
/** Days before each month in a year without leap day. */
const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

export interface CalendarDate {
  year: number;
  /** 1 to 12. */
  month: number;
  /** From 1. */
  day: number;
}

/** Whether a year has 29 February. */
function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** How many days a month (1 to 12) has. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 to 1 January of a year. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  return past * 365 + leapDays - 719_162;
}

/**
 * The number of a day.
 * @example dayNumber({ year: 1970, month: 3, day: 1 }) // 59
 */
export function dayNumber({ year, month, day }: CalendarDate): number {
  const leapDay = month > 2 && isLeapYear(year) ? 1 : 0;
  return daysBeforeYear(year) + (BEFORE_MONTH[month - 1] ?? 0) + leapDay + day - 1;
}

/**
 * The date of a day.
 * @example calendarDate(59) // { year: 1970, month: 3, day: 1 }
 */
export function calendarDate(number: number): CalendarDate {
  let year = 1970 + Math.floor(number / 365.2425);
  while (daysBeforeYear(year) > number) year -= 1;
  while (daysBeforeYear(year + 1) <= number) year += 1;
  let rest = number - daysBeforeYear(year);
  let month = 1;
  while (rest >= daysInMonth(year, month)) {
    rest -= daysInMonth(year, month);
    month += 1;
  }
  return { year, month, day: rest + 1 };
}

/**
 * Writes an instant as UTC to the second.
 * @example formatInstant(0) // '1970-01-01T00:00:00Z'
 */
export function formatInstant(instant: number): string {
  const number = Math.floor(instant / DAY);
  const { year, month, day } = calendarDate(number);
  const seconds = Math.floor((instant - number * DAY) / 1000);
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time.map(two).join(':')}Z`;
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d{0,6})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an ISO 8601 timestamp with `Z` or an offset.
 * @returns epoch milliseconds, or undefined when the text is no such timestamp
 * @example parseInstant('2026-11-20T03:00:00+02:00') // 1795136400000
 */
export function parseInstant(text: string): number | undefined {
  if (text.length > 40) return undefined;
  const parts = INSTANT.exec(text);
  if (parts === null) return undefined;
  const field = (index: number): number => Number(parts[index] ?? 0);
  const date = { year: field(1), month: field(2), day: field(3) };
  if (date.month < 1 || date.month > 12) return undefined;
  if (date.day < 1 || date.day > daysInMonth(date.year, date.month)) return undefined;
  if (field(4) > 23 || field(5) > 59 || field(6) > 59) return undefined;
  const offset = readOffset(parts[8] as string);
  if (offset === undefined) return undefined;
  const fraction = Number((parts[7] ?? '0').padEnd(3, '0'));
  const seconds = field(4) * 3600 + field(5) * 60 + field(6);
  return dayNumber(date) * DAY + seconds * 1000 + fraction - offset;
}

function readOffset(text: string): number | undefined {
  if (text === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 18 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -60_000 : 60_000) * (hours * 60 + minutes);
}
