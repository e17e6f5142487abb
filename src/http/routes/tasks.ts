/**
 * Outcomes of tasks that wait for a task token. A token is good for who sees its task's team.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Json } from '../../asl/json.js';
import { problemSchema } from '../problem.js';
import { jsonSchema } from '../schemas.js';
import type { HttpServices } from '../services.js';

const token = z.string().min(1).max(2048);
const problems = { '4xx': problemSchema, '5xx': problemSchema };

export function taskRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const done = { done: true } as const;

  api.post(
    '/tasks/success',
    {
      schema: {
        summary: 'Report that the task of a token has succeeded',
        body: z.object({ token, output: jsonSchema }).strict(),
        response: { 200: z.object({ done: z.literal(true) }), ...problems },
      },
    },
    async (request) => {
      const { token, output = null } = request.body;
      await engine.sendTaskSuccess(token, output as Json, request.principal.teams);
      return done;
    },
  );

  api.post(
    '/tasks/failure',
    {
      schema: {
        summary: 'Report that the task of a token has failed',
        body: z
          .object({
            token,
            error: z.string().max(256).optional(),
            cause: z.string().max(32_768).optional(),
          })
          .strict(),
        response: { 200: z.object({ done: z.literal(true) }), ...problems },
      },
    },
    async (request) => {
      const { token, error, cause } = request.body;
      const failure = {
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      };
      await engine.sendTaskFailure(token, failure, request.principal.teams);
      return done;
    },
  );

  api.post(
    '/tasks/heartbeat',
    {
      schema: {
        summary: 'Report that the task of a token is still alive',
        body: z.object({ token }).strict(),
        response: { 200: z.object({ done: z.literal(true) }), ...problems },
      },
    },
    async (request) => {
      await engine.sendTaskHeartbeat(request.body.token, request.principal.teams);
      return done;
    },
  );
}
