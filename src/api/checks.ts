/**
 * Check results: what came of executions, and what scripts report.
 * @module
 */
import { z } from 'zod';
import {
  checkStatusSchema,
  SUBJECT,
  searchQuery,
  subjectSchema,
  tagQuery,
  tileSchema,
} from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, pageOf, paging, tagsSchema, timeSchema } from './values.js';

const count = countSchema.exactOptional();

/** For examples. */
export const CHECK = {
  number: 12,
  team: 'parcels',
  subject: SUBJECT,
  tags: { county: 'alpine' },
  status: 'WARNING' as const,
  at: 1_793_509_200_000,
  cause: 'no new data: 0 rows',
  rows: 0,
};

export const checkResultSchema = z
  .strictObject({
    number: z.int().describe('Later results have greater numbers'),
    team: z.string(),
    subject: subjectSchema,
    tags: tagsSchema,
    status: checkStatusSchema,
    at: timeSchema.describe('When it ended, or was told'),
    cause: z.string().describe('In words'),
    startedAt: timeSchema.exactOptional(),
    duration: count.describe('Milliseconds'),
    lag: count.describe('Milliseconds from when it should have begun until it began'),
    rows: count,
    bytes: count,
    files: count,
    retries: count,
    cost: count.describe("Millionths of the rate card's unit"),
    interval: z.string().exactOptional().describe('The slice of time that it is for'),
    execution: z.string().exactOptional().describe('Id of the execution'),
    pipeline: z.string().exactOptional(),
    link: z.string().exactOptional().describe('Where it is shown by whoever ran it'),
    units: z
      .record(z.string(), z.number())
      .exactOptional()
      .describe('What it used, as whoever ran it counts'),
  })
  .meta({ id: 'CheckResult', examples: [CHECK] });
export type CheckResult = z.infer<typeof checkResultSchema>;

const told = z.int().min(0).max(Number.MAX_SAFE_INTEGER).exactOptional();

export const reportSchema = z
  .strictObject({
    name: z.string().min(1).max(512).describe('What was checked'),
    status: checkStatusSchema,
    cause: z.string().max(10_000).exactOptional().describe('In words'),
    tags: tagsSchema.exactOptional().describe('Each set of tags is a series of its own'),
    rows: told,
    bytes: told,
    files: told,
    duration: told.describe('Milliseconds'),
    interval: z.string().max(64).exactOptional(),
    execution: z.string().max(256).exactOptional(),
    subject: subjectSchema
      .omit({ name: true })
      .exactOptional()
      .describe('What it is, when it is nothing of this Millrace'),
  })
  .meta({
    id: 'CheckReport',
    examples: [{ name: 'permits', status: 'OK', tags: { county: 'alpine' }, rows: 12 }],
  });
export type CheckReport = z.infer<typeof reportSchema>;

export const reportCheck = route('POST', PATHS.checks, {
  needs: 'operator',
  summary: 'Report a check: any script can',
  description: 'Durable when it answers. It counts like the result of an execution.',
  body: reportSchema,
  response: { 201: checkResultSchema, ...problems },
});

export const listChecks = route('GET', PATHS.checks, {
  needs: 'viewer',
  summary: 'List check results, the newest first',
  description: 'A page may be short and not the last one: `next` says whether there is more.',
  querystring: z.object({
    pipeline: z.string().max(128).optional(),
    status: checkStatusSchema.optional(),
    tag: tagQuery,
    q: searchQuery,
    ...paging,
  }),
  response: { 200: pageOf(checkResultSchema), ...problems },
});

export const boardGroupSchema = z
  .strictObject({
    value: z.string().describe('Of the tag; empty: those without it'),
    tile: tileSchema.describe('The worst of those below'),
    counts: z.strictObject({
      OK: countSchema,
      WARNING: countSchema,
      CRITICAL: countSchema,
      MISSING: countSchema,
      LATE: countSchema,
      UNKNOWN: countSchema,
    }),
    today: z
      .strictObject({
        cost: countSchema.describe('Millionths of the currency'),
        currency: z.string(),
      })
      .exactOptional()
      .describe('What its pipelines cost today, in UTC; absent: nothing is priced'),
    items: z.array(
      z.strictObject({
        subject: subjectSchema,
        team: z.string(),
        tile: tileSchema,
        pipeline: z.string().exactOptional(),
        lastAt: timeSchema.exactOptional(),
        lastSuccessAt: timeSchema.exactOptional(),
        lastDataAt: timeSchema.exactOptional(),
        why: z.string().describe('In words'),
      }),
    ),
  })
  .meta({
    id: 'BoardGroup',
    examples: [
      {
        value: 'alpine',
        tile: 'WARNING' as const,
        counts: { OK: 0, WARNING: 1, CRITICAL: 0, MISSING: 0, LATE: 0, UNKNOWN: 0 },
        items: [
          {
            subject: SUBJECT,
            team: 'parcels',
            tile: 'WARNING' as const,
            pipeline: 'alpine',
            why: 'last result 2 h ago',
          },
        ],
      },
    ],
  });
export type BoardGroup = z.infer<typeof boardGroupSchema>;

export const showBoard = route('GET', PATHS.board, {
  needs: 'viewer',
  summary: 'Show how all that is watched stands, by the values of a tag',
  querystring: z.object({
    by: z.string().min(1).max(128).default('team').describe('A tag, or `team`'),
    tag: tagQuery,
    group: z.string().max(300).optional().describe('Only the group of this value'),
    items: z.coerce
      .number()
      .int()
      .min(0)
      .max(10_000)
      .default(10_000)
      .describe('Of each group at most so many, the worst; the counts are of all'),
  }),
  response: { 200: listOf(boardGroupSchema), ...problems },
});
