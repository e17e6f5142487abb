/**
 * Requests on their way to who performs them: how many at a time, and what an answer that is none becomes.
 * @module
 */
import type { RemoteRequest, RemoteTasks, Submission } from '../../../connectors/remote-tasks.js';
import type { Clock } from '../../kernel/ports.js';

/** Requests under way at a time. A request that waits for its answer (a function that works) is one, too. */
const AT_A_TIME = 1_000;
/**
 * Times that a request is made again when it may have been performed before, and is refused now or cannot be looked up: what was
 * throttled says nothing of the job that may run. Pauses double from a second: a minute in all.
 */
const TRIES_AGAIN = 6;

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'submit'>;
  readonly clock: Pick<Clock, 'setTimer'>;
}

interface Waiting {
  readonly tries: number;
  readonly request: Omit<RemoteRequest, 'signal'>;
  readonly answered: (answer: Submission) => void;
}

export class Submitting {
  readonly #tasks: Pick<RemoteTasks, 'submit'>;
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #queue: Map<string, Waiting> = new Map();
  readonly #sent: Map<string, AbortController> = new Map();
  /** What may have been sent, until its answer was taken in. */
  readonly #handed: Set<string> = new Set();
  #isEnding = false;

  constructor({ tasks, clock }: Parts) {
    this.#tasks = tasks;
    this.#clock = clock;
  }

  get underWay(): number {
    return this.#sent.size;
  }

  /** Sends a request when there is room. @param answered not called any more after `close` */
  send(request: Omit<RemoteRequest, 'signal'>, answered: (answer: Submission) => void): void {
    this.#queue.set(request.id, { request, answered, tries: 0 });
    this.#pump();
  }

  /** Takes back a request that was never sent; false: it may have been, and has an answer that is worth knowing. */
  takeBack(id: string): boolean {
    if (this.#handed.has(id)) return false;
    this.#queue.delete(id);
    return true;
  }

  /** It may have been sent before this process began. */
  mayBeSent(id: string): void {
    this.#handed.add(id);
  }

  /** Its answer was taken in. */
  settled(id: string): void {
    this.#handed.delete(id);
  }

  /** Nobody waits for the answer. */
  abort(id: string): void {
    this.#sent.get(id)?.abort();
  }

  /** What has no answer is asked for again at the next start. */
  close(): void {
    this.#isEnding = true;
    this.#queue.clear();
    for (const controller of this.#sent.values()) controller.abort();
  }

  #pump(): void {
    for (const [id, waiting] of this.#queue) {
      if (this.#sent.size >= AT_A_TIME) return;
      this.#queue.delete(id);
      void this.#send(id, waiting);
    }
  }

  async #send(id: string, waiting: Waiting): Promise<void> {
    const { request, answered, tries } = waiting;
    const controller = new AbortController();
    this.#sent.set(id, controller);
    this.#handed.add(id);
    let answer: Submission;
    try {
      answer = await this.#tasks.submit({ ...request, signal: controller.signal });
    } catch (error) {
      // Whoever performs tasks never rejects; if it does, nobody knows what it has done.
      answer = { type: 'unknown', cause: `The request failed: ${String(error)}` };
    }
    this.#sent.delete(id);
    if (this.#isEnding) return;
    const isJob = request.form === 'sync' || request.form === 'sync2';
    const isOpen = answer.type === 'failed' || (answer.type === 'unknown' && isJob);
    if (isOpen && request.isAgain && tries < TRIES_AGAIN) {
      this.#clock.setTimer(
        () => {
          if (this.#isEnding) return;
          this.#queue.set(id, { ...waiting, tries: tries + 1 });
          this.#pump();
        },
        1_000 * 2 ** tries,
      );
    } else answered(answer);
    this.#pump();
  }
}
