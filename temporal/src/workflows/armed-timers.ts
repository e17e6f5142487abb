/**
 * The clocks of an execution as timers of Temporal: one for each thread and kind, and one for the whole.
 *
 *     armed ──(time)──▶ fired: an event for the interpreter
 *       └──(cleared, replaced, or a new run)──▶ cancelled
 *
 * @module
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { ArmedTimer } from '../execution-input.js';

/** Milliseconds that Temporal is asked to wait at a time. */
const LONGEST = 365 * 24 * 3_600_000;

interface Armed {
  readonly timer: ArmedTimer;
  readonly scope: CancellationScope;
}

export class ArmedTimers {
  readonly #armed: Map<string, Armed> = new Map();
  readonly #fired: (timer: ArmedTimer) => void;

  constructor(fired: (timer: ArmedTimer) => void) {
    this.#fired = fired;
  }

  /** A later one of the same thread and kind replaces it. */
  set(timer: ArmedTimer): void {
    const key = `${timer.thread} ${timer.kind}`;
    this.#cancel(key);
    const scope = new CancellationScope();
    this.#armed.set(key, { timer, scope });
    void scope
      .run(() => this.#wait(key, timer))
      .catch((error) => {
        if (!isCancellation(error)) throw error;
      });
  }

  async #wait(key: string, timer: ArmedTimer): Promise<void> {
    for (let left = timer.at - Date.now(); left > 0; left -= LONGEST) {
      await sleep(Math.min(left, LONGEST));
    }
    this.#armed.delete(key);
    this.#fired(timer);
  }

  /** All of a thread. */
  clear(thread: number): void {
    for (const [key, { timer }] of this.#armed) {
      if (timer.thread === thread && timer.kind !== 'execution') this.#cancel(key);
    }
  }

  /** Cancels all of them, and answers what they were. */
  takeAll(): ArmedTimer[] {
    const timers = [...this.#armed.values()].map(({ timer }) => timer);
    for (const key of [...this.#armed.keys()]) this.#cancel(key);
    return timers;
  }

  #cancel(key: string): void {
    const armed = this.#armed.get(key);
    if (armed === undefined) return;
    this.#armed.delete(key);
    armed.scope.cancel();
  }
}
