/**
 * Why has it not started? What each trigger of a pipeline waits for.
 * @module
 */
import { z } from 'zod';
import { statusSchema } from './executions.js';
import { PATHS } from './paths.js';
import { nameParams } from './pipelines.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { scheduleSchema } from './schedules.js';
import { countSchema, jsonSchema, objectSchema, timeSchema } from './values.js';

const verdictSchema = z
  .enum(['met', 'waiting', 'impossible'])
  .describe('impossible: it will not be met any more');

const batchSchema = z
  .strictObject({
    size: countSchema.describe('Events or files that complete it'),
    window: z.number().describe('Seconds from the first of them'),
    waiting: countSchema,
    openedAt: timeSchema.exactOptional().describe('When the first came'),
    closesAt: timeSchema.exactOptional().describe('When it starts at the latest'),
    problem: z.string().exactOptional().describe('Why it could not be started; it is tried again'),
  })
  .meta({
    id: 'Batch',
    examples: [{ size: 100, window: 3600, waiting: 0 }],
  });
/** Events or files that wait for others. */
export type Batch = z.infer<typeof batchSchema>;

const arrivalsSchema = z
  .strictObject({
    interval: z.string(),
    expected: countSchema.describe('Partners in the list'),
    arrived: countSchema,
    missing: z.array(z.string()),
    unexpected: z.array(z.string()).describe('Whose files lie there though the list has them not'),
    deadline: timeSchema.exactOptional(),
    isLate: z.boolean().describe('The deadline has passed'),
    whenMissing: z.enum(['wait', 'start']).describe('What happens at the deadline'),
    started: z
      .strictObject({ name: z.string(), at: timeSchema })
      .exactOptional()
      .describe('The execution for the interval'),
    open: z
      .array(z.strictObject({ interval: z.string(), arrived: countSchema }))
      .describe('Other intervals for which somebody is missing, the latest first'),
    problem: z.string().exactOptional().describe('What keeps it from being judged or started'),
  })
  .meta({
    id: 'Arrivals',
    examples: [
      {
        interval: '2026-11-20',
        expected: 3,
        arrived: 2,
        missing: ['north'],
        unexpected: [],
        isLate: false,
        whenMissing: 'wait',
        open: [],
      },
    ],
  });
/** Who has delivered for an interval. */
export type Arrivals = z.infer<typeof arrivalsSchema>;

const conditionSchema = z
  .strictObject({
    condition: z.strictObject({
      name: z.string().describe('The upstream pipeline'),
      team: z.string().optional(),
      account: z.string().optional(),
      status: z.array(z.string()).readonly().optional(),
      optional: z.boolean().optional(),
      not: z.boolean().optional(),
      by: z.string().optional(),
    }),
    verdict: verdictSchema,
    because: z.string().describe('A sentence'),
    status: statusSchema.exactOptional().describe('What the upstream is now'),
    since: timeSchema.exactOptional(),
    eventId: z.string().exactOptional().describe('The event that said so'),
    expectedAt: timeSchema.exactOptional().describe('When the upstream is expected to start'),
    deadline: timeSchema.exactOptional(),
    revision: countSchema.exactOptional().describe('How often it was repaired or run again'),
  })
  .meta({
    id: 'Condition',
    examples: [
      { condition: { name: 'listings' }, verdict: 'waiting', because: 'listings has not started' },
    ],
  });
/** A condition of a pipeline on another one, and how it stands. */
export type Condition = z.infer<typeof conditionSchema>;

const mismatchSchema = z.strictObject({
  path: z.string(),
  wanted: z.array(jsonSchema),
  found: z.array(jsonSchema),
  matchedFields: countSchema,
  fields: countSchema,
  reason: z.enum(['value', 'missing', 'array-elements']),
});

export const triggerSchema = z
  .strictObject({
    pipeline: z.string(),
    schedule: z
      .strictObject({
        written: objectSchema.describe('As it stands in the file'),
        timezone: z.string(),
        next: z.array(timeSchema).describe('The next ten fire times'),
        window: countSchema
          .exactOptional()
          .describe('Milliseconds after a fire time within which its start falls'),
        starts: z.array(timeSchema).exactOptional().describe('When those fire times start'),
      })
      .exactOptional(),
    clientSchedules: z
      .array(scheduleSchema)
      .exactOptional()
      .describe('Schedules of clients of EventBridge Scheduler that start it'),
    upstreams: z
      .strictObject({
        interval: z.string(),
        verdict: verdictSchema,
        conditions: z.array(conditionSchema),
        key: z.string().describe('The execution that this outcome has started or would start'),
      })
      .exactOptional(),
    files: z
      .strictObject({
        under: z.string(),
        isGone: z.boolean().describe('The folder is not there'),
        problem: z.string().exactOptional(),
        quarantined: z
          .array(
            z.strictObject({
              manifest: z.string(),
              since: timeSchema,
              problems: z.array(z.strictObject({ file: z.string(), problem: z.string() })),
            }),
          )
          .describe('Deliveries whose files are missing or differ'),
        arrivals: arrivalsSchema.exactOptional(),
        batch: batchSchema.exactOptional(),
      })
      .exactOptional(),
    events: z
      .array(
        z.strictObject({
          bus: z.string(),
          pattern: objectSchema,
          batch: batchSchema.exactOptional(),
          matched: z
            .strictObject({ id: z.string(), at: timeSchema })
            .exactOptional()
            .describe('The latest event that it matched'),
          nearly: z
            .array(
              z.strictObject({
                id: z.string(),
                at: timeSchema,
                source: z.string(),
                detailType: z.string(),
                mismatch: mismatchSchema,
              }),
            )
            .describe('Events that differ in one field, the newest first'),
        }),
      )
      .exactOptional(),
  })
  .meta({
    id: 'Trigger',
    examples: [
      {
        pipeline: 'orders',
        schedule: {
          written: { every: 'day', at: '05:00' },
          timezone: 'Europe/Berlin',
          next: [1_795_150_800_000],
        },
      },
    ],
  });
/** When a pipeline starts by itself, and what it waits for. */
export type Trigger = z.infer<typeof triggerSchema>;

export const explainTrigger = route('GET', PATHS.trigger, {
  needs: 'viewer',
  summary: 'Why has it not started? What its triggers wait for',
  params: nameParams,
  querystring: z.object({
    interval: z.string().max(64).optional().describe('Default: today'),
  }),
  response: { 200: triggerSchema, ...problems },
});
