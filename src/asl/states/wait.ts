/**
 * Wait: holds its thread for some seconds or until a time, then hands its input on.
 * @module
 */
import type { CompiledState, Computed } from '../compile.js';
import { effectiveInput } from '../data-flow.js';
import type { Draft, Step } from '../draft.js';
import { compute, lookUp, runtimeFailure } from '../evaluate.js';
import type { Thread } from '../execution-state.js';
import { StateFailure } from '../failure.js';
import type { Json } from '../json.js';
import { completeState } from '../leave-state.js';
import { parseTimestamp } from '../timestamp.js';

/** Longest wait, in seconds. */
const MAX_SECONDS = 99_999_999;

export function* beginWait(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const seconds = state.fields.get('Seconds');
  const until =
    seconds !== undefined
      ? draft.at + 1000 * (yield* secondsOf(draft, thread, state, seconds))
      : yield* timestampOf(draft, thread, state, state.fields.get('Timestamp') as Computed);
  thread.phase = 'waiting';
  thread.sequence += 1;
  draft.commands.push({
    type: 'SetTimer',
    timer: 'wait',
    at: Math.max(until, draft.at),
    thread: thread.id,
    sequence: thread.sequence,
  });
}

/** The time has come. */
export function* endWait(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  yield* completeState(draft, thread, state, effectiveInput(draft, thread, state));
}

function* secondsOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: Computed,
): Step<number> {
  const value = yield* fieldValue(draft, thread, state, field, 'Seconds');
  if (field.kind === 'path') {
    const shown = `${field.path.text} == ${plain(value)}`;
    if (!(typeof value === 'number' && Number.isInteger(value))) {
      throw runtimeFailure(
        thread,
        `The SecondsPath parameter cannot be parsed as a long value: ${shown}`,
      );
    }
    if (value < 0) {
      throw runtimeFailure(
        thread,
        `The SecondsPath parameter references a negative value: ${shown}`,
      );
    }
    if (value > MAX_SECONDS) {
      throw runtimeFailure(
        thread,
        `The SecondsPath parameter references a value greater than ${MAX_SECONDS}: ${shown}`,
      );
    }
    return value;
  }
  if (
    !(typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_SECONDS)
  ) {
    throw evaluationFailure(
      thread,
      `The Seconds field must be an integer between 0 and ${MAX_SECONDS}: ${plain(value)}`,
      'Seconds',
    );
  }
  return value;
}

function* timestampOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: Computed,
): Step<number> {
  const value = yield* fieldValue(draft, thread, state, field, 'Timestamp');
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (time !== undefined) return time;
  if (field.kind === 'path') {
    throw runtimeFailure(
      thread,
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${field.path.text} == ${plain(value)}`,
    );
  }
  throw evaluationFailure(
    thread,
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${plain(value)}`,
    'Timestamp',
  );
}

function* fieldValue(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: Computed,
  name: 'Seconds' | 'Timestamp',
): Step<Json> {
  const view = { data: effectiveInput(draft, thread, state) };
  if (field.kind !== 'path') return yield* compute(draft, thread, field, view, name);
  const value = lookUp(draft, thread, field.path, view);
  if (value === undefined) {
    throw runtimeFailure(
      thread,
      `The ${name}Path parameter does not reference an input value: ${field.path.text}`,
    );
  }
  return value;
}

function evaluationFailure(thread: Thread, message: string, location: string): StateFailure {
  const { output } = runtimeFailure(thread, message, 'States.QueryEvaluationError');
  return new StateFailure(output, location);
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
