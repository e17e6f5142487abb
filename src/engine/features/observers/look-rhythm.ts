/**
 * How often something is looked at: more often while it runs, less often the longer nothing comes, and least where events tell.
 * @module
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** While it runs; usually; when nothing has come for a while; the same where events of its region come. */
export const RUNNING = 30 * SECOND;
export const USUAL = MINUTE;
export const QUIET = 5 * MINUTE;
export const TOLD = 15 * MINUTE;

/** What is known of a thing after a look. */
export interface Rhythm {
  /** Milliseconds since the look before. */
  readonly last: number;
  readonly isRunning: boolean;
  /** Something new has come. */
  readonly hasChanged: boolean;
  /** Events of its region come. */
  readonly isTold: boolean;
}

/**
 * Milliseconds until the next look.
 * @example nextLookIn({ last: 60_000, isRunning: false, hasChanged: false, isTold: false }) // 90000
 */
export function nextLookIn({ last, isRunning, hasChanged, isTold }: Rhythm): number {
  const most = isTold ? TOLD : QUIET;
  if (isRunning) return isTold ? QUIET : RUNNING;
  if (hasChanged) return isTold ? QUIET : USUAL;
  return Math.min(most, Math.max(USUAL, Math.round(last * 1.5)));
}

/**
 * Milliseconds until a look that came to nothing is tried again.
 * @param failed how many did one after the other
 */
export function nextTryIn(failed: number): number {
  return Math.min(QUIET, RUNNING * 2 ** Math.min(failed - 1, 10));
}
