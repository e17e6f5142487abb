/**
 * Log lines of all executions.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { searchLogs } from '../../api/logs.js';
import type { SearchLogs } from '../../engine/engine.js';
import type { HttpServices } from '../services.js';

export function logRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(searchLogs.path, { schema: searchLogs.schema }, async (request) => {
    const given = Object.entries(request.query).filter(([, value]) => value !== undefined);
    return await engine.logs.search(
      request.principal.scope,
      Object.fromEntries(given) as SearchLogs,
    );
  });
}
