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
import type { Engine } from '../../engine/engine.js';
import type { StartBackfill } from '../../engine/features/backfills/backfills.js';
import type {
  BackfillDetail,
  ListBackfills,
} from '../../engine/features/backfills/describe-backfill.js';
import { EngineError } from '../../engine/kernel/errors.js';
import type { Principal } from '../auth.js';
import type { HttpServices } from '../services.js';

export function backfillRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(startBackfill.path, { schema: startBackfill.schema }, async (request, reply) => {
    const wanted = { ...request.body, teams: request.principal.teams } as StartBackfill;
    if (request.query.plan === 'true') return reply.send(await engine.planBackfill(wanted));
    return reply.code(201).send(await engine.startBackfill(wanted));
  });

  api.get(listBackfills.path, { schema: listBackfills.schema }, async (request) => {
    const { pipeline, limit = 20, cursor } = request.query;
    const { teams } = request.principal;
    const filter: ListBackfills = {
      limit,
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(teams === undefined ? {} : { teams }),
    };
    return await engine.listBackfills(filter);
  });

  api.get(
    describeBackfill.path,
    { schema: describeBackfill.schema },
    async (request) => await findBackfill(engine, request.principal, request.params.id),
  );

  api.post(stopBackfill.path, { schema: stopBackfill.schema }, async (request) => {
    const { id } = await findBackfill(engine, request.principal, request.params.id);
    return await engine.stopBackfill(id);
  });
}

/** Throws BackfillNotFound, also for one of another team. */
async function findBackfill(
  engine: Engine,
  { teams }: Principal,
  id: string,
): Promise<BackfillDetail> {
  const known =
    id === 'latest'
      ? (await engine.listBackfills({ limit: 1, ...(teams === undefined ? {} : { teams }) }))
          .items[0]?.id
      : id;
  const detail = await engine.describeBackfill(known ?? id);
  if (teams === undefined || teams.includes(detail.team)) return detail;
  throw new EngineError('BackfillNotFound', { backfill: id.slice(0, 100) });
}
