/**
 * Draining the server, for those who administer it.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { DRAIN_SECONDS, describeDrain, startDrain, undoDrain } from '../../api/drain.js';
import type { HttpServices } from '../services.js';

export function drainRoutes(instance: FastifyInstance, { drain }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.post(startDrain.path, { schema: startDrain.schema }, async (request, reply) => {
    const seconds = request.body?.timeoutSeconds ?? DRAIN_SECONDS;
    const begun = drain.begin(seconds, request.principal.label);
    return await reply.code(202).send({ draining: true, drain: begun });
  });

  api.get(describeDrain.path, { schema: describeDrain.schema }, async () => {
    const state = drain.state();
    return state === undefined ? { draining: false } : { draining: true, drain: state };
  });

  api.delete(undoDrain.path, { schema: undoDrain.schema }, async () => ({
    undone: await drain.undo(),
  }));
}
