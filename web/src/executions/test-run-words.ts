/**
 * What kind of execution nobody notices: a test run, or a challenger.
 * @module
 */
import type { Execution } from '../api/types.js';

/** The challenge for which an execution began, and the execution beside which; undefined where it is no challenger. */
export function challengerOf({
  testRun,
  triggeredBy,
}: Pick<Execution, 'testRun' | 'triggeredBy'>):
  | { challenge: number; champion: string }
  | undefined {
  const { type, challenge, champion } = (triggeredBy ?? {}) as { [name: string]: unknown };
  if (testRun === undefined || type !== 'challenger') return undefined;
  return typeof challenge === 'number' && typeof champion === 'string'
    ? { challenge, champion }
    : undefined;
}

/** @example testRunWords(execution) // 'challenger' */
export function testRunWords(
  execution: Pick<Execution, 'testRun' | 'triggeredBy'>,
): 'test run' | 'challenger' | undefined {
  if (execution.testRun === undefined) return undefined;
  return challengerOf(execution) === undefined ? 'test run' : 'challenger';
}
