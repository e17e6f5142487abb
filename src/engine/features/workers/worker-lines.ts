/**
 * Attempts that wait for a worker: one line for each kind, set of tags and team, the oldest first.
 *
 * What waits is durable in the store, as scheduled attempts. A line holds no more than `QUEUED` addresses: beyond that it
 * remembers that the store has more, and asks for them when it has run empty. So an attempt may come twice, or when it has
 * long ended; whoever begins it looks at its record.
 * @module
 */
import type { AttemptRecord } from '../../../store/store.js';
import { lineOf, type WorkerLine } from '../../kernel/worker-line.js';

/** Addresses in memory, of a line. */
const QUEUED = 10_000;

/** An attempt that waits for a worker. */
export interface WaitingAttempt {
  readonly id: string;
  readonly execution: number;
  readonly thread: number;
  readonly sequence: number;
  readonly scheduledAt: number;
  /** The line that it waits in, as the store knows it. */
  readonly line: string;
}

interface Line extends WorkerLine {
  readonly key: string;
  waiting: WaitingAttempt[];
  storeHasMore: boolean;
}

export class WorkerLines {
  readonly #lines: Map<string, Line> = new Map();
  readonly #known: Map<string, WaitingAttempt> = new Map();
  /** Of each execution how many wait in which lines. */
  readonly #byExecution: Map<number, Map<string, number>> = new Map();

  /** Nothing for one that is there already, or in no line for workers. @returns whether it waits now and did not before */
  add({ id, kind, execution, thread, sequence, scheduledAt }: AttemptRecord): boolean {
    const line = this.#lineFor(kind);
    if (line === undefined || this.#known.has(id)) return false;
    if (line.storeHasMore || line.waiting.length >= QUEUED) {
      line.storeHasMore = true;
      return false;
    }
    this.#put(line, { id, execution, thread, sequence, scheduledAt, line: kind });
    return true;
  }

  /** One that was taken waits again, before all others. */
  putBack(attempt: WaitingAttempt): void {
    const line = this.#lineFor(attempt.line);
    if (line === undefined || this.#known.has(attempt.id)) return;
    line.waiting.unshift(attempt);
    this.#remember(attempt);
  }

  /** It waits no longer. */
  remove(id: string): void {
    const known = this.#known.get(id);
    // Its place in the line is left out when it comes to the front.
    if (known !== undefined) this.#forget(known);
  }

  /** Takes the one that has waited longest in the lines that fit. */
  take(fits: (line: WorkerLine) => boolean): WaitingAttempt | undefined {
    let oldest: Line | undefined;
    for (const line of this.#lines.values()) {
      while (line.waiting[0] !== undefined && !this.#isThere(line.waiting[0])) line.waiting.shift();
      const [head] = line.waiting;
      if (head === undefined || !fits(line)) continue;
      const other = oldest?.waiting[0];
      if (other === undefined || head.scheduledAt < other.scheduledAt) oldest = line;
    }
    const taken = oldest?.waiting.shift();
    if (taken !== undefined) this.#forget(taken);
    return taken;
  }

  /** Lines that have run empty while the store has more of them. */
  drained(): string[] {
    return [...this.#lines.values()]
      .filter(({ waiting, storeHasMore }) => storeHasMore && waiting.length === 0)
      .map(({ key }) => key);
  }

  /** What the store had of a line, the oldest first. @param isAll there is no more */
  refill(key: string, attempts: readonly AttemptRecord[], isAll: boolean): void {
    const line = this.#lineFor(key);
    if (line === undefined) return;
    line.storeHasMore = false;
    for (const attempt of attempts) this.add({ ...attempt, kind: key });
    if (!isAll) line.storeHasMore = true;
  }

  /** Whether an attempt waits here. */
  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** What attempts of an execution wait for. */
  linesOf(execution: number): WorkerLine[] {
    const lines = [...(this.#byExecution.get(execution)?.keys() ?? [])];
    return lines.flatMap((key) => this.#lines.get(key) ?? []);
  }

  /** All lines in which something waits, with how many there are at least. */
  all(): { readonly line: WorkerLine; readonly waiting: number }[] {
    const counts = new Map<string, number>();
    for (const { line } of this.#known.values()) counts.set(line, (counts.get(line) ?? 0) + 1);
    return [...this.#lines.values()].flatMap((line) => {
      const waiting = counts.get(line.key) ?? 0;
      return waiting > 0 || line.storeHasMore ? [{ line, waiting }] : [];
    });
  }

  #lineFor(key: string): Line | undefined {
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const parsed = lineOf(key);
    if (parsed === undefined) return undefined;
    const line: Line = { ...parsed, key, waiting: [], storeHasMore: false };
    this.#lines.set(key, line);
    return line;
  }

  #put(line: Line, attempt: WaitingAttempt): void {
    line.waiting.push(attempt);
    this.#remember(attempt);
  }

  /** It was not removed, nor put into the line anew, meanwhile. */
  #isThere(attempt: WaitingAttempt): boolean {
    return this.#known.get(attempt.id) === attempt;
  }

  #remember(attempt: WaitingAttempt): void {
    const { id, execution, line } = attempt;
    this.#known.set(id, attempt);
    const lines = this.#byExecution.get(execution) ?? new Map<string, number>();
    this.#byExecution.set(execution, lines.set(line, (lines.get(line) ?? 0) + 1));
  }

  #forget({ id, execution, line }: WaitingAttempt): void {
    this.#known.delete(id);
    const lines = this.#byExecution.get(execution);
    const left = (lines?.get(line) ?? 1) - 1;
    if (left > 0) lines?.set(line, left);
    else lines?.delete(line);
    if (lines?.size === 0) this.#byExecution.delete(execution);
  }
}
