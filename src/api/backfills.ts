/**
 * Backfills: plan, start, list, look at, stop.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, pageOf, timeSchema } from './values.js';

const requestSchema = z
  .strictObject({
    pipeline: z.string().min(1).max(128).describe('Its name'),
    from: z.string().max(64).describe('Interval (2026-11-01, 2026-11-01T05) or ISO 8601 time'),
    to: z.string().max(64).describe('Interval, which is included, or time, which is not'),
    only: z.literal('failed').optional().describe('Only slots whose latest execution failed'),
    mode: z.enum(['missing', 'all']).optional().describe('all: run again what has succeeded'),
    concurrency: z.int().min(1).max(100).optional().describe('Default: 1'),
    plan: z.string().max(64).optional().describe('Digest of the plan that is meant'),
  })
  .meta({
    id: 'BackfillRequest',
    examples: [{ pipeline: 'orders', from: '2026-11-01', to: '2026-11-20', concurrency: 4 }],
  });

const slotSchema = z.strictObject({
  interval: z.string(),
  fireTime: timeSchema,
  action: z.enum(['create', 'skip']),
  reason: z.string(),
  conflict: z.string().exactOptional().describe('Name of the execution that is in the way'),
});

const SLOT = {
  interval: '2026-11-01',
  fireTime: 1_793_509_200_000,
  action: 'create' as const,
  reason: 'it never ran',
};

export const backfillPlanSchema = z
  .strictObject({
    pipeline: z.string(),
    digest: z.string().describe('Stands for exactly these slots and actions'),
    slots: z.array(slotSchema).describe('The oldest first'),
    price: z
      .strictObject({
        each: countSchema.describe('The median of its last executions that succeeded'),
        total: countSchema.describe('Of all that would be started'),
        currency: z.string(),
        of: countSchema.describe('How many it is the median of'),
      })
      .exactOptional()
      .describe('What it is going to cost, in millionths of the currency'),
  })
  .meta({
    id: 'BackfillPlan',
    examples: [{ pipeline: 'orders', digest: '5f0c2a9d', slots: [SLOT] }],
  });
export type BackfillPlan = z.infer<typeof backfillPlanSchema>;

const EXAMPLE = {
  id: '7',
  pipeline: 'orders',
  team: 'default',
  status: 'RUNNING' as const,
  from: '2026-11-01',
  to: '2026-11-01',
  mode: 'missing' as const,
  concurrency: 4,
  createdAt: 1_795_150_800_000,
  counts: { total: 1, skipped: 0, pending: 0, running: 1, succeeded: 0, failed: 0 },
};

export const backfillSchema = z
  .strictObject({
    id: z.string(),
    pipeline: z.string(),
    team: z.string(),
    status: z.enum(['RUNNING', 'STOPPING', 'SUCCEEDED', 'FAILED', 'STOPPED']),
    from: z.string(),
    to: z.string(),
    only: z.literal('failed').exactOptional(),
    mode: z.enum(['missing', 'all']),
    concurrency: countSchema,
    createdAt: timeSchema,
    stoppedAt: timeSchema.exactOptional(),
    counts: z.strictObject({
      total: countSchema.describe('Slots of the plan'),
      skipped: countSchema.describe('Left alone: not in the other counts'),
      pending: countSchema.describe('To be started; after a stop: never started'),
      running: countSchema,
      succeeded: countSchema,
      failed: countSchema,
    }),
  })
  .meta({ id: 'Backfill', examples: [EXAMPLE] });
export type Backfill = z.infer<typeof backfillSchema>;

export const backfillDetailSchema = backfillSchema
  .extend({
    slots: z.array(
      slotSchema.extend({
        status: z.enum(['skipped', 'pending', 'running', 'succeeded', 'failed']),
        execution: z.string().exactOptional().describe('Name of the execution'),
      }),
    ),
  })
  .meta({
    id: 'BackfillDetail',
    examples: [{ ...EXAMPLE, slots: [{ ...SLOT, status: 'running', execution: 'backfill-7-0' }] }],
  });
export type BackfillDetail = z.infer<typeof backfillDetailSchema>;
/** A slot of a plan, or of a backfill that has begun. */
export type BackfillSlot = BackfillPlan['slots'][number];

const idParams = z.object({ id: z.string().max(300).describe('Its number, or latest') });

export const startBackfill = route('POST', PATHS.backfills, {
  needs: 'operator',
  summary: 'Run a pipeline for intervals of the past',
  description:
    'With `plan=true` in the query nothing is started: 200 with the plan. Otherwise 201; with `plan` in the body, the digest of a plan that was shown, 409 when the plan has changed since.',
  body: requestSchema,
  querystring: z.object({ plan: z.enum(['true', 'false']).optional() }),
  response: { 200: backfillPlanSchema, 201: backfillDetailSchema, ...problems },
});

export const listBackfills = route('GET', PATHS.backfills, {
  needs: 'viewer',
  summary: 'List backfills, newest first',
  querystring: z.object({
    pipeline: z.string().max(128).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional().describe('Default: 20'),
    cursor: z.string().max(200).optional().describe('`next` of the page before'),
  }),
  response: { 200: pageOf(backfillSchema), ...problems },
});

export const describeBackfill = route('GET', PATHS.backfill, {
  needs: 'viewer',
  summary: 'One backfill with its slots',
  params: idParams,
  response: { 200: backfillDetailSchema, ...problems },
});

export const stopBackfill = route('POST', PATHS.stopBackfill, {
  needs: 'operator',
  summary: 'Start no more executions of a backfill; those that run go on',
  params: idParams,
  response: { 200: backfillDetailSchema, ...problems },
});
