/**
 * The two addresses of a login by an OpenID Connect provider: where it begins, and where the browser comes back to.
 * @module
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cookieOf, SESSION_COOKIE, SESSION_LIFETIME_MS } from '../auth.js';
import { HttpError } from '../errors.js';
import { ownAddress } from '../own-address.js';
import type { HttpServices } from '../services.js';
import { cookieText } from '../session-cookie.js';

const STATE_COOKIE = 'millrace_login';
const CALLBACK = '/login/oidc/callback';
const HIDDEN = { hide: true, needs: 'nobody' as const };

export function oidcRoutes(instance: FastifyInstance, { oidc, config }: HttpServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const base = (request: FastifyRequest): string =>
    config.publicUrl ?? `${request.protocol}://${request.headers.host ?? ''}`;
  const over = (request: FastifyRequest): 'http' | 'https' =>
    base(request).startsWith('https:') ? 'https' : 'http';

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
      const cookie = { name: STATE_COOKIE, value: state, path: CALLBACK, seconds: 600 };
      return reply
        .header('set-cookie', cookieText({ ...cookie, over: over(request) }))
        .redirect(address, 303);
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
    const by = { over: over(request) };
    const seconds = SESSION_LIFETIME_MS / 1000;
    return reply
      .header('set-cookie', [
        cookieText({ ...by, name: SESSION_COOKIE, value: session, path: '/', seconds }),
        cookieText({ ...by, name: STATE_COOKIE, value: '', path: CALLBACK, seconds: 0 }),
      ])
      .redirect(to, 303);
  });
}
