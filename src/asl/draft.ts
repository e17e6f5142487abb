/**
 * A transition in the making: the state before it, and what has changed since.
 *
 * The state that `advance` was given is never written to. Reading a thread sees the changes made so far; the first
 * change of a thread copies it. What was touched, and only that, becomes the `Transition`.
 * @module
 */
import type { Machine } from './compile.js';
import type {
  ExecutionContext,
  ExecutionHeader,
  ExecutionState,
  Fork,
  Thread,
} from './execution-state.js';
import { StateFailure } from './failure.js';
import type { Json, JsonObject } from './json.js';
import { MAX_HISTORY_EVENTS } from './limits.js';
import type {
  Command,
  EvaluationRequest,
  EvaluationResult,
  HistoryEvent,
  Transition,
} from './transition.js';

/** A computation that may ask for JSONata evaluations on its way; without any it never leaves the current call. */
export type Step<T> = Generator<EvaluationRequest[], T, EvaluationResult[]>;

/** What a `Draft` tells an onlooker: a stage of the data flow, a failure before it is handled. */
export type Stage =
  | 'afterInputPath'
  | 'afterParameters'
  | 'afterArguments'
  | 'afterItemsPath'
  | 'afterResultSelector'
  | 'afterResultPath'
  | 'maxConcurrency'
  | 'failure';

export interface Draft {
  readonly machine: Machine;
  readonly context: ExecutionContext;
  readonly base: ExecutionState;
  /** Time of the event, milliseconds since the epoch. */
  readonly at: number;
  readonly seed: string;
  header: ExecutionHeader;
  readonly threads: Map<number, Thread>;
  readonly removed: Set<number>;
  readonly commands: Command[];
  readonly history: HistoryEvent[];
  /** Threads that stand before a state and can go on. */
  readonly ready: number[];
  /** Threads that have ended and whose parents have not noticed yet. */
  readonly joins: number[];
  /** Is shown intermediate values: how TestState inspects a state. */
  watch?: (stage: Stage, value: Json) => void;
  /** Takes the place of the Context Object that the execution would have. */
  fixedContext?: JsonObject;
}

export function openDraft(
  machine: Machine,
  state: ExecutionState,
  at: number,
  seed: string,
): Draft {
  return {
    machine,
    context: state.context,
    base: state,
    at,
    seed,
    header: { ...state.header },
    threads: new Map(),
    removed: new Set(),
    commands: [],
    history: [],
    ready: [],
    joins: [],
  };
}

export function closeDraft(draft: Draft): Transition {
  return {
    header: draft.header,
    touched: [...draft.threads.values()],
    removed: [...draft.removed],
    commands: draft.commands,
    history: draft.history,
    more: draft.ready.length + draft.joins.length > 0 && draft.header.status === 'RUNNING',
  };
}

/** The thread as it stands now; undefined when it exists no longer. Not to be written to: see `editThread`. */
export function readThread(draft: Draft, id: number): Thread | undefined {
  if (draft.removed.has(id)) return undefined;
  return draft.threads.get(id) ?? draft.base.threads[id];
}

/**
 * The thread, as a copy that belongs to this draft.
 * @throws Error when there is no such thread
 */
export function editThread(draft: Draft, id: number): Thread {
  const edited = draft.threads.get(id);
  if (edited !== undefined) return edited;
  const thread = readThread(draft, id);
  if (thread === undefined) throw new Error(`There is no thread ${id}`);
  const copy = { ...thread };
  draft.threads.set(id, copy);
  return copy;
}

export function addThread(draft: Draft, thread: Thread): void {
  draft.threads.set(thread.id, thread);
  draft.removed.delete(thread.id);
}

/** Takes a thread out. A thread that was made in this same draft leaves no trace. */
export function removeThread(draft: Draft, id: number): void {
  draft.threads.delete(id);
  if (draft.base.threads[id] !== undefined) draft.removed.add(id);
}

/** The fork of a thread, as a copy that belongs to this draft. */
export function editFork(draft: Draft, thread: number): Fork {
  const fork = draft.header.forks[thread];
  if (fork === undefined) throw new Error(`Thread ${thread} has no fork`);
  const copy = { ...fork };
  setFork(draft, thread, copy);
  return copy;
}

export function setFork(draft: Draft, thread: number, fork: Fork | undefined): void {
  const forks = { ...draft.header.forks };
  if (fork === undefined) delete forks[thread];
  else forks[thread] = fork;
  draft.header.forks = forks;
}

/**
 * Appends a history event.
 *
 * AWS links each event to an earlier one of the same branch. Most events become the link of the next one; a few
 * (`MapIterationSucceeded`, `MapStateSucceeded` …) stand aside.
 *
 * @returns the event's id
 * @throws StateFailure `States.Runtime` when the history is full; the execution then ends
 */
export function record(
  draft: Draft,
  thread: Thread,
  type: string,
  details: JsonObject,
  link: 'chain' | 'aside' = 'chain',
  prev: number = thread.previousEvent,
): number {
  const id = draft.header.nextEvent;
  if (id >= MAX_HISTORY_EVENTS) throw new HistoryFull();
  draft.header.nextEvent = id + 1;
  draft.history.push({ id, prev, at: draft.at, type, details });
  if (link === 'chain') thread.previousEvent = id;
  return id;
}

/** Appends the last event of an execution, which may take the place that `record` keeps free. */
export function recordEnd(draft: Draft, prev: number, type: string, details: JsonObject): void {
  const id = draft.header.nextEvent;
  draft.header.nextEvent = id + 1;
  draft.history.push({ id, prev, at: draft.at, type, details });
}

/** The history has no room but for its last event. */
export class HistoryFull extends StateFailure {
  constructor() {
    super({
      Error: 'States.Runtime',
      Cause: `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`,
    });
  }
}
