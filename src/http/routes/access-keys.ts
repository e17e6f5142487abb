/**
 * Access keys for clients of the AWS wire API: made, listed and revoked by whoever gives access to their team.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { issueAccessKey, listAccessKeys, revokeAccessKey } from '../../api/access-keys.js';
import { expectTeam } from '../authorize.js';
import { HttpError } from '../errors.js';
import type { HttpServices } from '../services.js';

export function accessKeyRoutes(
  instance: FastifyInstance,
  { accessKeys, engine }: HttpServices,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listAccessKeys.path, { schema: listAccessKeys.schema }, async (request) => {
    return { keys: await accessKeys.list(request.principal.scope) };
  });

  api.post(issueAccessKey.path, { schema: issueAccessKey.schema }, async (request) => {
    const { region } = engine.arns.identity;
    expectTeam(request.principal, request.body.team);
    return { ...(await accessKeys.issue(request.body)), region };
  });

  api.delete(revokeAccessKey.path, { schema: revokeAccessKey.schema }, async (request) => {
    const { scope } = request.principal;
    if (!(await accessKeys.revoke(scope, request.params.id))) throw new HttpError('NotFound');
    return { revoked: true } as const;
  });
}
