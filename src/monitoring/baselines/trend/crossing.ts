/**
 * When the typical value crosses a limit, with a range: the first and the last day that the interval of the slope, that of
 * the level, and every believable shape of growth allow.
 *
 * Nothing is foretold further ahead than a quarter, or than twice the time for which the trend has been seen: what grew
 * for three weeks need not grow for a year.
 * @module
 */
import type { Fit } from './shape.js';
import { type Line, lineOf } from './theil-sen.js';

/** What must not be crossed, in the metric's unit, and what it is called: "SLA". */
export type Limit = { most: number; name?: string } | { least: number; name?: string };

export type Crossing =
  /** The typical value is beyond the limit already. */
  | { state: 'over' }
  /** Epoch milliseconds. Without `latest`, the trend is too faint to say that it crosses at all. */
  | { state: 'foreseen'; at: number; earliest: number; latest?: number };

/** A crossing in days from today. */
export interface DaysAhead {
  expected: number;
  earliest: number;
  /** Infinite when the slope may be none. */
  latest: number;
}

const HORIZON_DAYS = 91;
const HORIZON_LENGTHS = 2;

/**
 * How many days from today a limit is crossed.
 * @param fits the shapes that the points allow, the better first
 * @param length days for which the trend has been seen
 * @returns 'over', or undefined when it is not foreseen: the trend leads away from the limit, or reaches it too far ahead
 * @example crossingOf(fits, { most: 10_800_000 }, 35)
 */
export function crossingOf(
  fits: readonly [Fit, ...Fit[]],
  limit: Limit,
  length: number,
): DaysAhead | 'over' | undefined {
  const [best] = fits;
  const upwards = 'most' in limit;
  const value = upwards ? limit.most : limit.least;
  const goal = onScale(best, value);
  const gap = goal - best.line.level;
  if (upwards ? gap < 0 : gap > 0) return 'over';
  const expected = gap / best.line.slope;
  if (!(expected >= 0) || expected > Math.min(HORIZON_DAYS, HORIZON_LENGTHS * length))
    return undefined;
  let earliest = expected;
  let latest = expected;
  for (const fit of fits) {
    const bounds = boundsOf(fit, onScale(fit, value), upwards ? 1 : -1);
    earliest = Math.min(earliest, bounds.earliest);
    latest = Math.max(latest, bounds.latest);
  }
  return { expected, earliest: Math.max(0, earliest), latest };
}

/** The two uncertainties are independent, so they add up as squares. */
function boundsOf(fit: Fit, goal: number, sign: 1 | -1): { earliest: number; latest: number } {
  const middle = daysTo(fit.line, goal, sign);
  const [steep, flat] = sign > 0 ? [fit.high, fit.low] : [fit.low, fit.high];
  const first = daysTo(through(fit, steep), goal, sign);
  const last = daysTo(through(fit, flat), goal, sign);
  const level = fit.levelReach / Math.abs(fit.line.slope);
  return {
    earliest: middle - Math.hypot(middle - first, level),
    latest: middle + Math.hypot(last - middle, level),
  };
}

function through(fit: Fit, slope: number): Line {
  const { days, values, from } = fit.points;
  return lineOf(slope, days, values, from, fit.line.origin);
}

function daysTo(line: Line, goal: number, sign: 1 | -1): number {
  if (line.slope * sign <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, (goal - line.level) / line.slope);
}

function onScale(fit: Fit, value: number): number {
  return fit.shape === 'linear' ? value : Math.log(Math.max(value, Number.MIN_VALUE));
}
