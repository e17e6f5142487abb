/**
 * Pass: hands its input on, or a fixed Result, or what Parameters or Output make of it.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { workInput } from '../data-flow.js';
import type { Draft, Step } from '../draft.js';
import type { Thread } from '../execution-state.js';
import type { Json } from '../json.js';
import { completeState } from '../leave-state.js';

export function* beginPass(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const { Result } = state.definition;
  const result =
    Result === undefined || state.jsonata
      ? yield* workInput(draft, thread, state)
      : (Result as Json);
  yield* completeState(draft, thread, state, result);
}
