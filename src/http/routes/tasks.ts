/**
 * Outcomes of tasks that wait for a task token. A token is good for who sees its task's team.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { reportFailure, reportHeartbeat, reportSuccess } from '../../api/tasks.js';
import type { Json } from '../../asl/json.js';
import type { HttpServices } from '../services.js';

export function taskRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const done = { done: true } as const;

  api.post(reportSuccess.path, { schema: reportSuccess.schema }, async (request) => {
    const { token, output = null } = request.body;
    await engine.tasks.succeed(request.principal.scope, token, output as Json);
    return done;
  });

  api.post(reportFailure.path, { schema: reportFailure.schema }, async (request) => {
    const { token, error, cause } = request.body;
    const failure = {
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    };
    await engine.tasks.fail(request.principal.scope, token, failure);
    return done;
  });

  api.post(reportHeartbeat.path, { schema: reportHeartbeat.schema }, async (request) => {
    await engine.tasks.heartbeat(request.principal.scope, request.body.token);
    return done;
  });
}
