/**
 * The rules of a map run: which items there are, what each child execution gets, when too many have failed, and what
 * comes out. The host reads the data, runs the children and keeps count; this file decides.
 *
 *     StartMapRun ──▶ items (given or read) ──▶ selectMapItem each ──▶ batchItems ──▶ children
 *                 ◀── MapRunSucceeded (mapRunResult) or MapRunFailed (exceedsTolerance, ITEM_READER_FAILED)
 *
 * Source: Step Functions developer guide, "Using Map state in Distributed mode".
 * @module
 */

import { type Machine, stateOf } from './compile.js';
import { openDraft, type Step } from './draft.js';
import type { ErrorOutput, ExecutionContext, Thread } from './execution-state.js';
import { STATE_FORMAT } from './execution-state.js';
import { setOwn } from './expressions/property.js';
import { StateFailure } from './failure.js';
import type { Json, JsonObject } from './json.js';
import { MAX_PAYLOAD_BYTES } from './limits.js';
import { selectItem } from './states/map.js';
import type { Evaluate, MapRunRequest } from './transition.js';

/** One item on its way to a child: `Key` and `Source` when it came from an object or a file. */
export interface MapItem {
  Index: number;
  Value: Json;
  Key?: string;
  Source?: string;
}

/** Error name for items that cannot be read. */
export const ITEM_READER_FAILED = 'States.ItemReaderFailed';

/**
 * Applies the Map's ItemSelector to an item.
 *
 * @param machine the machine that holds the Map state
 * @param context of the execution that holds it
 * @param clock time in milliseconds since the epoch, and the seed of everything random
 * @returns the input for a child, or the failure of the whole run
 * @example await selectMapItem(machine, context, request, { Index: 0, Value: 1 }, clock, evaluate)
 */
export async function selectMapItem(
  machine: Machine,
  context: ExecutionContext,
  request: MapRunRequest,
  item: MapItem,
  clock: { at: number; seed: string },
  evaluate: Evaluate,
): Promise<{ input: Json } | { failure: ErrorOutput }> {
  if (!request.hasSelector) return { input: item.Value };
  const scope = request.statePointer.slice(0, request.statePointer.lastIndexOf('/States/'));
  const thread: Thread = {
    id: 0,
    parent: null,
    index: 0,
    scope,
    state: request.state,
    phase: 'mapRun',
    sequence: 0,
    input: request.input,
    variables: request.variables,
    enteredAt: request.enteredAt,
    enteredEvent: request.enteredEvent,
    previousEvent: 0,
  };
  const header = {
    format: STATE_FORMAT,
    status: 'RUNNING',
    nextEvent: 1,
    nextThread: 1,
    forks: {},
  } as const;
  const state = { context, header, threads: { 0: thread } };
  const draft = openDraft(machine, state, clock.at, clock.seed);
  const step: Step<Json> = selectItem(draft, thread, stateOf(machine, scope, request.state), item);
  try {
    let next = step.next();
    while (!next.done) next = step.next(await evaluate(next.value));
    return { input: next.value };
  } catch (error) {
    if (error instanceof StateFailure) return { failure: error.output };
    throw error;
  }
}

/** The input of a child execution, and how many items it carries. */
export interface Batch {
  input: Json;
  size: number;
}

/** Groups items as they come, so that no more than one batch of them is in memory. */
export interface Batcher {
  /** Takes the input of one item; answers the batch that is full because of it. */
  add(input: Json): Batch | undefined;
  /** The last batch, which may be short. */
  rest(): Batch | undefined;
}

/**
 * Groups items as ItemBatcher says. Without one each item stays alone. No batch's input is larger than a payload may be.
 * @example
 * const batcher = createBatcher({ maxItems: 2 });
 * [batcher.add(1), batcher.add(2), batcher.add(3)] // [undefined, undefined, { input: { Items: [1, 2] }, size: 2 }]
 */
