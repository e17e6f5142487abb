/**
 * Pools and how full they are, for those who look.
 * @module
 */
import type { Admission } from './admission.js';
import type { PoolSummary } from './pools.js';

/**
 * All pools that were sized, and those that pipelines of these teams use, by name.
 * @param teams whose own pools are listed; undefined: all
 */
export function listPools(
  admission: Admission,
  teams: readonly string[] | undefined,
): PoolSummary[] {
  const { pools } = admission;
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
