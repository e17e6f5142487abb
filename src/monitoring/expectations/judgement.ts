/**
 * What there is to judge of an expectation, and what comes of it.
 * @module
 */
import type { Arrival, Expectation, Reason, Standing, Transition, Watched } from './expectation.js';

/** Where it stands now, what has changed on the way, and when time alone changes something next. */
export interface Judgement {
  readonly standing: Standing;
  readonly transitions: readonly Transition[];
  /** Milliseconds since the epoch; undefined: not before something comes. */
  readonly next?: number;
}

export interface Case {
  readonly expectation: Expectation;
  readonly standing: Standing;
  readonly watched: Watched;
  /** What was known before, when something has just come. */
  readonly before: Watched | undefined;
  readonly now: number;
}

/** When something came last that counts; undefined: never. */
export function lastOf(what: Arrival, watched: Watched): number | undefined {
  const { lastStart, lastEnd, lastSuccess, lastData } = watched;
  if (what === 'data') return lastData;
  if (what === 'success') return lastSuccess;
  if (lastStart === undefined || lastEnd === undefined) return lastStart ?? lastEnd;
  return Math.max(lastStart, lastEnd);
}

/** When something has just come that counts; undefined: nothing has. */
export function cameNow(what: Arrival, { before, watched }: Case): number | undefined {
  if (before === undefined) return undefined;
  const last = lastOf(what, watched);
  return last === lastOf(what, before) ? undefined : last;
}

/** The moment of a change by what came: when it came, though it may have been heard of later; never before the last change. */
export function cameAt(came: number, { standing, now }: Case): number {
  return Math.min(now, Math.max(came, standing.since));
}

/** Whether what is awaited may still come of something that runs; a run itself has come when it was begun. */
export function isUnderWay(what: Arrival, { running }: Watched): boolean {
  return what !== 'run' && running.size > 0;
}

/** Why nothing came since then: nothing ran, or what ran was not it. */
export function reasonFor(what: Arrival, watched: Watched, since: number): Reason {
  const ran = lastOf('run', watched);
  if (what === 'run' || ran === undefined || ran <= since) return 'never started';
  return watched.last?.status === 'CRITICAL' ? 'failed' : 'no new data';
}

/** What did not come. */
export const NOTHING_CAME: { readonly [what in Arrival]: string } = {
  run: 'nothing ran',
  success: 'nothing succeeded',
  data: 'no new data came',
};
