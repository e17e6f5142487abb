/**
 * The whole system at a glance: what is late or never started, failing, running, and due next.
 * @module
 */
import { z } from 'zod';
import { CHECK, checkResultSchema } from './checks.js';
import { STANDING, SUBJECT, standingSchema, subjectSchema, tagQuery } from './monitoring-values.js';
import { outlookSchema } from './outlooks.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, tagsSchema, timeSchema } from './values.js';

const comingSchema = z.strictObject({
  at: timeSchema,
  pipeline: z.string(),
  team: z.string(),
  what: z.enum(['start', 'expectation']),
  words: z.string(),
});

/** For examples. */
const FAILING = {
  subject: SUBJECT,
  team: 'parcels',
  tags: { county: 'alpine' },
  pipeline: 'alpine',
  last: CHECK,
};

export const failingSchema = z
  .strictObject({
    subject: subjectSchema,
    team: z.string(),
    tags: tagsSchema,
    pipeline: z.string().exactOptional(),
    lastSuccessAt: timeSchema.exactOptional(),
    last: checkResultSchema.describe('Its last result'),
  })
  .meta({ id: 'Failing', examples: [FAILING] });

export const overviewSchema = z
  .strictObject({
    now: timeSchema,
    counts: z.strictObject({
      watched: countSchema.describe('Everything that has a result or an expectation'),
      ok: countSchema,
      warning: countSchema,
      critical: countSchema,
      late: countSchema,
      missing: countSchema,
      running: countSchema,
      due: countSchema.describe('Due within the next hour'),
    }),
    late: z.array(standingSchema).describe('MISSING and LATE, at most 100'),
    failing: z.array(failingSchema).describe('Whose last result is CRITICAL, at most 100'),
    warning: z.array(failingSchema).describe('Whose last result is WARNING, at most 100'),
    running: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          pipeline: z.string(),
          team: z.string(),
          startedAt: timeSchema,
        }),
      )
      .describe('The newest, at most 100'),
    foreseen: z.array(outlookSchema).describe('Limits that will be crossed, at most 100'),
    next: z.array(comingSchema).describe('Within the next hour, at most 100'),
  })
  .meta({
    id: 'Overview',
    examples: [
      {
        now: 1_793_509_200_000,
        counts: {
          ...{ watched: 2, ok: 0, warning: 1, critical: 0 },
          ...{ late: 0, missing: 1, running: 0, due: 0 },
        },
        late: [STANDING],
        failing: [],
        warning: [FAILING],
        running: [],
        foreseen: [],
        next: [],
      },
    ],
  });
export type Overview = z.infer<typeof overviewSchema>;

export const showOverview = route('GET', PATHS.overview, {
  needs: 'viewer',
  summary: 'Show the whole system: late or never started, failing, running, due next',
  querystring: z.object({ tag: tagQuery }),
  response: { 200: overviewSchema, ...problems },
});
