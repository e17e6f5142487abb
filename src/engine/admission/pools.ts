/**
 * Pools: numbers of slots that pipelines of all teams share, such as connections of a warehouse. A pool that nobody has
 * sized has one slot.
 * @module
 */
import { EngineError } from '../errors.js';
import type { Machinery } from '../machinery.js';
import type { Settle } from '../requests.js';
import type { Input } from '../turn-loop.js';

export interface PoolSummary {
  name: string;
  slots: number;
  /** Slots that executions hold. */
  taken: number;
  /** Executions that wait until there is room, for this pool or for something else that they need too. */
  waiting: number;
}

const KIND = 'pool';
/** Pools belong to the server: the sizes are the operator's. */
const TEAM = '';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const MOST_SLOTS = 100_000;
const MOST_POOLS = 1_000;

export class Pools {
  readonly #parts: Machinery;
  readonly #sizes: Map<string, number> = new Map();

  constructor(parts: Machinery) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    for (const { name, record } of await this.#parts.store.listDeclarations(KIND)) {
      this.#sizes.set(name, Number(record.slots));
    }
  }

  slots(name: string): number {
    return this.#sizes.get(name) ?? 1;
  }

  /** Names of pools that were sized, in order. */
  names(): string[] {
    return [...this.#sizes.keys()].sort();
  }

  /**
   * Sizes a pool; without slots it is forgotten and has one slot again. What runs goes on.
   * Throws InvalidPool.
   */
  setInput(name: string, slots: number | undefined, settle: Settle<void>): Input {
    return {
      refuse: settle.reject,
      perform: (turn) => {
        const refuse = (problem: string): never => {
          throw new EngineError('InvalidPool', { pool: name.slice(0, 100), problem });
        };
        if (!NAME.test(name)) refuse('its name consists of up to 80 letters, digits and . _ -');
        if (slots !== undefined && !(Number.isInteger(slots) && slots >= 1 && slots <= MOST_SLOTS))
          refuse(`it has 1 to ${MOST_SLOTS} slots`);
        if (slots !== undefined && !this.#sizes.has(name) && this.#sizes.size >= MOST_POOLS)
          refuse(`there are ${MOST_POOLS} pools already`);
        turn.declarations.push({
          kind: KIND,
          team: TEAM,
          name,
          ...(slots === undefined ? {} : { record: { slots } }),
        });
        turn.afterCommit(() => {
          if (slots === undefined) this.#sizes.delete(name);
          else this.#sizes.set(name, slots);
          this.#parts.admission.admit();
          settle.resolve();
        });
        return 'done';
      },
    };
  }
}

/** All pools that were sized or that a pipeline uses, by name. */
export function listPools({ pools, admission }: Machinery): PoolSummary[] {
  const names = new Set([...pools.names(), ...admission.poolsInUse()]);
  return [...names].sort().map((name) => ({
    name,
    slots: pools.slots(name),
    ...admission.use(name),
  }));
}
