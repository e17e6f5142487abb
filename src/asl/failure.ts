/**
 * How a state's failure travels from where it is noticed to `failState`, which retries, catches or gives up.
 * @module
 */
import type { ErrorOutput } from './execution-state.js';

export class StateFailure extends Error {
  readonly output: ErrorOutput;
  /** For `EvaluationFailed`: the field whose evaluation failed. */
  readonly location: string | undefined;

  constructor(output: ErrorOutput, location?: string) {
    super(output.Cause ?? output.Error ?? 'failed');
    this.output = output;
    this.location = location;
  }
}

/** AWS's sentence around every failure that the interpreter itself notices. */
export function whileExecuting(state: string, enteredEvent: number, message: string): string {
  return `An error occurred while executing the state '${state}' (entered at the event id #${enteredEvent}). ${message}`;
}
