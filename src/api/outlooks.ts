/**
 * What is usual of pipelines, where they are going, and which limits they will cross.
 * @module
 */
import { z } from 'zod';
import { SUBJECT, subjectSchema } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { listOf, tagsSchema, timeSchema } from './values.js';

export const outlookSchema = z
  .strictObject({
    team: z.string(),
    subject: subjectSchema,
    sentence: z.string().describe('The expectation whose limit it is'),
    metric: z.string(),
    at: timeSchema.describe('When it was looked at'),
    state: z.enum(['foreseen', 'not foreseen']),
    words: z.string().describe('With the numbers behind'),
    crossesAt: timeSchema.exactOptional().describe('About when it is crossed'),
    earliest: timeSchema.exactOptional(),
    latest: timeSchema.exactOptional().describe('Absent: it may not be crossed at all'),
    since: timeSchema.exactOptional().describe('Since when that is foreseen'),
    tags: tagsSchema,
    pipeline: z.string().exactOptional(),
    owner: z.string().exactOptional(),
  })
  .meta({
    id: 'Outlook',
    examples: [
      {
        team: 'parcels',
        subject: SUBJECT,
        sentence: 'finishes within 3 hours',
        metric: 'duration',
        at: 1_793_509_200_000,
        state: 'foreseen' as const,
        words: '11 % slower a week for 5 weeks; crosses its 3 h SLA about 12 December (5 to 20)',
        crossesAt: 1_797_033_600_000,
        earliest: 1_796_428_800_000,
        latest: 1_797_724_800_000,
        tags: { county: 'alpine' },
        pipeline: 'alpine',
      },
    ],
  });
export type Outlook = z.infer<typeof outlookSchema>;

export const metricOutlookSchema = z
  .strictObject({
    metric: z.enum(['duration', 'rows', 'bytes', 'cost', 'startLag']),
    usual: z.string().describe('What is usual, and thresholds that follow from it'),
    forecast: z.string().describe('Where it is going'),
    limit: z.number().exactOptional().describe('Of an expectation; milliseconds or a count'),
    band: z
      .array(
        z.strictObject({
          at: timeSchema,
          low: z.number(),
          typical: z.number(),
          high: z.number(),
        }),
      )
      .describe('What is usual at the times of the last results, the oldest first'),
  })
  .meta({
    id: 'MetricOutlook',
    examples: [
      {
        metric: 'duration' as const,
        usual: 'WARNING above 25 min',
        forecast: 'steady at 20 min',
        band: [{ at: 1_793_509_200_000, low: 1, typical: 2, high: 3 }],
      },
    ],
  });
export type MetricOutlook = z.infer<typeof metricOutlookSchema>;

export const listOutlooks = route('GET', PATHS.outlooks, {
  needs: 'viewer',
  summary: 'List limits that will be crossed, the soonest first',
  response: { 200: listOf(outlookSchema), ...problems },
});

export const showOutlook = route('GET', PATHS.outlook, {
  needs: 'viewer',
  summary: 'Show what is usual of a pipeline, and where it is going',
  params: z.object({ name: z.string().max(128).describe('Name of the pipeline') }),
  response: { 200: listOf(metricOutlookSchema), ...problems },
});
