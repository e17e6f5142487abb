/**
 * Durations as people write them: `90`, `10s`, `5m`, `2 hours`, `8 days`.
 * @module
 */

/** Seconds in a unit, by its spellings. */
const UNITS: { readonly [unit: string]: number } = {
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3_600,
  hour: 3_600,
  hours: 3_600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
};

/** Digits, then a unit; one unit only, so that nothing is ambiguous. */
export const DURATION_PATTERN: RegExp = /^(\d{1,9}) ?([a-z]{1,7})$/;

/**
 * Seconds of a duration; a number is seconds already. Undefined when it is none.
 * @example parseDuration('2 hours') // 7200
 */
export function parseDuration(duration: string | number): number | undefined {
  if (typeof duration === 'number')
    return Number.isInteger(duration) && duration >= 0 ? duration : undefined;
  const [, amount, unit] = DURATION_PATTERN.exec(duration.trim()) ?? [];
  const seconds = unit !== undefined && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return amount === undefined || seconds === undefined ? undefined : Number(amount) * seconds;
}
