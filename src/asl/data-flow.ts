/**
 * How data flows through a state: what it gets of its input, and what its output becomes.
 *
 *     JSONPath   input → InputPath → Parameters → (work) → ResultSelector → Assign → ResultPath → OutputPath → output
 *     JSONata    input → Arguments → (work) → Assign, Output → output
 *
 * Source: Step Functions developer guide, "Processing input and output in Step Functions".
 * @module
 */
import type { CompiledState, Computed } from './compile.js';
import type { Draft, Step } from './draft.js';
import { compute, pathScope, runtimeFailure, stateFailure, type View } from './evaluate.js';
import type { Thread } from './execution-state.js';
import { resolvePath, setPath } from './expressions/path.js';
import { StateFailure } from './failure.js';
import { isObject, type Json, type JsonObject } from './json.js';
import { exceedsBytes, MAX_PAYLOAD_BYTES } from './limits.js';

/** What the state works on: its input after InputPath. */
export function effectiveInput(draft: Draft, thread: Thread, state: CompiledState): Json {
  const input = underInputPath(draft, thread, state);
  if (!state.jsonata) draft.watch?.('afterInputPath', input);
  return input;
}

function underInputPath(draft: Draft, thread: Thread, state: CompiledState): Json {
  if (state.inputPath === undefined) return thread.input;
  if (state.inputPath === null) return {};
  try {
    return resolvePath(
      state.inputPath,
      pathScope(draft, thread, { data: thread.input }, 'InputPath'),
    );
  } catch (error) {
    throw stateFailure(thread, error);
  }
}

/** What the state passes on to its work: Parameters or Arguments, or its effective input where neither is given. */
export function* workInput(draft: Draft, thread: Thread, state: CompiledState): Step<Json> {
  const input = effectiveInput(draft, thread, state);
  const field = state.jsonata ? 'Arguments' : 'Parameters';
  const value =
    state.arguments === undefined
      ? input
      : yield* compute(draft, thread, state.arguments, { data: input }, field);
  if (!state.jsonata || state.arguments !== undefined) draft.watch?.(`after${field}`, value);
  return value;
}

/** The outcome of a state: its output, and the variables it assigns. */
export interface Outcome {
  output: Json;
  assigned: JsonObject | undefined;
}

/**
 * The outcome of a state whose work gave `result`.
 * @param raw what JSONPath's Assign sees as `$` when the state has no ResultSelector
 * @throws StateFailure
 */
export function* outcomeOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  result: Json,
): Step<Outcome> {
  if (state.jsonata) {
    const view: View = { data: thread.input, result };
    const assigned = yield* assignments(draft, thread, state.assign, view);
    const output =
      state.output === undefined
        ? result
        : yield* compute(draft, thread, state.output, view, 'Output');
    return { output: checkSize(thread, output), assigned };
  }
  let selected = result;
  if (state.resultSelector !== undefined) {
    selected = yield* compute(
      draft,
      thread,
      state.resultSelector,
      { data: result },
      'ResultSelector',
    );
  }
  draft.watch?.('afterResultSelector', selected);
  const assigned = yield* assignments(draft, thread, state.assign, {
    data: selected,
  });
  const combined = placeResult(thread, state.resultPath, selected);
  draft.watch?.('afterResultPath', combined);
  return {
    output: checkSize(thread, selectOutput(draft, thread, state, combined)),
    assigned,
  };
}

/** Applies OutputPath. */
export function selectOutput(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  value: Json,
): Json {
  if (state.outputPath === undefined) return value;
  if (state.outputPath === null) return {};
  try {
    return resolvePath(state.outputPath, pathScope(draft, thread, { data: value }, 'OutputPath'));
  } catch (error) {
    throw stateFailure(thread, error);
  }
}

/** Puts a result into the state's raw input as ResultPath says; null drops the result. */
export function placeResult(thread: Thread, resultPath: string | null, result: Json): Json {
  if (resultPath === null) return thread.input;
  if (resultPath === '$') return result;
  try {
    return setPath(thread.input, resultPath, result);
  } catch (error) {
    throw stateFailure(thread, error);
  }
}

/** Evaluates an Assign field; all of it sees the variables as they were before. */
export function* assignments(
  draft: Draft,
  thread: Thread,
  assign: Computed | undefined,
  view: View,
): Step<JsonObject | undefined> {
  if (assign === undefined) return undefined;
  const value = yield* compute(draft, thread, assign, view, 'Assign');
  if (!isObject(value)) throw runtimeFailure(thread, 'Assign must be an object.');
  return value;
}

/** @throws StateFailure `States.DataLimitExceeded` for a payload over 256 KiB */
export function checkSize(thread: Thread, value: Json): Json {
  if (exceedsBytes(value, MAX_PAYLOAD_BYTES)) {
    throw new StateFailure({
      Error: 'States.DataLimitExceeded',
      Cause: `The state/task '${thread.state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
  }
  return value;
}
