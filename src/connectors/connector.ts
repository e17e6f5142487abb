/**
 * What every connector is: code that performs one kind of task, one attempt at a time.
 *
 * The engine hands over an attempt (`TaskRequest`) and a way to talk while it runs (`TaskContext`), and gets exactly one
 * `TaskOutcome` back. A connector never throws: whatever goes wrong in a task is data, `{ error, cause }`, because the
 * pipeline's Retry and Catch decide about it. The names of those errors are in `errors.ts`.
 * @module
 */
import type { Contract } from '../datasets/contract.js';

/** Any JSON value. Connectors depend on npm packages only, so the type is theirs. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** One attempt of a task. */
export interface TaskRequest {
  /** Unique per attempt; an attempt is never started twice. */
  attemptId: string;
  taskToken: string;
  execution: { id: string; name: string; pipeline: string; number: number };
  state: string;
  /** 0 for the first attempt of this state visit. */
  attempt: number;
  /** What the connector needs: see the zod schema of each connector (`<kind>/<kind>-arguments.ts`). */
  arguments: Json;
  /** Absolute folder of the pipeline file: scripts, SQL files and functions resolve under it, never outside it. */
  folder: string;
  /** Absolute, one per execution: artifacts go here. */
  workFolder: string;
  tags: { [key: string]: string };
  /** Values that go into files of the attempt, which nobody else may read; by the variable that holds the path. */
  secretFiles?: { [variable: string]: string };
  /** W3C Trace Context of this attempt; absent when nobody traces. */
  traceparent?: string;
  /** It belongs to a test run: whoever writes to the outside should not. */
  isTestRun?: true;
  /** Informational: the engine aborts through `signal`. */
  timeoutSeconds?: number;
  /** Versions of datasets that it reads, by the name that its pipeline gives each. */
  datasets?: { [alias: string]: ReadVersion };
  /** The version that a `dataset` task is to write. */
  version?: NewVersion;
}

/** What of a dataset a task reads: fixed for its execution, whatever is published meanwhile. */
export interface ReadVersion {
  team: string;
  name: string;
  /** One; of a dataset by interval one for each. */
  versions: string[];
  /** Absolute folders of this machine, one for each version. */
  folders: string[];
  /** How the files are written: `parquet`, or as they came. */
  stage: 'raw' | 'structured';
}

/** What is known of a version before it is written. */
export interface NewVersion {
  team: string;
  name: string;
  version: string;
  stage: 'raw' | 'structured';
  /** Of the pipeline: `3 1f2e3d4c`. */
  codeVersion: string;
  interval?: string;
  inputs: { team: string; name: string; version: string }[];
  /** Below the storage's root: '' or the shadow of a test run. */
  under: string;
  /** What is current, relative to the root: its schema is compared. */
  previous?: string;
  /** Counts of the versions before, the newest first: for bands. */
  history: { rows: number }[];
  /** What is current of datasets that rules refer to: folders relative to the root. */
  references: { [dataset: string]: string[] };
  contract?: Contract;
  /** Rows get columns that say where they come from. */
  stamp: boolean;
}

/** How a running attempt and the engine talk. */
export interface TaskContext {
  /** Aborted = stop at once: SIGTERM, then SIGKILL of the whole process group. */
  signal: AbortSignal;
  /** One line of output. */
  log(record: LogRecord): void;
  /** The task shows signs of life: output, progress, an answer. */
  heartbeat(): void;
  /** Lets the engine find orphans after a crash: see `process/orphans.ts`. */
  started?(pid: { pid: number; startTime: string }): void;
}

/** One line of a task's output. The pipeline's tags are added by the engine. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  at: number;
  /** `system`: written by Millrace itself. */
  stream: 'stdout' | 'stderr' | 'system';
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields?: JsonObject;
}

export type TaskOutcome =
  | { type: 'succeeded'; output: Json }
  | { type: 'failed'; error: string; cause: string };

/** Arguments by name: whether the argument itself may be a secret, or what lies in it, or that also as a file. */
export type SecretArguments = {
  readonly [argument: string]: 'value' | 'values' | 'values and files';
};

/**
 * Whether a secret may stand at a place of the arguments.
 * @param at the keys that lead there
 * @param form as a text, or as a file whose path stands there
 * @example isSecretPlace({ env: 'values' }, ['env', 'TOKEN'], 'text') // true
 */
export function isSecretPlace(
  places: SecretArguments,
  at: readonly string[],
  form: 'text' | 'file',
): boolean {
  const [argument = ''] = at;
  const allowed = Object.hasOwn(places, argument) ? places[argument] : undefined;
  if (allowed === undefined) return false;
  // A member named `secret` of an argument that has members of any name is that, and no reference.
  if (allowed === 'value') return at.length === 1 && form === 'text';
  if (form === 'text') return at.length > 1;
  return allowed === 'values and files' && at.length === 2;
}

/** Performs one kind of task. */
export interface Connector {
  readonly kind: string;
  /** Its tasks run programs, functions or SQL that their arguments name: not everybody's machines may use it. */
  readonly runsCode: boolean;
  /**
   * Arguments that are nothing but data, so that a task may hand them to a binding that names the code. Default: none.
   */
  readonly dataArguments?: readonly string[];
  /** Arguments in which references to secrets may stand: what is neither kept nor shown. Default: none. */
  readonly secretArguments?: SecretArguments;
  /** Problems of the arguments, each a sentence that names the field; empty when they are fine. */
  validate(args: Json): string[];
  /** Performs one attempt. Never rejects. */
  run(task: TaskRequest, context: TaskContext): Promise<TaskOutcome>;
  /** Ends warm processes and waits for them. */
  close?(): Promise<void>;
}
