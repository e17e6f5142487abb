/**
 * What course a series takes: a line that began at some day, after a steady level or from the first day on, or a step.
 *
 *     before ‾‾‾‾‾|            before ____      /
 *                 |____ after             |____/ line from its onset on
 *
 * Growth for five weeks after eight quiet ones, and a step six weeks ago, both make a test for trends answer yes. They are
 * told apart by what each leaves unexplained: the sum of absolute residuals (the likelihood of noise with long tails), and
 * a price for each number that had to be chosen (G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6
 * (1978), 461–464). No residual counts for more than four times the noise, so that outliers cost every course the same.
 * Whether the line rises is another question, asked afterwards of the points from its onset on.
 * @module
 */
import { insertSorted, MAD_SCALE, median, selectMedian, sortedMedian } from '../rank-statistics.js';
import { type Line, lineOf, pairSlopes, residualsOf } from './theil-sen.js';

/** Points and days that a line must have. Of less than two weeks nothing can be told but that something happened. */
export const LEAST_POINTS = 10;
export const LEAST_DAYS = 14;

/** Points before an onset or a step, and after a step. */
const LEAST_BEFORE = 5;
const LEAST_AFTER = 2;
/** Onsets are looked for at every fifth point; a day more or less makes no other forecast. */
const STRIDE = 5;
/** Times the noise that a residual counts for at most. */
const MOST_NOISE = 4;

export interface Course {
  /** Place of the first point of the line. */
  onset: number;
  line: Line;
  /** All slopes between the points of the line. */
  slopes: Float64Array;
  /** What it leaves unexplained, with its price. Comparable for all of the points; smaller is better. */
  score: number;
}

/**
 * The most that a residual counts for, from the differences of neighbours: no course has to be known for it.
 * Infinite when half of the neighbours are equal.
 * @example mostOf([1, 2, 1, 2]) // 4.19
 */
export function mostOf(values: readonly number[]): number {
  const differences: number[] = [];
  for (let i = 1; i < values.length; i++)
    differences.push(Math.abs((values[i] as number) - (values[i - 1] as number)));
  const noise = (MAD_SCALE * median(differences)) / Math.SQRT2;
  return noise > 0 ? MOST_NOISE * noise : Number.POSITIVE_INFINITY;
}

/**
 * The lines that may explain the end of a series, each with a steady level before its onset, best first.
 * @param days ascending, each once; at least LEAST_POINTS over LEAST_DAYS
 * @param most what a residual counts for at most
 * @example coursesOf(days, values, today, mostOf(values))[0]?.onset // 0 when the whole series is one line
 */
export function coursesOf(
  days: readonly number[],
  values: readonly number[],
  origin: number,
  most: number,
): Course[] {
  const n = days.length;
  const last = days[n - 1] as number;
  const before = levelLosses(values, most);
  const courses: Course[] = [];
  for (let onset = 0; onset + LEAST_POINTS <= n; onset += onset === 0 ? LEAST_BEFORE : STRIDE) {
    if (last - (days[onset] as number) < LEAST_DAYS) break;
    const slopes = pairSlopes(days, values, onset);
    const line = lineOf(selectMedian(slopes), days, values, onset, origin);
    const rest = lossOf(residualsOf(line, days, values, onset), most);
    const loss = rest + (onset === 0 ? 0 : (before[onset - 1] as number));
    courses.push({ onset, line, slopes, score: scoreOf(loss, n, onset === 0 ? 2 : 4) });
  }
  return courses.sort((a, b) => a.score - b.score);
}

export interface Step {
  /** Place of the first point after it. */
  place: number;
  before: number;
  after: number;
  score: number;
}

/**
 * The step that explains values best, if there is room for one.
 * @example stepOf(values, mostOf(values))?.after
 */
export function stepOf(values: readonly number[], most: number): Step | undefined {
  const heads = levelLosses(values, most);
  const tails = levelLosses(values.toReversed(), most).reverse();
  let best: { place: number; loss: number } | undefined;
  for (let place = LEAST_BEFORE; place + LEAST_AFTER <= values.length; place++) {
    const loss = (heads[place - 1] as number) + (tails[place] as number);
    if (best === undefined || loss < best.loss) best = { place, loss };
  }
  if (best === undefined) return undefined;
  const { place, loss } = best;
  return {
    place,
    before: median(values.slice(0, place)),
    after: median(values.slice(place)),
    score: scoreOf(loss, values.length, 3),
  };
}

/** What a line leaves unexplained, with its price; comparable with a step of the same points. */
export function lineScore(residuals: readonly number[], most: number): number {
  return scoreOf(lossOf(residuals, most), residuals.length, 2);
}

/** What a steady level leaves unexplained, with its price. */
export function levelScore(values: readonly number[], most: number): number {
  const middle = median(values);
  const residuals = values.map((value) => value - middle);
  return scoreOf(lossOf(residuals, most), values.length, 1);
}

/** What a steady level leaves unexplained of the first value, of the first two, of the first three … */
function levelLosses(values: readonly number[], most: number): number[] {
  const sorted: number[] = [];
  return values.map((value) => {
    insertSorted(sorted, value);
    const middle = sortedMedian(sorted);
    let loss = 0;
    for (const one of sorted) loss += Math.min(most, Math.abs(one - middle));
    return loss;
  });
}

function lossOf(residuals: readonly number[], most: number): number {
  let loss = 0;
  for (const one of residuals) loss += Math.min(most, Math.abs(one));
  return loss;
}

/** The least loss keeps series without any noise comparable: below it nothing is left to explain. */
function scoreOf(loss: number, points: number, parameters: number): number {
  return 2 * points * Math.log(Math.max(loss / points, 1e-9)) + parameters * Math.log(points);
}
