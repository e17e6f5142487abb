/**
 * Pools of slots that executions share.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf } from './values.js';

export const poolSchema = z
  .strictObject({
    name: z.string(),
    team: z.string().exactOptional().describe('Whose it is; absent when all teams share it'),
    slots: countSchema.describe('1 when nobody has sized it'),
    taken: countSchema.describe('Slots that executions hold'),
    waiting: countSchema.describe('Executions that wait until there is room'),
  })
  .meta({ id: 'Pool', examples: [{ name: 'warehouse', slots: 4, taken: 4, waiting: 2 }] });
export type Pool = z.infer<typeof poolSchema>;

const params = z.object({ name: z.string().max(200).describe('Name of the pool') });

export const listPools = route('GET', PATHS.pools, {
  needs: 'viewer',
  summary: 'List the pools that were sized or that pipelines use',
  response: { 200: listOf(poolSchema), ...problems },
});

export const sizePool = route('PUT', PATHS.pool, {
  needs: 'server',
  summary: 'Size a pool; executions that wait begin as soon as there is room',
  params,
  body: z.strictObject({ slots: z.number() }),
  response: { 200: z.strictObject({ name: z.string(), slots: z.number() }), ...problems },
});

export const forgetPool = route('DELETE', PATHS.pool, {
  needs: 'server',
  summary: 'Forget the size of a pool: it has one slot again',
  params,
  response: { 200: z.strictObject({ name: z.string() }), ...problems },
});
