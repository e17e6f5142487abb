/**
 * A store whose answers take their time and come in another order than they were asked for, as those of a database over a
 * network do. Each is what the store held at some moment between question and answer.
 * @module
 */
import type { Store } from '../../src/store/store.js';
import type { VirtualWorld } from './virtual-world.js';

const READS = /^(find|list|load|last|count|read|current|log)/;
/** Milliseconds that an answer takes at most. */
const SLOWEST = 400;

/** @param share of the answers that take longer than a turn of the event loop */
export function withSlowReads(store: Store, world: VirtualWorld, share: () => number): Store {
  const slow = { ...store } as unknown as { [method: string]: unknown };
  for (const [name, method] of Object.entries(store)) {
    if (!READS.test(name)) continue;
    const ask = method as (...values: unknown[]) => unknown;
    slow[name] = (...values: unknown[]) => {
      if (!world.chance(share())) return Promise.resolve(ask(...values));
      const isEarly = world.chance(0.5);
      const early = isEarly ? ask(...values) : undefined;
      return new Promise((resolve, reject) => {
        world.after(world.between(0, SLOWEST), () => {
          try {
            resolve(isEarly ? early : ask(...values));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
    };
  }
  return slow as unknown as Store;
}
