/**
 * Pools of clusters that executions of a team take and give back.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, timeSchema } from './values.js';

export const pooledClusterSchema = z
  .strictObject({
    phase: z
      .enum(['asked', 'starting', 'ready', 'ending', 'leaked'])
      .describe(
        'asked: it has no id yet; ending: it is looked at until it is gone; leaked: it is of this server, which does not know what for',
      ),
    since: timeSchema.describe('When it came into its phase'),
    begunAt: timeSchema,
    account: z.string().describe("Name in the server's file of accounts"),
    region: z.string(),
    cluster: z.string().exactOptional().describe('Its id over there'),
    users: z.array(z.string()).describe('Ids of the executions that have it'),
    idleSince: timeSchema.exactOptional().describe('Since when nobody has it'),
    why: z.string().exactOptional().describe('Why it is ended'),
    trouble: z.string().exactOptional().describe('That it is not gone though it was asked to end'),
  })
  .meta({
    id: 'PooledCluster',
    examples: [
      {
        ...{ phase: 'ready' as const, since: 1_795_150_801_000, begunAt: 1_795_150_500_000 },
        ...{ account: 'lake', region: 'eu-central-1', cluster: 'j-2AXXXXXXGAPLF' },
        users: ['01a1f640-bc00-7ef5-aab1-79ecc7916f55'],
      },
    ],
  });
export type PooledCluster = z.infer<typeof pooledClusterSchema>;

export const clusterPoolSchema = z
  .strictObject({
    name: z.string(),
    team: z.string().describe('Whose it is'),
    max: countSchema.describe('Clusters at a time; 0 when no file declares the pool any longer'),
    share: countSchema.describe('Executions that use one cluster at a time'),
    clusters: z.array(pooledClusterSchema),
    waiting: countSchema.describe('Executions that wait for a cluster'),
    next: z
      .array(z.strictObject({ execution: z.string(), since: timeSchema }))
      .describe('The first hundred of them, the longest first'),
  })
  .meta({
    id: 'ClusterPool',
    examples: [
      {
        ...{ name: 'etl', team: 'parcels', max: 4, share: 1, clusters: [], waiting: 1 },
        next: [{ execution: '01a1f640-bc00-7ef5-aab1-79ecc7916f55', since: 1_795_150_801_000 }],
      },
    ],
  });
export type ClusterPool = z.infer<typeof clusterPoolSchema>;

export const listClusterPools = route('GET', PATHS.clusterPools, {
  needs: 'viewer',
  summary: 'List the pools of clusters, their clusters, and who has or waits for one',
  response: { 200: listOf(clusterPoolSchema), ...problems },
});
