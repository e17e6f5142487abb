/**
 * Whether the server is ready.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';

export const healthSchema = z
  .strictObject({
    status: z
      .enum(['starting', 'held', 'ready', 'storage-full', 'corrupt', 'closing', 'closed', 'failed'])
      .describe(
        'held: restored from a backup, it waits; corrupt: damage was found. Neither accepts anything',
      ),
    version: z.string(),
    problem: z.string().exactOptional().describe('What is damaged, or what it waits for'),
    sealKey: z
      .literal('another one')
      .exactOptional()
      .describe('The sealing key is not the one that the store was written with'),
  })
  .meta({ id: 'Health', examples: [{ status: 'ready', version: '0.1.0' }] });
export type Health = z.infer<typeof healthSchema>;

export const describeHealth = route('GET', PATHS.health, {
  needs: 'nobody',
  summary: 'Whether the server is ready',
  security: [],
  response: { 200: healthSchema, ...problems },
});
