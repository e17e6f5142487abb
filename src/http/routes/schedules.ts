/**
 * All schedules, of pipelines and of clients, with their next times.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../problem.js';
import type { HttpServices } from '../services.js';

const time = z.number().int().describe('Milliseconds since the epoch');
const count = z.number().int();

const scheduleSchema = z
  .object({
    kind: z.enum(['pipeline', 'api']).describe('api: made by a client of EventBridge Scheduler'),
    name: z.string().describe('The pipeline, or GROUP/NAME'),
    team: z.string(),
    target: z.string().describe('The pipeline, or the ARN of what is invoked'),
    expression: z.string(),
    timezone: z.string(),
    state: z.enum(['ENABLED', 'DISABLED']),
    window: count.optional().describe('Milliseconds after a fire time in which its start falls'),
    next: z.array(z.object({ fireTime: time, start: time })),
    last: time.optional().describe('The latest fire time that was served'),
    failure: z
      .object({ at: time, fireTime: time, reason: z.string(), count })
      .optional()
      .describe('The latest invocation failed; count: how many in a row'),
    dropped: z
      .object({ at: time, count, first: time, last: time })
      .optional()
      .describe('Invocations that were too old to be made'),
  })
  .meta({ id: 'Schedule' });

export function scheduleRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  api.get(
    '/schedules',
    {
      schema: {
        summary: 'All schedules with their next times',
        querystring: z.object({
          next: z.coerce.number().int().min(1).max(100).default(1).describe('Times of each'),
        }),
        response: {
          200: z.object({ items: z.array(scheduleSchema) }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    async (request) => {
      const { teams } = request.principal;
      const items = engine.listSchedules({
        count: request.query.next,
        ...(teams === undefined ? {} : { teams }),
      });
      return { items };
    },
  );
}
