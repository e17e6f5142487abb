/**
 * Partners: what each of them has delivered to pipelines that wait for all of them, interval by interval.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, pageOf, paging, timeSchema } from './values.js';

const cellSchema = z.strictObject({
  interval: z.string(),
  state: z
    .enum(['arrived', 'arrived late', 'missing', 'expected', 'nothing', 'unknown'])
    .describe(
      'arrived late: after the deadline; missing: the deadline has passed, or others have delivered; expected: it is to come; nothing: nobody waits for it; unknown: nobody has looked yet, or more were missing at the start than are noted, and nothing lies there',
    ),
  file: z.string().exactOptional().describe('Path under the watched folder, while it lies there'),
  bytes: countSchema.exactOptional(),
  at: timeSchema.exactOptional().describe('When it was modified'),
});

const rowSchema = z
  .strictObject({
    team: z.string(),
    pipeline: z.string(),
    partner: z.string(),
    cells: z.array(cellSchema).describe('The earliest interval first'),
  })
  .meta({
    id: 'PartnerRow',
    examples: [
      {
        ...{ team: 'parcels', pipeline: 'join', partner: 'north' },
        cells: [
          { interval: '2026-11-20', state: 'missing' as const },
          {
            ...{ interval: '2026-11-21', state: 'arrived' as const, bytes: 41_872 },
            ...{ file: '2026-11-21/north.csv', at: 1_795_230_000_000 },
          },
        ],
      },
    ],
  });
/** One partner of a pipeline. */
export type PartnerRow = z.infer<typeof rowSchema>;

const pipelineSchema = z
  .strictObject({
    team: z.string(),
    pipeline: z.string(),
    under: z.string().describe('The watched folder or bucket'),
    timezone: z.string(),
    by: z.string().exactOptional().describe('Deadline, on the interval'),
    whenMissing: z.enum(['wait', 'start']).describe('What happens at the deadline'),
    problem: z.string().exactOptional().describe('What keeps it from being judged or started'),
    partners: countSchema.describe('In its list'),
    intervals: z.array(
      z.strictObject({
        interval: z.string(),
        deadline: timeSchema.exactOptional(),
        arrived: countSchema,
        unexpected: countSchema.describe('Files of somebody who is not in the list'),
        started: z
          .strictObject({ id: z.string(), name: z.string(), at: timeSchema })
          .exactOptional()
          .describe('The execution for the interval'),
      }),
    ),
  })
  .meta({
    id: 'AwaitingPipeline',
    examples: [
      {
        ...{ team: 'parcels', pipeline: 'join', under: 'incoming', timezone: 'Europe/Berlin' },
        ...{ by: '09:00', whenMissing: 'start' as const, partners: 3 },
        intervals: [
          {
            ...{ interval: '2026-11-20', deadline: 1_795_161_600_000, arrived: 2, unexpected: 0 },
            started: {
              ...{ id: '019ab2c0-0000-7000-8000-000000000001', name: 'arrivals-2026-11-20' },
              at: 1_795_161_600_100,
            },
          },
        ],
      },
    ],
  });
/** A pipeline that waits for partners. */
export type AwaitingPipeline = z.infer<typeof pipelineSchema>;

const partnersSchema = pageOf(rowSchema).extend({
  pipelines: z.array(pipelineSchema).describe('Those of which there are rows on the page'),
});
export type PartnerPage = z.infer<typeof partnersSchema>;

export const listPartners = route('GET', PATHS.partners, {
  needs: 'viewer',
  summary: 'List what partners have delivered, interval by interval, and what they have not',
  querystring: z.object({
    q: z
      .string()
      .max(500)
      .optional()
      .describe('Words that partner or pipeline have in their names'),
    until: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}(T\d{2})?$/, 'expected a day or an hour, such as 2026-11-30')
      .optional()
      .describe(
        'With which the last interval ends, a day or an hour of where files are of hours. Default: the present',
      ),
    count: z.coerce.number().int().min(1).max(62).default(14).describe('Intervals'),
    ...paging,
  }),
  response: { 200: partnersSchema, ...problems },
});
