/**
 * The metrics that are watched, with what has to be known of each: what it counts, which way is worse, and which
 * difference is too small to mention whatever the statistics say.
 * @module
 */

export type MetricName = 'duration' | 'rows' | 'bytes' | 'cost' | 'startLag';

export interface Metric {
  unit: 'ms' | 'rows' | 'bytes' | 'cost units';
  /** Where trouble lies. A pipeline that is faster than usual needs no help; one with more rows than usual may. */
  worse: 'higher' | 'either';
  /**
   * The least scaled MAD, in the unit: clocks, schedulers and counting wobble by this much. A pipeline that took exactly
   * 60 s forty times would otherwise be unusual at 61 s.
   */
  leastSpread: number;
  /** What more of it and less of it is called: "11 % slower a week". */
  more: string;
  less: string;
}

export const METRICS: { readonly [name in MetricName]: Metric } = {
  duration: { unit: 'ms', worse: 'higher', leastSpread: 1000, more: 'slower', less: 'faster' },
  rows: { unit: 'rows', worse: 'either', leastSpread: 1, more: 'more rows', less: 'fewer rows' },
  bytes: {
    unit: 'bytes',
    worse: 'either',
    leastSpread: 1024,
    more: 'more bytes',
    less: 'fewer bytes',
  },
  cost: { unit: 'cost units', worse: 'higher', leastSpread: 0, more: 'dearer', less: 'cheaper' },
  startLag: {
    unit: 'ms',
    worse: 'higher',
    leastSpread: 1000,
    more: 'more start lag',
    less: 'less start lag',
  },
};

/** The least scaled MAD as a part of the median: differences of three or four of these concern nobody. */
export const LEAST_RELATIVE_SPREAD = 0.03;
