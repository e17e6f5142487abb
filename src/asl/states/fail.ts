/**
 * Fail: ends its thread with an Error and a Cause, both optional.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { effectiveInput } from '../data-flow.js';
import type { Draft, Step } from '../draft.js';
import { compute, runtimeFailure } from '../evaluate.js';
import type { ErrorOutput, Thread } from '../execution-state.js';
import { StateFailure } from '../failure.js';

export function* beginFail(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const output: ErrorOutput = {};
  for (const field of ['Error', 'Cause'] as const) {
    const computed = state.fields.get(field);
    if (computed === undefined) continue;
    const name = computed.kind === 'path' || computed.kind === 'intrinsic' ? `${field}Path` : field;
    const data = effectiveInput(draft, thread, state);
    const value = yield* compute(draft, thread, computed, { data }, name);
    if (typeof value !== 'string') {
      throw runtimeFailure(thread, `The ${name} field must be a string.`);
    }
    output[field] = value;
  }
  throw new StateFailure(output);
}
