/**
 * A run of something elsewhere, as it was seen from outside: what every service's answers and events are translated to.
 *
 *     RUNNING ──▶ SUCCEEDED │ FAILED │ TIMED_OUT │ ABORTED │ UNKNOWN        an end stays an end
 *
 * A run is told apart by its thing, its id and its attempt: a state machine's execution that is redriven runs again under the
 * same id. It is heard of several times, in any order, by events and by looking: `merged` makes one of all that.
 * @module
 */
import type { Counts } from '../check-result.js';

/** Kinds of things of provider `aws` that are watched by name. */
export type ObservedKind =
  | 'glue-job'
  | 'glue-workflow'
  | 'glue-crawler'
  | 'glue-catalog'
  | 'glue-data-quality'
  | 'state-machine'
  | 'lambda-function'
  | 'emr-cluster'
  | 'emr-serverless-application'
  | 'batch-queue'
  | 'athena-workgroup';

export type ObservedStatus =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  /** It is over, and how is not said in words that are known. */
  | 'UNKNOWN';

/**
 * What a run has used, as its service counts it: `dpuSeconds`, `gbSeconds` (of Lambda), `vcpuSeconds`, `memoryGbSeconds`,
 * `storageGbSeconds`, `scannedGb`. A GB is 2^30 bytes, as in AWS's bills. Tasks that AWS performs for executions here report the
 * same words (src/connectors/aws), so one rate card prices both.
 */
export type Units = { readonly [unit: string]: number };

/** Times in milliseconds since the epoch. */
export interface SeenRun {
  /** One of `OBSERVED_KINDS`, or what a team calls things that it watches by an event pattern. */
  readonly kind: string;
  /** Of the thing that ran: a job, a state machine, a queue. */
  readonly name: string;
  readonly id: string;
  /** From 0: how often it was begun again under the same id. */
  readonly attempt: number;
  readonly status: ObservedStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Of one that was begun again: when it was begun first. */
  readonly firstStartedAt?: number;
  /** Why it failed, or what is to be known of it. */
  readonly cause?: string;
  /** Succeeded, and somebody should know this. */
  readonly warning?: string;
  readonly units?: Units;
  readonly counts?: Counts;
  /** What the service counts besides: tables added, rules that failed. */
  readonly numbers?: { readonly [name: string]: number };
  /** Attempts of the service itself beyond the first. */
  readonly retries?: number;
  /** Where it is shown in the console of its service. */
  readonly link?: string;
  /** There is more to know of it: whoever can should look. */
  readonly isPartial?: true;
}

/** Whether nothing becomes of it any more. */
export function isOver({ status }: Pick<SeenRun, 'status'>): boolean {
  return status !== 'RUNNING';
}

/** Names a run among those of its thing. */
export function runKey({ id, attempt }: Pick<SeenRun, 'id' | 'attempt'>): string {
  return attempt === 0 ? id : `${id}#${attempt}`;
}

/**
 * What is known of a run with one more telling of it; the same object when that tells nothing new.
 *
 * An end is never taken back, and whoever tells more (a look) fills in what others left open (an event).
 * @example merged({ …, status: 'SUCCEEDED' }, { …, status: 'RUNNING', startedAt: 5 }) // SUCCEEDED, startedAt 5
 */
export function merged(known: SeenRun, told: SeenRun): SeenRun {
  const isAhead =
    isOver(told) === isOver(known)
      ? known.isPartial === true && told.isPartial !== true
      : isOver(told);
  const [first, second] = isAhead ? [told, known] : [known, told];
  const { isPartial: _, ...whole } = second;
  // What somebody said of it while it ran says nothing about its end.
  const { endedAt: _end, cause: _cause, warning: _warning, ...begun } = whole;
  const both: SeenRun = { ...(isOver(first) && !isOver(second) ? begun : whole), ...first };
  return isSame(both, known) ? known : both;
}

function isSame(one: SeenRun, other: SeenRun): boolean {
  const sorted = (run: SeenRun): string => JSON.stringify(run, Object.keys(run).sort());
  const parts = (run: SeenRun): string => JSON.stringify([run.units, run.counts, run.numbers]);
  return sorted(one) === sorted(other) && parts(one) === parts(other);
}
