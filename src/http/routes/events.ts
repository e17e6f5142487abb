/**
 * The event bus: put events on it, read what came, try a pattern; and why a pipeline has not started.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  type DeadLetter,
  listDeadLetters,
  listEvents,
  putEvents,
  testPattern,
} from '../../api/events.js';
import { explainTrigger } from '../../api/triggers.js';
import type { JsonObject } from '../../asl/json.js';
import { attributesOf, deliveryOf } from '../../engine/features/rules/delivery.js';
import type { DeliveryRecord } from '../../engine/features/rules/delivery-table.js';
import { explainMismatch } from '../../events/pattern/explain-mismatch.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import { ownTeam } from '../authorize.js';
import { defined } from '../defined.js';
import { HttpError } from '../errors.js';
import type { HttpServices } from '../services.js';

function toDeadLetter(record: DeliveryRecord): DeadLetter {
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

  api.post(putEvents.path, { schema: putEvents.schema }, async (request) => {
    const events = request.body.events as Parameters<typeof engine.events.put>[1];
    return { results: await engine.events.put(ownTeam(request.principal), events) };
  });

  api.get(listEvents.path, { schema: listEvents.schema }, async (request) => {
    const { q, ...rest } = request.query;
    const query = { ...defined(rest), limit: rest.limit };
    const { scope } = request.principal;
    if (q !== undefined) return await engine.events.search(scope, { ...query, q });
    return { items: await engine.events.list(scope, query) };
  });

  api.get(listDeadLetters.path, { schema: listDeadLetters.schema }, async (request) => {
    const given = Object.entries(request.query).filter(([, value]) => value !== undefined);
    const query = Object.fromEntries(given) as { limit: number };
    const found = await engine.deadLetters.list(request.principal.scope, query);
    return { items: found.map(toDeadLetter) };
  });

  api.post(testPattern.path, { schema: testPattern.schema }, async (request) => {
    const parsed = parsePattern(request.body.pattern);
    if ('error' in parsed) {
      throw new HttpError('InvalidPattern', { problem: parsed.error.message });
    }
    const mismatch = explainMismatch(parsed.pattern, request.body.event as JsonObject);
    if (mismatch === undefined) return { matches: true };
    const { path, wanted, found, reason } = mismatch;
    return { matches: false, mismatch: { path, wanted, found, reason } };
  });

  api.get(explainTrigger.path, { schema: explainTrigger.schema }, async (request) => {
    const { scope } = request.principal;
    return await engine.pipelines.explainTrigger(
      scope,
      request.params.name,
      request.query.interval,
    );
  });
}
