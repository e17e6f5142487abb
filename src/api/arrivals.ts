/**
 * Arrivals: what came of datasets on the last days, day by day.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, pageOf, paging } from './values.js';

const daySchema = z.strictObject({
  day: z.string().describe('2026-11-30'),
  state: z
    .enum([
      'arrived',
      'arrived late',
      'quarantined',
      'rejected',
      'late',
      'missing',
      'nothing',
      'unknown',
    ])
    .describe(
      'Of the newest version of the day: quarantined: rows were held back; rejected: its contract was not met. Without a version: late or missing when an expectation that was due on the day says so; unknown: it was not looked at',
    ),
  version: z.string().exactOptional(),
  interval: z.string().exactOptional(),
  rows: countSchema.exactOptional(),
  versions: countSchema.describe('How many there are of the day'),
  words: z.string().exactOptional().describe('What was expected, and is not so'),
});

export const arrivalRowSchema = z
  .strictObject({
    team: z.string(),
    name: z.string(),
    pipeline: z.string().describe('Who writes it'),
    owner: z.string().exactOptional(),
    byInterval: z.boolean().describe('A version counts on the day of its interval'),
    zone: z
      .string()
      .describe('In which its days are: that of its expectation, or what was asked for'),
    days: z.array(daySchema).describe('The earliest first'),
    isCut: z.boolean().describe('There are more versions than were read'),
  })
  .meta({
    id: 'ArrivalRow',
    examples: [
      {
        ...{ team: 'parcels', name: 'parcels/example', pipeline: 'parcels-example' },
        ...{ byInterval: true, zone: 'UTC', isCut: false },
        days: [
          {
            ...{ day: '2026-11-30', state: 'arrived' as const, rows: 41_872, versions: 1 },
            ...{ version: '20261130T031502Z-8c1d22fa', interval: '2026-11-30' },
          },
        ],
      },
    ],
  });
export type ArrivalRow = z.infer<typeof arrivalRowSchema>;

const arrivalsSchema = pageOf(arrivalRowSchema).extend({
  days: z.array(z.string()).describe('Days in the zone that was asked for, the earliest first'),
});
export type ArrivalPage = z.infer<typeof arrivalsSchema>;

export const listArrivals = route('GET', PATHS.arrivals, {
  needs: 'viewer',
  summary: 'List what arrived of datasets on the last days, and what did not',
  querystring: z.object({
    q: z.string().max(500).optional().describe('Words of name, team, description or pipeline'),
    per: z
      .enum(['interval', 'any'])
      .default('any')
      .describe('interval: only datasets that have a current version of each interval'),
    days: z.coerce.number().int().min(1).max(62).default(14),
    until: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day, such as 2026-11-30')
      .optional()
      .describe('The last day, in the zone of each dataset. Default: today'),
    zone: z
      .string()
      .max(64)
      .refine(isZone, 'expected the name of a time zone, such as Europe/Berlin')
      .default('UTC')
      .describe('Of datasets without an expectation'),
    limit: z.coerce.number().int().min(1).max(50).default(20),
    cursor: paging.cursor,
  }),
  response: { 200: arrivalsSchema, ...problems },
});

function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions() !== undefined;
  } catch {
    return false;
  }
}
