/**
 * Limits of tags: so many tasks that ask for a tag are with workers at a time, over all workers.
 *
 *     a worker may have it, and its tags have room ──taken──▶ counted ──it is no worker's any more──▶ given back
 *
 * What was begun under an earlier engine counts from the first moment on, even where that is more than the limit of now.
 * @module
 */

/** A tag that has no room. */
export interface FullTag {
  readonly tag: string;
  /** Tasks at a time. */
  readonly limit: number;
}

export class TagLimits {
  readonly #limits: ReadonlyMap<string, number>;
  /** Attempts that count, by tag: of tags with a limit alone. */
  readonly #taken: Map<string, Set<string>> = new Map();

  /** @param limits tasks at a time, by tag: a tag that is not there has none */
  constructor(limits: { readonly [tag: string]: number } = {}) {
    this.#limits = new Map(Object.entries(limits));
  }

  /** The first of the tags that has no room; undefined: all have. */
  full(tags: readonly string[]): FullTag | undefined {
    for (const tag of tags) {
      const limit = this.#limits.get(tag);
      if (limit !== undefined && (this.#taken.get(tag)?.size ?? 0) >= limit) return { tag, limit };
    }
    return undefined;
  }

  /** An attempt goes to a worker, or is with one. */
  take(id: string, tags: readonly string[]): void {
    for (const tag of tags) {
      if (!this.#limits.has(tag)) continue;
      const taken = this.#taken.get(tag) ?? new Set<string>();
      this.#taken.set(tag, taken.add(id));
    }
  }

  /** It is no worker's any more, or has never become one's. */
  give(id: string): void {
    if (this.#limits.size === 0) return;
    for (const taken of this.#taken.values()) taken.delete(id);
  }
}
