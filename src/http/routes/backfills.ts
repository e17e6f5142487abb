/**
 * Backfills: plan, start, list, look into, stop.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Engine } from '../../engine/engine.js';
import type { StartBackfill } from '../../engine/features/backfills/backfills.js';
import type {
  BackfillDetail,
  ListBackfills,
} from '../../engine/features/backfills/describe-backfill.js';
import { EngineError } from '../../engine/kernel/errors.js';
import type { Principal } from '../auth.js';
import { problemSchema } from '../problem.js';
import { pageOf } from '../schemas.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const idParams = z.object({ id: z.string().max(300).describe('Its number, or latest') });
const time = z.number().int().describe('Milliseconds since the epoch');

const requestSchema = z
  .object({
    pipeline: z.string().min(1).max(128),
    from: z.string().max(64).describe('Interval (2026-11-01, 2026-11-01T05) or ISO 8601 time'),
    to: z.string().max(64).describe('Interval, which is included, or time, which is not'),
    only: z.literal('failed').optional().describe('Only slots whose latest execution failed'),
    mode: z.enum(['missing', 'all']).optional().describe('all: run again what has succeeded'),
    concurrency: z.number().int().min(1).max(100).optional().describe('Default: 1'),
    plan: z.string().max(64).optional().describe('Digest of the plan that is meant'),
  })
  .strict()
  .meta({ id: 'BackfillRequest' });

const slotSchema = z.object({
  interval: z.string(),
  fireTime: time,
  action: z.enum(['create', 'skip']),
  reason: z.string(),
  conflict: z.string().optional().describe('Name of the execution that is in the way'),
});

const planSchema = z
  .object({ pipeline: z.string(), digest: z.string(), slots: z.array(slotSchema) })
  .meta({ id: 'BackfillPlan' });

const count = z.number().int();
const backfillSchema = z
  .object({
    id: z.string(),
    pipeline: z.string(),
    team: z.string(),
    status: z.enum(['RUNNING', 'STOPPING', 'SUCCEEDED', 'FAILED', 'STOPPED']),
    from: z.string(),
    to: z.string(),
    only: z.literal('failed').optional(),
    mode: z.enum(['missing', 'all']),
    concurrency: count,
    createdAt: time,
    stoppedAt: time.optional(),
    counts: z.object({
      total: count,
      skipped: count,
      pending: count,
      running: count,
      succeeded: count,
      failed: count,
    }),
  })
  .meta({ id: 'Backfill' });

const detailSchema = backfillSchema
  .extend({
    slots: z.array(
      slotSchema.extend({
        status: z.enum(['skipped', 'pending', 'running', 'succeeded', 'failed']),
        execution: z.string().optional().describe('Name of the execution'),
      }),
    ),
  })
  .meta({ id: 'BackfillDetail' });

export function backfillRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(
    '/backfills',
    {
      schema: {
        summary: 'Run a pipeline for intervals of the past',
        description:
          'With `plan=true` in the query nothing is started: 200 with the plan. Otherwise 201; with `plan` in the body, the digest of a plan that was shown, 409 when the plan has changed since.',
        body: requestSchema,
        querystring: z.object({ plan: z.enum(['true', 'false']).optional() }),
        response: { 200: planSchema, 201: detailSchema, ...problems },
      },
    },
    async (request, reply) => {
      const wanted = { ...request.body, teams: request.principal.teams } as StartBackfill;
      if (request.query.plan === 'true') return reply.send(await engine.planBackfill(wanted));
      return reply.code(201).send(await engine.startBackfill(wanted));
    },
  );

  api.get(
    '/backfills',
    {
      schema: {
        summary: 'List backfills, newest first',
        querystring: z.object({
          pipeline: z.string().max(128).optional(),
          limit: z.coerce.number().int().min(1).max(100).optional(),
          cursor: z.string().max(200).optional(),
        }),
        response: { 200: pageOf(backfillSchema), ...problems },
      },
    },
    async (request) => {
      const { pipeline, limit = 20, cursor } = request.query;
      const { teams } = request.principal;
      const filter: ListBackfills = {
        limit,
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(cursor === undefined ? {} : { cursor }),
        ...(teams === undefined ? {} : { teams }),
      };
      return await engine.listBackfills(filter);
    },
  );

  api.get(
    '/backfills/:id',
    {
      schema: {
        summary: 'One backfill with its slots',
        params: idParams,
        response: { 200: detailSchema, ...problems },
      },
    },
    async (request) => await findBackfill(engine, request.principal, request.params.id),
  );

  api.post(
    '/backfills/:id/stop',
    {
      schema: {
        summary: 'Start no more executions of a backfill; those that run go on',
        params: idParams,
        response: { 200: detailSchema, ...problems },
      },
    },
    async (request) => {
      const { id } = await findBackfill(engine, request.principal, request.params.id);
      return await engine.stopBackfill(id);
    },
  );
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
