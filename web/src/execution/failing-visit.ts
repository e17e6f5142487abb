/**
 * Finds the visits that people want to see.
 * @module
 */
import type { StateVisit } from '../api/types.js';

/** The visit that the execution failed in: the innermost with an error of its own. */
export function failingVisit(visits: readonly StateVisit[]): StateVisit | undefined {
  return (
    visits.findLast((visit) => visit.status === 'failed' && visit.error !== undefined) ??
    visits.findLast((visit) => visit.status === 'failed')
  );
}

/** All visits of a state in their order, and which of them to show: the one asked for, else the failed, else the last. */
export function visitsOf(
  visits: readonly StateVisit[],
  state: string,
  event: number | undefined,
): { all: StateVisit[]; shown: number } {
  const all = visits.filter((visit) => visit.name === state);
  const asked = all.findIndex((visit) => visit.enteredEvent === event);
  const failed = all.findLastIndex((visit) => visit.status === 'failed');
  return { all, shown: asked >= 0 ? asked : failed >= 0 ? failed : all.length - 1 };
}
