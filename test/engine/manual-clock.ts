/**
 * A clock that goes on when a test says so, and calls every timer on its way in order.
 * @module
 */
import type { Clock } from '../../src/engine/kernel/ports.js';

export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  readonly #timers: { at: number; callback: () => void }[] = [];

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(callback: () => void, ms: number): () => void {
    const timer = { at: this.#elapsed + ms, callback };
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** The wall clock is set, as people and time servers do; timers know nothing of it. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass until this moment of the wall clock. */
  async until(moment: string): Promise<void> {
    const end = this.#elapsed + Date.parse(moment) - this.#now;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#pass(due.at);
      due.callback();
      await settled();
    }
    this.#pass(end);
    await settled();
  }

  #pass(at: number): void {
    const ms = Math.max(0, at - this.#elapsed);
    this.#elapsed += ms;
    this.#now += ms;
  }
}

/** Everything that can go on has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 25; turn += 1) await new Promise((resume) => setImmediate(resume));
}
