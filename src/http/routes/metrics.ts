/**
 * What Prometheus scrapes.
 * @module
 */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { scrapeMetrics } from '../../api/metrics.js';
import { EVERYTHING } from '../../engine/kernel/scope.js';
import { HttpError } from '../errors.js';
import { contentType, exposition, formatFor } from '../metrics/exposition.js';
import type { HttpServices } from '../services.js';

/** Scrapes at a time: each costs what there is to tell. */
const MOST_SCRAPES = 4;

export function metricsRoutes(
  instance: FastifyInstance,
  { engine, processMetrics }: HttpServices,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  let scrapes = 0;

  app.get(scrapeMetrics.path, { schema: scrapeMetrics.schema }, async (request, reply) => {
    if (scrapes >= MOST_SCRAPES) throw new HttpError('TooManyRequests', { what: 'scrapes' });
    const { scope } = request.principal;
    const format = formatFor(request.headers.accept);
    scrapes += 1;
    // When the answer is out, or whoever asked has gone.
    reply.raw.once('close', () => {
      scrapes -= 1;
    });
    const families = await engine.metrics.families(scope);
    const own = scope === EVERYTHING ? processMetrics : undefined;
    reply.header('cache-control', 'no-store').type(contentType(format));
    // The contract tells of the text that it becomes.
    return reply.send(Readable.from(exposition(families, format, own)) as unknown as string);
  });
}
