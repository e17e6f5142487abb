/**
 * A backup of the whole server, and going on after a restore. Both are for those who may see all teams.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { describeRestore, makeBackup, resume } from '../../api/backups.js';
import type { HttpServices } from '../services.js';

export function backupRoutes(instance: FastifyInstance, { backups }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(makeBackup.path, { schema: makeBackup.schema }, async (request, reply) => {
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
      .send(content as never);
  });

  api.get(describeRestore.path, { schema: describeRestore.schema }, async () => {
    const held = backups.held();
    return held === undefined ? { held: false } : { held: true, restore: held };
  });

  api.post(resume.path, { schema: resume.schema }, async () => {
    const resumed = backups.held() !== undefined;
    await backups.goOn();
    return { resumed };
  });
}
