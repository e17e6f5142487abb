/**
 * The audit log, for whoever gives access to a team.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listAudit, verifyAudit } from '../../api/audit.js';
import { defined } from '../defined.js';
import type { HttpServices } from '../services.js';

export function auditRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listAudit.path, { schema: listAudit.schema }, async (request) =>
    engine.audit.list(request.principal.scope, defined(request.query)),
  );

  api.get(verifyAudit.path, { schema: verifyAudit.schema }, async (request) => {
    const [number, hash] = request.query.head?.split(':') ?? [];
    const known = hash === undefined ? undefined : { number: Number(number), hash };
    const verified = await engine.audit.verify(known);
    return { sound: verified.finding === undefined, ...verified };
  });
}
