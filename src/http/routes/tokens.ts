/**
 * Tokens for people, CI and programs: made, listed and revoked by whoever gives access to their teams. A token's text is in the
 * answer that makes it and nowhere else; afterwards it is known by an id.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { issueToken, listTokens, revokeToken } from '../../api/tokens.js';
import { grantsOf } from '../../engine/kernel/roles.js';
import { parseDuration } from '../../pipelines/duration.js';
import { expectGiver } from '../authorize.js';
import { HttpError } from '../errors.js';
import type { HttpServices } from '../services.js';

export function tokenRoutes(
  instance: FastifyInstance,
  { authenticator, engine }: HttpServices,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listTokens.path, { schema: listTokens.schema }, async (request) => {
    return { items: await authenticator.list(request.principal.scope) };
  });

  api.post(issueToken.path, { schema: issueToken.schema }, async (request, reply) => {
    const { teams, expires, role, label, user } = request.body;
    const listed = teams === '*' ? ['*'] : teams;
    expectGiver(request.principal, grantsOf(role, listed));
    if (user !== undefined) engine.users.find(request.principal.scope, user);
    const token = await authenticator.issue('api', {
      role,
      label,
      ...(user === undefined ? {} : { user }),
      teams: listed,
      ...lifetimeOf(expires),
    });
    return reply.code(201).send({ id: authenticator.idOf(token), token });
  });

  api.delete(revokeToken.path, { schema: revokeToken.schema }, async (request) => {
    const { scope } = request.principal;
    if (!(await authenticator.revokeById(scope, request.params.id)))
      throw new HttpError('NotFound');
    return { revoked: true } as const;
  });
}

/** @throws HttpError InvalidLifetime */
function lifetimeOf(expires: string): { lifetimeMs?: number } {
  if (expires === 'never') return {};
  const seconds = parseDuration(expires);
  if (seconds === undefined || seconds <= 0) throw new HttpError('InvalidLifetime', { expires });
  return { lifetimeMs: seconds * 1000 };
}
