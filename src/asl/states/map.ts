/**
 * Map: runs its processor once for every item. Inline, each iteration is a thread of this execution; distributed, each
 * is an execution of its own, run by the host (`distributed-map.ts`).
 * @module
 */
import type { CompiledState } from '../compile.js';
import { contextObject } from '../context-object.js';
import { effectiveInput } from '../data-flow.js';
import { type Draft, record, type Step } from '../draft.js';
import { compute, lookUp, runtimeFailure } from '../evaluate.js';
import type { Thread } from '../execution-state.js';
import { StateFailure, whileExecuting } from '../failure.js';
import type { Json, JsonObject } from '../json.js';
import { completeState } from '../leave-state.js';
import { INLINE_MAP_CONCURRENCY } from '../limits.js';
import { beginDistributedMap } from './distributed-map.js';
import { openFork, startChild } from './fork.js';
import { integerField } from './number-field.js';

export function* beginMap(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const reads = state.definition.ItemReader !== undefined;
  const items = reads ? undefined : yield* itemsOf(draft, thread, state);
  const concurrency = (yield* integerField(draft, thread, state, 'MaxConcurrency')) ?? 0;
  if (concurrency < 0) throw runtimeFailure(thread, 'MaxConcurrency cannot be negative.');
  draft.watch?.('maxConcurrency', concurrency);
  record(draft, thread, 'MapStateStarted', { length: items?.length ?? 0 });
  if (state.distributed) {
    yield* beginDistributedMap(draft, thread, state, items, concurrency);
    return;
  }
  const list = items ?? [];
  if (list.length === 0) {
    record(draft, thread, 'MapStateSucceeded', {}, 'aside');
    yield* completeState(draft, thread, state, []);
    return;
  }
  thread.memory = { items: list };
  openFork(draft, thread, list.length);
  const link = thread.previousEvent;
  const atOnce = concurrency === 0 ? INLINE_MAP_CONCURRENCY : concurrency;
  for (let i = 0; i < Math.min(atOnce, list.length); i++) {
    yield* startIteration(draft, thread, state, link);
  }
}

function* itemsOf(draft: Draft, thread: Thread, state: CompiledState): Step<Json[]> {
  const input = effectiveInput(draft, thread, state);
  const items = state.fields.get('Items');
  if (state.jsonata && items !== undefined) {
    const value = yield* compute(draft, thread, items, { data: input }, 'Items');
    if (Array.isArray(value)) return value;
    throw new StateFailure(
      {
        Error: 'States.QueryEvaluationError',
        Cause: whileExecuting(
          state.name,
          thread.enteredEvent,
          `The JSONata expression '${expressionText(state.definition.Items)}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
        ),
      },
      'Items',
    );
  }
  const path = state.fields.get('ItemsPath');
  const value = path?.kind === 'path' ? lookUp(draft, thread, path.path, { data: input }) : input;
  if (Array.isArray(value)) {
    if (!state.jsonata) draft.watch?.('afterItemsPath', value);
    return value;
  }
  if (state.jsonata) {
    throw runtimeFailure(
      thread,
      `Map state input must be an array but was: ${JSON.stringify(value)}`,
      'States.QueryEvaluationError',
    );
  }
  if (path?.kind === 'path') {
    throw runtimeFailure(thread, `Reference path "${path.path.text}" must point to array.`);
  }
  throw runtimeFailure(thread, 'Map state input must be an array.');
}

/** Starts the next iteration of an inline Map. */
export function* startIteration(
  draft: Draft,
  parent: Thread,
  state: CompiledState,
  link: number,
): Step<void> {
  const index = draft.header.forks[parent.id]?.next ?? 0;
  const { input, item } = yield* iterationInput(draft, parent, state, index);
  const child = startChild(draft, parent, {
    input,
    item,
    link,
    scope: state.branches[0] as string,
  });
  record(draft, child, 'MapIterationStarted', { index, name: state.name });
}

/** The input of one iteration: the item, or what ItemSelector makes of it. */
export function* iterationInput(
  draft: Draft,
  parent: Thread,
  state: CompiledState,
  index: number,
): Step<{ input: Json; item: { Index: number; Value: Json } }> {
  const items = (parent.memory as JsonObject).items as Json[];
  const value = items[index] ?? null;
  const item = { Index: index, Value: value };
  return { input: yield* selectItem(draft, parent, state, item), item };
}

/** Applies ItemSelector to an item; without one the item itself is the input. */
export function* selectItem(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  item: { Index: number; Value: Json },
): Step<Json> {
  const selector = state.fields.get('ItemSelector');
  if (selector === undefined) return item.Value;
  const view = {
    data: effectiveInput(draft, thread, state),
    context: { ...contextObject(draft, thread), Map: { Item: item } },
  };
  return yield* compute(draft, thread, selector, view, 'ItemSelector');
}

function expressionText(field: unknown): string {
  const text = String(field);
  return text.startsWith('{%') ? text.slice(2, -2).trim() : text;
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
