/**
 * Log lines of all executions, searched.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { logLineSchema } from './traces.js';
import { countSchema, objectSchema, pageOf, paging, timeSchema } from './values.js';

export const foundLineSchema = logLineSchema
  .extend({
    execution: z.string().describe('Id of its execution'),
    number: z.int().describe('Number of its execution'),
    name: z.string().describe('Name of its execution'),
    pipeline: z.string(),
    team: z.string(),
    startedAt: timeSchema.describe('When its execution began'),
    record: objectSchema
      .exactOptional()
      .describe('The line as one JSON record with the tags of its pipeline'),
  })
  .meta({
    id: 'FoundLine',
    examples: [
      {
        at: 1_795_150_802_000,
        state: 'Load',
        attempt: 1,
        stream: 'stdout',
        level: 'error',
        message: 'Access Denied',
        tags: { county: 'monroe' },
        execution: '0b5a4f0e-6c0f-4d0c-9d0a-0d8d3f6f5a10',
        number: 42,
        name: 'orders-2026-11-20',
        pipeline: 'orders',
        team: 'default',
        startedAt: 1_795_150_800_000,
      },
    ],
  });
export type FoundLine = z.infer<typeof foundLineSchema>;

export const foundLinesSchema = pageOf(foundLineSchema).extend({
  count: z
    .strictObject({
      value: countSchema,
      isExact: z.boolean().describe('false: there are at least so many'),
    })
    .describe('Lines that match, from the beginning of this page on'),
  searched: z
    .strictObject({
      segments: countSchema.describe('Of which it was seen whether they can match'),
      lines: countSchema.describe('In those that can'),
      bytes: countSchema,
      backTo: timeSchema.exactOptional().describe('How far it came; absent: to the end'),
    })
    .describe('What this page has cost'),
});
export type FoundLines = z.infer<typeof foundLinesSchema>;

/** A search may have so many characters. */
const query = z.string().max(4_096);

export const searchLogs = route('GET', PATHS.logSearch, {
  needs: 'viewer',
  summary: 'Search the log lines of all executions, newest first',
  description:
    'A page ends when it is full, when nothing is older, or after three seconds: then `next` goes on from where it stopped, and `searched.backTo` says how far that is.',
  querystring: z.object({
    q: query.optional().describe('A search: `level:error tag.county:monroe "Access Denied"`'),
    since: z.string().max(64).optional().describe('From then on: 24h, or 2026-11-20T05:00Z'),
    until: z.string().max(64).optional().describe('Before then'),
    count: z.enum(['page', 'all']).optional().describe('all: count whatever matches'),
    record: z.enum(['with', 'without']).optional().describe('with: each line as a record, too'),
    ...paging,
  }),
  response: { 200: foundLinesSchema, ...problems },
});
