/**
 * Schedules, of pipelines and of clients, with their next times.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, timeSchema } from './values.js';

export const scheduleSchema = z
  .strictObject({
    kind: z.enum(['pipeline', 'api']).describe('api: made by a client of EventBridge Scheduler'),
    name: z.string().describe('The pipeline, or GROUP/NAME'),
    team: z.string(),
    target: z.string().describe('The pipeline, or the ARN of what is invoked'),
    expression: z.string().describe('`cron(…)`, `rate(…)`, `at(…)` or `daily at 03:00`'),
    timezone: z.string(),
    state: z.enum(['ENABLED', 'DISABLED']),
    window: countSchema
      .exactOptional()
      .describe('Milliseconds after a fire time in which its start falls'),
    next: z.array(z.strictObject({ fireTime: timeSchema, start: timeSchema })),
    last: timeSchema.exactOptional().describe('The latest fire time that was served'),
    failure: z
      .strictObject({
        at: timeSchema,
        fireTime: timeSchema,
        reason: z.string(),
        count: countSchema.describe('How many in a row'),
      })
      .exactOptional()
      .describe('The latest invocation failed'),
    dropped: z
      .strictObject({ at: timeSchema, count: countSchema, first: timeSchema, last: timeSchema })
      .exactOptional()
      .describe('Invocations that were too old to be made'),
  })
  .meta({
    id: 'Schedule',
    examples: [
      {
        kind: 'pipeline',
        name: 'orders',
        team: 'default',
        target: 'orders',
        expression: 'daily at 05:00',
        timezone: 'Europe/Berlin',
        state: 'ENABLED',
        next: [{ fireTime: 1_795_150_800_000, start: 1_795_150_800_000 }],
      },
    ],
  });
export type ListedSchedule = z.infer<typeof scheduleSchema>;

export const listSchedules = route('GET', PATHS.schedules, {
  needs: 'viewer',
  summary: 'All schedules with their next times',
  querystring: z.object({
    next: z.coerce.number().int().min(1).max(100).default(1).describe('Times of each'),
  }),
  response: { 200: listOf(scheduleSchema), ...problems },
});
