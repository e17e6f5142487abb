/**
 * `engine.pools`: pools of slots that pipelines share, and how full they are.
 * @module
 */
import type { DurableRequest } from '../../kernel/durable-request.js';
import { type Scope, sees } from '../../kernel/scope.js';
import type { Admission } from './admission.js';
import type { PoolSummary } from './pools.js';

export interface PoolCalls {
  /** All pools that were sized, and those that pipelines of these teams use, by name. */
  list(scope: Scope): Promise<PoolSummary[]>;
  /** Sizes a pool, for all teams; without slots it is forgotten. Throws InvalidPool. */
  size(name: string, slots?: number): Promise<void>;
}

export function poolCalls(admission: Admission, request: DurableRequest): PoolCalls {
  return {
    list: async (scope) => listPools(admission, scope),
    async size(name, slots) {
      await request<void>((settle) => admission.pools.setInput(name, slots, settle));
    },
  };
}

function listPools(admission: Admission, scope: Scope): PoolSummary[] {
  const { pools } = admission;
  const shared = pools.names().map((name): PoolSummary => {
    return { name, slots: pools.slots(name), ...admission.use(name) };
  });
  const own = new Map<string, PoolSummary>();
  for (const { team, name } of admission.poolsInUse()) {
    if (pools.isShared(name) || !sees(scope, team)) continue;
    own.set(`${team}/${name}`, { name, team, slots: 1, ...admission.use(name, team) });
  }
  return [...shared, ...own.values()].sort((a, b) =>
    `${a.name} ${a.team ?? ''}` < `${b.name} ${b.team ?? ''}` ? -1 : 1,
  );
}
