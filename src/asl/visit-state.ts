/**
 * A state from entry to exit. This is the page to read to follow what happens to a thread.
 *
 *     visitState        the thread stands before a state: record StateEntered, then let the state's own file begin it
 *       ├─ completeState  it is done at once, or later when its result arrives: outcome, Assign, StateExited, next
 *       ├─ the state waits: a task, a timer, children; the thread keeps its phase until an event comes
 *       └─ failState      it failed: Retry, then Catch, else the failure goes up
 *     endThread / failThread   a thread without a next state ends: its parent joins it, or the execution ends
 *
 * How a state is left is in `leave-state.ts`. Each state type adds only its own work: `states/*.ts`.
 * @module
 */
import { type CompiledState, stateOf } from './compile.js';
import { type Draft, editThread, readThread, record, type Step } from './draft.js';
import type { Thread } from './execution-state.js';
import { asFailure, completeState, failState } from './leave-state.js';
import { beginChoice } from './states/choice.js';
import { beginFail } from './states/fail.js';
import { haltChildren } from './states/fork.js';
import { childSucceeded } from './states/join.js';
import { beginMap } from './states/map.js';
import { beginParallel } from './states/parallel.js';
import { beginPass } from './states/pass.js';
import { beginSucceed } from './states/succeed.js';
import { beginTask } from './states/task.js';
import { beginWait } from './states/wait.js';

/** Takes a thread in phase `ready` into its state. */
export function* visitState(draft: Draft, id: number): Step<void> {
  const thread = editThread(draft, id);
  const state = stateOf(draft.machine, thread.scope, thread.state);
  thread.enteredAt = draft.at;
  thread.enteredLink = thread.previousEvent;
  thread.enteredEvent = record(draft, thread, `${state.type}StateEntered`, {
    input: thread.input,
    name: state.name,
  });
  yield* beginState(draft, thread, state);
}

/** Begins the state's work: on entry, and again for each retry. */
export function* beginState(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  try {
    switch (state.type) {
      case 'Pass':
        return yield* beginPass(draft, thread, state);
      case 'Task':
        return yield* beginTask(draft, thread, state);
      case 'Choice':
        return yield* beginChoice(draft, thread, state);
      case 'Wait':
        return yield* beginWait(draft, thread, state);
      case 'Succeed':
        return yield* beginSucceed(draft, thread, state);
      case 'Fail':
        return yield* beginFail(draft, thread, state);
      case 'Parallel':
        return yield* beginParallel(draft, thread, state);
      case 'Map':
        return yield* beginMap(draft, thread, state);
    }
  } catch (error) {
    yield* failState(draft, thread, state, asFailure(error));
  }
}

/** Lets the parents of ended threads take their outputs. */
export function* joinThread(draft: Draft, id: number): Step<void> {
  const child = readThread(draft, id);
  if (child === undefined || child.parent === null) return;
  const parent = readThread(draft, child.parent);
  if (parent === undefined) return;
  const state = stateOf(draft.machine, parent.scope, parent.state);
  try {
    const results = yield* childSucceeded(draft, child, state);
    if (results === undefined) return;
    yield* completeState(draft, editThread(draft, parent.id), state, results);
  } catch (error) {
    const failed = editThread(draft, parent.id);
    haltChildren(draft, failed, state);
    yield* failState(draft, failed, state, asFailure(error));
  }
}
