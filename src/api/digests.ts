/**
 * The digest of now: what happened, by group and service, and what is wrong.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, timeSchema } from './values.js';

const counts = {
  executions: countSchema,
  successes: countSchema,
  failures: countSchema.describe('Failures, and too few runs'),
  warnings: countSchema.describe(
    'Limits that were not kept, success only after a retry, no new data, results that nobody can judge',
  ),
};

const spent = countSchema
  .exactOptional()
  .describe('Millionths of the currency; absent: nothing of it was priced');

const lineSchema = z.strictObject({
  group: z.string(),
  service: z.string().describe('pipeline, or the provider and kind of a thing elsewhere'),
  team: z.string(),
  name: z.string(),
  pipeline: z.string().exactOptional(),
  ...counts,
  cost: spent,
  comments: z.array(
    z.strictObject({
      level: z.enum(['error', 'warning']),
      text: z.string().describe('At most 100 characters'),
      count: countSchema,
      execution: z.string().exactOptional().describe('The last one that it is about'),
      link: z.string().exactOptional().describe('Of what ran elsewhere: where it is shown'),
    }),
  ),
  more: countSchema.describe('Comments that are left out'),
});

export const digestSchema = z
  .strictObject({
    from: timeSchema,
    to: timeSchema,
    group: z.string().exactOptional().describe('The tag by which things are put together'),
    sums: z.array(
      z.strictObject({ group: z.string(), service: z.string(), ...counts, cost: spent }),
    ),
    lines: z.array(lineSchema).describe('Things that failed or are warned of, the worst first'),
    good: countSchema.describe('Things of which there is nothing to say'),
    incidents: z.array(
      z.strictObject({
        number: z.int(),
        team: z.string(),
        name: z.string(),
        words: z.string(),
        owner: z.string().exactOptional().describe("Absent: nobody's"),
        since: timeSchema,
        acknowledged: z.boolean(),
        snoozedSince: timeSchema
          .exactOptional()
          .describe('When it has been put off for more than two days'),
      }),
    ),
    outlooks: z.array(
      z.strictObject({
        team: z.string(),
        name: z.string(),
        sentence: z.string(),
        words: z.string(),
        crossesAt: timeSchema.exactOptional(),
      }),
    ),
    means: z
      .strictObject({
        opened: countSchema,
        resolved: countSchema,
        mtta: z.number().exactOptional().describe('Milliseconds until somebody took one'),
        mttr: z.number().exactOptional().describe('Milliseconds until one was over'),
      })
      .describe('Of the days in UTC that the window touches'),
    watcher: z.array(z.string()).describe('What watches and does not work'),
    cut: countSchema.exactOptional().describe('So many results are counted, and there were more'),
    currency: z.string().exactOptional().describe('Of costs; absent: nothing is priced'),
    title: z.string(),
    text: z.string(),
    html: z.string().describe('As it is mailed: at most 100 KB, nothing in it is fetched'),
  })
  .meta({
    id: 'Digest',
    examples: [
      {
        ...{ from: 1_793_422_800_000, to: 1_793_509_200_000, group: 'county' },
        sums: [
          {
            ...{ group: 'Alpine', service: 'pipeline' },
            ...{ executions: 24, successes: 23, failures: 1, warnings: 0 },
          },
        ],
        lines: [
          {
            ...{ group: 'Alpine', service: 'pipeline', team: 'parcels', name: 'alpine' },
            ...{ pipeline: 'alpine', executions: 24, successes: 23, failures: 1, warnings: 0 },
            comments: [{ level: 'error' as const, text: 'failed: NoDisk', count: 1 }],
            more: 0,
          },
        ],
        ...{ good: 0, incidents: [], outlooks: [], watcher: [] },
        means: { opened: 1, resolved: 0 },
        title: 'parcels: 1 failure in 24 executions',
        text: '2026-10-31 05:00 to 2026-11-01 05:00 UTC',
        html: '<!doctype html>',
      },
    ],
  });
export type Digest = z.infer<typeof digestSchema>;

const WEEK = 7 * 24 * 60;
const minutes = z.coerce
  .number()
  .int()
  .min(1)
  .max(WEEK)
  .default(24 * 60)
  .describe('So many minutes back from now, at most a week');
const by = z
  .string()
  .min(1)
  .max(128)
  .optional()
  .describe('The tag by whose values things are put together. Default: the team');

export const showDigest = route('GET', PATHS.digest, {
  needs: 'viewer',
  summary: 'Show the digest of now, without sending it',
  description:
    'What happened in the window, by group and service; what is wrong with each thing; incidents that are open; limits that will be crossed. Counts are of at most 250,000 results.',
  querystring: z.object({
    minutes,
    by,
    zone: z
      .string()
      .max(64)
      .refine(isZone, 'expected the name of a time zone, such as Europe/Berlin')
      .optional()
      .describe('In whose clocks times are told in title, text and html. Default: UTC'),
  }),
  response: { 200: digestSchema, ...problems },
});

export const sendDigest = route('POST', PATHS.digest, {
  needs: 'operator',
  summary: 'Send the digest of now',
  description:
    "To everybody whom the team's file names, or where its routes say. The daily digests come as ever.",
  body: z.strictObject({
    minutes: z
      .int()
      .min(1)
      .max(WEEK)
      .default(24 * 60),
    by,
  }),
  response: { 200: z.strictObject({ told: countSchema }), ...problems },
});

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions() !== undefined;
  } catch {
    return false;
  }
}
