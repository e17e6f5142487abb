/**
 * Numbers that a state may state directly, by path or by JSONata: MaxConcurrency, TimeoutSeconds, ….
 * @module
 */
import type { CompiledState } from '../compile.js';
import { effectiveInput } from '../data-flow.js';
import type { Draft, Step } from '../draft.js';
import { compute, runtimeFailure } from '../evaluate.js';
import type { Thread } from '../execution-state.js';
import type { Json } from '../json.js';

/**
 * Reads a whole number. A text that spells one counts, as with AWS.
 * @returns undefined when the state has no such field
 */
export function* integerField(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: string,
): Step<number | undefined> {
  return yield* numberField(draft, thread, state, field, 'integer');
}

/** Reads a number that may have a fraction. */
export function* numberField(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: string,
  kind: 'integer' | 'float' = 'float',
): Step<number | undefined> {
  const computed = state.fields.get(field);
  if (computed === undefined) return undefined;
  if (computed.kind === 'literal' && typeof computed.value === 'number') return computed.value;
  const byPath = computed.kind === 'path';
  const name = byPath ? `${field}Path` : field;
  const view = { data: effectiveInput(draft, thread, state) };
  const value = yield* compute(draft, thread, computed, view, name);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (
    typeof number === 'number' &&
    Number.isFinite(number) &&
    (kind === 'float' || Number.isInteger(number))
  ) {
    return number;
  }
  const shown = quoted(value);
  const origin = byPath ? `: ${computed.path.text}` : '';
  throw runtimeFailure(
    thread,
    `The ${name} field refers to value "${shown}" which is not a valid ${kind}${origin}`,
    byPath ? 'States.Runtime' : 'States.QueryEvaluationError',
  );
}

function quoted(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
