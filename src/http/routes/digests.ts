/**
 * The digest of now.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { type Digest, sendDigest, showDigest } from '../../api/digests.js';
import { ownTeam } from '../auth.js';
import type { HttpServices } from '../services.js';

const MINUTE = 60_000;

export function digestRoutes(instance: FastifyInstance, { engine }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(showDigest.path, { schema: showDigest.schema }, async (request) => {
    const { minutes, group, zone } = request.query;
    const found = await engine.digests.now(request.principal.scope, {
      since: minutes * MINUTE,
      ...(group === undefined ? {} : { group }),
      ...(zone === undefined ? {} : { zone }),
    });
    return structuredClone(found) as Digest;
  });

  api.post(sendDigest.path, { schema: sendDigest.schema }, async (request) => {
    const { minutes, group } = request.body;
    const team = ownTeam(request.principal);
    const since = minutes * MINUTE;
    const query = group === undefined ? { since } : { since, group };
    return { told: await engine.digests.send(team, query) };
  });
}
