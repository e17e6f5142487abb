/**
 * Which retrier or catcher answers an error, and how long a retry waits. Written once, for every state type.
 *
 * Source: Step Functions developer guide, "Handling errors in Step Functions workflows"; the specification, "Errors".
 * @module
 */
import type { CompiledCatcher, CompiledRetrier } from './compile.js';
import { randomFraction } from './random.js';

/**
 * Tells whether an ErrorEquals list names an error.
 * @param error the error's name; undefined for a Fail state without one
 * @param alias a second name of the same failure: a missed heartbeat is a States.Timeout and a States.HeartbeatTimeout
 */
export function matchesError(
  errorEquals: readonly string[],
  error: string | undefined,
  alias?: string,
): boolean {
  for (const name of errorEquals) {
    if (name === error || (alias !== undefined && name === alias)) return true;
    if (isUncatchable(error)) continue;
    if (name === 'States.ALL') return true;
    if (name === 'States.TaskFailed' && error !== 'States.Timeout') return true;
  }
  return false;
}

/**
 * Errors that end the execution whatever its handlers say. The guide counts States.DataLimitExceeded among them, but
 * AWS does let States.ALL catch it when a task's result was too large.
 */
export function isUncatchable(error: string | undefined): boolean {
  return error === 'States.Runtime';
}

export interface RetryDecision {
  /** Index of the retrier that answers. */
  retrier: number;
  delayMs: number;
}

/**
 * Decides whether a failed state is tried again.
 * @param counts retries already made, by retrier
 * @param seed randomness for JitterStrategy FULL
 * @returns undefined when no retrier names the error or the one that does is used up
 */
export function decideRetry(
  retriers: readonly CompiledRetrier[],
  counts: readonly number[],
  error: string | undefined,
  alias: string | undefined,
  seed: string,
): RetryDecision | undefined {
  if (isUncatchable(error)) return undefined;
  const index = retriers.findIndex((retrier) => matchesError(retrier.errors, error, alias));
  const retrier = retriers[index];
  if (retrier === undefined) return undefined;
  const made = counts[index] ?? 0;
  if (made >= retrier.maxAttempts) return undefined;
  let seconds = retrier.intervalSeconds * retrier.backoffRate ** made;
  if (retrier.maxDelaySeconds !== undefined) seconds = Math.min(seconds, retrier.maxDelaySeconds);
  if (retrier.fullJitter) seconds *= randomFraction(`${seed}/jitter`);
  return { retrier: index, delayMs: Math.round(seconds * 1000) };
}

/** The first catcher that names the error. */
export function findCatcher(
  catchers: readonly CompiledCatcher[],
  error: string | undefined,
  alias: string | undefined,
): CompiledCatcher | undefined {
  if (isUncatchable(error)) return undefined;
  return catchers.find((catcher) => matchesError(catcher.errors, error, alias));
}
