/**
 * A clock that goes on when a test says so, and calls every timer on its way in order. Between two of them it waits until
 * nothing goes on by itself any more: no turn of the engine, no read of a disk.
 * @module
 */
import type { Clock } from '../../src/engine/kernel/ports.js';
import type { Work } from './under-way.js';

/** Turns of the event loop in which nothing was under way: in the first of them promises may still go on. */
const STILL = 3;

export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  #soon = 0;
  readonly #timers: { at: number; callback: () => void }[] = [];
  readonly #works: Set<Work> = new Set();

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
    this.#soon += 1;
    setImmediate(() => {
      this.#soon -= 1;
      callback();
    });
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Time does not go on while this is under way. The answer ends that. */
  awaits(work: Work): () => void {
    this.#works.add(work);
    return () => void this.#works.delete(work);
  }

  /** The wall clock is set, as people and time servers do; timers know nothing of it. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass until this moment of the wall clock. */
  until(moment: string): Promise<void> {
    return this.pass(Date.parse(moment) - this.#now);
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#goOn(due.at);
      due.callback();
      await this.settled();
    }
    this.#goOn(end);
    await this.settled();
  }

  /** Everything has gone on that needs no time: only a timer, or the test, can make anything happen now. */
  async settled(): Promise<void> {
    for (let still = 0; still < STILL; still += 1) {
      await new Promise((resume) => setImmediate(resume));
      const busy = [...this.#works].filter((work) => work.isUnderWay());
      if (busy.length === 0 && this.#soon === 0) continue;
      still = -1;
      await Promise.all(busy.map((work) => work.rest()));
    }
  }

  #goOn(at: number): void {
    const ms = Math.max(0, at - this.#elapsed);
    this.#elapsed += ms;
    this.#now += ms;
  }
}
