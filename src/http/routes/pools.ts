/**
 * Pools of slots. Those that were sized are shared by all teams and seen by everybody; the others are a team's own. Who
 * sees all teams sizes them.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { forgetPool, listPools, sizePool } from '../../api/pools.js';
import type { HttpServices } from '../services.js';

export function poolRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listPools.path, { schema: listPools.schema }, async (request) => ({
    items: await engine.pools.list(request.principal.scope),
  }));

  api.put(sizePool.path, { schema: sizePool.schema }, async (request) => {
    const { name } = request.params;
    const { slots } = request.body;
    await engine.pools.size(name, slots);
    return { name, slots };
  });

  api.delete(forgetPool.path, { schema: forgetPool.schema }, async (request) => {
    await engine.pools.size(request.params.name);
    return { name: request.params.name };
  });
}
