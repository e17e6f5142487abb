/**
 * Users: made, listed and removed by whoever gives access to their teams; each logs in by a link that works once, or by a
 * provider.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { linkUser, listUsers, putUser, removeUser } from '../../api/users.js';
import { expectGiver } from '../authorize.js';
import { defined } from '../defined.js';
import type { HttpServices } from '../services.js';

export function userRoutes(
  instance: FastifyInstance,
  { authenticator, engine }: HttpServices,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listUsers.path, { schema: listUsers.schema }, async (request) => ({
    items: engine.users.list(request.principal.scope).map(plain),
  }));

  api.put(putUser.path, { schema: putUser.schema }, async (request) => {
    const { principal, params, body } = request;
    expectGiver(principal, body.roles);
    const { email, roles } = body;
    const user = await engine.users.put(principal.scope, params.name, {
      ...defined({ email }),
      roles,
    });
    await authenticator.changed(params.name);
    return plain(user);
  });

  api.delete(removeUser.path, { schema: removeUser.schema }, async (request) => {
    const { name } = request.params;
    await engine.users.remove(request.principal.scope, name);
    if (engine.users.grantsOf(name) === undefined) await authenticator.revokeUser(name);
    else await authenticator.changed(name);
    return { removed: true } as const;
  });

  api.post(linkUser.path, { schema: linkUser.schema }, async (request, reply) => {
    const { name } = engine.users.find(request.principal.scope, request.params.name);
    // Whoever opens the link is this user, with all of their roles.
    expectGiver(request.principal, engine.users.grantsOf(name) ?? {});
    const token = await authenticator.issue('login', { label: name, user: name });
    return reply.code(201).send({ path: `/login?token=${token}` });
  });
}

function plain<User extends { readonly roles: { readonly [team: string]: string } }>(
  user: User,
): User & { roles: User['roles'] } {
  return { ...user, roles: { ...user.roles } };
}
