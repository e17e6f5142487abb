/**
 * Succeed: ends its thread with its input, or with what Output makes of it.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { effectiveInput } from '../data-flow.js';
import type { Draft, Step } from '../draft.js';
import type { Thread } from '../execution-state.js';
import { completeState } from '../leave-state.js';

export function* beginSucceed(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  yield* completeState(draft, thread, state, effectiveInput(draft, thread, state));
}
