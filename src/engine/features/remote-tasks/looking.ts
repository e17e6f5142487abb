/**
 * Looks at jobs until they have ended: by itself after growing pauses, at once when an event says that something has become of
 * one. What cannot be seen is looked at less and less often, and told about after a while; it goes on being waited for.
 * @module
 */
import type { TaskOutcome } from '../../../connectors/connector.js';
import type { JobState, RemoteJob, RemoteTasks } from '../../../connectors/remote-tasks.js';
import type { Clock } from '../../kernel/ports.js';
import { type Awaited, LookQueue, SOONEST } from './look-queue.js';

/** Calls under way at a time, and those of one kind to one region of an account. */
const AT_A_TIME = 64;
const AT_A_TIME_EACH = 4;
/** Milliseconds after which an answer is not waited for any more. */
const PATIENCE = 60_000;
/** Milliseconds for which a job may be unseen before that is told. */
const TOLD_AFTER = 900_000;

type Running = Extract<JobState, { type: 'running' }>;

/** How a job has ended. */
export interface Ended {
  readonly outcome: TaskOutcome;
  readonly status: string;
  readonly used?: { readonly [unit: string]: number };
  readonly links?: Running['links'];
}

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'look' | 'batchOf'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  now(): number;
  /** Another number between 0 and 1 each time. */
  spread(): number;
  ended(one: Awaited, how: Ended): void;
  /** It runs. @param before as it was seen before; undefined: for the first time since the start */
  seen(one: Awaited, state: Running, before: string | undefined): void;
  /** Nobody has seen it for a while, and that is to be told; without a cause: it is seen again. */
  unseen(one: Awaited, cause: string | undefined): void;
  /** Something is due at another time than before. */
  dueChanged(): void;
}

export class Looking {
  readonly #parts: Parts;
  readonly #queue: LookQueue = new LookQueue(AT_A_TIME, AT_A_TIME_EACH);
  readonly #closing: AbortController = new AbortController();
  /** Those of which it was told that nobody sees them. */
  readonly #told: Set<string> = new Set();
  /** Calls so far. */
  calls = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#queue.size;
  }

  get(id: string): Awaited | undefined {
    return this.#queue.get(id);
  }

  /**
   * Waits for a job from now on.
   * @param isTold that nobody sees it was told before
   */
  add(one: Omit<Awaited, 'lookedAt' | 'blind'>, isTold = false): void {
    this.#queue.add({ ...one, lookedAt: this.#parts.now(), blind: 0 });
    if (isTold) this.#told.add(one.id);
  }

  /** Waits for it no more. */
  remove(id: string): void {
    this.#queue.remove(id);
    this.#told.delete(id);
  }

  /** Something has become of that job. */
  heard({ kind, id }: Pick<RemoteJob, 'kind' | 'id'>): void {
    const one = this.#queue.ofJob(kind, id);
    if (one === undefined) return;
    this.#queue.hurry(one, Math.max(this.#parts.now(), one.lookedAt + SOONEST));
    this.#parts.dueChanged();
  }

  next(): number | undefined {
    return this.#closing.signal.aborted ? undefined : this.#queue.next();
  }

  due(): void {
    const { tasks, now } = this.#parts;
    if (this.#closing.signal.aborted) return;
    for (const batch of this.#queue.take(now(), (job) => tasks.batchOf(job))) {
      void this.#look(batch);
    }
  }

  close(): void {
    this.#closing.abort();
  }

  async #look(batch: readonly Awaited[]): Promise<void> {
    const { now, spread, dueChanged } = this.#parts;
    this.calls += 1;
    const states = await this.#ask(batch.map(({ job }) => job));
    if (this.#closing.signal.aborted) return;
    for (const [index, one] of batch.entries()) {
      // It may have been given up meanwhile.
      if (this.#queue.get(one.id) !== one) continue;
      this.#take(one, states[index] ?? unseen('There was no answer about it.'));
    }
    this.#queue.looked(batch, now(), spread());
    dueChanged();
  }

  async #ask(jobs: readonly RemoteJob[]): Promise<readonly JobState[]> {
    const { tasks, clock } = this.#parts;
    const controller = new AbortController();
    const give = (): void => controller.abort();
    this.#closing.signal.addEventListener('abort', give, { once: true });
    let disarm = (): void => {};
    const late = new Promise<readonly JobState[]>((resolve) => {
      disarm = clock.setTimer(() => {
        give();
        resolve(jobs.map(() => unseen(`There was no answer within ${PATIENCE / 1_000} seconds.`)));
      }, PATIENCE);
    });
    try {
      return await Promise.race([tasks.look(jobs, controller.signal), late]);
    } catch (error) {
      return jobs.map(() => unseen(`The look failed: ${String(error)}`));
    } finally {
      disarm();
      this.#closing.signal.removeEventListener('abort', give);
    }
  }

  #take(one: Awaited, state: JobState): void {
    const { ended, seen, unseen: tell, now } = this.#parts;
    if (state.type === 'unseen') {
      one.blind += 1;
      one.blindSince ??= now();
      const isLong = state.isLasting || now() - one.blindSince >= TOLD_AFTER;
      if (!isLong || this.#told.has(one.id)) return;
      this.#told.add(one.id);
      tell(one, state.cause);
      return;
    }
    one.blind = 0;
    delete one.blindSince;
    if (state.type === 'running') {
      if (this.#told.delete(one.id)) tell(one, undefined);
      const before = one.status;
      one.status = state.status;
      seen(one, state, before);
      return;
    }
    this.remove(one.id);
    if (state.type === 'gone') {
      const outcome: TaskOutcome = {
        type: 'failed',
        error: 'States.TaskFailed',
        cause: state.cause,
      };
      ended(one, { outcome, status: 'gone' });
      return;
    }
    const { outcome, used, links } = state;
    const status = outcome.type === 'succeeded' ? 'succeeded' : 'failed';
    ended(one, { outcome, status, ...(used && { used }), ...(links && { links }) });
  }
}

function unseen(cause: string): JobState {
  return { type: 'unseen', cause, isLasting: false };
}
