/**
 * How many attempts of each connector kind may run at a time, and who waits for a slot.
 *
 * Waiting attempts are durable in the store; the queue here holds only their addresses, in order, and no more than
 * `QUEUED` a kind: beyond that it remembers that the store has more and asks for them when it has run empty.
 * @module
 */

/** Where an attempt is found. */
export interface AttemptAddress {
  execution: number;
  thread: number;
  sequence: number;
}

interface Kind {
  limit: number;
  taken: number;
  waiting: AttemptAddress[];
  storeHasMore: boolean;
}

const QUEUED = 10_000;

export class Slots {
  readonly #kinds: Map<string, Kind> = new Map();
  #isClosed = false;

  constructor(limits: ReadonlyMap<string, number>) {
    for (const [kind, limit] of limits) {
      this.#kinds.set(kind, { limit, taken: 0, waiting: [], storeHasMore: false });
    }
  }

  has(kind: string): boolean {
    return this.#kinds.has(kind);
  }

  /** Takes a slot if one is free and nobody waits for it. */
  take(kind: string): boolean {
    const entry = this.#kinds.get(kind);
    if (!entry || this.#isClosed || entry.taken >= entry.limit) return false;
    if (entry.waiting.length > 0 || entry.storeHasMore) return false;
    entry.taken += 1;
    return true;
  }

  /** Queues an attempt for the next slot. */
  wait(kind: string, attempt: AttemptAddress): void {
    const entry = this.#kinds.get(kind);
    if (!entry) return;
    if (entry.storeHasMore || entry.waiting.length >= QUEUED) entry.storeHasMore = true;
    else entry.waiting.push(attempt);
  }

  free(kind: string): void {
    const entry = this.#kinds.get(kind);
    if (entry) entry.taken -= 1;
  }

  /** Takes a slot for the attempt that has waited longest; undefined when there is no slot or nobody waits. */
  next(kind: string): AttemptAddress | undefined {
    const entry = this.#kinds.get(kind);
    if (!entry || this.#isClosed || entry.taken >= entry.limit) return undefined;
    const attempt = entry.waiting.shift();
    if (attempt) entry.taken += 1;
    return attempt;
  }

  /** True when the queue has run empty and the store must be asked. */
  needsRefill(kind: string): boolean {
    const entry = this.#kinds.get(kind);
    return entry?.storeHasMore === true && entry.waiting.length === 0;
  }

  /** Answers `needsRefill` with what the store had, oldest first. */
  refill(kind: string, attempts: readonly AttemptAddress[]): void {
    const entry = this.#kinds.get(kind);
    if (!entry) return;
    entry.storeHasMore = attempts.length >= QUEUED;
    entry.waiting.push(...attempts);
  }

  taken(): { [kind: string]: number } {
    const result: { [kind: string]: number } = {};
    for (const [kind, { taken }] of this.#kinds) result[kind] = taken;
    return result;
  }

  kinds(): string[] {
    return [...this.#kinds.keys()];
  }

  /** Gives slots again; whoever waits is not looked at by that. */
  open(): void {
    this.#isClosed = false;
  }

  /** Gives no more slots. */
  close(): void {
    this.#isClosed = true;
  }
}

/** Attempts asked of the store at a time. */
export const REFILL: number = QUEUED;
