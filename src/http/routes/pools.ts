/**
 * Pools of slots. Those that were sized are shared by all teams and seen by everybody; the others are a team's own. Who
 * sees all teams sizes them.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { expectAdministrator } from '../auth.js';
import { problemSchema } from '../problem.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const poolSchema = z
  .object({
    name: z.string(),
    team: z.string().optional().describe('Whose it is; absent when all teams share it'),
    slots: z.number().int().describe('1 when nobody has sized it'),
    taken: z.number().int().describe('Slots that executions hold'),
    waiting: z.number().int().describe('Executions that wait until there is room'),
  })
  .meta({ id: 'Pool' });
const params = z.object({ name: z.string().max(200) });

export function poolRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/pools',
    {
      schema: {
        summary: 'List the pools that were sized or that pipelines use',
        response: { 200: z.object({ items: z.array(poolSchema) }), ...problems },
      },
    },
    async (request) => ({ items: await engine.listPools(request.principal.teams) }),
  );

  api.put(
    '/pools/:name',
    {
      schema: {
        summary: 'Size a pool; executions that wait begin as soon as there is room',
        params,
        body: z.object({ slots: z.number() }).strict(),
        response: { 200: z.object({ name: z.string(), slots: z.number() }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      const { name } = request.params;
      const { slots } = request.body;
      await engine.sizePool(name, slots);
      return { name, slots };
    },
  );

  api.delete(
    '/pools/:name',
    {
      schema: {
        summary: 'Forget the size of a pool: it has one slot again',
        params,
        response: { 200: z.object({ name: z.string() }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      await engine.sizePool(request.params.name);
      return { name: request.params.name };
    },
  );
}
