/**
 * What course a series takes: steady, a step, or a line that began at some day.
 *
 *     before ‾‾‾‾‾|            before ____      /
 *                 |____ after             |____/ line from its onset on
 *
 * Growth for five weeks after eight quiet ones, and a step six weeks ago, both make a test for trends answer yes. They are
 * told apart by what each leaves unexplained: the sum of absolute residuals (the likelihood of noise with long tails), and
 * a price for each number that had to be chosen (G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6
 * (1978), 461–464). Whether the line rises is another question, asked afterwards of the points from its onset on.
 * @module
 */
import { median } from '../rank-statistics.js';
import { type Line, lineOf, pairSlopes, residualsOf } from './theil-sen.js';

/** Points and days that a line must have. Of less than two weeks nothing can be told but that something happened. */
export const LEAST_POINTS = 10;
export const LEAST_DAYS = 14;

/** Points before an onset or a step, and after a step. */
const LEAST_BESIDE = 5;
/** Onsets are looked for at every third day; a day more or less makes no other forecast. */
const STRIDE = 3;

export interface Course {
  /** Place of the first point of the line. */
  onset: number;
  line: Line;
  /** All slopes between the points of the line, ascending. */
  slopes: Float64Array;
}

/**
 * The line that explains the end of a series best, together with a steady level before its onset.
 * @param days ascending, each once; at least LEAST_POINTS over LEAST_DAYS
 * @example courseOf(days, values, today).onset // 0 when the whole series is one line
 */
export function courseOf(
  days: readonly number[],
  values: readonly number[],
  origin: number,
): Course {
  const n = days.length;
  const last = days[n - 1] as number;
  let best: { score: number; course: Course } | undefined;
  for (let onset = 0; onset + LEAST_POINTS <= n; onset += onset === 0 ? LEAST_BESIDE : STRIDE) {
    if (last - (days[onset] as number) < LEAST_DAYS) break;
    const slopes = pairSlopes(days, values, onset);
    const slope = middleOf(slopes);
    const line = lineOf(slope, days, values, onset, origin);
    const before = values.slice(0, onset);
    const loss = absolute(residualsOf(line, days, values, onset)) + aroundMedian(before);
    const score = scoreOf(loss, n, onset === 0 ? 2 : 4);
    if (best === undefined || score < best.score) best = { score, course: { onset, line, slopes } };
  }
  if (best === undefined) throw new Error('A course of too few points');
  return best.course;
}

export interface Step {
  /** Place of the first point after it. */
  place: number;
  before: number;
  after: number;
  /** What it leaves unexplained, with its price. */
  score: number;
}

/**
 * The step that explains the points from `from` on best, if there is room for one.
 * @example stepOf(values, 0)?.after
 */
export function stepOf(values: readonly number[], from: number): Step | undefined {
  const n = values.length - from;
  let best: Step | undefined;
  for (let place = from + LEAST_BESIDE; place + LEAST_BESIDE <= values.length; place++) {
    const head = values.slice(from, place);
    const tail = values.slice(place);
    const score = scoreOf(aroundMedian(head) + aroundMedian(tail), n, 3);
    if (best === undefined || score < best.score)
      best = { place, before: median(head), after: median(tail), score };
  }
  return best;
}

/** What a line leaves unexplained, with its price; comparable with a step of the same points. */
export function lineScore(residuals: readonly number[]): number {
  return scoreOf(absolute(residuals), residuals.length, 2);
}

/** What a steady level leaves unexplained, with its price. */
export function levelScore(values: readonly number[]): number {
  return scoreOf(aroundMedian(values), values.length, 1);
}

function middleOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

function absolute(residuals: readonly number[]): number {
  return residuals.reduce((sum, one) => sum + Math.abs(one), 0);
}

function aroundMedian(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const middle = median(values);
  return values.reduce((sum, one) => sum + Math.abs(one - middle), 0);
}

/** The least loss keeps series without any noise comparable: below it nothing is left to explain. */
function scoreOf(loss: number, points: number, parameters: number): number {
  return 2 * points * Math.log(Math.max(loss / points, 1e-9)) + parameters * Math.log(points);
}
