/**
 * Lines of a task's output on their way to the server: gathered for a moment, numbered, sent in order, again until they have
 * arrived. The server takes each number once.
 *
 * Memory is bounded: when a task writes faster than the line takes, lines are left out and one in their place says how many.
 * @module
 */
import {
  MOST_LINES,
  type WorkerLines as NumberedLines,
  type WorkerLogRecord,
} from '../api/workers.js';

/** Lines in memory, at most. */
const WAITING = 20_000;
/** Bytes of one request, about. */
const REQUEST_BYTES = 512 * 1024;
/** Bytes of those that come with the outcome, about: it is one of many in its request. */
const LAST_BYTES = 32 * 1024;
/** Milliseconds for which lines are gathered. */
const GATHERED = 150;

/** Sends some lines; resolves when they have arrived, rejects when none will ever again. */
export type SendLines = (first: number, records: readonly WorkerLogRecord[]) => Promise<void>;

export class OutputLines {
  readonly #send: SendLines;
  #waiting: WorkerLogRecord[] = [];
  #next = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isOver = false;

  constructor(send: SendLines) {
    this.#send = send;
  }

  add(record: WorkerLogRecord): void {
    if (this.#isOver) return;
    if (this.#waiting.length >= WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(record);
    if (this.#sending === undefined) this.#timer ??= setTimeout(() => this.#begin(), GATHERED);
  }

  /**
   * Resolves when all lines have arrived but those that fit into the last request, or none will any more.
   * @returns those, for whoever sends them with something else
   */
  async end(): Promise<NumberedLines | undefined> {
    clearTimeout(this.#timer);
    while (!this.#isOver && (this.#sending !== undefined || !this.#fitsOne())) {
      this.#begin();
      await this.#sending;
    }
    const records = this.#isOver ? [] : this.#taken();
    this.stop();
    return records.length === 0 ? undefined : { first: this.#next, records };
  }

  /** Nothing is sent any more. */
  stop(): void {
    this.#isOver = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && !this.#isOver) {
        const records = this.#taken();
        await this.#send(this.#next, records);
        this.#next += records.length;
      }
    } catch {
      this.stop();
    }
  }

  /** Whether all that waits is no more than one request. */
  #fitsOne(): boolean {
    return this.#countOfNext(LAST_BYTES) === this.#waiting.length;
  }

  /** Of what waits, how many are sent next. */
  #countOfNext(mostBytes: number): number {
    let bytes = 0;
    let count = 0;
    for (const { message, fields } of this.#waiting) {
      bytes += message.length * 3 + (fields === undefined ? 0 : JSON.stringify(fields).length * 3);
      if (count > 0 && (count >= MOST_LINES - 1 || bytes > mostBytes)) break;
      count += 1;
    }
    return count;
  }

  #taken(): WorkerLogRecord[] {
    const records = this.#waiting.splice(0, this.#countOfNext(REQUEST_BYTES));
    const dropped = this.#dropped;
    if (dropped > 0 && this.#waiting.length === 0) {
      this.#dropped = 0;
      records.push({
        at: records.at(-1)?.at ?? 0,
        ...{ stream: 'system', level: 'warn' },
        message: `${dropped} lines were left out: the task wrote faster than they could be sent.`,
      });
    }
    return records;
  }
}
