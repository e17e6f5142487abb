/**
 * The event bus: put events on it, read what came, try a pattern; and why a pipeline has not started.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { JsonObject } from '../../asl/json.js';
import { attributesOf, deliveryOf } from '../../engine/features/rules/delivery.js';
import type { DeliveryRecord } from '../../engine/features/rules/delivery-table.js';
import { explainMismatch } from '../../events/pattern/explain-mismatch.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import { HttpError } from '../errors.js';
import { problemSchema } from '../problem.js';
import { jsonSchema } from '../schemas.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const bus = z.string().min(1).max(256);
const objectSchema = z.record(z.string(), jsonSchema);
/** Events of one request. */
const MAX_EVENTS = 100;

const eventSchema = z
  .object({
    bus: bus.optional(),
    id: z.string().min(1).max(256).optional().describe('The same id again is the same event'),
    source: z.string().min(1).max(256),
    detailType: z.string().min(1).max(128),
    detail: objectSchema,
    time: z.string().max(64).optional().describe('ISO 8601'),
    resources: z.array(z.string().max(2048)).max(100).optional(),
  })
  .strict()
  .meta({ id: 'NewEvent' });

const storedSchema = z
  .object({
    number: z.number().int().describe('Grows with each event'),
    bus,
    id: z.string(),
    team: z.string(),
    source: z.string(),
    detailType: z.string(),
    storedAt: z.number().describe('Milliseconds since the epoch'),
    matched: z.array(z.string()).describe('Pipelines that it started'),
    batched: z.array(z.string()).optional().describe('Pipelines that it waits for in a batch'),
    envelope: objectSchema,
  })
  .meta({ id: 'StoredEvent' });

const resultSchema = z
  .object({
    id: z.string(),
    duplicate: z.boolean(),
    started: z.array(z.object({ pipeline: z.string(), name: z.string() })),
    batched: z
      .array(
        z.object({
          pipeline: z.string(),
          waiting: z.number().int().describe('Events that wait, with this one'),
          size: z.number().int().describe('Events that start it'),
          closesAt: z.number().describe('When it starts at the latest, milliseconds'),
        }),
      )
      .optional()
      .describe('Batches in which it waits'),
  })
  .meta({ id: 'PutResult' });

const deadLetterSchema = z
  .object({
    number: z.number().int(),
    team: z.string(),
    queue: z.string().describe('The queue that the target names, or `default`'),
    at: z.number().describe('When it was given up: milliseconds since the epoch'),
    eventId: z.string(),
    targetId: z.string(),
    body: z.string().describe('What the target would have got'),
    attributes: z
      .record(z.string(), z.string())
      .describe('As EventBridge names them: RULE_ARN, TARGET_ARN, ERROR_CODE, ERROR_MESSAGE …'),
  })
  .meta({ id: 'DeadLetter' });

function toDeadLetter(record: DeliveryRecord): z.infer<typeof deadLetterSchema> {
  const { eventId, target, body } = deliveryOf(record);
  return {
    number: record.number,
    team: record.team,
    queue: record.queue,
    at: record.dueAt,
    eventId,
    targetId: target.Id,
    body,
    attributes: attributesOf(record),
  };
}

export function eventRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(
    '/events',
    {
      schema: {
        summary: 'Put events on the bus',
        description:
          'Answered when every event is durable and what it starts exists. They belong to the first team of the token, or to `default`.',
        body: z.object({ events: z.array(eventSchema).min(1).max(MAX_EVENTS) }).strict(),
        response: { 200: z.object({ results: z.array(resultSchema) }), ...problems },
      },
    },
    async (request) => {
      const team = request.principal.teams?.[0] ?? 'default';
      const events = request.body.events as Parameters<typeof engine.putEvents>[0];
      return { results: await engine.putEvents(events, { team }) };
    },
  );

  api.get(
    '/stored-events',
    {
      schema: {
        summary: 'Events that came, newest first; with `after`, oldest first',
        querystring: z.object({
          bus: bus.optional(),
          after: z.coerce.number().int().min(0).optional(),
          below: z.coerce.number().int().min(0).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: { 200: z.object({ items: z.array(storedSchema) }), ...problems },
      },
    },
    async (request) => {
      const { teams } = request.principal;
      const given = Object.entries(request.query).filter(([, value]) => value !== undefined);
      const query = Object.fromEntries(given) as { limit: number };
      const items = await engine.listEvents({ ...query, ...(teams ? { teams } : {}) });
      return { items };
    },
  );

  api.get(
    '/dead-letters',
    {
      schema: {
        summary: 'What rules could not deliver, the newest first',
        querystring: z.object({
          queue: z.string().min(1).max(1600).optional().describe('ARN, or `default`'),
          below: z.coerce.number().int().min(0).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: { 200: z.object({ items: z.array(deadLetterSchema) }), ...problems },
      },
    },
    async (request) => {
      const { teams } = request.principal;
      const given = Object.entries(request.query).filter(([, value]) => value !== undefined);
      const query = Object.fromEntries(given) as { limit: number };
      const found = await engine.listDeadLetters({ ...query, ...(teams ? { teams } : {}) });
      return { items: found.map(toDeadLetter) };
    },
  );

  api.post(
    '/test-pattern',
    {
      schema: {
        summary: 'Try an event pattern on an event',
        body: z.object({ pattern: objectSchema, event: objectSchema }).strict(),
        response: {
          200: z.object({
            matches: z.boolean(),
            mismatch: z
              .object({
                path: z.string(),
                wanted: z.array(jsonSchema),
                found: z.array(jsonSchema),
                reason: z.string(),
              })
              .optional()
              .describe('The first field that differs'),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      const parsed = parsePattern(request.body.pattern);
      if ('error' in parsed) {
        throw new HttpError('InvalidPattern', { problem: parsed.error.message });
      }
      const mismatch = explainMismatch(parsed.pattern, request.body.event as JsonObject);
      if (mismatch === undefined) return { matches: true };
      const { path, wanted, found, reason } = mismatch;
      return { matches: false, mismatch: { path, wanted, found, reason } };
    },
  );

  api.get(
    '/pipelines/:name/trigger',
    {
      schema: {
        summary: 'Why has it not started? What its triggers wait for',
        params: z.object({ name: z.string().min(1).max(128) }),
        querystring: z.object({
          interval: z.string().max(64).optional().describe('Default: today'),
        }),
        response: { 200: objectSchema, ...problems },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { teams } = request.principal;
      return (await engine.explainTrigger(name, {
        teams,
        ...(request.query.interval === undefined ? {} : { interval: request.query.interval }),
      })) as unknown as JsonObject;
    },
  );
}
