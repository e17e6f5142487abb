/**
 * How often something took how long, in buckets. Counting must cost next to nothing, because it happens for every execution
 * that ends: an array and a search in it.
 * @module
 */
import type { Exemplar, Labels, Sample } from './family.js';

/**
 * Seconds. Jobs of a batch take from a second to a day: ten bounds, a factor of about three to five apart, so that a
 * quantile is off by no more than that and ten thousand jobs stay affordable.
 */
export const DURATION_BOUNDS: readonly number[] = [
  1, 5, 15, 60, 300, 900, 3600, 10_800, 28_800, 86_400,
];

/** Seconds. A schedule that is a minute late is late; one that is a second late is not. */
export const LAG_BOUNDS: readonly number[] = [0.1, 0.5, 1, 5, 15, 60, 300, 3600];

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  /** The latest of each bucket. */
  readonly #exemplars: (Exemplar | undefined)[] = [];
  #sum = 0;
  #count = 0;

  /** @param bounds upper bounds in seconds, upwards; one for what is above them is added */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * @param seconds what is below zero (a clock that was set back) counts as zero
   * @example histogram.observe(12.5, { labels: { execution_id: id }, value: 12.5, at: 1795150800 })
   */
  observe(seconds: number, exemplar?: Exemplar): void {
    const value = seconds > 0 ? seconds : 0;
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = found < 0 ? this.#bounds.length : found;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
    this.#count += 1;
    if (exemplar !== undefined) this.#exemplars[bucket] = exemplar;
  }

  /** Buckets, sum and count. */
  *samples(labels: Labels): Iterable<Sample> {
    let below = 0;
    for (const [index, count] of this.#counts.entries()) {
      below += count;
      const bound = this.#bounds[index];
      const exemplar = this.#exemplars[index];
      const le = bound === undefined ? '+Inf' : String(bound);
      const found = exemplar === undefined ? {} : { exemplar };
      yield { suffix: '_bucket', labels, le, value: below, ...found };
    }
    yield { suffix: '_sum', labels, value: this.#sum };
    yield { suffix: '_count', labels, value: this.#count };
  }
}
