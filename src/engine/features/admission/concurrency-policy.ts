/**
 * What the section `concurrency` of a pipeline asks for before one of its executions may begin.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { isObject } from '../../../asl/json.js';
import type { PipelineDeployment } from '../../kernel/deployment.js';

/** What happens to a start while there is no room for it. */
export type Overlap = 'queue' | 'skip' | 'cancel-running';

export interface ConcurrencyPolicy {
  /** Executions of the pipeline at a time; undefined: as many as there are. */
  limit?: number;
  overlap: Overlap;
  /** Slots that each execution holds, by the name of the pool. */
  pools: { [pool: string]: number };
}

/**
 * Undefined when executions begin as they come.
 * @example policyOf(deployment)?.limit // 1
 */
export function policyOf({
  sections,
}: Pick<PipelineDeployment, 'sections'>): ConcurrencyPolicy | undefined {
  const section = sections?.concurrency;
  if (!isObject(section)) return undefined;
  const pools = poolsOf(section.pools);
  const isUnlimited =
    section.overlap === 'allow' ||
    (section.limit === undefined && section.overlap === undefined && Object.keys(pools).length > 0);
  if (isUnlimited && Object.keys(pools).length === 0) return undefined;
  const { overlap } = section;
  return {
    ...(isUnlimited ? {} : { limit: typeof section.limit === 'number' ? section.limit : 1 }),
    overlap: overlap === 'skip' || overlap === 'cancel-running' ? overlap : 'queue',
    pools,
  };
}

function poolsOf(pools: unknown): { [pool: string]: number } {
  if (Array.isArray(pools)) return Object.fromEntries(pools.map((name) => [String(name), 1]));
  if (!isObject(pools as JsonObject)) return {};
  return Object.fromEntries(
    Object.entries(pools as JsonObject).map(([name, slots]) => [name, Number(slots)]),
  );
}
