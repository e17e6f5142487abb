/**
 * The state of one execution: plain JSON and the only state there is.
 *
 * An execution is a tree of **threads**. Thread 0 walks the top-level states; a Parallel state forks one child thread a
 * branch, an inline Map one a running iteration. Each thread stands at one state in one phase. A snapshot of this object
 * taken after any transition, sent through `JSON.stringify` and back, continues exactly where it stopped.
 *
 * Threads are written to the store one by one: a transition returns only those it touched (see `transition.ts`).
 * @module
 */
import type { Json, JsonObject } from './json.js';

/** Version of this format. A loader accepts this one and every older one. */
export const STATE_FORMAT = 1;

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/**
 * Where a thread stands in its current state.
 *
 *     ready ──enter──▶ task ──result──▶ (leaves the state)
 *                      │  └─failure──▶ retrying ──timer──▶ task / forked / mapRun
 *                      waiting ──timer──▶ (leaves the state)
 *                      forked ──children joined──▶ (leaves the state)
 *                      mapRun ──map run finished──▶ (leaves the state)
 *     a child thread ends succeeded or failed and keeps its outcome until its parent joins;
 *     thread 0 ends the execution. After a failed execution the failed thread stays `failed`, for a redrive.
 */
export type ThreadPhase =
  | 'ready'
  | 'task'
  | 'retrying'
  | 'waiting'
  | 'forked'
  | 'mapRun'
  | 'succeeded'
  | 'failed';

export interface ErrorOutput {
  Error?: string;
  Cause?: string;
}

export interface Thread {
  id: number;
  /** The thread that forked this one; null for thread 0. */
  parent: number | null;
  /** Branch number of a Parallel, item index of a Map; 0 for thread 0. */
  index: number;
  /** JSON pointer of the `States` holder in the definition: '' or '/States/Each/ItemProcessor', …. */
  scope: string;
  /** Name of the current state. */
  state: string;
  phase: ThreadPhase;
  /** Counts commands of this thread; a result that carries another number is stale and ignored. */
  sequence: number;
  /** Input of the current state as it arrived (before InputPath). For `succeeded`: the output of the thread. */
  input: Json;
  /** Variables assigned in this thread; outer ones are looked up through `parent`. */
  variables: JsonObject;
  /** In an iteration of an inline Map: `$$.Map.Item`. */
  item?: { Index: number; Value: Json };
  /** Milliseconds since the epoch when the state was entered. */
  enteredAt: number;
  /** History id of the entering event; 0 before it. */
  enteredEvent: number;
  /** The link that the entering event itself carries. */
  enteredLink?: number;
  /** History id of this thread's latest event: the `previousEventId` of its next one. */
  previousEvent: number;
  /** Retries already made, one count a retrier of the current state; absent until the first failure. */
  retries?: number[];
  /** Total retries of the current state visit (`$$.State.RetryCount`). */
  retryCount?: number;
  /** What a task, wait or fork must remember until its result: see the state files. */
  memory?: JsonObject;
  /** Set in phase `failed`. */
  failure?: ErrorOutput;
  /** In a state that a redrive performs anew: the state that comes then, in place of its `Next`. */
  returnTo?: string;
}

/**
 * What is left to do of a Parallel or inline Map, by the id of the forking thread. It lies here and not in the thread,
 * which carries the whole input and should not be written again for every child that ends.
 */
export interface Fork {
  /** Child i is thread `first + i`: the ids are reserved when the state forks. */
  first: number;
  /** Number of branches or items. */
  length: number;
  /** Index of the next child to start. */
  next: number;
  /** Children that have succeeded. */
  done: number;
}

/** What an execution has used: counts, never money. Whole numbers; what is absent is none. */
export interface Usage {
  /** States entered. */
  transitions?: number;
  /** Attempts of tasks beyond the first of each. */
  retries?: number;
  /** Milliseconds that attempts had a worker, by the worker's kind. */
  work?: { [kind: string]: number };
  /** MiB × milliseconds of workers whose memory is said, by kind. */
  memory?: { [kind: string]: number };
  /** What tasks have reported, in millionths, by the unit's name. */
  units?: { [unit: string]: number };
}

/** What an execution had used, and what that was priced at, before it was redriven. */
export interface Spent {
  used: Usage;
  /** In millionths of the currency; absent: nothing was priced. */
  cost?: number;
}

/** The small part of an execution that changes with nearly every transition. */
export interface ExecutionHeader {
  format: number;
  status: ExecutionStatus;
  nextEvent: number;
  nextThread: number;
  forks: { [thread: number]: Fork };
  output?: Json;
  error?: string;
  cause?: string;
  /** Since it began, or was last redriven. */
  used?: Usage;
  /** What that was priced at when it ended: millionths of the currency. */
  cost?: number;
  currency?: string;
  /** All that was before the last redrive. */
  spent?: Spent;
}

export interface ExecutionContext {
  Execution: {
    Id: string;
    Name: string;
    Input: Json;
    /** ISO 8601, UTC, milliseconds. */
    StartTime: string;
    RoleArn: string;
    RedriveCount?: number;
    RedriveTime?: string;
  };
  StateMachine: { Id: string; Name: string };
  /** Present in the child executions of a distributed Map: the item that the child is for. */
  Map?: { Item: { Index: number; Value: Json; Key?: string; Source?: string } };
}

export interface ExecutionState {
  /** Fixed at the start (a redrive raises its count): the unchanging part of the Context Object. */
  context: ExecutionContext;
  header: ExecutionHeader;
  threads: { [id: number]: Thread };
}
