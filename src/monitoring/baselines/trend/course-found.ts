/**
 * What is found about where a series is going.
 * @module
 */
import type { Crossing } from './crossing.js';

export type Course =
  /** Too few days with samples, or too close together. */
  { kind: 'unknown'; days: number; needed: number } | Steady | Trend;

export interface Steady {
  kind: 'steady';
  /** The typical value of late, in the metric's unit. */
  level: number;
  /** When the series changed at once from one level to another. `at`: instant of the first day after it. */
  step?: { at: number; before: number; after: number };
}

export interface Trend {
  kind: 'trend';
  direction: 'up' | 'down';
  /** Whether a week adds a part of what there is, or always the same. */
  shape: 'exponential' | 'linear';
  /**
   * Change a week as a part of the present level, negative when it falls; `low` and `high` bound a 90 % interval. Absent
   * where the level is about zero.
   */
  perWeek?: { rate: number; low: number; high: number };
  /** Change a week in the metric's unit, at the present level. */
  amount: number;
  /** Instant of the first day of the trend. */
  since: number;
  weeks: number;
  /** The typical value today, in the metric's unit. */
  level: number;
  /** Standard deviations from no trend (Mann-Kendall, corrected). */
  z: number;
  crossing?: Crossing;
}
