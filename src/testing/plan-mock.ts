/**
 * Mocks as a test file writes them, made into what a running test needs.
 * @module
 */
import { parseDuration } from '../pipelines/duration.js';
import type { PlannedOutcome, StateMock } from './test-plan.js';
import type { MockEntry, OutcomeEntry } from './test-schema.js';

/** @example planMock({ return: { rows: 3 } }) */
export function planMock(mock: MockEntry): StateMock {
  if ('run' in mock) return { type: 'run' };
  // One outcome that is not in a list stands for all attempts.
  const outcomes = Array.isArray(mock)
    ? mock.map((entry) => planOutcome(entry, 1))
    : [planOutcome(mock, Number.POSITIVE_INFINITY)];
  return { type: 'outcomes', outcomes };
}

function planOutcome(entry: OutcomeEntry, times: number): PlannedOutcome {
  const { throw: thrown, item } = entry;
  const afterMs = (entry.after === undefined ? 0 : (parseDuration(entry.after) ?? 0)) * 1000;
  const common = { afterMs, times: entry.times ?? times, ...(item === undefined ? {} : { item }) };
  if (entry.timeout) return { ...common, outcome: undefined };
  if (thrown === undefined) {
    return { ...common, outcome: { type: 'succeeded', output: entry.return ?? null } };
  }
  const { error, cause = '' } = thrown;
  return { ...common, outcome: { type: 'failed', error, cause } };
}
