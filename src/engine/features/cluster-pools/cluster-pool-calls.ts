/**
 * `engine.clusterPools`: pools of clusters, their clusters, and who has or waits for one.
 * @module
 */
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, sees } from '../../kernel/scope.js';
import type { ClusterPools } from './cluster-pools.js';
import type { PoolFile, RefusedPool } from './pool-plans.js';
import { poolKey } from './pool-rows.js';
import type { ClusterPhase, ClusterRow, LeaseRow } from './pool-tables.js';

/** Those who wait that are shown of a pool. */
const MOST_WAITING = 100;

/** Times are milliseconds since the epoch. */
export interface ShownCluster {
  phase: ClusterPhase;
  since: number;
  begunAt: number;
  account: string;
  region: string;
  /** Its id over there. */
  cluster?: string;
  /** Ids of executions that have it. */
  users: string[];
  idleSince?: number;
  /** Why it is ended. */
  why?: string;
  /** That it is not gone though it was asked to end. */
  trouble?: string;
}

export interface ShownPool {
  name: string;
  team: string;
  /** 0 when no file declares it any longer: it is being drained. */
  max: number;
  share: number;
  clusters: ShownCluster[];
  /** Executions that wait, and the first hundred of them: the longest first. */
  waiting: number;
  next: { execution: string; since: number }[];
}

export interface ClusterPoolCalls {
  /** Pools that files declare, and those of which clusters are left, by name and team. */
  list(scope: Scope): ShownPool[];
  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared goes on
   * @returns pools that count for nothing, because another file declares them
   */
  declare(files: readonly PoolFile[], broken: readonly string[]): Promise<RefusedPool[]>;
}

export function clusterPoolCalls(
  { secrets }: Pick<Kernel, 'secrets'>,
  pools: ClusterPools,
  request: DurableRequest,
): ClusterPoolCalls {
  const write = durableWrite(request);
  return {
    list: (scope) => listPools(scope, pools, (text) => secrets.text(text)),
    declare: (files, broken) => write((turn) => pools.declare(turn, files, broken)),
  };
}

function listPools(
  scope: Scope,
  { plans, rows }: ClusterPools,
  masked: (text: string) => string,
): ShownPool[] {
  const shown = new Map<string, ShownPool>();
  const poolOf = (team: string, pool: string): ShownPool => {
    const known = shown.get(poolKey({ team, pool }));
    const { max = 0, share = 1 } = plans.get(team, pool) ?? {};
    const made = known ?? { name: pool, team, max, share, clusters: [], waiting: 0, next: [] };
    shown.set(poolKey({ team, pool }), made);
    return made;
  };
  for (const team of plans.teams().filter((one) => sees(scope, one))) {
    for (const name of plans.ofTeam(team).keys()) poolOf(team, name);
  }
  const { clusters, leases } = rows.durable();
  const users = new Map<number, string[]>();
  for (const lease of leases.sort(byNumber)) {
    if (!sees(scope, lease.team)) continue;
    if (lease.phase === 'waiting') wait(poolOf(lease.team, lease.pool), lease);
    if (lease.cluster === undefined) continue;
    users.set(lease.cluster, [...(users.get(lease.cluster) ?? []), lease.executionId]);
  }
  for (const row of clusters.sort(byNumber)) {
    if (!sees(scope, row.team)) continue;
    poolOf(row.team, row.pool).clusters.push(shownCluster(row, users.get(row.number), masked));
  }
  return [...shown.values()].sort((a, b) =>
    `${a.name} ${a.team}` < `${b.name} ${b.team}` ? -1 : 1,
  );
}

function wait(pool: ShownPool, { executionId, since }: LeaseRow): void {
  pool.waiting += 1;
  if (pool.next.length < MOST_WAITING) pool.next.push({ execution: executionId, since });
}

function shownCluster(
  { phase, since, begunAt, account, region, cluster, idleSince, why, trouble }: ClusterRow,
  users: string[] = [],
  masked: (text: string) => string,
): ShownCluster {
  return {
    ...{ phase, since, begunAt, account, region, users },
    ...(cluster === undefined ? {} : { cluster }),
    ...(idleSince === undefined ? {} : { idleSince }),
    ...(why === undefined ? {} : { why }),
    ...(trouble === undefined ? {} : { trouble: masked(trouble) }),
  };
}

function byNumber(a: { number: number }, b: { number: number }): number {
  return a.number - b.number;
}
