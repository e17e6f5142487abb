/**
 * A Map with a mocked outcome: what its iterations would get, and whether too many of them failed.
 * @module
 */
import type { CompiledState } from '../compile.js';
import type { Draft, Step } from '../draft.js';
import type { ErrorOutput, Thread } from '../execution-state.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { MAX_PAYLOAD_BYTES } from '../limits.js';
import { batchItems, exceedsTolerance, limitItems, toleranceExceeded } from '../map-run.js';
import { selectItem } from '../states/map.js';
import type { Command, MapRunRequest } from '../transition.js';
import { type InspectionData, invalid, type StateConfiguration } from './request.js';

/** Items whose inputs are computed. A Map may have more, only nobody reads them all. */
const MOST_ITEMS = 1_000;

/** Reads items in a reader's format. @returns the items, or the failure of the run */
export type ParseItems = (config: JsonObject, text: string) => Json[] | ErrorOutput;

/**
 * Looks at what a Map has begun: fills in the inspection and checks the failures that the request pretends.
 * @param result the mocked result, if that is what is mocked
 * @returns the failure of the whole Map, when too many iterations are said to have failed
 * @throws TestStateRefused when more iterations failed than there are
 */
export function* beginMockedMap(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  result: Json | undefined,
  configured: StateConfiguration,
  parseItems: ParseItems,
  data: InspectionData,
): Step<ErrorOutput | undefined> {
  const run = draft.commands.find(
    (command): command is Extract<Command, { type: 'StartMapRun' }> =>
      command.type === 'StartMapRun',
  )?.mapRun;
  if (run?.toleratedFailureCount !== undefined) {
    data.toleratedFailureCount = run.toleratedFailureCount;
  }
  if (run?.toleratedFailurePercentage !== undefined) {
    data.toleratedFailurePercentage = run.toleratedFailurePercentage;
  }
  const items = itemsOf(thread, run, configured, parseItems, data);
  if (items !== undefined && !Array.isArray(items)) return items;
  const count = yield* showIterations(draft, thread, state, run, items, data);
  const failed = configured.mapIterationFailureCount ?? 0;
  const total = count ?? (Array.isArray(result) ? result.length : failed);
  if (failed > total) {
    throw invalid(
      'Map iteration failure count must be less than or equal to the number of Map iterations',
    );
  }
  // Without a tolerance TestState lets the mocked result stand, whatever has failed.
  const tolerates =
    run?.toleratedFailureCount !== undefined || run?.toleratedFailurePercentage !== undefined;
  if (run !== undefined && tolerates && result !== undefined) {
    if (exceedsTolerance(run, failed, total)) return toleranceExceeded();
  }
  return undefined;
}

/** The items; undefined when the state reads them and the request does not say what is read. */
function itemsOf(
  thread: Thread,
  run: MapRunRequest | undefined,
  configured: StateConfiguration,
  parseItems: ParseItems,
  data: InspectionData,
): Json[] | ErrorOutput | undefined {
  if (run?.reader !== undefined) {
    const text = configured.mapItemReaderData;
    if (text === undefined) return undefined;
    const config = isObject(run.reader.ReaderConfig) ? run.reader.ReaderConfig : {};
    const items = parseItems(config, text);
    // No larger than the text of the request, which has a bound.
    if (config.ItemsPointer !== undefined && Array.isArray(items)) data.afterItemsPointer = items;
    return Array.isArray(items) ? limitItems(config, items) : items;
  }
  const items = run === undefined ? thread.memory?.items : run.items;
  return Array.isArray(items) ? items : [];
}

/**
 * Shows what ItemSelector and ItemBatcher make of the items. What is too much to be shown is not computed either.
 * @returns the number of iterations, where it is known
 */
function* showIterations(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  run: MapRunRequest | undefined,
  items: Json[] | undefined,
  data: InspectionData,
): Step<number | undefined> {
  if (items === undefined) return undefined;
  let inputs: Json[] | undefined = items;
  if (state.fields.has('ItemSelector')) {
    inputs = yield* selectItems(draft, thread, state, items);
    if (inputs !== undefined) data.afterItemSelector = inputs;
  }
  if (run?.batcher === undefined) return items.length;
  if (inputs === undefined || inputs.length > MOST_ITEMS) return undefined;
  const batches = batchItems(run, inputs);
  const text = batches.reduce<number>((sum, batch) => sum + JSON.stringify(batch).length, 0);
  if (text <= MAX_PAYLOAD_BYTES) data.afterItemBatcher = batches;
  return batches.length;
}

/** Applies ItemSelector; undefined when it is too much. */
function* selectItems(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  items: readonly Json[],
): Step<Json[] | undefined> {
  const inputs: Json[] = [];
  let text = 0;
  for (const [Index, Value] of items.entries()) {
    const input = yield* selectItem(draft, thread, state, { Index, Value });
    inputs.push(input);
    text += JSON.stringify(input).length;
    if (text > MAX_PAYLOAD_BYTES || inputs.length > MOST_ITEMS) return undefined;
  }
  return inputs;
}
