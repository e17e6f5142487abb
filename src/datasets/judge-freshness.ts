/**
 * How old the newest moment of a column is.
 * @module
 */
import { pathName, type Rule } from './contract.js';

type FreshRule = Extract<Rule, { kind: 'fresh' }>;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/**
 * Whether the newest moment is within what the rule allows. A day is its first moment, and times without a zone are UTC.
 * @param newest milliseconds since 1970; undefined when there is none
 * @param now milliseconds since 1970
 * @example judgeFreshness(rule, 0, 3_600_000).words // 'the newest "at" is 1 hour old, …'
 */
export function judgeFreshness(
  rule: FreshRule,
  newest: number | undefined,
  now: number,
): { readonly broken: boolean; readonly words: string } {
  const name = `"${pathName(rule.column)}"`;
  const allowed = `within ${age(rule.within)}`;
  if (newest === undefined) {
    return { broken: true, words: `there is no time in ${name}, and it must be ${allowed}` };
  }
  const seconds = Math.floor((now - newest) / 1_000);
  if (seconds < 0) {
    return {
      broken: false,
      words: `the newest ${name} lies ${age(-seconds)} in the future: see that its times are in UTC, or have a zone`,
    };
  }
  return {
    broken: seconds > rule.within,
    words: `the newest ${name} is ${age(seconds)} old, and must be ${allowed}`,
  };
}

/**
 * A length of time in its largest unit, rounded down.
 * @example age(7_200) // '2 hours'
 */
export function age(seconds: number): string {
  const [size, unit] =
    seconds >= 2 * DAY
      ? ([DAY, 'day'] as const)
      : seconds >= HOUR
        ? ([HOUR, 'hour'] as const)
        : seconds >= MINUTE
          ? ([MINUTE, 'minute'] as const)
          : ([1, 'second'] as const);
  const value = Math.floor(seconds / size);
  return `${value} ${unit}${value === 1 ? '' : 's'}`;
}
