/**
 * The two addresses of a login by an OpenID Connect provider: where it begins, and where the browser comes back to.
 * @module
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cookieOf, SESSION_COOKIE } from '../auth.js';
import { HttpError } from '../errors.js';
import { ownAddress } from '../own-address.js';
import type { HttpServices } from '../services.js';

const STATE_COOKIE = 'millrace_login';
const CALLBACK = '/login/oidc/callback';
const HIDDEN = { hide: true, needs: 'nobody' as const };

export function oidcRoutes(instance: FastifyInstance, { oidc, config }: HttpServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const base = (request: FastifyRequest): string =>
    config.publicUrl ?? `${request.protocol}://${request.headers.host ?? ''}`;
  const only = (request: FastifyRequest): string =>
    base(request).startsWith('https:') ? '; Secure' : '';

  app.get(
    '/login/oidc',
    { schema: { ...HIDDEN, querystring: z.object({ to: z.string().max(500).optional() }) } },
    async (request, reply) => {
      if (oidc === undefined) throw new HttpError('NotFound');
      const { address, state } = await oidc.begin({
        redirectUri: `${base(request)}${CALLBACK}`,
        to: ownAddress(request.query.to ?? '/'),
        address: request.ip,
      });
      const cookie = `${STATE_COOKIE}=${state}; Path=${CALLBACK}; HttpOnly; SameSite=Lax; Max-Age=600`;
      return reply.header('set-cookie', cookie + only(request)).redirect(address, 303);
    },
  );

  app.get(CALLBACK, { schema: HIDDEN }, async (request, reply) => {
    if (oidc === undefined) throw new HttpError('NotFound');
    const { session, user, to } = await oidc.finish({
      state: cookieOf(request, STATE_COOKIE),
      answer: new URL(request.url, base(request)),
      address: request.ip,
    });
    request.loggedIn = user;
    const cookie = `${SESSION_COOKIE}=${session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${30 * 24 * 3600}`;
    return reply
      .header('set-cookie', [
        cookie + only(request),
        `${STATE_COOKIE}=; Path=${CALLBACK}; HttpOnly; SameSite=Lax; Max-Age=0`,
      ])
      .redirect(to, 303);
  });
}
