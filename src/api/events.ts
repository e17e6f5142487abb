/**
 * The event bus: put events on it, read what came, what could not be delivered, and try a pattern.
 * @module
 */
import { z } from 'zod';
import { searchQuery } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, jsonSchema, listOf, objectSchema, pageOf, timeSchema } from './values.js';

const busSchema = z.string().min(1).max(256).describe('Name of a bus');
/** Events of one request. */
const MAX_EVENTS = 100;
const between = {
  below: z.coerce.number().int().min(0).optional().describe('Only those of lower numbers'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
};

const newEventSchema = z
  .strictObject({
    bus: busSchema.optional(),
    id: z.string().min(1).max(256).optional().describe('The same id again is the same event'),
    source: z.string().min(1).max(256),
    detailType: z.string().min(1).max(128),
    detail: objectSchema,
    time: z.string().max(64).optional().describe('ISO 8601'),
    resources: z.array(z.string().max(2048)).max(100).optional(),
  })
  .meta({
    id: 'NewEvent',
    examples: [{ source: 'shop', detailType: 'Order placed', detail: { id: 7 } }],
  });

export const storedEventSchema = z
  .strictObject({
    number: z.int().describe('Grows with each event'),
    bus: z.string(),
    id: z.string(),
    team: z.string(),
    source: z.string(),
    detailType: z.string(),
    storedAt: timeSchema,
    matched: z.array(z.string()).describe('Pipelines that it started'),
    batched: z.array(z.string()).exactOptional().describe('Pipelines that it waits for in a batch'),
    envelope: objectSchema.describe('The event as EventBridge writes it'),
  })
  .meta({
    id: 'StoredEvent',
    examples: [
      {
        number: 12,
        bus: 'default',
        id: 'order-7',
        team: 'default',
        source: 'shop',
        detailType: 'Order placed',
        storedAt: 1_795_150_800_000,
        matched: ['orders'],
        envelope: { source: 'shop', 'detail-type': 'Order placed', detail: { id: 7 } },
      },
    ],
  });
export type StoredEvent = z.infer<typeof storedEventSchema>;

export const putResultSchema = z
  .strictObject({
    id: z.string(),
    duplicate: z.boolean().describe('It was there already: nothing was started again'),
    started: z.array(z.strictObject({ pipeline: z.string(), name: z.string() })),
    batched: z
      .array(
        z.strictObject({
          pipeline: z.string(),
          waiting: countSchema.describe('Events that wait, with this one'),
          size: countSchema.describe('Events that start it'),
          closesAt: timeSchema.describe('When it starts at the latest'),
        }),
      )
      .exactOptional()
      .describe('Batches in which it waits'),
  })
  .meta({
    id: 'PutResult',
    examples: [
      { id: 'order-7', duplicate: false, started: [{ pipeline: 'orders', name: 'event-order-7' }] },
    ],
  });
export type PutResult = z.infer<typeof putResultSchema>;

export const deadLetterSchema = z
  .strictObject({
    number: z.int(),
    team: z.string(),
    queue: z.string().describe('The queue that the target names, or `default`'),
    at: timeSchema.describe('When it was given up: milliseconds since the epoch'),
    eventId: z.string(),
    targetId: z.string(),
    body: z.string().describe('What the target would have got'),
    attributes: z
      .record(z.string(), z.string())
      .describe('As EventBridge names them: RULE_ARN, TARGET_ARN, ERROR_CODE, ERROR_MESSAGE …'),
  })
  .meta({
    id: 'DeadLetter',
    examples: [
      {
        number: 3,
        team: 'default',
        queue: 'default',
        at: 1_795_150_800_000,
        eventId: 'order-7',
        targetId: 'partner',
        body: '{"id":7}',
        attributes: { ERROR_CODE: 'SDK_CLIENT_ERROR', ERROR_MESSAGE: 'status 410' },
      },
    ],
  });
export type DeadLetter = z.infer<typeof deadLetterSchema>;

export const patternResultSchema = z
  .strictObject({
    matches: z.boolean(),
    mismatch: z
      .strictObject({
        path: z.string(),
        wanted: z.array(jsonSchema),
        found: z.array(jsonSchema),
        reason: z.enum(['value', 'missing', 'array-elements']),
      })
      .exactOptional()
      .describe('The first field that differs'),
  })
  .meta({
    id: 'PatternResult',
    examples: [
      {
        matches: false,
        mismatch: { path: 'source', wanted: ['shop'], found: ['mail'], reason: 'value' },
      },
    ],
  });

export const putEvents = route('POST', PATHS.events, {
  needs: 'operator',
  summary: 'Put events on the bus',
  description:
    'Answered when every event is durable and what it starts exists. They belong to the first team of the token, or to `default`.',
  body: z.strictObject({ events: z.array(newEventSchema).min(1).max(MAX_EVENTS) }),
  response: { 200: z.strictObject({ results: z.array(putResultSchema) }), ...problems },
});

export const listEvents = route('GET', PATHS.storedEvents, {
  needs: 'viewer',
  summary: 'Events that came, newest first; with `after`, oldest first',
  description:
    'With `q` an answer may be short, or empty, and not the last one: `next` is the number to go on from, as `below`, or as `after` where that was given. With `after` it is always there: later events may come.',
  querystring: z.object({
    bus: busSchema.optional(),
    q: searchQuery,
    after: z.coerce.number().int().min(0).optional().describe('Only those of higher numbers'),
    ...between,
  }),
  response: { 200: pageOf(storedEventSchema), ...problems },
});

export const listDeadLetters = route('GET', PATHS.deadLetters, {
  needs: 'viewer',
  summary: 'What rules could not deliver, the newest first',
  querystring: z.object({
    queue: z.string().min(1).max(1600).optional().describe('ARN, or `default`'),
    ...between,
  }),
  response: { 200: listOf(deadLetterSchema), ...problems },
});

export const testPattern = route('POST', PATHS.testPattern, {
  needs: 'viewer',
  summary: 'Try an event pattern on an event',
  body: z.strictObject({ pattern: objectSchema, event: objectSchema }),
  response: { 200: patternResultSchema, ...problems },
});
