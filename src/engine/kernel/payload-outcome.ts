/**
 * Whether what a task has put out can be kept.
 * @module
 */
import { EngineError } from './errors.js';
import { checkPayload } from './payload.js';
import type { AttemptOutcome } from './ports.js';

/** An output that cannot be kept is a failure of the task. */
export function checkOutcome(outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.type === 'failed') return outcome;
  try {
    checkPayload(outcome.output, 'output of the task');
    return outcome;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const isLarge = error.kind === 'PayloadTooLarge';
    return {
      type: 'failed',
      error: isLarge ? 'States.DataLimitExceeded' : 'Millrace.InvalidOutput',
      cause: error.message,
    };
  }
}
