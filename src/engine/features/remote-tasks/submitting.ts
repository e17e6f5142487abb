/**
 * Requests on their way to who performs them: how many at a time, and what an answer that is none becomes.
 * @module
 */
import type { RemoteRequest, RemoteTasks, Submission } from '../../../connectors/remote-tasks.js';

/** Requests under way at a time. A request that waits for its answer (a function that works) is one, too. */
const AT_A_TIME = 1_000;

interface Waiting {
  readonly request: Omit<RemoteRequest, 'signal'>;
  readonly answered: (answer: Submission) => void;
}

export class Submitting {
  readonly #tasks: Pick<RemoteTasks, 'submit'>;
  readonly #queue: Map<string, Waiting> = new Map();
  readonly #sent: Map<string, AbortController> = new Map();
  /** What may have been sent, until its answer was taken in. */
  readonly #handed: Set<string> = new Set();
  #isEnding = false;

  constructor(tasks: Pick<RemoteTasks, 'submit'>) {
    this.#tasks = tasks;
  }

  get underWay(): number {
    return this.#sent.size;
  }

  /** Sends a request when there is room. @param answered not called any more after `close` */
  send(request: Omit<RemoteRequest, 'signal'>, answered: (answer: Submission) => void): void {
    this.#queue.set(request.id, { request, answered });
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

  async #send(id: string, { request, answered }: Waiting): Promise<void> {
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
    answered(answer);
    this.#pump();
  }
}
