/**
 * Timestamps of the language: the RFC 3339 profile of ISO 8601 with a capital T and, if in UTC, a capital Z.
 *
 * Own arithmetic, because `Date` accepts much more than the language does and is not available to pure code.
 * Source: Amazon States Language specification, "Timestamps".
 * @module
 */

/**
 * Milliseconds since the epoch (fractions are kept to the nanosecond as far as a number can); undefined when the text is
 * no timestamp.
 * @example parseTimestamp('2016-03-14T01:59:00Z') // 1457920740000
 */
export function parseTimestamp(text: string): number | undefined {
  if (text.length < 20 || text.length > 40) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const punctuated =
    text[4] === '-' && text[7] === '-' && text[10] === 'T' && text[13] === ':' && text[16] === ':';
  if (!punctuated || year === undefined || month === undefined || day === undefined)
    return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;

  let position = 19;
  let fraction = 0;
  if (text[position] === '.') {
    let scale = 100;
    position += 1;
    const start = position;
    for (
      let digit = digits(text, position, 1);
      digit !== undefined;
      digit = digits(text, position, 1)
    ) {
      fraction += digit * scale;
      scale /= 10;
      position += 1;
    }
    if (position === start || position - start > 9) return undefined;
  }
  const offset = parseOffset(text, position);
  if (offset === undefined) return undefined;
  const minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset;
  return minutes * 60_000 + second * 1_000 + fraction;
}

/** Minutes east of UTC; undefined when the rest of the text is no offset. */
function parseOffset(text: string, position: number): number | undefined {
  if (text[position] === 'Z') return text.length === position + 1 ? 0 : undefined;
  const sign = text[position] === '+' ? 1 : text[position] === '-' ? -1 : undefined;
  const hours = digits(text, position + 1, 2);
  const minutes = digits(text, position + 4, 2);
  const complete = text[position + 3] === ':' && text.length === position + 6;
  if (sign === undefined || !complete || hours === undefined || minutes === undefined)
    return undefined;
  return hours > 18 || minutes > 59 ? undefined : sign * (hours * 60 + minutes);
}

function digits(text: string, start: number, count: number): number | undefined {
  let value = 0;
  for (let index = start; index < start + count; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const before = year - 1;
  const leaps = whole(before, 4) - whole(before, 100) + whole(before, 400);
  let days = before * 365 + leaps - 719_162;
  for (let earlier = 1; earlier < month; earlier += 1) days += daysIn(year, earlier);
  return days + day - 1;
}

function whole(value: number, divisor: number): number {
  return (value - (((value % divisor) + divisor) % divisor)) / divisor;
}
