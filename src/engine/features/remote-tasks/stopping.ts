/**
 * Asks jobs to end that nobody waits for any more, again and again until they were asked.
 *
 * Pauses grow to a minute; after a day a job is given up, and that is said. A cluster is freed instead of stopped: it is asked to
 * end and looked at until it is gone, however long that takes; that it is not gone in time is said.
 * @module
 */
import type { RemoteJob, RemoteRequest, RemoteTasks } from '../../../connectors/remote-tasks.js';
import { Heap } from '../../kernel/heap.js';

/** Requests under way at a time. */
const AT_A_TIME = 16;
const LONGEST_PAUSE = 60_000;
/** How long a job is asked to end: milliseconds. */
export const PATIENCE = 86_400_000;
/** How long a cluster may take to be gone before that is said: milliseconds. */
const LINGERS = 1_800_000;

export interface Unwanted {
  /** Id of its attempt. */
  readonly id: string;
  readonly job: RemoteJob;
  /** Since when nobody waits for it: milliseconds since the epoch. */
  readonly since: number;
  /** Of a cluster: what ends it, and the job by which it is seen to be gone. */
  readonly free?: { readonly request: Omit<RemoteRequest, 'signal'>; readonly job: RemoteJob };
  /** That it is not gone was said before. */
  readonly isTold?: boolean;
}

interface Asked {
  readonly one: Unwanted;
  readonly at: number;
  readonly tries: number;
}

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'stop' | 'submit' | 'look'>;
  now(): number;
  /** It was asked to end, or has ended; or has been asked in vain for too long. */
  done(id: string, isGivenUp: boolean): void;
  /** A cluster is not gone in time, and why; without a cause: it is gone after that was said. */
  lingers(id: string, cause: string | undefined): void;
  /** Something is due at another time than before. */
  dueChanged(): void;
}

export class Stopping {
  readonly #parts: Parts;
  readonly #queue: Heap<Asked> = new Heap();
  readonly #known: Set<string> = new Set();
  /** Clusters of which it was said that they are not gone. */
  readonly #told: Set<string> = new Set();
  readonly #closing: AbortController = new AbortController();
  #underWay = 0;
  #isEnding = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Asks it to end, from now on. */
  add(one: Unwanted): void {
    if (this.#known.has(one.id)) return;
    this.#known.add(one.id);
    if (one.isTold) this.#told.add(one.id);
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
    this.#closing.abort();
    this.#queue.clear();
  }

  async #ask({ one, tries }: Asked): Promise<void> {
    this.#underWay += 1;
    const left = await this.#left(one).catch((error: unknown) => String(error));
    this.#underWay -= 1;
    if (this.#isEnding) return;
    const now = this.#parts.now();
    const isAsked = left === undefined;
    const isGivenUp = !isAsked && one.free === undefined && now - one.since > PATIENCE;
    if (one.free !== undefined) this.#tell(one, left);
    if (isAsked || isGivenUp) {
      this.#known.delete(one.id);
      this.#parts.done(one.id, isGivenUp);
    } else {
      const pause = Math.min(LONGEST_PAUSE, 1_000 * 2 ** Math.min(10, tries));
      this.#queue.push({ one, at: now + pause, tries: tries + 1 });
    }
    this.due();
  }

  /** Why it is not over; undefined: it was asked to end, or is gone. */
  async #left({ job, free }: Unwanted): Promise<string | undefined> {
    const { tasks } = this.#parts;
    const { signal } = this.#closing;
    if (free === undefined) {
      const isAsked = await tasks.stop(job, 'Nobody waits for it any more.');
      return isAsked ? undefined : 'It could not be asked to end.';
    }
    const answer = await tasks.submit({ ...free.request, signal });
    const [state] = await tasks.look([free.job], signal);
    if (state?.type === 'ended' || state?.type === 'gone') return undefined;
    if (answer.type === 'failed' || answer.type === 'unknown') return answer.cause;
    return state?.type === 'running' ? `It is ${state.status}.` : 'It cannot be seen.';
  }

  #tell({ id, since }: Unwanted, left: string | undefined): void {
    if (left === undefined) {
      if (this.#told.delete(id)) this.#parts.lingers(id, undefined);
    } else if (this.#parts.now() - since > LINGERS && !this.#told.has(id)) {
      this.#told.add(id);
      this.#parts.lingers(id, left);
    }
  }
}
