/**
 * Whether a week adds a part of what there is (exponential: 11 % a week) or always the same (linear: 3 min a week).
 *
 * Both lines are fitted to the same points, one to their logarithms. Over a few weeks of small growth they are the same
 * line within the noise, and no test can tell them apart; but far ahead they part. So a shape that explains the points
 * about as well as the better one is not thrown away: the range of a crossing holds what both say.
 * @module
 */
import { MAD_SCALE, median } from '../rank-statistics.js';
import type { Scale } from '../scale.js';
import { type Line, lineOf, pairSlopes, residualsOf, slopeInterval } from './theil-sen.js';

export interface Fit {
  shape: 'exponential' | 'linear';
  line: Line;
  /** Bounds of the slope, a day. */
  low: number;
  high: number;
  /** Half the width of the interval of the level of a line, on the fit's scale. */
  levelReach: number;
  /** On the fit's scale: logarithms for `exponential`, the metric's unit for `linear`. */
  points: { days: readonly number[]; values: readonly number[]; from: number };
}

export interface Evidence {
  days: readonly number[];
  /** On `scale`. */
  values: readonly number[];
  scale: Scale;
  /** Place of the first point of the line. */
  onset: number;
  /** All slopes between the values from the onset on. */
  slopes: Float64Array;
  /** Day at which levels are said. */
  origin: number;
  /** Standard deviation of Kendall's S, resemblance of neighbours counted in. */
  deviation: number;
  /** What that resemblance makes of a variance. */
  factor: number;
  /** Of the confidence of the intervals. */
  z: number;
}

/** Difference of the scores within which two shapes are equally believable (a likelihood ratio of about 7). */
const ALIKE = 4;

/**
 * The shapes that the points allow, the better first.
 * @example shapesOf(evidence)[0]?.shape // 'exponential'
 */
export function shapesOf(evidence: Evidence): [Fit, ...Fit[]] {
  const { days, values, scale, onset, origin, slopes } = evidence;
  if (scale.kind === 'difference') return [fitOf('linear', evidence, values, slopes)];
  const exponential = fitOf('exponential', evidence, values, slopes);
  const plain = values.map((value) => Math.exp(value));
  const linear = fitOf('linear', evidence, plain, pairSlopes(days, plain, onset));
  const lossExponential = total(residualsOf(exponential.line, days, values, onset));
  let lossLinear = 0;
  for (let i = onset; i < days.length; i++) {
    const fitted = linear.line.level + linear.line.slope * ((days[i] as number) - origin);
    lossLinear += Math.abs((values[i] as number) - Math.log(Math.max(fitted, scale.floor)));
  }
  const points = days.length - onset;
  const difference =
    2 * points * Math.log(Math.max(lossExponential, 1e-9) / Math.max(lossLinear, 1e-9));
  // On a tie the linear one: it promises less growth, and its dates are nearer to what has been seen.
  const ranked: [Fit, Fit] = difference < 0 ? [exponential, linear] : [linear, exponential];
  return Math.abs(difference) < ALIKE ? ranked : [ranked[0]];
}

function fitOf(
  shape: Fit['shape'],
  evidence: Evidence,
  values: readonly number[],
  slopes: Float64Array,
): Fit {
  const { days, onset, origin, deviation, factor, z } = evidence;
  const { slope, low, high } = slopeInterval(slopes, deviation, z);
  const line = lineOf(slope, days, values, onset, origin);
  const residuals = residualsOf(line, days, values, onset);
  const noise = MAD_SCALE * median(residuals.map(Math.abs));
  // A median's standard error is √(π/2) times that of a mean.
  const levelReach = z * 1.2533 * noise * Math.sqrt(factor / residuals.length);
  return { shape, line, low, high, levelReach, points: { days, values, from: onset } };
}

function total(residuals: readonly number[]): number {
  return residuals.reduce((sum, one) => sum + Math.abs(one), 0);
}
