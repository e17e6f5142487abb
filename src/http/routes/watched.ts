/**
 * What is watched that runs in AWS without Millrace.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listWatched, listWatchedRuns, showWatching } from '../../api/watched.js';
import { defined } from '../defined.js';
import type { HttpServices } from '../services.js';

export function watchedRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { observers } = engine;

  api.get(listWatched.path, { schema: listWatched.schema }, async (request) =>
    observers.list(request.principal.scope, defined(request.query)),
  );

  api.get(listWatchedRuns.path, { schema: listWatchedRuns.schema }, async (request) => {
    const { subject, ...page } = request.query;
    return observers.runs(request.principal.scope, subject, defined(page));
  });

  api.get(showWatching.path, { schema: showWatching.schema }, async (request) => {
    const { blind, beyond, ...counts } = observers.standing(request.principal.scope);
    return { ...counts, blind: [...blind], beyond: [...beyond] };
  });
}
