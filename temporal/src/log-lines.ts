/**
 * Lines of output on their way into the records: gathered by attempt, written once a second.
 *
 *     line ──▶ its attempt's segment ──(a second, or full)──▶ written ──(the records do not know the execution yet)──▶ tried again
 *
 * What cannot be written for long is bounded: then the oldest segments go, and a line says how many lines that were.
 * @module
 */

import type { JsonObject } from '../../src/asl/json.js';
import type { LogRecord } from '../../src/connectors/connector.js';
import type { AttemptInput } from './execution-input.js';

export interface LinesOfAttempt {
  state: string;
  attempt: number;
  tags: JsonObject;
  lines: LogRecord[];
}

/** Writes a segment; false when the execution is not known yet. */
export type WriteLines = (execution: string, segment: LinesOfAttempt) => Promise<boolean>;

const INTERVAL = 1_000;
/** Lines in a segment. */
const MOST_LINES = 500;
/** Segments that wait. */
const MOST_SEGMENTS = 200;

export class LogLines {
  readonly #write: WriteLines;
  #waiting: { key: string; execution: string; segment: LinesOfAttempt }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(write: WriteLines) {
    this.#write = write;
  }

  add({ attemptId, execution, state, attempt, tags }: AttemptInput, line: LogRecord): void {
    const open = this.#waiting.findLast(
      ({ key, segment }) => key === attemptId && segment.lines.length < MOST_LINES,
    );
    if (open !== undefined) open.segment.lines.push(line);
    else {
      const segment = { state, attempt, tags: { ...tags }, lines: [line] };
      this.#waiting.push({ key: attemptId, execution: execution.id, segment });
      this.#bound();
    }
    this.#timer ??= setTimeout(() => this.#flush(), INTERVAL);
  }

  #bound(): void {
    if (this.#waiting.length <= MOST_SEGMENTS) return;
    const gone = this.#waiting.splice(0, this.#waiting.length - MOST_SEGMENTS);
    const count = gone.reduce((sum, { segment }) => sum + segment.lines.length, 0);
    const [first] = this.#waiting;
    first?.segment.lines.unshift({
      at: Date.now(),
      stream: 'system',
      level: 'warn',
      message: `${count} lines of this worker were not recorded: the records did not answer.`,
    });
  }

  #flush(): void {
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const again: typeof waiting = [];
    for (const one of waiting) {
      const isWritten = await this.#write(one.execution, one.segment).catch(() => false);
      if (!isWritten) again.push(one);
    }
    if (again.length === 0) return;
    this.#waiting = [...again, ...this.#waiting];
    this.#bound();
    this.#timer ??= setTimeout(() => this.#flush(), INTERVAL);
  }

  /** Writes what there is, once more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#flush();
    await this.#writing;
    clearTimeout(this.#timer);
  }
}
