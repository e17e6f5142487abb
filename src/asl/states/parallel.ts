/**
 * Parallel: gives its input to all branches at once; its result is the list of their outputs.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { workInput } from '../data-flow.js';
import { type Draft, record, type Step } from '../draft.js';
import type { Thread } from '../execution-state.js';
import { openFork, startChild } from './fork.js';

export function* beginParallel(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const input = yield* workInput(draft, thread, state);
  const link = record(draft, thread, 'ParallelStateStarted', {});
  openFork(draft, thread, state.branches.length);
  for (const scope of state.branches) startChild(draft, thread, { input, scope, link });
}
