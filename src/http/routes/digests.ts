/**
 * The digest of now.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { type Digest, sendDigest, showDigest } from '../../api/digests.js';
import { ownTeam } from '../authorize.js';
import type { HttpServices } from '../services.js';

const MINUTE = 60_000;

export function digestRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(showDigest.path, { schema: showDigest.schema }, async (request) => {
    const { minutes, by, zone } = request.query;
    const found = await engine.digests.now(request.principal.scope, {
      since: minutes * MINUTE,
      ...(by === undefined ? {} : { group: by }),
      ...(zone === undefined ? {} : { zone }),
    });
    return structuredClone(found) as Digest;
  });

  api.post(sendDigest.path, { schema: sendDigest.schema }, async (request) => {
    const { minutes, by } = request.body;
    const team = ownTeam(request.principal);
    const since = minutes * MINUTE;
    const query = by === undefined ? { since } : { since, group: by };
    return { told: await engine.digests.send(team, query) };
  });
}
