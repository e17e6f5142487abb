/**
 * Virtual time, seeded chance, and the one queue that decides what happens next.
 *
 * Things happen in the order of their time, then of a seeded draw, then of their coming, so that each seed interleaves them
 * in another way and always in the same one. Between two of them all promises are let run on.
 * @module
 */
export const EPOCH = 1_767_225_600_000;

interface Item {
  at: number;
  tie: number;
  order: number;
  run: () => void;
}

export class VirtualWorld {
  /** Milliseconds since the beginning; never goes back. */
  elapsed = 0;
  /** By how much the wall clock is wrong, milliseconds. */
  wallError = 0;
  readonly #queue: Item[] = [];
  #order = 0;
  /** How much has happened. */
  happened = 0;
  #state: number;

  constructor(seed: number) {
    // Small seeds alone would make similar first draws.
    this.#state = (Math.imul(seed, 2_654_435_761) >>> 0) % 2_147_483_646 || 1;
    for (let i = 0; i < 5; i++) this.random();
  }

  /** In [0, 1). The "minimal standard" generator of Park and Miller. */
  random(): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return (this.#state - 1) / 2_147_483_646;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  /** What the wall clock shows, milliseconds since the epoch. */
  wall(): number {
    return EPOCH + this.elapsed + this.wallError;
  }

  /** Has something happen after a while; the answer takes it back. */
  after(ms: number, run: () => void): () => void {
    const item = {
      at: this.elapsed + Math.max(0, Math.round(ms)),
      tie: this.random(),
      order: this.#order++,
      run,
    };
    const later = (other: Item): boolean =>
      other.at > item.at ||
      (other.at === item.at &&
        (other.tie > item.tie || (other.tie === item.tie && other.order > item.order)));
    let at = this.#queue.length;
    while (at > 0 && later(this.#queue[at - 1] as Item)) at -= 1;
    this.#queue.splice(at, 0, item);
    return () => {
      const found = this.#queue.indexOf(item);
      if (found >= 0) this.#queue.splice(found, 1);
    };
  }

  /**
   * Lets things happen until the condition holds, the queue is empty or the time is up.
   * @param until milliseconds since the beginning
   */
  async run(until: number, done: () => boolean): Promise<void> {
    while (!done()) {
      const next = this.#queue[0];
      if (next === undefined || next.at > until) break;
      this.#queue.shift();
      this.happened += 1;
      this.elapsed = Math.max(this.elapsed, next.at);
      next.run();
      // A turn of the real event loop: every promise that can go on has gone on.
      await new Promise<void>((resume) => setImmediate(resume));
    }
    if (!done()) this.elapsed = Math.max(this.elapsed, until);
  }
}
