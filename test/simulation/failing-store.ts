/**
 * The faults of a disk: a store that is full for a while, in somebody's way, slow, and dies before or after it has written.
 * @module
 */
import { StoreError } from '../../src/store/errors.js';
import type { Commit, Store, SynchronousStore } from '../../src/store/store.js';
import type { VirtualWorld } from './virtual-world.js';

/** How often a commit meets what. */
export interface DiskRates {
  readonly busy: number;
  readonly full: number;
  readonly before: number;
  readonly after: number;
  readonly ambiguous: number;
  readonly slow: number;
}

export class FailingStore {
  readonly #world: VirtualWorld;
  readonly #store: SynchronousStore;
  readonly #rates: DiskRates;
  readonly #isFaulty: () => boolean;
  readonly #committed: (commit: Commit) => void;
  /** There is no space now. */
  isFull = false;

  constructor(
    world: VirtualWorld,
    store: SynchronousStore,
    rates: DiskRates,
    isFaulty: () => boolean,
    committed: (commit: Commit) => void,
  ) {
    this.#world = world;
    this.#store = store;
    this.#rates = rates;
    this.#isFaulty = isFaulty;
    this.#committed = committed;
  }

  /** The store as one process has it. @param dies ends the process */
  open(isAlive: () => boolean, dies: (why: string) => void): Store {
    const world = this.#world;
    const rates = this.#rates;
    const never = new Promise<void>(() => {});
    return {
      ...this.#store,
      commit: (commit) => {
        if (!isAlive()) return never;
        if (this.#isFaulty()) {
          if (this.isFull) throw new StoreError('full', 'simulated');
          if (world.chance(rates.full)) {
            this.isFull = true;
            world.after(world.between(1000, 20_000), () => {
              this.isFull = false;
            });
            throw new StoreError('full', 'simulated');
          }
          if (world.chance(rates.busy)) throw new StoreError('busy', 'simulated');
          if (world.chance(rates.before)) {
            dies('before a commit');
            return never;
          }
          if (world.chance(rates.after)) {
            this.#write(commit);
            dies('after a commit');
            return never;
          }
          if (world.chance(rates.ambiguous)) {
            if (world.chance(0.5)) this.#write(commit);
            throw new StoreError('ambiguous', 'simulated');
          }
          if (world.chance(rates.slow)) return this.#later(commit, isAlive);
        }
        this.#write(commit);
        return undefined;
      },
    };
  }

  #write(commit: Commit): void {
    this.#store.commit(commit);
    this.#committed(commit);
  }

  #later(commit: Commit, isAlive: () => boolean): Promise<void> {
    const ms = this.#world.between(1, 3000);
    return new Promise((resolve, reject) => {
      this.#world.after(ms, () => {
        // The process may have died while the disk was busy; then the disk had not got that far.
        if (!isAlive()) return;
        try {
          this.#write(commit);
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }
}
