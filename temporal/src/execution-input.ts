/**
 * What passes through Temporal: the input of the workflows, what activities get and answer, signals and queries. Plain JSON, and
 * nothing secret: secrets are put in where a task is performed.
 *
 *     start ──ExecutionInput──▶ workflow `execution` ──Carried──▶ its next run ──▶ … ──▶ its outcome
 *
 * A run of a workflow is what Temporal calls so: an execution goes through several when its history grows long, or when it is redriven.
 * @module
 */
import type {
  ExecutionContext,
  ExecutionState,
  ExecutionStatus,
} from '../../src/asl/execution-state.js';
import type { Json, JsonObject } from '../../src/asl/json.js';
import type {
  ExecutionEvent,
  HistoryEvent,
  MapRunRequest,
  TaskPattern,
  TimerKind,
} from '../../src/asl/transition.js';
import type { EndedExecution } from '../../src/engine/kernel/child-outputs.js';
import type { PipelineDeployment } from '../../src/engine/kernel/deployment.js';

/** Version of all that is carried. A worker reads this one and every older one, and refuses newer ones. */
export const INPUT_FORMAT = 1;

/** Bytes of JSON that may pass at once. Temporal takes 2 MB of one value, and 4 MB of a message. */
export const MOST_BYTES = 1_900_000;

/** What of a deployment an execution needs; its folder is relative to the folder of pipelines that every worker has. */
export type HostedDeployment = Pick<
  PipelineDeployment,
  'name' | 'team' | 'tags' | 'definition' | 'bindings'
> & {
  folder: string;
};

/** An event for the interpreter, before the workflow says when it is and what is random in it. */
export type UndatedEvent = ExecutionEvent extends infer Each
  ? Each extends ExecutionEvent
    ? Omit<Each, 'at' | 'seed'>
    : never
  : never;

export interface CommandRef {
  thread: number;
  sequence: number;
}

/** The task of another execution, or the item of a map run, that waits for this one. */
export interface WaitingParent extends CommandRef {
  workflowId: string;
}

export interface ExecutionInput {
  format: number;
  id: string;
  deployment: HostedDeployment;
  /** JSON pointer of the machine in the definition: '' unless a child of a map run. */
  pointer: string;
  context: ExecutionContext;
  /** Milliseconds since the epoch. */
  startedAt: number;
  options: HostOptions;
  /** It is told how this execution ends. */
  parent?: WaitingParent;
  /** Absent: it begins. */
  carried?: Carried;
}

/** Fixed when an execution starts, so that all of its runs do the same. */
export interface HostOptions {
  /** Whether its history is written into the records. */
  records: boolean;
  /** Milliseconds without a sign of life after which an attempt is lost. */
  heartbeatMs: number;
  /** Events of Temporal's history after which the state goes into a new run, as soon as no attempt is open. */
  runEvents: number;
  /** Causes of failures stay out of what Temporal shows in the clear. */
  isSealed: boolean;
}

export const DEFAULT_OPTIONS: HostOptions = {
  records: false,
  heartbeatMs: 30_000,
  runEvents: 1_000,
  isSealed: false,
};

/** The task queue of workers, unless they are told another. */
export const TASK_QUEUE = 'millrace';

/** What one run leaves to the next. */
export interface Carried {
  state: ExecutionState;
  /** What has come and is not taken in yet. */
  queue: UndatedEvent[];
  timers: ArmedTimer[];
  /** Tasks that were scheduled and have not begun. */
  backlog: ScheduledTask[];
  /** Executions and map runs that tasks wait for. */
  children: OpenChild[];
  /** Whether the records know of it. */
  isRecorded: boolean;
}

export interface ArmedTimer extends CommandRef {
  kind: TimerKind | 'execution';
  /** Milliseconds since the epoch. */
  at: number;
}

export interface OpenChild extends CommandRef {
  workflowId: string;
  what: 'execution' | 'mapRun';
  /** Of the task that waits for an execution. */
  pattern?: TaskPattern;
}

/** How a child tells its end. */
export type ChildEnd = { ref: CommandRef } & (
  | { type: 'execution'; ended: EndedExecution }
  | ({ type: 'mapRun' } & ({ output: Json } | { error: string; cause: string }))
);

