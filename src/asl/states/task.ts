/**
 * Task: work done outside. The state schedules it, and leaves or fails when its outcome arrives.
 *
 *     (enter) ScheduleTask ──▶ TaskStarted ──▶ [TaskSubmitted] ──▶ TaskSucceeded | TaskFailed | timer
 *
 * A plain Lambda function ARN, an activity ARN and an integration (`arn:aws:states:::service:action`,
 * `millrace:kind`) differ only in the names of their history events.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { effectiveInput, workInput } from '../data-flow.js';
import { type Draft, record, type Step } from '../draft.js';
import { compute, runtimeFailure } from '../evaluate.js';
import type { ErrorOutput, Thread } from '../execution-state.js';
import { StateFailure } from '../failure.js';
import type { Json, JsonObject } from '../json.js';
import { completeState, failState } from '../leave-state.js';
import { exceedsBytes, MAX_PAYLOAD_BYTES } from '../limits.js';
import { parameterProblems } from '../service-parameters.js';
import { parseResource, type TaskResource } from '../task-resource.js';
import type { ExecutionEvent } from '../transition.js';
import { integerField } from './number-field.js';

/** What a thread remembers of its task, in `Thread.memory`. */
interface TaskMemory extends JsonObject {
  taskToken: string;
  started: boolean;
  /** Milliseconds; 0: none. */
  timeoutMs: number;
  heartbeatMs: number;
}

export function* beginTask(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const text = state.definition.Resource as string;
  const resource = parseResource(text);
  const sequence = thread.sequence + 1;
  const taskToken = `${draft.seed}-${thread.id}-${sequence}`;
  thread.memory = { taskToken };
  const input = yield* workInput(draft, thread, state);
  const timeout = yield* secondsField(draft, thread, state, 'TimeoutSeconds');
  const heartbeat = yield* secondsField(draft, thread, state, 'HeartbeatSeconds');
  const credentials = state.fields.get('Credentials');
  const details: JsonObject =
    resource.events === 'Task'
      ? {
          parameters: input,
          region: regionOf(draft),
          resource: resource.action,
          resourceType: resource.service,
        }
      : { input, resource: text };
  if (timeout !== undefined) details.timeoutInSeconds = timeout;
  if (heartbeat !== undefined) details.heartbeatInSeconds = heartbeat;
  let credentialValue: Json | undefined;
  if (credentials !== undefined) {
    const view = { data: effectiveInput(draft, thread, state) };
    credentialValue = yield* compute(draft, thread, credentials, view, 'Credentials');
    details.taskCredentials = credentialValue;
  }
  if (exceedsBytes(input, MAX_PAYLOAD_BYTES)) {
    throw new StateFailure({
      Error: 'States.DataLimitExceeded',
      Cause: `The state/task '${text}' tried to send an input with a size exceeding the maximum number of bytes service limit.`,
    });
  }
  const problems = parameterProblems(resource, input);
  if (problems.length > 0) {
    throw runtimeFailure(
      thread,
      `The Parameters '${JSON.stringify(input)}' could not be used to start the Task: [${problems.join(', ')}]`,
    );
  }
  record(draft, thread, `${resource.events}Scheduled`, details);
  thread.sequence = sequence;
  thread.phase = 'task';
  const memory: TaskMemory = {
    taskToken,
    started: false,
    timeoutMs: (timeout ?? 0) * 1000,
    heartbeatMs: (heartbeat ?? 0) * 1000,
  };
  thread.memory = memory;
  draft.commands.push({
    type: 'ScheduleTask',
    state: state.name,
    resource: text,
    pattern: resource.pattern,
    arguments: input,
    ...(credentialValue === undefined ? {} : { credentials: credentialValue }),
    taskToken,
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(heartbeat === undefined ? {} : { heartbeatSeconds: heartbeat }),
    attempt: thread.retryCount ?? 0,
    iterations: iterationsOf(draft, thread),
    thread: thread.id,
    sequence,
  });
  // An activity waits for a worker to ask for it, and that waiting counts; other work is timed from its start.
  if (resource.pattern === 'activity') startTimers(draft, thread, memory);
}

type TaskEvent = Extract<
  ExecutionEvent,
  {
    type: 'TaskStarted' | 'TaskSubmitted' | 'TaskSucceeded' | 'TaskFailed' | 'TaskHeartbeat';
  }
>;

