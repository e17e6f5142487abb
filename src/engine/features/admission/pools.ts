/**
 * Pools: numbers of slots that pipelines share, such as connections of a warehouse. A pool that the operator has sized is
 * one for all teams. One that nobody has sized has one slot and is the team's own: two teams that happen to use the same
 * name share nothing, and learn nothing of each other.
 * @module
 */
import { EngineError } from '../../kernel/errors.js';
import type { Machinery } from '../../kernel/machinery.js';
import type { Settle } from '../../kernel/requests.js';
import type { Input } from '../../kernel/turn-loop.js';

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

  /** @param name `NAME`, or `TEAM/NAME` of a pool that nobody has sized */
  slots(name: string): number {
    return this.#sizes.get(name) ?? 1;
  }

  /** The operator has sized it: all teams share it. */
  isShared(name: string): boolean {
    return this.#sizes.has(name);
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
          this.#parts.admission.poolChanged(name);
          settle.resolve();
        });
        return 'done';
      },
    };
  }
}

/**
 * All pools that were sized, and those that pipelines of these teams use, by name.
 * @param teams whose own pools are listed; undefined: all
 */
export function listPools(
  { pools, admission }: Machinery,
  teams: readonly string[] | undefined,
): PoolSummary[] {
  const shared = pools.names().map((name): PoolSummary => {
    return { name, slots: pools.slots(name), ...admission.use(name) };
  });
  const own = new Map<string, PoolSummary>();
  for (const { team, name } of admission.poolsInUse()) {
    if (pools.isShared(name) || (teams && !teams.includes(team))) continue;
    own.set(`${team}/${name}`, { name, team, slots: 1, ...admission.use(name, team) });
  }
  return [...shared, ...own.values()].sort((a, b) =>
    `${a.name} ${a.team ?? ''}` < `${b.name} ${b.team ?? ''}` ? -1 : 1,
  );
}
