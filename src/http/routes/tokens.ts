/**
 * Tokens for people, CI and programs: made, listed and revoked by those who may see all teams. A token's text is in the
 * answer that makes it and nowhere else; afterwards it is known by an id.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { parseDuration } from '../../pipelines/duration.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../../pipelines/schema.js';
import { expectAdministrator } from '../auth.js';
import { HttpError } from '../errors.js';
import { problemSchema } from '../problem.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const time = z.number().int().describe('Milliseconds since the epoch');
const role = z.enum(['viewer', 'operator']);
const MOST_TEAMS = 100;
/** How long a token is good that nobody has said a time for. */
const DEFAULT_LIFETIME = '90d';

const tokenSchema = z
  .object({
    id: z.string().describe('What it is revoked by; nobody gets in with it'),
    kind: z.enum(['api', 'session']),
    label: z.string(),
    role,
    teams: z.array(z.string()).optional().describe('Absent: all teams'),
    createdAt: time,
    expiresAt: time.optional(),
  })
  .meta({ id: 'Token' });

const requestSchema = z
  .object({
    teams: z
      .union([
        z.literal('*'),
        z.array(z.string().regex(NAME_PATTERN, NAME_MESSAGE)).min(1).max(MOST_TEAMS),
      ])
      .describe('Teams whose things it sees; `*`: all of them, and it may make tokens itself'),
    role: role.default('viewer').describe('viewer: it may only read'),
    label: z.string().min(1).max(200).describe('Who or what it is for'),
    expires: z
      .string()
      .max(20)
      .default(DEFAULT_LIFETIME)
      .describe('After so long it is worth nothing: 12h, 30d … or `never`'),
  })
  .strict()
  .meta({ id: 'TokenRequest' });

export function tokenRoutes(instance: FastifyInstance, { authenticator }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/tokens',
    {
      schema: {
        summary: 'List the tokens and sessions that are good',
        response: { 200: z.object({ items: z.array(tokenSchema) }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      return { items: await authenticator.list() };
    },
  );

  api.post(
    '/tokens',
    {
      schema: {
        summary: 'Make a token; its text is shown this once',
        body: requestSchema,
        response: { 201: z.object({ id: z.string(), token: z.string() }), ...problems },
      },
    },
    async (request, reply) => {
      expectAdministrator(request.principal);
      const { teams, expires, ...rest } = request.body;
      const token = await authenticator.issue('api', {
        ...rest,
        teams: teams === '*' ? ['*'] : teams,
        ...lifetimeOf(expires),
      });
      return reply.code(201).send({ id: authenticator.idOf(token), token });
    },
  );

  api.delete(
    '/tokens/:id',
    {
      schema: {
        summary: 'Revoke a token or end a session: at once, also where it is being used',
        params: z.object({ id: z.string().max(64) }),
        response: { 200: z.object({ revoked: z.literal(true) }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      if (!(await authenticator.revokeById(request.params.id))) throw new HttpError('NotFound');
      return { revoked: true } as const;
    },
  );
}

/** @throws HttpError InvalidLifetime */
function lifetimeOf(expires: string): { lifetimeMs?: number } {
  if (expires === 'never') return {};
  const seconds = parseDuration(expires);
  if (seconds === undefined || seconds <= 0) throw new HttpError('InvalidLifetime', { expires });
  return { lifetimeMs: seconds * 1000 };
}
