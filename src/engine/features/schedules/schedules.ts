/**
 * All schedules: those of pipelines, those that clients of EventBridge Scheduler's API make, and those of EventBridge's rules.
 *
 *     entry's next start ──due──▶ one turn serves it: what it starts + how far it was served ──commit──▶ its next start
 *
 * What a kind of entry does when it is due, and how far it has been served, is the kind's affair (pipeline-schedules.ts,
 * api-schedules.ts, and the feature of rules); when it is due, that it is served once at a time and that a failed turn serves
 * it again is the same for all, and here.
 * @module
 */
import type { Feature } from '../../kernel/feature.js';
import { Heap } from '../../kernel/heap.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { Performed } from '../../kernel/turn-loop.js';

/** One schedule, as it is kept here. */
export interface ScheduleEntry {
  /** The next start as far as it is durable, epoch milliseconds; undefined: never again. */
  next(): number | undefined;
  /** Does what is due, in the turn, and notes in it how far that was. */
  serve(turn: Turn): Performed | Promise<Performed> | void | Promise<void>;
}

interface Kept {
  readonly entry: ScheduleEntry;
  /** An input that serves it waits for its turn. */
  isQueued: boolean;
  /** Where it stands in the heap; another time there is out of date. */
  at: number | undefined;
}

/** Entries that one input serves. */
const SERVED_AT_ONCE = 50;

export class Schedules implements Feature {
  readonly name = 'schedules';
  readonly #kernel: Kernel;
  readonly #all: Map<string, Kept> = new Map();
  /** By time, with entries that have moved since: what the next start costs does not follow their number. */
  readonly #heap: Heap<{ at: number; key: string }> = new Heap();
  #isOpen = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  begin(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  /**
   * Keeps an entry, or looks again when it is due. Without an entry it is forgotten.
   * @param key unique among all kinds
   */
  changed(key: string, entry: ScheduleEntry | undefined): void {
    const known = this.#all.get(key);
    if (entry === undefined) this.#all.delete(key);
    else {
      const kept = known?.entry === entry ? known : { entry, isQueued: false, at: undefined };
      this.#all.set(key, kept);
      this.#place(key, kept);
    }
    this.#kernel.dueChanged(this);
  }

  /** Serves an entry though it is not due: it has something to note. */
  serve(key: string): void {
    const kept = this.#all.get(key);
    if (kept && !kept.isQueued) this.#submit([{ key, kept }]);
  }

  nextDue(): number | undefined {
    for (;;) {
      const { first } = this.#heap;
      if (first === undefined) return undefined;
      const kept = this.#all.get(first.key);
      if (kept?.at === first.at && !kept.isQueued) return first.at;
      this.#heap.pop();
    }
  }

  due(): void {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    const due: { key: string; kept: Kept }[] = [];
    for (let at = this.nextDue(); at !== undefined && at <= now; at = this.nextDue()) {
      const { key } = this.#heap.pop() as { key: string };
      const kept = this.#all.get(key) as Kept;
      kept.isQueued = true;
      kept.at = undefined;
      due.push({ key, kept });
    }
    for (let from = 0; from < due.length; from += SERVED_AT_ONCE) {
      this.#submit(due.slice(from, from + SERVED_AT_ONCE));
    }
  }

  #submit(entries: readonly { key: string; kept: Kept }[]): void {
    for (const { kept } of entries) kept.isQueued = true;
    this.#kernel.submit({
      perform: (turn) => {
        for (const { key, kept } of entries) {
          // It may have been replaced while it waited: then the new one is served when it is due.
          if (this.#all.get(key) === kept) kept.entry.serve(turn);
        }
        // After what the entries have added to the turn: their next starts follow from that.
        turn.also({
          perform: (later) => {
            later.afterCommit(() => this.#served(entries));
            return 'done';
          },
        });
        return 'done';
      },
    });
  }

  #served(entries: readonly { key: string; kept: Kept }[]): void {
    for (const { key, kept } of entries) {
      kept.isQueued = false;
      if (this.#all.get(key) === kept) this.#place(key, kept);
    }
    this.#kernel.dueChanged(this);
  }

  #place(key: string, kept: Kept): void {
    if (kept.isQueued) return;
    const at = kept.entry.next();
    if (at === kept.at) return;
    kept.at = at;
    if (at !== undefined) this.#heap.push({ at, key });
  }
}
