/**
 * What teams' files say of pools of clusters, durably.
 *
 * A pool is its team's: pipelines of other teams do not see it. Of two files of a team that declare a pool of one name the first
 * counts, and the other is told of as a mistake.
 * @module
 */
import { suggest } from '../../../asl/validate.js';
import {
  CLUSTER_POOLS_SECTION,
  type PoolPlan,
  poolPlans,
} from '../../../pipelines/team-file/cluster-pools-section.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { POOL_FILES, type PoolFileRow } from './pool-tables.js';

/** What one file declares. */
export interface PoolFile {
  readonly file: string;
  readonly team: string;
  readonly sections: { readonly [name: string]: unknown };
}

/** Something in a file that counts for nothing. */
export interface RefusedPool {
  readonly file: string;
  readonly problem: string;
}

export class PoolPlans {
  readonly #rows: RowMap<PoolFileRow>;
  /** By team, then by name. */
  #plans: Map<string, Map<string, PoolPlan>> | undefined;

  constructor() {
    this.#rows = new RowMap(POOL_FILES, () => {
      this.#plans = undefined;
    });
  }

  open(store: SealedStore): Promise<void> {
    return this.#rows.open(store);
  }

  get(team: string, pool: string): PoolPlan | undefined {
    return this.#all().get(team)?.get(pool);
  }

  teams(): string[] {
    return [...this.#all().keys()];
  }

  /** Pools of a team, by name. */
  ofTeam(team: string): ReadonlyMap<string, PoolPlan> {
    return this.#all().get(team) ?? new Map();
  }

  /** Why there is no such pool, for people. */
  missing(team: string, pool: string): string {
    const names = [...this.ofTeam(team).keys()];
    const meant = suggest(pool, names);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    return `The team "${team}" has no pool of clusters "${pool.slice(0, 80)}".${hint} Its file declares one by clusterPools: { ${meant ?? pool.slice(0, 80)}: { release, instances, max } }`;
  }

  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared goes on
   * @returns pools that count for nothing, because another file declares them
   */
  declare(turn: Turn, files: readonly PoolFile[], broken: readonly string[]): RefusedPool[] {
    const declared = new Map<string, PoolFileRow>();
    const refused: RefusedPool[] = [];
    const first = new Map<string, string>();
    for (const { file, team, sections } of files) {
      const written = sections[CLUSTER_POOLS_SECTION.name];
      if (written === undefined) continue;
      declared.set(JSON.stringify([team, file]), {
        ...{ team, file, written: written as PoolFileRow['written'] },
      });
      for (const name of poolPlans(written).keys()) {
        const before = first.get(JSON.stringify([team, name]));
        if (before === undefined) first.set(JSON.stringify([team, name]), file);
        else
          refused.push({
            file,
            problem: `clusterPools: "${name}" is declared in ${before} already`,
          });
      }
    }
    for (const { team, file } of [...this.#rows.values()]) {
      const isGone = !declared.has(JSON.stringify([team, file])) && !broken.includes(file);
      if (isGone) this.#rows.delete(turn, team, file);
    }
    for (const row of declared.values()) {
      const known = this.#rows.get(row.team, row.file)?.written;
      if (JSON.stringify(known) !== JSON.stringify(row.written)) this.#rows.put(turn, row);
    }
    return refused;
  }

  #all(): Map<string, Map<string, PoolPlan>> {
    if (this.#plans !== undefined) return this.#plans;
    const plans = new Map<string, Map<string, PoolPlan>>();
    const rows = [...this.#rows.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
    for (const { team, written } of rows) {
      const own = plans.get(team) ?? new Map<string, PoolPlan>();
      plans.set(team, own);
      for (const [name, plan] of poolPlans(written)) if (!own.has(name)) own.set(name, plan);
    }
    this.#plans = plans;
    return plans;
  }
}
