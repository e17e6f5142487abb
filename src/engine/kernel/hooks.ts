/**
 * Where features take part in what the kernel does while an execution goes on: on the hot path, so each has a name and a
 * type instead of being found. Without the feature the kernel does the plain thing.
 *
 * | hook | without it |
 * | --- | --- |
 * | admission | every execution begins at once |
 * | mapRuns | a distributed Map fails as a defect |
 * | activities | there are none: their tasks fail |
 * | remote | no task is performed elsewhere |
 * | pools | there are no pools of clusters: tasks that take one fail as a defect |
 * | tell | nobody hears of facts |
| follow | histories grow without a fact |
 * | traceparent | tasks are told of no trace |
 * | secrets | there are none: tasks that refer to one fail |
 * | connections | there are none: HTTP Tasks fail |
 * | data | tasks are handed no datasets, and write none |
 * | workers | tasks for workers on other machines wait for ever |
 * | effects | what test runs do not do is not kept |
 * | attempts | nobody hears of attempts that connectors make |
 * @module
 */
import type { Json } from '../../asl/json.js';
import type { Command } from '../../asl/transition.js';
import type { AttemptRecord } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import type { Fact, FactListener } from './facts.js';
import type { ConnectionsHook } from './http-task.js';
import type { AttemptOutcome, AttemptRequest } from './ports.js';
import type { Resolution } from './resolve-task.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

/** Decides who may begin, and keeps count of who has. */
export interface AdmissionHook {
  /**
   * Begins an execution that exists, or does with it what its pipeline wants while there is no room.
   * @param again what to try again when this comes to nothing
   */
  letBegin(turn: Turn, active: ActiveExecution, again: Input): Performed;
  /** An execution that was just created will not be begun: nobody hears that it runs. */
  skips(active: ActiveExecution): boolean;
  /** An ended execution goes on. */
  resumed(active: ActiveExecution): void;
  ended(turn: Turn, active: ActiveExecution): void;
}

/** Runs the children of distributed Maps. */
export interface MapRunHook {
  start(turn: Turn, active: ActiveExecution, command: Of<'StartMapRun'>): void;
  redrive(turn: Turn, active: ActiveExecution, command: Of<'RedriveMapRun'>): void;
  cancel(turn: Turn, active: ActiveExecution, thread: number, sequence: number): void;
  cancelAll(turn: Turn, active: ActiveExecution): void;
  childEnded(turn: Turn, child: ActiveExecution, link: { number: number }): void;
}

/** Gives tasks to workers that poll for them. */
export interface ActivityHook {
  /** Whether there is such an activity. */
  has(activity: { team: string; name: string }): boolean;
  /** A task of the activity may be new. */
  offer(activity: { team: string; name: string }): Promise<void>;
}

