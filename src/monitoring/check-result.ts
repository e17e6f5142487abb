/**
 * What came of something that was watched: one check result for each finished execution, and for what scripts report.
 *
 *     OK        it ran and produced data
 *     WARNING   it ran, and there was no new data
 *     CRITICAL  it failed
 *     UNKNOWN   nobody can say
 * @module
 */

import { causeWords } from './cause-words.js';
import type { Subject } from './subject.js';

export type CheckStatus = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** What was produced, as far as it is known. */
export interface Counts {
  readonly rows?: number;
  readonly bytes?: number;
  readonly files?: number;
}

export const COUNTS = ['rows', 'bytes', 'files'] as const;

/** How an execution ended. */
export interface Ending {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly error?: string;
  readonly cause?: string;
  /** Undefined: nobody told, and nobody could be asked. */
  readonly produced?: Counts;
}

/** A cause is read in a list: the rest is one click away, at the execution. */
const MOST_CAUSE = 500;

/**
 * The status of a finished execution, with its cause in words.
 *
 * Without any count it is OK and says so: only who is known to have produced nothing is warned of.
 * @example judgeEnding({ status: 'SUCCEEDED', produced: { rows: 0 } }) // { status: 'WARNING', cause: 'no new data: 0 rows' }
 */
export function judgeEnding(ending: Ending): { status: CheckStatus; cause: string } {
  const { status, error, cause, produced = {} } = ending;
  if (status !== 'SUCCEEDED') {
    const what = WORDS[status];
    const words = cause === undefined ? undefined : causeWords(cause);
    const said = [error, words].filter((part) => part !== undefined && part !== '').join(': ');
    return { status: 'CRITICAL', cause: shorten(said === '' ? what : `${what}: ${said}`) };
  }
  const told = COUNTS.filter((count) => produced[count] !== undefined);
  if (told.length === 0) return { status: 'OK', cause: 'succeeded; what it produced is not told' };
  const words = told.map((count) => countWords(count, produced[count] ?? 0)).join(', ');
  return hasNewData(produced)
    ? { status: 'OK', cause: `produced ${words}` }
    : { status: 'WARNING', cause: `no new data: ${words}` };
}

const WORDS = { FAILED: 'failed', TIMED_OUT: 'timed out', ABORTED: 'aborted' } as const;

/** Whether new data is known to be there: rows when they are told, else files, else bytes. */
export function hasNewData({ rows, files, bytes }: Counts): boolean {
  return (rows ?? files ?? bytes ?? 0) > 0;
}

function countWords(count: keyof Counts, value: number): string {
  return `${value} ${value === 1 ? count.slice(0, -1) : count}`;
}

/** One line of at most 500 characters: no half of a letter at its end. */
export function shorten(cause: string): string {
  const line = cause.replace(/\s+/g, ' ').trim();
  if (line.length <= MOST_CAUSE) return line;
  return `${line.slice(0, MOST_CAUSE - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/**
 * A count as somebody told it: a whole number from 0 on, also as text; undefined when it is none.
 * @example readCount('12') // 12
 */
export function readCount(told: unknown): number | undefined {
  const value = typeof told === 'string' && /^\d{1,15}$/.test(told) ? Number(told) : told;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A check result as it is kept and told. Times and durations in milliseconds. */
export interface CheckResult extends Counts {
  readonly number: number;
  readonly team: string;
  readonly subject: Subject;
  readonly tags: { readonly [tag: string]: string };
  readonly status: CheckStatus;
  /** When it ended, or was told. */
  readonly at: number;
  /** In words. */
  readonly cause: string;
  readonly startedAt?: number;
  readonly duration?: number;
  /** From when it should have begun until it began. */
  readonly lag?: number;
  /** Attempts beyond the first of each task. */
  readonly retries?: number;
  /** In millionths of the rate card's unit. */
  readonly cost?: number;
  readonly interval?: string;
  /** Id of the execution, and its pipeline. */
  readonly execution?: string;
  readonly pipeline?: string;
  /** Where it is shown by whoever ran it. */
  readonly link?: string;
  /** What it used, as whoever ran it counts: DPU seconds, bytes that were read. */
  readonly units?: { readonly [unit: string]: number };
}

/**
 * What the output of a task tells of what it has produced: `produced: { rows, bytes, files }`, or the list `outputs` of a sql
 * task, each with rows and bytes. Undefined: nothing.
 * @example producedBy({ produced: { rows: 3 } }) // { rows: 3 }
 */
export function producedBy(output: unknown): Counts | undefined {
  if (!isObject(output)) return undefined;
  // What `lambda:invoke` wraps.
  if (isObject(output.Payload)) return producedBy(output.Payload);
  if (isObject(output.produced)) {
    const { rows, bytes, files } = output.produced;
    return countsOf(readCount(rows), readCount(bytes), readCount(files));
  }
  const { outputs } = output;
  if (!Array.isArray(outputs) || outputs.length === 0) return undefined;
  let [rows, bytes] = [0, 0];
  for (const one of outputs) {
    const told = isObject(one) ? [readCount(one.rows), readCount(one.bytes)] : [];
    const [moreRows, moreBytes] = told;
    if (moreRows === undefined || moreBytes === undefined) return undefined;
    rows += moreRows;
    bytes += moreBytes;
  }
  return countsOf(rows, bytes, outputs.length);
}

/** Counts of two together; what neither tells stays untold. */
export function addCounts(one: Counts, other: Counts): Counts {
  const add = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined ? b : a + (b ?? 0);
  return (
    countsOf(add(one.rows, other.rows), add(one.bytes, other.bytes), add(one.files, other.files)) ??
    {}
  );
}

function countsOf(
  rows: number | undefined,
  bytes: number | undefined,
  files: number | undefined,
): Counts | undefined {
  const counts = {
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(files === undefined ? {} : { files }),
  };
  return Object.keys(counts).length === 0 ? undefined : counts;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
