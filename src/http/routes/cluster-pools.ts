/**
 * Pools of clusters: who has and who waits for one. What they are is said in teams' files.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listClusterPools } from '../../api/cluster-pools.js';
import type { HttpServices } from '../services.js';

export function clusterPoolRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listClusterPools.path, { schema: listClusterPools.schema }, async (request) => ({
    items: engine.clusterPools.list(request.principal.scope),
  }));
}
