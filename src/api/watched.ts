/**
 * What is watched that runs in AWS without Millrace, its runs, and what cannot be seen.
 * @module
 */
import { z } from 'zod';
import { subjectSchema } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, pageOf, paging, tagsSchema, timeSchema } from './values.js';

const JOB = {
  provider: 'aws',
  account: '111122223333',
  region: 'eu-central-1',
  kind: 'glue-job',
  name: 'load-parcels',
};

const bySchema = z.enum(['event', 'look']).describe('By which way it was heard of');

export const watchedThingSchema = z
  .strictObject({
    team: z.string(),
    subject: subjectSchema,
    account: z.string().describe('Name of its account in the accounts file of the server'),
    tags: tagsSchema,
    foundAt: timeSchema,
    lookedAt: timeSchema
      .exactOptional()
      .describe('Until when all that happened was seen by looking, to five minutes'),
    lastRunAt: timeSchema.exactOptional(),
    lastStatus: z.string().exactOptional(),
    lastBy: bySchema.exactOptional(),
    running: countSchema,
    cutAt: timeSchema.exactOptional().describe('When a look last had to leave something out'),
    blindSince: timeSchema.exactOptional().describe('Since when it cannot be looked at'),
    blindBecause: z.string().exactOptional(),
  })
  .meta({
    id: 'WatchedThing',
    examples: [
      {
        ...{ team: 'parcels', subject: JOB, account: 'lake', tags: { group: 'etl' } },
        ...{ foundAt: 1_793_509_200_000, lookedAt: 1_793_512_800_000 },
        ...{ lastRunAt: 1_793_512_000_000, lastStatus: 'SUCCEEDED', lastBy: 'event' as const },
        running: 0,
      },
    ],
  });
export type WatchedThing = z.infer<typeof watchedThingSchema>;

const amounts = z.record(z.string(), z.number());

export const watchedRunSchema = z
  .strictObject({
    number: z.int().describe('Runs that were heard of later have greater numbers'),
    team: z.string(),
    kind: z.string(),
    name: z.string(),
    id: z.string().describe('As its service names it'),
    attempt: countSchema.describe('How often it was begun again under the same id'),
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'UNKNOWN']),
    startedAt: timeSchema.exactOptional(),
    endedAt: timeSchema.exactOptional(),
    firstStartedAt: timeSchema.exactOptional().describe('Of one that was begun again'),
    cause: z.string().exactOptional(),
    warning: z.string().exactOptional(),
    units: amounts.exactOptional().describe('What it used: dpuSeconds, scannedGb …'),
    counts: z
      .strictObject({
        rows: countSchema.exactOptional(),
        bytes: countSchema.exactOptional(),
        files: countSchema.exactOptional(),
      })
      .exactOptional(),
    numbers: amounts.exactOptional().describe('What its service counts: tablesAdded …'),
    retries: countSchema.exactOptional(),
    link: z.string().exactOptional().describe('In the console of its service'),
    cost: countSchema
      .exactOptional()
      .describe('Millionths of the currency, by the rate card at its end; absent: nobody can say'),
    currency: z.string().exactOptional(),
    unpriced: z.array(z.string()).exactOptional().describe('What it used and has no price'),
    isPartial: z.literal(true).exactOptional().describe('There is more to know of it'),
    seenAt: timeSchema.describe('When it was heard of first'),
    by: bySchema,
  })
  .meta({
    id: 'WatchedRun',
    examples: [
      {
        ...{ number: 7, team: 'parcels', kind: 'glue-job', name: 'load-parcels', id: 'jr_1' },
        ...{ attempt: 0, status: 'FAILED' as const, startedAt: 1_793_509_200_000 },
        ...{ endedAt: 1_793_509_800_000, cause: 'no disk', units: { dpuSeconds: 1200 } },
        ...{ cost: 146_667, currency: 'USD' },
        ...{ seenAt: 1_793_509_801_000, by: 'event' as const },
      },
    ],
  });
export type WatchedRun = z.infer<typeof watchedRunSchema>;

export const watchStandingSchema = z
  .strictObject({
    things: countSchema,
    callsPerThingHour: z.number().describe('Calls to AWS for looks, since the server began'),
    blind: z
      .array(
        z.strictObject({
          account: z.string(),
          region: z.string(),
          kind: z.string(),
          since: timeSchema,
          words: z.string(),
        }),
      )
      .describe('What cannot be seen now'),
    beyond: z
      .array(z.strictObject({ team: z.string(), count: countSchema }))
      .describe('Things that match and are not watched, because a team watches too many'),
  })
  .meta({
    id: 'WatchStanding',
    examples: [{ things: 700, callsPerThingHour: 12.4, blind: [], beyond: [] }],
  });
export type WatchStanding = z.infer<typeof watchStandingSchema>;

export const listWatched = route('GET', PATHS.watched, {
  needs: 'viewer',
  summary: 'List what is watched that runs in AWS without Millrace',
  querystring: z.object({
    kind: z.string().max(64).optional().describe('glue-job, state-machine, lambda-function …'),
    name: z.string().max(512).optional().describe('With the wildcards * ? [abc]'),
    account: z.string().max(128).optional().describe('Its name, or its 12 digits'),
    ...paging,
  }),
  response: { 200: pageOf(watchedThingSchema), ...problems },
});

export const listWatchedRuns = route('GET', PATHS.watchedRuns, {
  needs: 'viewer',
  summary: 'List runs of something that is watched, the last heard of first',
  querystring: z.object({
    subject: z
      .string()
      .min(1)
      .max(1_024)
      .describe('aws:ACCOUNT:REGION:KIND:NAME, as answers have it'),
    ...paging,
  }),
  response: { 200: pageOf(watchedRunSchema), ...problems },
});

export const showWatching = route('GET', PATHS.watching, {
  needs: 'viewer',
  summary: 'Show how the watching itself goes: what cannot be seen, and what it costs in calls',
  response: { 200: watchStandingSchema, ...problems },
});
