/**
 * Fetches the lines that jobs write over there. How far each was read is noted in the commit that keeps its lines.
 *
 *     seen running ──now and then──▶ lines since the cursor ──▶ one commit: lines, cursor
 *     ended ──▶ what is there by now, with the outcome ──▶ once more a little later (trailing): logs come late
 *
 * @module
 */
import type { LogRecord } from '../../../connectors/connector.js';
import type { RemoteJob, RemoteTasks } from '../../../connectors/remote-tasks.js';
import type { Clock } from '../../kernel/ports.js';
import { systemLine } from './job-words.js';
import type { RemoteJobRow } from './remote-job-table.js';

/** Requests under way at a time. */
const AT_A_TIME = 8;
/** Milliseconds between two looks at one log, at least. */
const PAUSE = 10_000;
/** Lines that are taken at a time, and bytes of one attempt and of one line that are kept. */
const MOST_LINES = 1_000;
const MOST_BYTES = 10 * 1024 * 1024;
const LONGEST_LINE = 16_384;
/** Pages that are read when a job has ended, and milliseconds that its outcome waits for them. */
const LAST_PAGES = 20;
const LAST_WAIT = 5_000;
/** Milliseconds after its end at which a log is read for the last time. */
export const TRAIL = 15_000;
/** Milliseconds between readings of one whose lines come later than that. */
export const TRAIL_ROUND = 60_000;

/** What was read. */
export interface ReadLog {
  readonly lines: readonly LogRecord[];
  readonly cursor?: string;
  /** Of the attempt: bytes. */
  readonly logged: number;
  /** The cursor that it was read from. */
  readonly from: string | undefined;
}

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'logs'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  now(): number;
}

export class JobLogs {
  readonly #parts: Parts;
  readonly #closing: AbortController = new AbortController();
  /** When the log of an attempt was read last. */
  readonly #readAt: Map<string, number> = new Map();
  readonly #reading: Set<string> = new Set();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether the log of a job that runs may be read now. @param isNews something has become of it */
  isDue({ attempt, logged = 0 }: RemoteJobRow, isNews: boolean): boolean {
    if (this.#parts.tasks.logs === undefined || this.#reading.has(attempt)) return false;
    if (this.#reading.size >= AT_A_TIME || logged >= MOST_BYTES) return false;
    const last = this.#readAt.get(attempt);
    return isNews || (last !== undefined && this.#parts.now() - last >= PAUSE);
  }

  /** One page; undefined: there is nothing new, or no log. Never rejects. */
  async read(row: RemoteJobRow): Promise<ReadLog | undefined> {
    this.#reading.add(row.attempt);
    try {
      const page = await this.#page(row, this.#closing.signal);
      // One without a log is asked again when something has become of it.
      if (page === undefined) this.#readAt.delete(row.attempt);
      else this.#readAt.set(row.attempt, this.#parts.now());
      return page !== undefined && page.lines.length === 0 ? undefined : page;
    } finally {
      this.#reading.delete(row.attempt);
    }
  }

  /**
   * Everything that is there when a job has ended, as far as it comes in time. Never rejects.
   * @returns undefined: it has no log that can be read
   */
  async readLast(row: RemoteJobRow): Promise<ReadLog | undefined> {
    this.#readAt.delete(row.attempt);
    if (this.#parts.tasks.logs === undefined) return undefined;
    const controller = new AbortController();
    let disarm = (): void => {};
    let sofar: ReadLog | undefined;
    const late = new Promise<'late'>((resolve) => {
      disarm = this.#parts.clock.setTimer(() => {
        controller.abort();
        resolve('late');
      }, LAST_WAIT);
    });
    let at = row;
    for (let page = 0; page < LAST_PAGES; page += 1) {
      const read = await Promise.race([this.#page(at, controller.signal), late]);
      if (read === 'late' || read === undefined) break;
      sofar = { ...read, lines: [...(sofar?.lines ?? []), ...read.lines], from: row.cursor };
      if (read.lines.length === 0 || read.logged >= MOST_BYTES) break;
      at = { ...at, logged: read.logged, ...(read.cursor && { cursor: read.cursor }) };
    }
    disarm();
    return sofar;
  }

  forget(attempt: string): void {
    this.#readAt.delete(attempt);
  }

  close(): void {
    this.#closing.abort();
  }

  async #page(row: RemoteJobRow, signal: AbortSignal): Promise<ReadLog | undefined> {
    const { tasks, now } = this.#parts;
    const { job, cursor, logged = 0 } = row;
    if (job === undefined || logged > MOST_BYTES) return undefined;
    let answer: Awaited<ReturnType<NonNullable<RemoteTasks['logs']>>>;
    try {
      answer = await tasks.logs?.(job as unknown as RemoteJob, cursor, signal);
    } catch {
      return undefined;
    }
    if (answer === undefined) return undefined;
    const lines: LogRecord[] = [];
    let bytes = logged;
    for (const line of answer.lines.slice(0, MOST_LINES)) {
      const message = line.message.slice(0, LONGEST_LINE);
      bytes += Buffer.byteLength(message);
      if (bytes > MOST_BYTES) {
        const most = `The first ${MOST_BYTES / 1024 / 1024} MiB of its log are kept here; the rest is where it was written.`;
        lines.push(systemLine(now(), most, 'warn'));
        break;
      }
      lines.push({ ...line, message });
    }
    const cut = answer.lines.length - MOST_LINES;
    if (cut > 0) lines.push(systemLine(now(), `${cut} lines were left out.`, 'warn'));
    const next = answer.cursor ?? cursor;
    return { lines, logged: bytes, from: cursor, ...(next === undefined ? {} : { cursor: next }) };
  }
}