/** Has tasks performed by another system. */
export interface RemoteHook {
  /** Begins a scheduled attempt. */
  perform(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    call: Extract<Resolution, { type: 'remote' }>,
    input: Input,
  ): Performed;
  /** Nobody waits any more for an attempt, which this turn has closed: what runs for it over there is ended. */
  cancelled(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void;
  /** Whether it goes on with an attempt that an earlier engine has begun. */
  resumes(attempt: AttemptRecord): boolean;
}

/** Gives clusters of pools to executions. */
export interface PoolHook {
  /** Begins a scheduled attempt: it waits until a cluster is free. */
  perform(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    call: Extract<Resolution, { type: 'pool' }>,
    input: Input,
  ): Performed;
  /** Nobody waits any more for an attempt, which this turn has closed. */
  cancelled(turn: Turn, attempt: AttemptRecord): void;
  /** Whether it goes on with an attempt that an earlier engine has begun. */
  resumes(attempt: AttemptRecord): boolean;
}

/** Knows the values of secrets. */
export interface SecretValuesHook {
  /** The value; undefined when the team has no secret of this name. Rejects when whoever keeps it does not answer. */
  value(team: string, name: string): Promise<string | undefined>;
}

/** Hands datasets to attempts, and knows what it means that one was written. */
export interface DataHook {
  /**
   * What an attempt is called with; the same when it has nothing to do with datasets, and then nobody waits. Rejects with a
   * DataRefusal, which is its outcome.
   */
  given(
    active: ActiveExecution,
    attempt: AttemptRecord,
    request: AttemptRequest,
  ): Promise<AttemptRequest> | undefined;
  /** What the answer of a task that wrote a version means: it, or a failure. */
  judged(active: ActiveExecution, output: Json): AttemptOutcome;
  /** The answer counts: what follows from it goes into the turn. */
  written(turn: Turn, active: ActiveExecution, attempt: AttemptRecord, output: Json): void;
}

/** Has tasks performed by workers on other machines. */
export interface WorkersHook {
  /** A scheduled attempt waits for a worker; it may be told of one several times. */
  offer(attempt: AttemptRecord): void;
  /** Nobody waits any more for an attempt, which this turn has closed: its worker is to stop. */
  cancelled(turn: Turn, attempt: AttemptRecord): void;
  /** Whether it goes on with an attempt that a worker has begun under an earlier engine. */
  resumes(attempt: AttemptRecord): boolean;
}

/** Keeps what test runs would have done. */
export interface EffectsHook {
  /** A task was answered without being done: what is kept of it goes into the turn. */
  recorded(turn: Turn, active: ActiveExecution, effect: RecordedTask): void;
}

/** A task that a test run has not done. */
export interface RecordedTask {
  readonly attempt: AttemptRecord;
  readonly command: Extract<Command, { type: 'ScheduleTask' }>;
  /** Who would have performed it: `http`, `aws:sns`, `service`. */
  readonly by: string;
  /** What it was answered with. */
  readonly output: Json;
}

/** Why an attempt is not handed its data: the error and the cause of its failure. */
export class DataRefusal extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/** The kind of tasks that write versions of datasets. */
export const DATASET_KIND = 'dataset';

/** Hears of attempts that connectors make. Nothing durable follows from it: attempts are no facts. */
export interface AttemptObserver {
  /** Its connector has settled; what came too late to count as its outcome, too. */
  ended(active: ActiveExecution, attempt: AttemptRecord, outcome: AttemptOutcome): void;
}

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

export class Hooks {
  admission: AdmissionHook | undefined;
  mapRuns: MapRunHook | undefined;
  activities: ActivityHook | undefined;
  remote: RemoteHook | undefined;
  pools: PoolHook | undefined;
  secrets: SecretValuesHook | undefined;
  connections: ConnectionsHook | undefined;
  data: DataHook | undefined;
  effects: EffectsHook | undefined;
  workers: WorkersHook | undefined;
  /** The W3C `traceparent` that an attempt which begins now hands on; undefined: none. */
  traceparent: ((active: ActiveExecution, attempt: AttemptRecord) => string) | undefined;
  readonly #observers: AttemptObserver[] = [];
  readonly #listeners: FactListener[] = [];
  readonly #followed: Set<string> = new Set();

  /** Listeners hear in the order in which they came. */
  listen(listener: FactListener): void {
    this.#listeners.push(listener);
  }

  observeAttempts(observer: AttemptObserver): void {
    this.#observers.push(observer);
  }

  attemptEnded(active: ActiveExecution, attempt: AttemptRecord, outcome: AttemptOutcome): void {
    for (const observer of this.#observers) observer.ended(active, attempt, outcome);
  }

  /** From now on what is added to histories of this pipeline is a fact. @param key `pipelineKey` of it */
  follow(key: string): void {
    this.#followed.add(key);
  }

  unfollow(key: string): void {
    this.#followed.delete(key);
  }

  follows(key: string): boolean {
    return this.#followed.has(key);
  }

  tell(turn: Turn, fact: Fact): void {
    for (const listener of this.#listeners) listener(turn, fact);
  }
}
