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
      .enum([
        'starting',
        'held',
        'ready',
        'draining',
        'degraded',
        'storage-full',
        'corrupt',
        'closing',
        'closed',
        'failed',
      ])
      .describe(
        'degraded: it works, and something of it does not, see there; held: restored from a backup, it waits; draining: no new work begins, it stops when nothing runs; corrupt: damage was found. Neither of the last two accepts anything',
      ),
    version: z.string(),
    problem: z.string().exactOptional().describe('What is damaged, or what it waits for'),
    degraded: z
      .array(z.string())
      .exactOptional()
      .describe('What does not do its work, part by part. Absent: everything does'),
    sealKey: z
      .literal('another one')
      .exactOptional()
      .describe('The sealing key is not the one that the store was written with'),
    certificate: z
      .strictObject({
        expires: z.iso.datetime().describe('When the one in use expires'),
        refused: z
          .string()
          .exactOptional()
          .describe('Code of why the files that lie there now are not used'),
      })
      .exactOptional()
      .describe('Of a server that speaks TLS'),
  })
  .meta({ id: 'Health', examples: [{ status: 'ready', version: '0.1.0' }] });
export type Health = z.infer<typeof healthSchema>;

export const describeHealth = route('GET', PATHS.health, {
  needs: 'nobody',
  summary: 'Whether the server is ready',
  security: [],
  response: { 200: healthSchema, ...problems },
});
