/**
 * How a state ends: with an outcome, by a retry, in a catcher, or by taking its thread and all around it down.
 * @module
 */

import { type CompiledState, stateOf } from './compile.js';
import { assignments, checkSize, outcomeOf, placeResult } from './data-flow.js';
import {
  type Draft,
  editThread,
  HistoryFull,
  readThread,
  record,
  recordEnd,
  type Step,
} from './draft.js';
import { compute } from './evaluate.js';
import type { ErrorOutput, Thread } from './execution-state.js';
import { setOwn } from './expressions/property.js';
import { StateFailure } from './failure.js';
import type { Json, JsonObject } from './json.js';
import { decideRetry, findCatcher } from './retry.js';
import { abandonChildren, childFailed, haltChildren, haltThread } from './states/fork.js';

/** Gives a state its result: the state is left, or fails while its output is computed. */
export function* completeState(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  result: Json,
): Step<void> {
  try {
    const { output, assigned } = yield* outcomeOf(draft, thread, state, result);
    const { returnTo } = thread;
    delete thread.returnTo;
    leaveState(draft, thread, state, output, assigned, returnTo ?? state.next);
  } catch (error) {
    yield* failState(draft, thread, state, asFailure(error));
  }
}

/** Records StateExited and moves on to the next state, or ends the thread when there is none. */
export function leaveState(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  output: Json,
  assigned: JsonObject | undefined,
  next: string | undefined,
): void {
  const details: JsonObject = { name: state.name, output };
  if (assigned !== undefined) {
    thread.variables = { ...thread.variables, ...assigned };
    if (Object.keys(assigned).length > 0) {
      details.assignedVariables = textOfVariables(assigned);
      details.assignedVariablesDetails = { truncated: false };
    }
  }
  record(draft, thread, `${state.type}StateExited`, details);
  resetVisit(thread);
  thread.input = output;
  if (next === undefined) {
    endThread(draft, thread);
  } else {
    thread.state = next;
    thread.phase = 'ready';
    draft.ready.push(thread.id);
  }
}

/** History shows variables as JSON text. */
function textOfVariables(assigned: JsonObject): JsonObject {
  const texts: JsonObject = {};
  for (const name of Object.keys(assigned)) {
    setOwn(texts, name, JSON.stringify(assigned[name]));
  }
  return texts;
}

function resetVisit(thread: Thread): void {
  thread.sequence += 1;
  delete thread.retries;
  delete thread.retryCount;
  delete thread.memory;
  delete thread.failure;
}

/** Has no cause in the history and an empty one for a catcher; what others give no cause for has none there either. */
const TIMEOUT = 'States.Timeout';

/** Answers a state's failure: Retry, then Catch, else upwards. */
export function* failState(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  failure: StateFailure,
  alias?: string,
): Step<void> {
  if (failure instanceof HistoryFull) throw failure;
  const { Error: error } = failure.output;
  draft.watch?.('failure', { ...failure.output });
  if (error === 'States.QueryEvaluationError')
    recordEvaluationFailed(draft, thread, state, failure);
  const counts = thread.retries ?? [];
  const retry = decideRetry(
    state.retriers,
    counts,
    error,
    alias,
    `${draft.seed}/${thread.id}/${thread.sequence}`,
  );
  if (retry !== undefined) {
    abandonChildren(draft, thread);
    thread.retries = state.retriers.map((_, i) => (counts[i] ?? 0) + (i === retry.retrier ? 1 : 0));
    thread.retryCount = (thread.retryCount ?? 0) + 1;
    thread.sequence += 1;
    thread.phase = 'retrying';
    delete thread.memory;
    draft.commands.push({
      type: 'SetTimer',
      timer: 'retry',
      at: draft.at + retry.delayMs,
      thread: thread.id,
      sequence: thread.sequence,
    });
    return;
  }
  const forks = state.type === 'Map' || state.type === 'Parallel';
  if (forks && error !== 'States.Runtime') record(draft, thread, `${state.type}StateFailed`, {});
  const catcher = findCatcher(state.catchers, error, alias);
  if (catcher === undefined) {
    yield* failThread(draft, thread, failure.output);
    return;
  }
  try {
    const { Error: name = null, Cause: cause = name === TIMEOUT ? '' : null } = failure.output;
    const errorOutput: JsonObject = { Error: name, Cause: cause };
    const view = { data: errorOutput, errorOutput };
    const assigned = yield* assignments(draft, thread, catcher.assign, view);
    let output: Json = errorOutput;
    if (catcher.output !== undefined) {
      output = yield* compute(draft, thread, catcher.output, view, 'Output');
    } else if (!state.jsonata) {
      output = placeResult(thread, catcher.resultPath, errorOutput);
    }
    checkSize(thread, output);
    abandonChildren(draft, thread);
    leaveState(draft, thread, state, output, assigned, catcher.next);
  } catch (second) {
    const problem = asFailure(second);
    if (problem instanceof HistoryFull) throw problem;
    yield* failThread(draft, thread, problem.output);
  }
}

