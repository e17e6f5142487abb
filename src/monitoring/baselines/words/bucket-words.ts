/**
 * For which times something is usual, and from how many it is known.
 * @module
 */
import type { Usual } from '../baseline.js';
import type { Grain } from '../season.js';
import { hourText, weekdayName } from './when.js';

/**
 * The times of a bucket, to follow a range; empty for all times.
 * @param wall a wall time in the bucket
 * @example bucketWords('weekday', wall, 'UTC') // ' on Mondays (UTC)'
 */
export function bucketWords(grain: Grain, wall: number, zone: string): string {
  switch (grain) {
    case 'all':
      return '';
    case 'hour':
      return ` at ${hourText(wall)} (${zone})`;
    case 'weekday':
      return ` on ${weekdayName(wall)}s (${zone})`;
    case 'hourOfWeek':
      return ` on ${weekdayName(wall)}s at ${hourText(wall)} (${zone})`;
  }
}

/**
 * From how much a bucket is known.
 * @example sourceWords('weekday', usual, wall) // '9 Mondays'
 */
export function sourceWords(grain: Grain, usual: Usual, wall: number): string {
  const executions = usual.samples === 1 ? '1 execution' : `${usual.samples} executions`;
  if (grain === 'all') return executions;
  const days = grain === 'hour' ? `${usual.days} days` : `${usual.days} ${weekdayName(wall)}s`;
  return usual.samples === usual.days ? days : `${executions} on ${days}`;
}
