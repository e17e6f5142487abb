/**
 * Asks jobs to end that nobody waits for any more, again and again until they were asked.
 *
 * Pauses grow to a minute; after a day a job is given up, and that is said.
 * @module
 */
import type { RemoteJob, RemoteTasks } from '../../../connectors/remote-tasks.js';
import { Heap } from '../../kernel/heap.js';

/** Requests under way at a time. */
const AT_A_TIME = 16;
const LONGEST_PAUSE = 60_000;
/** How long a job is asked to end: milliseconds. */
export const PATIENCE = 86_400_000;

export interface Unwanted {
  /** Id of its attempt. */
  readonly id: string;
  readonly job: RemoteJob;
  /** Since when nobody waits for it: milliseconds since the epoch. */
  readonly since: number;
}

interface Asked {
  readonly one: Unwanted;
  readonly at: number;
  readonly tries: number;
}

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'stop'>;
  now(): number;
  /** It was asked to end, or has ended; or has been asked in vain for too long. */
  done(id: string, isGivenUp: boolean): void;
  /** Something is due at another time than before. */
  dueChanged(): void;
}

export class Stopping {
  readonly #parts: Parts;
  readonly #queue: Heap<Asked> = new Heap();
  readonly #known: Set<string> = new Set();
  #underWay = 0;
  #isEnding = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Asks it to end, from now on. */
  add(one: Unwanted): void {
    if (this.#known.has(one.id)) return;
    this.#known.add(one.id);
    this.#queue.push({ one, at: this.#parts.now(), tries: 0 });
    this.due();
  }

  next(): number | undefined {
    return this.#underWay >= AT_A_TIME ? undefined : this.#queue.first?.at;
  }

  due(): void {
    if (this.#isEnding) return;
    const now = this.#parts.now();
    while (this.#underWay < AT_A_TIME) {
      const { first } = this.#queue;
      if (first === undefined || first.at > now) break;
      this.#queue.pop();
      void this.#ask(first);
    }
    this.#parts.dueChanged();
  }

  close(): void {
    this.#isEnding = true;
    this.#queue.clear();
  }

  async #ask({ one, tries }: Asked): Promise<void> {
    this.#underWay += 1;
    let isAsked = false;
    try {
      isAsked = await this.#parts.tasks.stop(one.job, 'Nobody waits for it any more.');
    } catch {
      // As good as an answer that did not come.
    }
    this.#underWay -= 1;
    if (this.#isEnding) return;
    const now = this.#parts.now();
    const isGivenUp = !isAsked && now - one.since > PATIENCE;
    if (isAsked || isGivenUp) {
      this.#known.delete(one.id);
      this.#parts.done(one.id, isGivenUp);
    } else {
      const pause = Math.min(LONGEST_PAUSE, 1_000 * 2 ** Math.min(10, tries));
      this.#queue.push({ one, at: now + pause, tries: tries + 1 });
    }
    this.due();
  }
}