/**
 * AWS links EvaluationFailed to what came before the state when the state had done nothing else yet.
 */
function recordEvaluationFailed(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  failure: StateFailure,
): void {
  const untouched = thread.previousEvent === thread.enteredEvent && state.type !== 'Wait';
  const details: JsonObject = {
    cause: failure.output.Cause ?? '',
    error: failure.output.Error ?? '',
    state: state.name,
  };
  if (failure.location !== undefined) details.location = failure.location;
  const prev = untouched ? (thread.enteredLink ?? 0) : thread.previousEvent;
  record(draft, thread, 'EvaluationFailed', details, 'chain', prev);
}

/** A thread has run its last state: its parent gets the output, or the execution has succeeded. */
export function endThread(draft: Draft, thread: Thread): void {
  thread.phase = 'succeeded';
  if (thread.parent !== null) {
    draft.joins.push(thread.id);
    return;
  }
  draft.header.status = 'SUCCEEDED';
  draft.header.output = thread.input;
  recordEnd(draft, thread.previousEvent, 'ExecutionSucceeded', {
    output: thread.input,
  });
}

/** A thread has failed for good: so does the state of its parent, or the execution. */
export function* failThread(draft: Draft, thread: Thread, failure: ErrorOutput): Step<void> {
  const inTask = stateOf(draft.machine, thread.scope, thread.state).type === 'Task';
  thread.phase = 'failed';
  thread.failure = failure;
  thread.sequence += 1;
  if (thread.parent === null) {
    endExecution(draft, 'FAILED', failure);
    return;
  }
  const parent = editThread(draft, thread.parent);
  const state = stateOf(draft.machine, parent.scope, parent.state);
  childFailed(draft, thread, parent, state, inTask);
  yield* failState(draft, parent, state, new StateFailure(failure));
}

/** Ends the execution unsuccessfully. Whatever still ran is stopped; the threads stay for a redrive. */
export function endExecution(
  draft: Draft,
  status: 'FAILED' | 'TIMED_OUT' | 'ABORTED',
  failure: ErrorOutput,
): void {
  draft.header.status = status;
  if (failure.Error !== undefined) draft.header.error = failure.Error;
  if (failure.Cause !== undefined) draft.header.cause = failure.Cause;
  const root = readThread(draft, 0);
  if (root !== undefined && root.phase !== 'failed') {
    const halted = editThread(draft, 0);
    haltChildren(draft, halted);
    haltThread(draft, halted);
  }
  draft.ready.length = 0;
  draft.joins.length = 0;
  const details: JsonObject = {};
  if (failure.Cause !== undefined) details.cause = failure.Cause;
  if (failure.Error !== undefined) details.error = failure.Error;
  const type = {
    FAILED: 'ExecutionFailed',
    TIMED_OUT: 'ExecutionTimedOut',
    ABORTED: 'ExecutionAborted',
  };
  recordEnd(draft, root?.previousEvent ?? 0, type[status], details);
}

/** Anything that is no failure of the state is a fault of ours and goes on as an exception. */
export function asFailure(error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  throw error;
}
