/**
 * Pools: numbers of slots that pipelines share, such as connections of a warehouse. A pool that the operator has sized is
 * one for all teams. One that nobody has sized has one slot and is the team's own: two teams that happen to use the same
 * name share nothing, and learn nothing of each other.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Settle } from '../../kernel/requests.js';
import type { Input } from '../../kernel/turn-loop.js';
import { RowMap } from '../../kernel/turn-memory.js';

export interface PoolSummary {
  name: string;
  /** Whose it is; absent when all teams share it. */
  team?: string;
  slots: number;
  /** Slots that executions hold. */
  taken: number;
  /** Executions that wait until there is room, for this pool or for something else that they need too. */
  waiting: number;
}

interface PoolRow {
  name: string;
  slots: number;
}

/** Table `pools`: sizes. Pools belong to the server: the sizes are the operator's. */
export const POOLS: Table<PoolRow> = defineTable<PoolRow>({
  name: 'pools',
  columns: { name: 'text', slots: 'integer' },
  key: ['name'],
  migrations: [
    {
      both: `CREATE TABLE pools (name TEXT PRIMARY KEY, slots INTEGER NOT NULL);`,
      sqlite: `INSERT INTO pools (name, slots)
       SELECT name, json_extract(record, '$.slots') FROM declarations WHERE kind = 'pool';
     DELETE FROM declarations WHERE kind = 'pool';`,
    },
  ],
});

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const MOST_SLOTS = 100_000;
const MOST_POOLS = 1_000;

export class Pools {
  readonly #kernel: Kernel;
  readonly #sizes: RowMap<PoolRow> = new RowMap(POOLS);
  readonly #onChange: (pool: string) => void;

  /** @param onChange told when a pool was sized or forgotten */
  constructor(kernel: Kernel, onChange: (pool: string) => void) {
    this.#kernel = kernel;
    this.#onChange = onChange;
  }

  async open(): Promise<void> {
    await this.#sizes.open(this.#kernel.store);
  }

  /** @param name `NAME`, or `TEAM/NAME` of a pool that nobody has sized */
  slots(name: string): number {
    return this.#sizes.durable(name)?.slots ?? 1;
  }

  /** The operator has sized it: all teams share it. */
  isShared(name: string): boolean {
    return this.#sizes.durable(name) !== undefined;
  }

  /** Names of pools that were sized, in order. */
  names(): string[] {
    return [...this.#sizes.values()].map(({ name }) => name).sort();
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
        if (slots !== undefined && !this.#sizes.get(name) && this.#sizes.size >= MOST_POOLS)
          refuse(`there are ${MOST_POOLS} pools already`);
        if (slots === undefined) this.#sizes.delete(turn, name);
        else this.#sizes.put(turn, { name, slots });
        turn.afterCommit(() => {
          this.#onChange(name);
          settle.resolve();
        });
        return 'done';
      },
    };
  }
}
