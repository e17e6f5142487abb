/**
 * Webhooks: made, listed, given new secrets and deleted by those who may see all teams; called by whoever has a secret.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { expectAdministrator } from '../auth.js';
import { problemSchema } from '../problem.js';
import { teamSchema } from '../schemas.js';
import type { HttpServices } from '../services.js';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** Bytes: what an event may have. */
const MAX_BODY_BYTES = 262_144;

const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);
const params = z.object({ name: z.string().min(1).max(200) });
const webhookSchema = z
  .object({
    name: z.string(),
    team: z.string(),
    bus: z.string(),
    source: z.string(),
    detailType: z.string().optional(),
    scheme: z.enum(['millrace', 'github']),
    createdAt: z.number().describe('Milliseconds since the epoch'),
    secrets: z.number().int().describe('Secrets that are valid'),
    rotatedAt: z.number().describe('When the newest secret was made'),
  })
  .meta({ id: 'Webhook' });
const issuedSchema = webhookSchema
  .extend({ secret: z.string().describe('Shown this once') })
  .meta({ id: 'IssuedWebhook' });

export function webhookRoutes(instance: FastifyInstance, { webhooks }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/webhooks',
    {
      schema: {
        summary: 'List the webhooks',
        response: { 200: z.object({ webhooks: z.array(webhookSchema) }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      return { webhooks: webhooks.list() };
    },
  );

  api.post(
    '/webhooks',
    {
      schema: {
        summary: 'Make a webhook; its secret is shown this once',
        body: z
          .object({
            name: nameSchema,
            team: teamSchema,
            bus: z
              .string()
              .regex(/^[A-Za-z0-9._/-]{1,256}$/)
              .default('default'),
            source: z.string().min(1).max(256),
            detailType: z.string().min(1).max(128).optional(),
            scheme: z.enum(['millrace', 'github']).default('millrace'),
          })
          .strict(),
        response: { 200: issuedSchema, ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      return webhooks.create(request.body);
    },
  );

  api.post(
    '/webhooks/:name/rotate',
    {
      schema: {
        summary: 'Make a new secret for a webhook; the one before stays valid until the next time',
        params,
        body: z.object({ old: z.enum(['keep', 'end']).default('keep') }).strict(),
        response: { 200: issuedSchema, ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      return webhooks.rotate(request.params.name, request.body.old);
    },
  );

  api.delete(
    '/webhooks/:name',
    {
      schema: {
        summary: 'Delete a webhook: its secrets are worth nothing from now on',
        params,
        response: { 200: z.object({ deleted: z.literal(true) }), ...problems },
      },
    },
    async (request) => {
      expectAdministrator(request.principal);
      await webhooks.delete(request.params.name);
      return { deleted: true } as const;
    },
  );

  // What is signed are the bytes of the body, as they came.
  instance.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    raw.withTypeProvider<ZodTypeProvider>().post(
      '/webhooks/:name',
      {
        bodyLimit: MAX_BODY_BYTES,
        schema: {
          summary: 'Put an event on the bus, signed with the secret of a webhook',
          description:
            'The body is the event’s detail. Millrace-Signature is `v1=` and the HMAC-SHA256 of `TIMESTAMP.ID.BODY` in hexadecimal, Millrace-Timestamp the TIMESTAMP in seconds, Millrace-Id the ID, which makes the message one event; without it `TIMESTAMP.BODY` is signed. Answered when the event is durable.',
          security: [],
          params,
          response: {
            200: z.object({ id: z.string(), duplicate: z.boolean() }),
            ...problems,
          },
        },
      },
      async (request) =>
        webhooks.receive({
          name: request.params.name,
          address: request.ip,
          headers: request.headers,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        }),
    );
  });
}