/** Takes in news of the task that the thread waits for. */
export function* continueTask(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  event: TaskEvent,
): Step<void> {
  const resource = parseResource(state.definition.Resource as string);
  const memory = { ...(thread.memory as TaskMemory) };
  thread.memory = memory;
  if (event.type === 'TaskHeartbeat') {
    if (memory.heartbeatMs > 0) setTimer(draft, thread, 'heartbeat', memory.heartbeatMs);
    return;
  }
  const stage = event.type === 'TaskFailed' ? (event.stage ?? 'run') : 'run';
  if (!memory.started && stage !== 'schedule' && stage !== 'start') {
    memory.started = true;
    record(draft, thread, `${resource.events}Started`, startedDetails(resource, event));
    // Whichever news tells it first: what starts an execution is heard of when that exists, not before.
    const goesOn = event.type === 'TaskStarted' || event.type === 'TaskSubmitted';
    if (resource.pattern !== 'activity' && goesOn) startTimers(draft, thread, memory);
  }
  switch (event.type) {
    case 'TaskStarted':
      return;
    case 'TaskSubmitted':
      record(draft, thread, 'TaskSubmitted', {
        output: event.output,
        ...named(resource),
      });
      return;
    case 'TaskSucceeded': {
      clearTimers(draft, thread, memory);
      if (exceedsBytes(event.output, MAX_PAYLOAD_BYTES)) {
        const failure = {
          Error: 'States.DataLimitExceeded',
          Cause: `The state/task '${resource.service}' returned a result with a size exceeding the maximum number of bytes service limit.`,
        };
        record(draft, thread, `${resource.events}Failed`, failedDetails(resource, failure));
        yield* failState(draft, thread, state, new StateFailure(failure));
        return;
      }
      const output = { output: event.output, ...named(resource) };
      record(draft, thread, `${resource.events}Succeeded`, output);
      yield* completeState(draft, thread, state, event.output);
      return;
    }
    case 'TaskFailed': {
      clearTimers(draft, thread, memory);
      const failure: ErrorOutput = {};
      if (event.error !== undefined) failure.Error = event.error;
      if (event.cause !== undefined) failure.Cause = event.cause;
      record(draft, thread, failedType(resource, stage), failedDetails(resource, failure));
      yield* failState(draft, thread, state, new StateFailure(failure));
    }
  }
}

/** TimeoutSeconds or HeartbeatSeconds has passed. */
export function* timeOutTask(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  timer: 'timeout' | 'heartbeat',
): Step<void> {
  const resource = parseResource(state.definition.Resource as string);
  const { id, sequence } = thread;
  draft.commands.push({ type: 'CancelTask', thread: id, sequence });
  clearTimers(draft, thread, thread.memory as TaskMemory);
  const failure = { Error: 'States.Timeout' };
  record(draft, thread, `${resource.events}TimedOut`, failedDetails(resource, failure));
  const alias = timer === 'heartbeat' ? 'States.HeartbeatTimeout' : undefined;
  yield* failState(draft, thread, state, new StateFailure(failure), alias);
}

function* secondsField(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
): Step<number | undefined> {
  const seconds = yield* integerField(draft, thread, state, field);
  if (seconds !== undefined && seconds <= 0) {
    throw runtimeFailure(thread, `The ${field} field must be a positive integer: ${seconds}`);
  }
  return seconds;
}

function startTimers(draft: Draft, thread: Thread, memory: TaskMemory): void {
  if (memory.timeoutMs > 0) setTimer(draft, thread, 'timeout', memory.timeoutMs);
  if (memory.heartbeatMs > 0) setTimer(draft, thread, 'heartbeat', memory.heartbeatMs);
}

function setTimer(draft: Draft, thread: Thread, timer: 'timeout' | 'heartbeat', ms: number): void {
  const { id, sequence } = thread;
  draft.commands.push({
    type: 'SetTimer',
    timer,
    at: draft.at + ms,
    thread: id,
    sequence,
  });
}

function clearTimers(draft: Draft, thread: Thread, memory: TaskMemory): void {
  if (memory.timeoutMs > 0 || memory.heartbeatMs > 0) {
    draft.commands.push({ type: 'ClearTimers', thread: thread.id });
  }
}

function named(resource: TaskResource): JsonObject {
  return resource.events === 'Task'
    ? { resource: resource.action, resourceType: resource.service }
    : {};
}

function startedDetails(resource: TaskResource, event: TaskEvent): JsonObject {
  if (resource.events === 'Activity') {
    const worker = event.type === 'TaskStarted' ? event.workerName : undefined;
    return worker === undefined ? {} : { workerName: worker };
  }
  return named(resource);
}

function failedType(
  resource: TaskResource,
  stage: 'schedule' | 'start' | 'submit' | 'run',
): string {
  switch (stage) {
    case 'schedule':
      return resource.events === 'Task' ? 'TaskStartFailed' : `${resource.events}ScheduleFailed`;
    case 'start':
      return resource.events === 'Activity' ? 'ActivityFailed' : `${resource.events}StartFailed`;
    case 'submit':
      return 'TaskSubmitFailed';
    case 'run':
      return `${resource.events}Failed`;
  }
}

function failedDetails(resource: TaskResource, failure: ErrorOutput): JsonObject {
  const details: JsonObject = named(resource);
  if (failure.Cause !== undefined) details.cause = failure.Cause;
  if (failure.Error !== undefined) details.error = failure.Error;
  return details;
}

function regionOf(draft: Draft): string {
  return draft.context.StateMachine.Id.split(':')[3] || 'local';
}

function iterationsOf(draft: Draft, thread: Thread): { state: string; index: number }[] {
  const iterations: { state: string; index: number }[] = [];
  for (let at = thread; at.parent !== null; ) {
    const parent = draft.threads.get(at.parent) ?? draft.base.threads[at.parent];
    if (parent === undefined) break;
    if (at.item !== undefined) iterations.unshift({ state: parent.state, index: at.index });
    at = parent;
  }
  return iterations;
}
