/**
 * How many looks may be under way: so many in all, so many in a region, and one alone in a region that does not answer. A region
 * that hangs holds up nobody else.
 * @module
 */

/** Looks at once, and those of them in one region of one account. */
export const AT_A_TIME = 64;
export const AT_A_TIME_EACH = 6;

export class LookSlots<Look> {
  #taken = 0;
  readonly #ofRegion: Map<string, number> = new Map();
  readonly #slow: Set<string> = new Set();
  readonly #waiting: Map<string, Look[]> = new Map();

  get isFull(): boolean {
    return this.#taken >= AT_A_TIME;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a slot, or has the look wait for one of its region. */
  take(region: string, look: Look): boolean {
    const most = this.#slow.has(region) ? 1 : AT_A_TIME_EACH;
    const taken = this.#ofRegion.get(region) ?? 0;
    if (taken >= most) {
      const waiting = this.#waiting.get(region) ?? [];
      waiting.push(look);
      this.#waiting.set(region, waiting);
      return false;
    }
    this.#taken += 1;
    this.#ofRegion.set(region, taken + 1);
    return true;
  }

  /** Gives it back. @returns the look of its region that has waited longest */
  free(region: string): Look | undefined {
    this.#taken -= 1;
    const left = (this.#ofRegion.get(region) ?? 1) - 1;
    if (left > 0) this.#ofRegion.set(region, left);
    else this.#ofRegion.delete(region);
    const waiting = this.#waiting.get(region);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(region);
    return next;
  }

  /** The earliest moment of those that wait for a slot of their region. @param of the moment of a look */
  waitsSince(of: (look: Look) => number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const [first] of this.#waiting.values()) {
      if (first !== undefined) least = Math.min(least, of(first));
    }
    return least;
  }

  /** A region answers, or does not. */
  isSlow(region: string, isSlow: boolean): void {
    if (isSlow) this.#slow.add(region);
    else this.#slow.delete(region);
  }
}
