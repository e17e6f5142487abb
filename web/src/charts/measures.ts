/**
 * What the charts of a pipeline draw: points of its results, the band of what is usual, and lines that it promised.
 *
 * The band is data: where the server knows what is usual, that is drawn; else the median and its deviation of what is shown.
 * @module
 */
import type { CheckResult, MetricOutlook } from '../api/types.js';
import type { CheckStatus } from '../parts/status.js';

export type Measure = 'duration' | 'rows' | 'bytes' | 'lag' | 'cost';

export interface Point {
  /** Milliseconds since the epoch. */
  at: number;
  startedAt: number;
  value: number;
  status: CheckStatus;
  cause: string;
  execution?: string;
}

/** What is usual, in the unit of the values: one entry for each point. */
export interface Band {
  low: readonly (number | null)[];
  middle: readonly (number | null)[];
  high: readonly (number | null)[];
  /** Where it comes from, in words. */
  words: string;
}

/** Fewer points say nothing about what is usual. */
const FEWEST = 5;
/**
 * Makes a median absolute deviation comparable to a standard deviation where values are normally distributed:
 * https://en.wikipedia.org/wiki/Median_absolute_deviation
 */
const CONSISTENT = 1.4826;
const DEVIATIONS = 3;

/**
 * The points of one measure, the oldest first; results that do not say it are left out.
 * @param results the newest first, as the API answers them
 */
export function pointsOf(results: readonly CheckResult[], measure: Measure): Point[] {
  return results
    .flatMap((result): Point[] => {
      const value = result[measure];
      if (value === undefined || !Number.isFinite(value)) return [];
      const { at, startedAt = at, status, cause, execution } = result;
      return [
        { at, startedAt, value, status, cause, ...(execution === undefined ? {} : { execution }) },
      ];
    })
    .toReversed();
}

/**
 * The band around the median of points, three deviations wide; undefined of too few. Failures are no measure of the usual.
 * @example bandOf(pointsOf(results, 'rows'))?.middle[0] // 120
 */
export function bandOf(points: readonly Point[]): Band | undefined {
  const values = points.filter(({ status }) => status !== 'CRITICAL').map(({ value }) => value);
  if (values.length < FEWEST) return undefined;
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle))) * CONSISTENT;
  const all = (value: number): number[] => points.map(() => value);
  return {
    low: all(Math.max(0, middle - DEVIATIONS * deviation)),
    middle: all(middle),
    high: all(middle + DEVIATIONS * deviation),
    words: `median of the ${values.length} shown ± ${DEVIATIONS} deviations`,
  };
}

/**
 * What the server says is usual, at the points that are shown; those that it does not know yet have what was usual last.
 * @param usual by when the results began; of none there is no band
 */
export function bandFrom(usual: MetricOutlook['band'], points: readonly Point[]): Band | undefined {
  if (usual.length === 0) return undefined;
  const known = new Map(usual.map((one) => [one.at, one]));
  let last: MetricOutlook['band'][number] | undefined;
  const of = points.map(({ startedAt }) => {
    last = known.get(startedAt) ?? last;
    return last;
  });
  return {
    low: of.map((one) => one?.low ?? null),
    middle: of.map((one) => one?.typical ?? null),
    high: of.map((one) => one?.high ?? null),
    words: 'at its weekday and hour',
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
