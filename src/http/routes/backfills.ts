/**
 * Backfills: plan, start, list, look into, stop.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  describeBackfill,
  listBackfills,
  startBackfill,
  stopBackfill,
} from '../../api/backfills.js';
import type { StartBackfill } from '../../engine/features/backfills/backfills.js';
import type { ListBackfills } from '../../engine/features/backfills/describe-backfill.js';
import type { HttpServices } from '../services.js';

export function backfillRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(startBackfill.path, { schema: startBackfill.schema }, async (request, reply) => {
    const wanted = request.body as StartBackfill;
    const { scope } = request.principal;
    if (request.query.plan === 'true') {
      return reply.send(await engine.backfills.plan(scope, wanted));
    }
    return reply.code(201).send(await engine.backfills.start(scope, wanted));
  });

  api.get(listBackfills.path, { schema: listBackfills.schema }, async (request) => {
    const { pipeline, limit = 20, cursor } = request.query;
    const filter: ListBackfills = {
      limit,
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    return await engine.backfills.list(request.principal.scope, filter);
  });

  api.get(
    describeBackfill.path,
    { schema: describeBackfill.schema },
    async (request) => await engine.backfills.describe(request.principal.scope, request.params.id),
  );

  api.post(
    stopBackfill.path,
    { schema: stopBackfill.schema },
    async (request) => await engine.backfills.stop(request.principal.scope, request.params.id),
  );
}
