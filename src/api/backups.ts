/**
 * A backup of the whole server, and going on after a restore. Both are for those who may see all teams.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';

export const restoreSchema = z
  .strictObject({
    madeAt: z
      .string()
      .exactOptional()
      .describe('When the backup was made; absent: it is a copied file'),
    version: z.string().exactOptional().describe('The Millrace that made it'),
    restoredAt: z.string().exactOptional(),
    running: z.int().describe('Executions that go on'),
    attempts: z.int().describe('Attempts that are closed as Millrace.WorkerLost'),
    deliveries: z.int().describe('Deliveries that are sent, again when they have arrived'),
  })
  .meta({
    id: 'Restore',
    examples: [
      {
        madeAt: '2026-11-20T02:00:00.000Z',
        version: '0.1.0',
        restoredAt: '2026-11-20T09:30:00.000Z',
        running: 3,
        attempts: 2,
        deliveries: 1,
      },
    ],
  });
export type Restore = z.infer<typeof restoreSchema>;

export const makeBackup = route('POST', PATHS.backups, {
  needs: 'server',
  summary: 'Make a backup and send it',
  description:
    'One SQLite file with all records, secrets sealed as they are; its SHA-256 is in Millrace-Sha256. Nothing stays on the server. Not in it: seal.key, and files of executions.',
  response: {
    200: {
      description: 'The backup',
      content: {
        'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) },
      },
    },
    ...problems,
  },
});

export const describeRestore = route('GET', PATHS.restore, {
  needs: 'server',
  summary: 'Whether this server was restored from a backup and waits',
  response: {
    200: z.strictObject({ held: z.boolean(), restore: restoreSchema.exactOptional() }),
    ...problems,
  },
});

export const resume = route('POST', PATHS.resume, {
  needs: 'server',
  summary: 'Let a restored server go on',
  response: { 200: z.strictObject({ resumed: z.boolean() }), ...problems },
});
