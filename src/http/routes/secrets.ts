/**
 * Secrets of teams: set, listed and removed. Whatever is answered, a value is not in it.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { listSecrets, removeSecret, setSecret } from '../../api/secrets.js';
import { ownTeam } from '../authorize.js';
import type { HttpServices } from '../services.js';

export function secretRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listSecrets.path, { schema: listSecrets.schema }, async (request) => {
    return { items: engine.secrets.list(request.principal.scope) };
  });

  api.put(setSecret.path, { schema: setSecret.schema }, async (request) => {
    const { principal, params, body } = request;
    return engine.secrets.set(ownTeam(principal), params.name, body.value, principal.label);
  });

  api.delete(removeSecret.path, { schema: removeSecret.schema }, async (request) => {
    await engine.secrets.remove(request.principal.scope, request.params.name);
    return { removed: true } as const;
  });
}
