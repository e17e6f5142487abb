/**
 * `clusterPools`: clusters of EMR that executions of the team's pipelines share one after the other. A pipeline takes one with
 * `cluster: { pool: NAME }` before its first step and gives it back when its execution has ended.
 *
 *     clusterPools:
 *       etl:
 *         release: emr-7.5.0
 *         instances: { type: m5.xlarge, count: 3 }
 *         max: 4                    # clusters at a time
 *         idle: 15 minutes          # one that nobody has taken for so long is ended
 *         account: lake
 *
 * @module
 */
import { z } from 'zod';
import type { JsonObject } from '../../asl/json.js';
import { parseDuration } from '../duration.js';
import { accountName, regionName } from '../sections/account-section.js';
import {
  clusterParameters,
  poolName,
  TEMPLATE_SHAPE,
  type WrittenTemplate,
} from '../sections/cluster-section.js';
import { type Duration, duration } from '../step-schema.js';
import type { SectionProblem, TeamSection } from './team-section.js';

/** Pools of a team, and clusters of a pool. */
const MOST_POOLS = 50;
const MOST_CLUSTERS = 100;
/** Executions that use one cluster at a time. */
const MOST_SHARES = 100;
/** Milliseconds: a cluster that is ended and made again all the time costs more than one that waits. */
const SHORTEST_IDLE = 60_000;
const LONGEST_IDLE = 7 * 86_400_000;
const USUAL_IDLE = 900_000;
const USUAL_START = 3_600;

export interface WrittenPool extends WrittenTemplate {
  max: number;
  idle?: Duration | undefined;
  share?: number | undefined;
  account?: string | undefined;
  region?: string | undefined;
}

type Written = { [pool: string]: WrittenPool };

const pool: z.ZodType<WrittenPool> = z.strictObject({
  ...TEMPLATE_SHAPE,
  max: z.int().min(1).max(MOST_CLUSTERS).meta({ description: 'Clusters at a time, at most' }),
  idle: duration.optional().meta({
    description: 'How long one waits for somebody before it is ended; 15 minutes when absent',
  }),
  share: z
    .int()
    .min(1)
    .max(MOST_SHARES)
    .optional()
    .meta({ description: 'Executions that use one cluster at a time; 1 when absent' }),
  account: accountName.optional().meta({
    description: "Name in the server's file of accounts; the only one of the team when absent",
  }),
  region: regionName.optional().meta({ description: "The account's first when absent" }),
});

const schema: z.ZodType<Written> = z
  .record(poolName, pool)
  .refine((all) => Object.keys(all).length <= MOST_POOLS, {
    message: `at most ${MOST_POOLS} pools of clusters`,
  })
  .meta({
    description: 'Clusters of EMR that executions take and give back, by the name of their pool',
  });

/** Fields of a pool, for "did you mean". */
export const POOL_FIELDS: readonly string[] = [
  ...Object.keys(TEMPLATE_SHAPE),
  ...['max', 'idle', 'share', 'account', 'region'],
];

export const CLUSTER_POOLS_SECTION: TeamSection & { schema: z.ZodType<Written> } = {
  name: 'clusterPools',
  schema,
  check(written) {
    return Object.entries(schema.parse(written)).flatMap(([name, { idle }]): SectionProblem[] => {
      const length = idle === undefined ? USUAL_IDLE : (parseDuration(idle) ?? 0) * 1_000;
      if (length >= SHORTEST_IDLE && length <= LONGEST_IDLE) return [];
      const message = '"idle" is from 1 minute to 7 days';
      return [{ at: [name, 'idle'], message, fix: 'write 15 minutes' }];
    });
  },
};

/** A pool as its clusters are made and kept. */
export interface PoolPlan {
  readonly max: number;
  readonly share: number;
  /** Milliseconds that a cluster waits for somebody. */
  readonly idleMs: number;
  /** Milliseconds in which a cluster must be there. */
  readonly startsWithinMs: number;
  /** What makes one, in AWS's spelling: of another one it is another template. */
  readonly parameters: JsonObject;
  readonly account?: string;
  readonly region?: string;
}

/**
 * The pools of a section. What an older or newer version has written and this one cannot read is left out.
 * @example poolPlans({ etl: { release: 'emr-7.5.0', instances: { type: 'm5.xlarge', count: 3 }, max: 2 } }).get('etl')?.share // 1
 */
export function poolPlans(written: unknown): Map<string, PoolPlan> {
  const all = typeof written === 'object' && written !== null ? Object.entries(written) : [];
  return new Map(
    all.flatMap(([name, one]): [string, PoolPlan][] => {
      const { data } = pool.safeParse(one);
      if (data === undefined) return [];
      const { max, idle, share = 1, account, region, timeout = USUAL_START } = data;
      const plan: PoolPlan = {
        ...{ max, share, startsWithinMs: timeout * 1_000 },
        idleMs: idle === undefined ? USUAL_IDLE : (parseDuration(idle) ?? 0) * 1_000,
        parameters: clusterParameters(data.name ?? name, data),
        ...(account === undefined ? {} : { account }),
        ...(region === undefined ? {} : { region }),
      };
      return [[name, plan]];
    }),
  );
}