export function createBatcher(config: MapRunRequest['batcher']): Batcher {
  if (config === undefined) {
    return { add: (input) => ({ input, size: 1 }), rest: () => undefined };
  }
  const maxItems = config.maxItems || Number.POSITIVE_INFINITY;
  const maxBytes = Math.min(config.maxBytes || MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
  const wrap = (items: Json[]): JsonObject =>
    config.batchInput === undefined
      ? { Items: items }
      : { BatchInput: config.batchInput, Items: items };
  const empty = jsonBytes(wrap([]));
  let items: Json[] = [];
  let bytes = empty;
  function cut(): Batch | undefined {
    if (items.length === 0) return undefined;
    const batch = { input: wrap(items), size: items.length };
    items = [];
    bytes = empty;
    return batch;
  }
  return {
    add(input) {
      const size = jsonBytes(input);
      const isFull = items.length >= maxItems || bytes + size + 1 > maxBytes;
      const batch = isFull ? cut() : undefined;
      // One more for the comma before it.
      bytes += size + (items.length === 0 ? 0 : 1);
      items.push(input);
      return batch;
    },
    rest: cut,
  };
}

/** All batches of inputs that are at hand. */
export function batchItems(request: MapRunRequest, inputs: readonly Json[]): Json[] {
  const batcher = createBatcher(request.batcher);
  const batches = [...inputs.map((input) => batcher.add(input)), batcher.rest()];
  return batches.filter((batch) => batch !== undefined).map(({ input }) => input);
}

/** Length of a value's JSON text in bytes of UTF-8. */
function jsonBytes(value: Json): number {
  const text = JSON.stringify(value);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // A pair of surrogates is four bytes; the text has no lone ones, JSON.stringify escapes them.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/**
 * Tells whether so many children have failed that the run must. A threshold of 0 counts as none, so it does not take
 * from what the other one tolerates.
 * @param failed items whose children failed, timed out or were aborted
 * @param total items of the whole run
 */
export function exceedsTolerance(
  request: Pick<MapRunRequest, 'toleratedFailureCount' | 'toleratedFailurePercentage'>,
  failed: number,
  total: number,
): boolean {
  const { toleratedFailureCount: count = 0, toleratedFailurePercentage: percentage = 0 } = request;
  if (failed === 0) return false;
  if (count === 0 && percentage === 0) return true;
  if (count > 0 && failed > count) return true;
  return percentage > 0 && (failed / total) * 100 > percentage;
}

/** The failure of a run with too many failed children. */
export function toleranceExceeded(): ErrorOutput {
  return {
    Error: 'States.ExceedToleratedFailureThreshold',
    Cause: 'The specified tolerated failure threshold was exceeded',
  };
}

/** How the items of a reader are limited: MaxItems, where 0 means all of them. */
export function limitItems<T>(config: JsonObject, items: T[]): T[] {
  const max = config.MaxItems;
  return typeof max === 'number' && max > 0 ? items.slice(0, max) : items;
}

/**
 * Checks a reader's configuration before anything is read.
 * @returns the failure of the run, or undefined when all is well
 */
export function checkReader(config: JsonObject): ErrorOutput | undefined {
  const max = config.MaxItems;
  if (typeof max === 'number' && max < 0) {
    return { Error: ITEM_READER_FAILED, Cause: 'field MaxItems must be positive' };
  }
  const headers = config.CSVHeaders;
  if (Array.isArray(headers) && new Set(headers).size !== headers.length) {
    return { Error: ITEM_READER_FAILED, Cause: 'CSV headers cannot contain duplicates.' };
  }
  return undefined;
}

/** Turns one CSV record into an item: missing columns are empty, surplus ones are dropped. */
export function csvItem(headers: readonly string[], record: readonly string[]): JsonObject {
  const item: JsonObject = {};
  for (const [i, header] of headers.entries()) setOwn(item, header, record[i] ?? '');
  return item;
}
