/**
 * A backup of the whole server, and going on after a restore. Both are for those who may see all teams.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { expectAdministrator } from '../auth.js';
import { problemSchema } from '../problem.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

const restoreSchema = z
  .object({
    madeAt: z.string().optional().describe('When the backup was made; absent: it is a copied file'),
    version: z.string().optional().describe('The Millrace that made it'),
    restoredAt: z.string().optional(),
    running: z.number().int().describe('Executions that go on'),
    attempts: z.number().int().describe('Attempts that are closed as Millrace.WorkerLost'),
    deliveries: z.number().int().describe('Deliveries that are sent, again when they have arrived'),
  })
  .meta({ id: 'Restore' });

export function backupRoutes(instance: FastifyInstance, { backups }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(
    '/backups',
    {
      schema: {
        summary: 'Make a backup and send it',
        description:
          'One SQLite file with all records, secrets sealed as they are; its SHA-256 is in Millrace-Sha256. Nothing stays on the server. Not in it: seal.key, and files of executions.',
        // A file: no schema would describe it.
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      expectAdministrator(request.principal);
      const gone = new AbortController();
      request.raw.socket.once('close', () => gone.abort());
      const { content, bytes, sha256, schema, executions } = await backups.make(gone.signal);
      return reply
        .type('application/octet-stream')
        .headers({
          'content-length': bytes,
          'content-disposition': 'attachment; filename="millrace-backup.db"',
          'millrace-sha256': sha256,
          'millrace-schema': schema,
          'millrace-executions': executions,
        })
        .send(content);
    },
  );

  api.get(
    '/restore',
    {
      schema: {
        summary: 'Whether this server was restored from a backup and waits',
        response: {
          200: z.object({ held: z.boolean(), restore: restoreSchema.optional() }),
          ...problems,
        },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      const held = backups.held();
      return held === undefined ? { held: false } : { held: true, restore: held };
    },
  );

  api.post(
    '/restore/resume',
    {
      schema: {
        summary: 'Let a restored server go on',
        response: { 200: z.object({ resumed: z.boolean() }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      const resumed = backups.held() !== undefined;
      await backups.goOn();
      return { resumed };
    },
  );
}
