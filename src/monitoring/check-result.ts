/**
 * What came of something that was watched: one check result for each finished execution, and for what scripts report.
 *
 *     OK        it ran and produced data
 *     WARNING   it ran, and there was no new data
 *     CRITICAL  it failed
 *     UNKNOWN   nobody can say
 * @module
 */

export type CheckStatus = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** The better first. */
export const CHECK_STATUSES: readonly CheckStatus[] = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];

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
    const said = [error, cause].filter((part) => part !== undefined && part !== '').join(': ');
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
