/**
 * The line through a series whose slope is the median of the slopes between all pairs of points. Up to 29 % of the points
 * may be anything. Sources: H. Theil (1950); P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau",
 * JASA 63 (1968), 1379–1389, whose confidence interval this is, as R. O. Gilbert has it, "Statistical Methods for
 * Environmental Pollution Monitoring" (1987), section 16.4. The intercept is the median of what the slope leaves, as
 * W. J. Conover chooses it, "Practical Nonparametric Statistics" (1999).
 * @module
 */
import { median, sortedMedian } from '../rank-statistics.js';

export interface Line {
  /** Per day. */
  slope: number;
  /** Where the line stands at `origin`. */
  level: number;
  origin: number;
}

/**
 * The slopes between all pairs of points from `from` on, in no order.
 * @param days ascending, each once
 * @example pairSlopes([0, 1, 2], [0, 1, 4], 0) // Float64Array [1, 2, 3] in some order
 */
export function pairSlopes(
  days: readonly number[],
  values: readonly number[],
  from: number,
): Float64Array {
  const n = days.length - from;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let place = 0;
  for (let i = from; i < days.length; i++)
    for (let j = i + 1; j < days.length; j++)
      slopes[place++] =
        ((values[j] as number) - (values[i] as number)) /
        ((days[j] as number) - (days[i] as number));
  return slopes;
}

/**
 * The line of a slope through the points from `from` on.
 * @example lineOf(1, [0, 1, 2], [5, 6, 7], 0, 2) // { slope: 1, level: 7, origin: 2 }
 */
export function lineOf(
  slope: number,
  days: readonly number[],
  values: readonly number[],
  from: number,
  origin: number,
): Line {
  const rest: number[] = [];
  for (let i = from; i < days.length; i++)
    rest.push((values[i] as number) - slope * ((days[i] as number) - origin));
  return { slope, level: median(rest), origin };
}

/**
 * The median slope with the bounds of its confidence interval.
 * @param slopes in any order; they are put in order
 * @param deviation standard deviation of Kendall's S for the same points
 * @param z of the confidence: 1.645 for 90 %
 * @example slopeInterval(slopes, Math.sqrt(kendall.variance), 1.645)
 */
export function slopeInterval(
  slopes: Float64Array,
  deviation: number,
  z: number,
): { slope: number; low: number; high: number } {
  const reach = z * deviation;
  slopes.sort();
  const nth = (rank: number): number =>
    slopes[Math.max(0, Math.min(slopes.length - 1, rank))] as number;
  return {
    slope: sortedMedian(slopes),
    low: nth(Math.floor((slopes.length - reach) / 2) - 1),
    high: nth(Math.ceil((slopes.length + reach) / 2)),
  };
}

/**
 * How far each point from `from` on lies above a line.
 * @example residualsOf({ slope: 0, level: 1, origin: 0 }, [0, 1], [1, 3], 0) // [0, 2]
 */
export function residualsOf(
  line: Line,
  days: readonly number[],
  values: readonly number[],
  from: number,
): number[] {
  const residuals: number[] = [];
  for (let i = from; i < days.length; i++)
    residuals.push(
      (values[i] as number) - line.level - line.slope * ((days[i] as number) - line.origin),
    );
  return residuals;
}
