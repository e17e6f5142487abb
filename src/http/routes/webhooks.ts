/**
 * Webhooks: made, listed, given new secrets and deleted by whoever edits what their team has; called by whoever has a secret.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  receiveWebhook,
  rotateWebhook,
} from '../../api/webhooks.js';
import { expectTeam } from '../authorize.js';
import type { HttpServices } from '../services.js';

/** Bytes: what an event may have. */
const MAX_BODY_BYTES = 262_144;

export function webhookRoutes(instance: FastifyInstance, { webhooks }: HttpServices): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();

  api.get(listWebhooks.path, { schema: listWebhooks.schema }, async (request) => {
    return { webhooks: webhooks.list(request.principal.scope) };
  });

  api.post(createWebhook.path, { schema: createWebhook.schema }, async (request) => {
    expectTeam(request.principal, request.body.team);
    return webhooks.create(request.body);
  });

  api.post(rotateWebhook.path, { schema: rotateWebhook.schema }, async (request) => {
    return webhooks.rotate(request.principal.scope, request.params.name, request.body.old);
  });

  api.delete(deleteWebhook.path, { schema: deleteWebhook.schema }, async (request) => {
    await webhooks.delete(request.principal.scope, request.params.name);
    return { deleted: true } as const;
  });

  // What is signed are the bytes of the body, as they came.
  instance.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    raw
      .withTypeProvider<ZodTypeProvider>()
      .post(
        receiveWebhook.path,
        { bodyLimit: MAX_BODY_BYTES, schema: receiveWebhook.schema },
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
