/**
 * Distributed Map: the items run as child executions of their own. This state asks the host for a map run and waits for
 * its result; what the run itself does with the items is in `map-run.ts`.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { visibleVariables } from '../context-object.js';
import { effectiveInput } from '../data-flow.js';
import { type Draft, record, type Step } from '../draft.js';
import { compute, runtimeFailure } from '../evaluate.js';
import type { ErrorOutput, Thread } from '../execution-state.js';
import { StateFailure } from '../failure.js';
import type { Json, JsonObject } from '../json.js';
import { completeState, failState } from '../leave-state.js';
import type { MapRunRequest } from '../transition.js';
import { integerField, numberField } from './number-field.js';

export function* beginDistributedMap(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  items: Json[] | undefined,
  maxConcurrency: number,
): Step<void> {
  const count = yield* integerField(draft, thread, state, 'ToleratedFailureCount');
  if (count !== undefined && count < 0) {
    throw runtimeFailure(thread, 'ToleratedFailureCount cannot be negative.');
  }
  const percentage = yield* numberField(draft, thread, state, 'ToleratedFailurePercentage');
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw runtimeFailure(thread, 'ToleratedFailurePercentage must be between 0 and 100.');
  }
  const processor = (state.definition.ItemProcessor ?? state.definition.Iterator) as {
    ProcessorConfig?: { ExecutionType?: 'STANDARD' | 'EXPRESS' };
  };
  const request: MapRunRequest = {
    state: state.name,
    statePointer: state.pointer,
    processor: state.branches[0] as string,
    executionType: processor.ProcessorConfig?.ExecutionType ?? 'STANDARD',
    maxConcurrency,
    hasSelector: state.fields.has('ItemSelector'),
    input: thread.input,
    variables: visibleVariables(draft, thread),
    enteredEvent: thread.enteredEvent,
    enteredAt: thread.enteredAt,
  };
  if (typeof state.definition.Label === 'string') request.label = state.definition.Label;
  if (count !== undefined) request.toleratedFailureCount = count;
  if (percentage !== undefined) request.toleratedFailurePercentage = percentage;
  if (items !== undefined) request.items = items;
  const reader = yield* readerOf(draft, thread, state);
  if (reader !== undefined) request.reader = reader;
  const batcher = yield* batcherOf(draft, thread, state);
  if (batcher !== undefined) request.batcher = batcher;
  const writer = yield* writerOf(draft, thread, state);
  if (writer !== undefined) request.writer = writer;

  thread.sequence += 1;
  const run = `${draft.seed}-${thread.id}-${thread.sequence}`;
  const label = request.label ?? labelFrom(state.name);
  const machine = draft.context.StateMachine.Id.replace(':stateMachine:', ':mapRun:');
  thread.memory = { mapRunArn: `${machine}/${label}:${run}` };
  record(draft, thread, 'MapRunStarted', {
    mapRunArn: thread.memory.mapRunArn as string,
  });
  thread.phase = 'mapRun';
  draft.commands.push({
    type: 'StartMapRun',
    mapRunArn: thread.memory.mapRunArn as string,
    mapRun: request,
    thread: thread.id,
    sequence: thread.sequence,
  });
}

/** The execution was redriven while the host had a map run of this state. */
export function redriveMapRun(draft: Draft, thread: Thread): void {
  const { mapRunArn, redriveCount } = thread.memory as { mapRunArn: string; redriveCount: number };
  thread.memory = { mapRunArn, redriveCount };
  record(draft, thread, 'MapRunRedriven', { mapRunArn, redriveCount });
  const { id, sequence } = thread;
  draft.commands.push({ type: 'RedriveMapRun', mapRunArn, thread: id, sequence });
}

/** A state's name as the part of an ARN that a Label would be: 40 characters, without those that a Label may not have. */
function labelFrom(name: string): string {
  return name.replace(/[\s?*<>{}[\]:;,\\|^~$#%&`"/\p{Cc}]/gu, '-').slice(0, 40);
}

function* readerOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
): Step<JsonObject | undefined> {
  const definition = state.definition.ItemReader as JsonObject | undefined;
  if (definition === undefined) return undefined;
  const reader: JsonObject = { Resource: definition.Resource ?? '' };
  const config = { ...(definition.ReaderConfig as JsonObject | undefined) };
  const maxItems = yield* integerField(draft, thread, state, 'MaxItems');
  delete config.MaxItemsPath;
  if (maxItems !== undefined) config.MaxItems = maxItems;
  reader.ReaderConfig = config;
  reader.Arguments = yield* argumentsOf(draft, thread, state, 'ReaderArguments');
  return reader;
}

function* writerOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
): Step<JsonObject | undefined> {
  const definition = state.definition.ResultWriter as JsonObject | undefined;
  if (definition === undefined) return undefined;
  const writer: JsonObject = {};
  if (definition.Resource !== undefined) writer.Resource = definition.Resource;
  if (definition.WriterConfig !== undefined) writer.WriterConfig = definition.WriterConfig;
  writer.Arguments = yield* argumentsOf(draft, thread, state, 'WriterArguments');
  return writer;
}

function* batcherOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
): Step<MapRunRequest['batcher']> {
  if (state.definition.ItemBatcher === undefined) return undefined;
  const batcher: NonNullable<MapRunRequest['batcher']> = {};
  const maxItems = yield* integerField(draft, thread, state, 'MaxItemsPerBatch');
  const maxBytes = yield* integerField(draft, thread, state, 'MaxInputBytesPerBatch');
  // 0 is allowed and bounds nothing.
  if (maxItems) batcher.maxItems = maxItems;
  if (maxBytes) batcher.maxBytes = maxBytes;
  if (state.fields.has('BatchInput')) {
    batcher.batchInput = yield* argumentsOf(draft, thread, state, 'BatchInput');
  }
  return batcher;
}

function* argumentsOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: string,
): Step<Json> {
  const computed = state.fields.get(field);
  if (computed === undefined) return {};
  const view = { data: effectiveInput(draft, thread, state) };
  return yield* compute(draft, thread, computed, view, field);
}

/** The host has run all items. */
export function* endMapRun(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  output: Json,
): Step<void> {
  record(draft, thread, 'MapRunSucceeded', {});
  record(draft, thread, 'MapStateSucceeded', {}, 'aside');
  yield* completeState(draft, thread, state, output);
}

/** The host gave the map run up. */
export function* failMapRun(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  failure: ErrorOutput,
): Step<void> {
  record(draft, thread, 'MapRunFailed', errorDetails(failure));
  yield* failState(draft, thread, state, new StateFailure(failure));
}

function errorDetails(failure: ErrorOutput): JsonObject {
  const details: JsonObject = {};
  if (failure.Cause !== undefined) details.cause = failure.Cause;
  if (failure.Error !== undefined) details.error = failure.Error;
  return details;
}
