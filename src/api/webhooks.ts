/**
 * Webhooks: addresses at which others put signed events on a bus.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, teamSchema, timeSchema } from './values.js';

const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);
const params = z.object({ name: z.string().min(1).max(200).describe('Name of the webhook') });

const EXAMPLE = {
  name: 'shop',
  team: 'default',
  bus: 'default',
  source: 'shop',
  scheme: 'millrace' as const,
  createdAt: 1_795_150_800_000,
  secrets: 1,
  rotatedAt: 1_795_150_800_000,
};

export const webhookSchema = z
  .strictObject({
    name: z.string(),
    team: z.string(),
    bus: z.string(),
    source: z.string().describe('Of its events'),
    detailType: z.string().exactOptional().describe('Of its events'),
    scheme: z.enum(['millrace', 'github']).describe('How requests are signed'),
    createdAt: timeSchema,
    secrets: countSchema.describe('Secrets that are valid'),
    rotatedAt: timeSchema.describe('When the newest secret was made'),
  })
  .meta({ id: 'Webhook', examples: [EXAMPLE] });
export type Webhook = z.infer<typeof webhookSchema>;

export const issuedWebhookSchema = webhookSchema
  .extend({ secret: z.string().describe('Shown this once') })
  .meta({ id: 'IssuedWebhook', examples: [{ ...EXAMPLE, secret: '…' }] });
/** Its secret is shown this once. */
export type IssuedWebhook = z.infer<typeof issuedWebhookSchema>;

export const listWebhooks = route('GET', PATHS.webhooks, {
  needs: 'editor',
  summary: 'List the webhooks',
  response: { 200: z.strictObject({ webhooks: z.array(webhookSchema) }), ...problems },
});

export const createWebhook = route('POST', PATHS.webhooks, {
  needs: 'editor',
  summary: 'Make a webhook; its secret is shown this once',
  body: z.strictObject({
    name: nameSchema,
    team: teamSchema,
    bus: z
      .string()
      .regex(/^[A-Za-z0-9._/-]{1,256}$/)
      .default('default'),
    source: z.string().min(1).max(256),
    detailType: z.string().min(1).max(128).optional(),
    scheme: z.enum(['millrace', 'github']).default('millrace'),
  }),
  response: { 200: issuedWebhookSchema, ...problems },
});

export const rotateWebhook = route('POST', PATHS.rotateWebhook, {
  needs: 'editor',
  summary: 'Make a new secret for a webhook; the one before stays valid until the next time',
  params,
  body: z.strictObject({
    old: z.enum(['keep', 'end']).default('keep').describe('end: the one before ends now'),
  }),
  response: { 200: issuedWebhookSchema, ...problems },
});

export const deleteWebhook = route('DELETE', PATHS.webhook, {
  needs: 'editor',
  summary: 'Delete a webhook: its secrets are worth nothing from now on',
  params,
  response: { 200: z.strictObject({ deleted: z.literal(true) }), ...problems },
});

export const receiveWebhook = route('POST', PATHS.webhook, {
  needs: 'nobody',
  summary: 'Put an event on the bus, signed with the secret of a webhook',
  description:
    'The body is the event’s detail. Millrace-Signature is `v1=` and the HMAC-SHA256 of `TIMESTAMP.ID.BODY` in hexadecimal, Millrace-Timestamp the TIMESTAMP in seconds, Millrace-Id the ID, which makes the message one event; without it `TIMESTAMP.BODY` is signed. Answered when the event is durable.',
  security: [],
  params,
  response: { 200: z.strictObject({ id: z.string(), duplicate: z.boolean() }), ...problems },
});
