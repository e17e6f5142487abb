/**
 * Tasks that another system performs: asked for here, performed there, waited for without a process.
 *
 *     submit ──▶ answered                       (request and response; a task token may still be waited for)
 *        └─────▶ submitted: a job ──look──▶ running … ──▶ ended with an outcome
 *                               └──stop──▶ asked to end: nobody waits for it any more
 *
 * Who calls keeps the job (plain JSON) durably: it is looked at again after any crash. A request whose answer was lost is
 * submitted once more under the same `id` with `isAgain`; whoever performs it finds what was submitted before, by a client
 * token, a tag or a name, or says that it cannot know.
 * @module
 */
import type { Json, JsonObject, LogRecord, TaskOutcome } from './connector.js';

/** How the outcome comes back, as resources write it. */
export type RemoteForm = 'requestResponse' | 'sync' | 'sync2' | 'waitForTaskToken';

/** Which task it is: `batch` and `submitJob`, `aws-sdk:glue` and `startCrawler`. */
export interface RemoteResource {
  readonly service: string;
  readonly action: string;
  readonly form: RemoteForm;
}

export interface RemoteRequest extends RemoteResource {
  /** Of the attempt: the same however often it is submitted. */
  readonly id: string;
  /** It may have been submitted before, and its answer lost. */
  readonly isAgain: boolean;
  readonly parameters: Json;
  /** Whose machine asks. */
  readonly team: string;
  /** The account that the pipeline names; undefined: it names none. */
  readonly account?: string;
  /** The region that the pipeline names. */
  readonly region?: string;
  /** The role that the task's Credentials name. */
  readonly roleArn?: string;
  readonly execution: { readonly id: string; readonly name: string; readonly pipeline: string };
  readonly state: string;
  /** The pipeline's, for what is made over there. */
  readonly tags: { readonly [key: string]: string };
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A job over there: enough to look at it, and to stop it, after any restart. Plain JSON. */
export interface RemoteJob {
  /** Who knows it: `batch:submitJob.sync`. */
  readonly kind: string;
  /** Its id over there. */
  readonly id: string;
  /** Where it is, and whatever else is needed to find it. */
  readonly place: JsonObject;
}

/** What is known besides of a request that was answered at once. */
export interface ToldBesides {
  /** What it used, by unit: `gbSeconds`. */
  readonly used?: { readonly [unit: string]: number };
  /** The last lines that it wrote. */
  readonly lines?: readonly LogRecord[];
}

export type Submission =
  | ({ readonly type: 'answered'; readonly output: Json } & ToldBesides)
  | {
      readonly type: 'submitted';
      /** What AWS writes into the history as the output of TaskSubmitted. */
      readonly output: Json;
      readonly job: RemoteJob;
      /** Where people look at it: its own console, its log groups. */
      readonly links?: readonly RemoteLink[];
    }
  /** It may have been performed, and nobody can say. */
  | { readonly type: 'unknown'; readonly cause: string }
  | (Extract<TaskOutcome, { type: 'failed' }> & ToldBesides);

export interface RemoteLink {
  /** `Console`, `Logs`. */
  readonly name: string;
  readonly url: string;
}

export type JobState =
  | { readonly type: 'running'; readonly status: string; readonly links?: readonly RemoteLink[] }
  | {
      readonly type: 'ended';
      readonly outcome: TaskOutcome;
      /** What it used, by unit: `dpuSeconds`, `vcpuSeconds`, `scannedGb`. */
      readonly used?: { readonly [unit: string]: number };
      readonly links?: readonly RemoteLink[];
    }
  /** Nobody knows it over there: it was deleted. */
  | { readonly type: 'gone'; readonly cause: string }
  /** It could not be looked at now: throttled, a region that hangs, a role that was taken away. */
  | { readonly type: 'unseen'; readonly cause: string; readonly isLasting: boolean };

/** Performs tasks in another system. No method rejects. */
export interface RemoteTasks {
  /**
   * What it would do with such a task; undefined: nobody here performs it. A sentence: this form or action does not exist, or
   * what to install for it.
   */
  knows(resource: RemoteResource): { readonly problem?: string } | undefined;
  submit(request: RemoteRequest): Promise<Submission>;
  /** Jobs of one kind and place that can be looked at in one call. */
  batchOf(job: RemoteJob): number;
  /** Looks at jobs of one kind and place: an answer for each, in their order. */
  look(jobs: readonly RemoteJob[], signal: AbortSignal): Promise<JobState[]>;
  /** Asks it to end. `false`: it could not be asked now, and should be again. */
  stop(job: RemoteJob, cause: string): Promise<boolean>;
  /** Lines that it wrote since `cursor`; undefined: it has no log that can be read. */
  logs?(
    job: RemoteJob,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly lines: readonly LogRecord[]; readonly cursor?: string } | undefined>;
  /** Milliseconds after its end until which its lines come; undefined: a quarter of a minute. */
  linesComeMs?(job: RemoteJob): number | undefined;
  /** The job that an event of EventBridge is about, so that it is looked at at once. */
  jobOfEvent(event: JsonObject): { readonly kind: string; readonly id: string } | undefined;
}
