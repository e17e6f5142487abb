/**
 * Instants and durations as they are written in a search: `24h`, `90s`, `2026-11-20`, `2026-11-20T05:30+02:00`.
 *
 * An instant that leaves out its end is the whole day, hour or minute. Without a zone it is UTC. Calendar arithmetic is done
 * here, in the proleptic Gregorian calendar (ISO 8601), because a pure room has no clock and no library of dates.
 * @module
 */

const UNITS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** From the first millisecond to the one after the last. */
export interface Instant {
  readonly from: number;
  readonly to: number;
}

const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|min|s|m|h|d|w)/i;

/**
 * Milliseconds of `90s`, `1h30m`, `2.5d`; undefined when it is no duration.
 *
 * @example durationOf('1h30m') // 5_400_000
 */
export function durationOf(text: string): number | undefined {
  let rest = text;
  let total = 0;
  while (rest !== '') {
    const found = DURATION.exec(rest);
    if (found === null) return undefined;
    total += Number(found[1]) * (UNITS[(found[2] as string).toLowerCase()] as number);
    rest = rest.slice(found[0].length);
  }
  return text === '' ? undefined : Math.round(total);
}

const INSTANT =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d{0,6})?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/i;

/**
 * The time that an instant covers; undefined when there is no such instant.
 *
 * @example instantOf('2026-11-20T05') // from 05:00 to 06:00 UTC
 */
export function instantOf(text: string): Instant | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = found;
  const y = Number(year);
  const m = Number(month);
  if (m < 1 || m > 12) return undefined;
  if (day === undefined) {
    const to = m === 12 ? days(y + 1, 1, 1) : days(y, m + 1, 1);
    return { from: days(y, m, 1) * 86_400_000, to: to * 86_400_000 };
  }
  const d = Number(day);
  const clock = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)] as const;
  if (d < 1 || d > daysInMonth(y, m) || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) {
    return undefined;
  }
  const offset = zone === undefined ? 0 : offsetOf(zone);
  if (offset === undefined) return undefined;
  const milliseconds = Number((fraction ?? '').padEnd(3, '0'));
  const from =
    days(y, m, d) * 86_400_000 +
    clock[0] * 3_600_000 +
    clock[1] * 60_000 +
    clock[2] * 1_000 +
    milliseconds -
    offset;
  const length =
    fraction !== undefined
      ? 1
      : second !== undefined
        ? 1_000
        : minute !== undefined
          ? 60_000
          : hour !== undefined
            ? 3_600_000
            : 86_400_000;
  return { from, to: from + length };
}

function offsetOf(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  }
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days from 1970-01-01: years begin in March, so that the leap day is their last. */
function days(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146_097 + dayOfEra - 719_468;
}
