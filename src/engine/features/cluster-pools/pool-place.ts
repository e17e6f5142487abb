/**
 * Where the clusters of a pool are made: decided as for any task of the team, by what the pool's own lines say.
 * @module
 */
import { CREATE_CLUSTER } from '../../../pipelines/sections/cluster-section.js';
import type { PoolPlan } from '../../../pipelines/team-file/cluster-pools-section.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { PoolRef } from './pool-rows.js';

/** The error of a task that names a pool that its team has not. Retry and Catch see it as `States.TaskFailed` too. */
export const NO_POOL = 'Millrace.NoPool';

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Why something cannot be done. */
export interface Refusal {
  readonly error: string;
  readonly cause: string;
}

/**
 * The account and region of a pool; why there is none, when the team may use none or nobody says which.
 * @example placeOfPool(kernel, { team: 'maps', pool: 'etl' }, plan) // { account: 'lake', region: 'eu-central-1' }
 */
export function placeOfPool(
  { attempts }: Pick<Kernel, 'attempts'>,
  { team, pool }: PoolRef,
  { parameters, account, region }: PoolPlan,
): Place | Refusal {
  const resource = `arn:aws:states:::${CREATE_CLUSTER}.sync`;
  const made = attempts.resolve(
    { resource, arguments: parameters },
    {
      ...{ machine: `the pool ${pool}`, team, bindings: {}, isOverApi: false },
      place: { ...(account && { account }), ...(region && { region }) },
    },
  );
  if (made.type === 'remote') return made.place;
  if (made.type === 'failure') return { error: made.error, cause: made.cause };
  return { error: NO_POOL, cause: `Nothing here makes clusters for the pool "${pool}".` };
}

/**
 * Why a pipeline can have no cluster of a pool: it is elsewhere than the pipeline's tasks go.
 * @param place where they go
 */
export function placeProblem(
  kernel: Pick<Kernel, 'attempts'>,
  ref: PoolRef,
  plan: PoolPlan,
  place: Place,
): Refusal | undefined {
  const own = placeOfPool(kernel, ref, plan);
  if ('error' in own) return own;
  if (own.account === place.account && own.region === place.region) return undefined;
  const cause = `The clusters of the pool "${ref.pool}" are in ${own.account}, ${own.region}, and the tasks of this pipeline go to ${place.account}, ${place.region}. Write account: ${own.account} and region: ${own.region} into its file, or into the pool the other way round.`;
  return { error: NO_POOL, cause };
}
