/**
 * All schedules, of pipelines and of clients, with their next times.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listSchedules } from '../../api/schedules.js';
import type { HttpServices } from '../services.js';

export function scheduleRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  api.get(listSchedules.path, { schema: listSchedules.schema }, async (request) => {
    const { scope } = request.principal;
    return { items: engine.schedules.list(scope, { count: request.query.next }) };
  });
}
