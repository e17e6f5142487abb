/**
 * Counts who holds what: executions of a pipeline at a time, slots of pools.
 * @module
 */

/** Something of which there is only so much. */
export interface Need {
  /** `pipeline/TEAM/NAME`, `pool/NAME` or, of a team's own, `pool/TEAM/NAME`. */
  resource: string;
  slots: number;
}

export class Room {
  readonly #limitOf: (resource: string) => number;
  /** By resource: slots by execution, in the order in which they were taken. */
  readonly #holders: Map<string, Map<number, number>> = new Map();
  readonly #needs: Map<number, readonly Need[]> = new Map();

  /** @param limitOf how many slots a resource has now */
  constructor(limitOf: (resource: string) => number) {
    this.#limitOf = limitOf;
  }

  holds(execution: number): boolean {
    return this.#needs.has(execution);
  }

  /** The first thing that there is not enough of; undefined when all of it is free. */
  missing(needs: readonly Need[]): Need | undefined {
    // One that needs more than there ever is gets all of it: else it would wait for ever.
    return needs.find(({ resource, slots }) => {
      const limit = this.#limitOf(resource);
      return this.taken(resource) + Math.min(slots, limit) > limit;
    });
  }

  /** Takes also what is not free: what runs already runs. */
  take(execution: number, needs: readonly Need[]): void {
    this.release(execution);
    this.#needs.set(execution, needs);
    for (const { resource, slots } of needs) {
      const holders = this.#holders.get(resource) ?? new Map<number, number>();
      this.#holders.set(resource, holders.set(execution, slots));
    }
  }

  /** True when it held something. */
  release(execution: number): boolean {
    for (const { resource } of this.#needs.get(execution) ?? []) {
      const holders = this.#holders.get(resource);
      holders?.delete(execution);
      if (holders?.size === 0) this.#holders.delete(resource);
    }
    return this.#needs.delete(execution);
  }

  taken(resource: string): number {
    const limit = this.#limitOf(resource);
    let taken = 0;
    for (const slots of this.#holders.get(resource)?.values() ?? [])
      taken += Math.min(slots, limit);
    return taken;
  }

  /** Executions that hold exactly these needs, in the order in which they took them. */
  holdersOf(needs: readonly Need[]): number[] {
    return [...this.#needs].flatMap(([execution, held]) => (held === needs ? [execution] : []));
  }

  /** Executions that hold slots of a resource, the longest first. */
  holders(resource: string): number[] {
    return [...(this.#holders.get(resource)?.keys() ?? [])];
  }
}