export interface MapRunInput {
  format: number;
  mapRunArn: string;
  request: MapRunRequest;
  /** The execution that it belongs to. */
  execution: ExecutionInput;
  parent: WaitingParent;
  carried?: CarriedMapRun;
}

/** What one run of a map run leaves to the next. */
export interface CarriedMapRun {
  /** Batches that have ended. */
  next: number;
  /** Outputs of children, in the order of their items; null where one failed. */
  outputs: Json[];
  succeeded: boolean[];
  failed: number;
}

/** A `ScheduleTask` command as it waits for its turn. */
export interface ScheduledTask extends CommandRef {
  state: string;
  resource: string;
  pattern: TaskPattern;
  arguments: Json;
  taskToken: string;
  attempt: number;
  timeoutSeconds?: number;
  heartbeatSeconds?: number;
}

/** What performs a task, as an activity named after the kind of its connector. */
export interface AttemptInput extends CommandRef {
  workflowId: string;
  kind: string;
  attemptId: string;
  taskToken: string;
  execution: { id: string; name: string; pipeline: string; number: number };
  team: string;
  tags: { [key: string]: string };
  folder: string;
  state: string;
  attempt: number;
  arguments: Json;
  /** What the definition writes into the arguments, when it refers to secrets. */
  written?: Json;
  wrapping: 'plain' | 'lambda:invoke';
  timeoutSeconds?: number;
  /** The workflow is told at once that it has begun, and of signs of life: a clock of the execution runs. */
  isTimed: boolean;
  /** Signs of life are told to the workflow. */
  beats: boolean;
}

export type AttemptAnswer = { startedAt: number } & (
  | { type: 'succeeded'; output: Json }
  | {
      type: 'failed';
      error: string;
      cause: string;
      /** Nobody performs it: it has not begun. */
      stage?: 'schedule';
    }
);

/** How an execution has ended. */
export interface ExecutionOutcome {
  status: ExecutionStatus;
  output?: Json;
  error?: string;
  cause?: string;
  startedAt: number;
  stoppedAt: number;
}

/** An outcome or a sign of life by task token. */
export type TokenAnswer = { taskToken: string } & (
  | { type: 'TaskSucceeded'; output: Json }
  | { type: 'TaskFailed'; error?: string; cause?: string }
  | { type: 'TaskHeartbeat' }
);

/** What a query tells of an execution. */
export interface ExecutionView {
  id: string;
  pipeline: string;
  team: string;
  name: string;
  status: ExecutionStatus;
  startedAt: number;
  redriveCount: number;
  output?: Json;
  error?: string;
  cause?: string;
  /** States in which its threads stand. */
  states: { state: string; phase: string; enteredAt: number }[];
  /** Tasks that wait for somebody to answer with their token. */
  waiting: { state: string; resource: string; taskToken: string }[];
  /** Events of Temporal's history in its present run. */
  runEvents: number;
}

/** What a redrive begins with. */
export interface StateView {
  input: ExecutionInput;
  state: ExecutionState;
  isRecorded: boolean;
}

/** Events for the records, with what the execution has come to. */
export interface RecordBatch {
  id: string;
  /** Present once: the records do not know it yet. */
  creation?: {
    name: string;
    pipeline: string;
    team: string;
    tags: { [key: string]: string };
    pointer: string;
    context: ExecutionContext;
    startedAt: number;
    deployment: HostedDeployment;
  };
  events: HistoryEvent[];
  header: JsonObject;
  root: JsonObject | null;
  context: ExecutionContext;
  redriveCount: number;
  stoppedAt?: number;
}

/**
 * The id of the workflow that an execution is: a name is given once.
 * @example workflowIdOf({ team: 'parcels', name: 'nightly' }, 'one') // 'millrace/parcels/nightly/one'
 */
export function workflowIdOf(pipeline: { team: string; name: string }, name: string): string {
  return `millrace/${pipeline.team}/${pipeline.name}/${name}`;
}

export const SIGNALS = {
  stop: 'stop',
  answer: 'answer',
  news: 'news',
  childEnded: 'childEnded',
} as const;

export const QUERIES = { describe: 'describe', state: 'state', history: 'history' } as const;

/** The errors of this host that pipelines may name in Retry and Catch. */
export const WORKER_LOST = 'Millrace.WorkerLost';
export const NOT_ON_TEMPORAL = 'Millrace.NotOnTemporal';
