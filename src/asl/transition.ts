/**
 * What goes into `advance` and what comes out of it.
 *
 *     advance(machine, state, event, evaluate) → Transition
 *
 * Time, ids and randomness arrive on the event. A transition changes nothing by itself: the caller makes it durable
 * (touched threads, header, history, commands in one commit), then calls `applyTransition` on its copy of the state and
 * carries out the commands.
 * @module
 */
import type { ExecutionHeader, Thread } from './execution-state.js';
import type { Json, JsonObject } from './json.js';

/** On every event: when it happened and the randomness that the transition may use. */
export interface EventBase {
  /** Milliseconds since the epoch. */
  at: number;
  /** Seed of everything random in this transition: jitter, States.UUID, $random. Any string, new for each event. */
  seed: string;
}

/** Addresses a command's result to the thread and sequence that issued it. A result with an older sequence is ignored. */
export interface CommandRef {
  thread: number;
  sequence: number;
}

export type ExecutionEvent = EventBase &
  (
    | { type: 'Start' }
    /** The worker has begun (after ScheduleTask). Optional for callers: a result without it implies it. */
    | ({ type: 'TaskStarted'; workerName?: string } & CommandRef)
    /** A `.sync` or `.waitForTaskToken` request was accepted; the outcome follows later. */
    | ({ type: 'TaskSubmitted'; output: Json } & CommandRef)
    | ({ type: 'TaskSucceeded'; output: Json } & CommandRef)
    /** `stage` tells which step failed; default 'run'. */
    | ({
        type: 'TaskFailed';
        error?: string;
        cause?: string;
        stage?: 'schedule' | 'start' | 'submit' | 'run';
      } & CommandRef)
    /** Progress of a task with HeartbeatSeconds: the heartbeat timer starts anew. */
    | ({ type: 'TaskHeartbeat' } & CommandRef)
    | ({ type: 'TimerFired'; timer: TimerKind } & CommandRef)
    /** The TimeoutSeconds of the whole machine has passed. */
    | { type: 'ExecutionTimeout' }
    /** A map run ended: ResultWriter's answer or the array of results on success. */
    | ({ type: 'MapRunSucceeded'; output: Json } & CommandRef)
    | ({ type: 'MapRunFailed'; error?: string; cause?: string } & CommandRef)
    | { type: 'Stop'; error?: string; cause?: string }
    /** Goes on from failed threads. The caller has prepared the state with `prepareRedrive`. */
    | { type: 'Redrive' }
    /** The last transition answered `more: true`: go on. */
    | { type: 'Continue' }
  );

export type TimerKind = 'wait' | 'retry' | 'timeout' | 'heartbeat';

/** How a task's outcome arrives. */
export type TaskPattern = 'requestResponse' | 'sync' | 'sync2' | 'waitForTaskToken' | 'activity';

/** Work that the host must do after the transition is durable. */
export type Command =
  | ({
      type: 'ScheduleTask';
      state: string;
      /** As written in the definition, e.g. `arn:aws:states:::lambda:invoke.waitForTaskToken` or `millrace:shell`. */
      resource: string;
      pattern: TaskPattern;
      /** What the task gets: effective Parameters or Arguments (or the input where neither is given). */
      arguments: Json;
      credentials?: Json;
      /** Present when a pattern needs it; equals the `$$.Task.Token` that the arguments may contain. */
      taskToken: string;
      timeoutSeconds?: number;
      heartbeatSeconds?: number;
      /** 0 for the first attempt of this state visit. */
      attempt: number;
      /** Iterations around this thread, outermost first. */
      iterations: { state: string; index: number }[];
    } & CommandRef)
  /** The thread no longer waits for this task: kill it, ignore its outcome. */
  | ({ type: 'CancelTask' } & CommandRef)
  /** At `at` deliver TimerFired with the same thread, sequence and timer. A later one of the same kind replaces it. */
  | ({ type: 'SetTimer'; timer: TimerKind; at: number } & CommandRef)
  /** All timers of the thread are off (they carry an older sequence and would be ignored anyway). */
  | { type: 'ClearTimers'; thread: number }
  /** At `at` deliver ExecutionTimeout, unless the execution has ended. */
  | { type: 'SetExecutionTimer'; at: number }
  /** Run the items of a distributed Map as child executions; answer MapRunSucceeded or MapRunFailed. See `map-run.ts`. */
  | ({
      type: 'StartMapRun';
      mapRunArn: string;
      mapRun: MapRunRequest;
    } & CommandRef)
  /** Go on with a map run that has ended: begin what was not begun, and do again what did not succeed. */
  | ({ type: 'RedriveMapRun'; mapRunArn: string } & CommandRef)
  | ({ type: 'CancelMapRun' } & CommandRef);

export interface MapRunRequest {
  state: string;
  /** JSON pointer of the Map state in the definition. */
  statePointer: string;
  /** JSON pointer of the item processor in the definition: the child's machine. */
  processor: string;
  executionType: 'STANDARD' | 'EXPRESS';
  label?: string;
  maxConcurrency: number;
  /** Fails the run when more children than this fail; absent: none is tolerated unless a percentage is given. */
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  /** The items themselves, when they are in the input. */
  items?: Json;
  /** ItemReader with its arguments evaluated: { Resource, ReaderConfig, Arguments | Parameters }. */
  reader?: JsonObject;
  /** ItemSelector as written; it is evaluated for every item with `selectItem`. */
  hasSelector: boolean;
  batcher?: { maxItems?: number; maxBytes?: number; batchInput?: Json };
  writer?: JsonObject;
  /** Input and variables of the Map state: what the selector sees. */
  input: Json;
  variables: JsonObject;
  /** History id and time of the Map state's entry, for messages and `$$.State`. */
  enteredEvent: number;
  enteredAt: number;
}

/** One line of the execution's history, with AWS's names. */
export interface HistoryEvent {
  /** 1, 2, 3 … without gaps. */
  id: number;
  /** previousEventId; 0 for the first two. */
  prev: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** AWS's HistoryEventType, e.g. `TaskStateEntered`. */
  type: string;
  /** AWS's detail fields, flattened; JSON texts (`input`, `output`, `parameters`) are values here. */
  details: JsonObject;
}

export interface Transition {
  header: ExecutionHeader;
  /** Threads that are new or changed, whole. */
  touched: Thread[];
  /** Ids of threads that exist no longer. */
  removed: number[];
  commands: Command[];
  history: HistoryEvent[];
  /** There is more to do without waiting for anything: commit this, then send `Continue`. Bounds a transition's size. */
  more: boolean;
}

/** Evaluates one JSONata template: the host runs it where it can be stopped (a deadline, a memory cap). */
export interface EvaluationRequest {
  /** The template's expression without `{%` and `%}`. */
  expression: string;
  /** Variables by name without `$`: `states` and everything assigned. */
  bindings: JsonObject;
  /** Milliseconds since the epoch for $now and $millis. */
  at: number;
  /** Seed for $random and $uuid. */
  seed: string;
}

export type EvaluationResult =
  | { type: 'value'; value: Json }
  /** Returned nothing (undefined). */
  | { type: 'undefined' }
  /** A function or another value that is no JSON. */
  | { type: 'unsupported' }
  /** `message` as AWS words it, e.g. `T1006: Attempted to invoke a non-function`; one about a bound has no code. */
  | { type: 'error'; message: string }
  /** What the service says no more about than a random id. */
  | { type: 'internal'; id: string };

/** The port through which `advance` evaluates JSONata. Answers in the order of the requests; never rejects. */
export type Evaluate = (requests: EvaluationRequest[]) => Promise<EvaluationResult[]>;
