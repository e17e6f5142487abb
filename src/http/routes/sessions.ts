/**
 * Logging in: a link that works once becomes a session cookie.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PREFIX } from '../../api/paths.js';
import { createLoginLink, describeSession, logout } from '../../api/sessions.js';
import { highestOf } from '../../engine/kernel/roles.js';
import { teamsIn } from '../../engine/kernel/scope.js';
import { SESSION_COOKIE, SESSION_LIFETIME_MS } from '../auth.js';
import { ownAddress } from '../own-address.js';
import type { HttpServices } from '../services.js';
import { cookieText, schemeOf } from '../session-cookie.js';

export function sessionRoutes(
  instance: FastifyInstance,
  { authenticator, config }: HttpServices,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/login',
    {
      schema: {
        hide: true,
        querystring: z.object({
          token: z.string().min(1).max(200),
          to: z.string().max(500).optional(),
        }),
      },
    },
    async (request, reply) => {
      const session = await authenticator.redeem(request.query.token, request.ip);
      request.loggedIn = await authenticator.nameOf(session);
      const cookie = cookieText({
        ...{ name: SESSION_COOKIE, value: session, path: '/' },
        seconds: SESSION_LIFETIME_MS / 1000,
        over: schemeOf(request, config.publicUrl),
      });
      return reply.header('set-cookie', cookie).redirect(ownAddress(request.query.to ?? '/'), 303);
    },
  );

  app.post(
    PREFIX + createLoginLink.path,
    { schema: createLoginLink.schema },
    async (request, reply) => {
      const { label, role, scope, user } = request.principal;
      const teams = teamsIn(scope);
      const token = await authenticator.issue('login', {
        label,
        role,
        ...(user === undefined ? {} : { user }),
        ...(teams === undefined ? {} : { teams }),
      });
      return reply.code(201).send({ path: `/login?token=${token}` });
    },
  );

  app.get(PREFIX + describeSession.path, { schema: describeSession.schema }, async (request) => {
    const { label, user, grants, scope } = request.principal;
    const teams = teamsIn(scope);
    return {
      label,
      ...(user === undefined ? {} : { user }),
      role: highestOf(grants),
      ...(teams === undefined ? {} : { teams: [...teams] }),
      roles: { ...grants },
    };
  });

  app.post(PREFIX + logout.path, { schema: logout.schema }, async (request, reply) => {
    const cookie = (request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${SESSION_COOKIE}=`));
    if (cookie !== undefined) {
      await authenticator.revoke(cookie.slice(SESSION_COOKIE.length + 1));
    }
    const over = schemeOf(request, config.publicUrl);
    const ended = cookieText({ name: SESSION_COOKIE, value: '', path: '/', seconds: 0, over });
    return reply.header('set-cookie', ended).code(204).send(null);
  });
}
