/**
 * A webhook: a message as JSON to a program of the team's own, signed as incoming webhooks of Millrace are.
 *
 *     Millrace-Timestamp: SECONDS      Millrace-Id: KEY      Millrace-Signature: v1=HEX of HMAC-SHA256 over TIMESTAMP.ID.BODY
 *
 * The key is the same however often a message is sent, so a receiver knows a repetition by it. The body is documented in
 * docs/guides/notifications.md; fields may be added to it, and none is taken away without another `version`.
 * @module
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';
import { judgeStatus } from '../http-answer.js';
import type { Message } from '../message.js';
import { webLinks } from '../plain-text.js';

export interface WebhookConfig {
  url: string;
  /** Signs what is sent. */
  secret?: string | undefined;
  /** Sent as `Authorization: Bearer`. */
  token?: string | undefined;
}

/** http and https, without a password in it: what is secret has a field of its own. */
export const webAddress: z.ZodType<string> = z
  .string()
  .max(2_000)
  .refine(
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '';
    },
    { message: 'expected an address that begins with https:// or http://' },
  );

/** What may stand in a header. */
export const headerValue: z.ZodType<string> = z
  .string()
  .min(1)
  .max(4_000)
  .regex(/^[\x21-\x7e]+$/, 'expected letters, digits and signs without a space');

const config: ConfigSchema<WebhookConfig> = z.strictObject({
  url: webAddress,
  secret: z.string().min(16, 'expected at least 16 characters').max(1_000).optional(),
  token: headerValue.optional(),
});

/**
 * The body of a webhook.
 * @example JSON.parse(webhookBody(message, [])).kind // 'opened'
 */
export function webhookBody(message: Message, people: readonly { name: string }[]): string {
  const { links, actions, html: _, ...told } = message;
  return JSON.stringify({
    version: 1,
    ...told,
    links: webLinks(links),
    actions: webLinks(actions),
    people: people.map(({ name }) => name),
  });
}

/**
 * The header `Millrace-Signature` of a body.
 * @param seconds since the epoch, as in `Millrace-Timestamp`
 * @example signatureOf('0123456789abcdef', 1790000000, 'incident-42-1', '{}') // 'v1=…'
 */
export function signatureOf(secret: string, seconds: number, id: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${seconds}.${id}.${body}`).digest('hex')}`;
}

/** A key as it may stand in a header: keys are made by us, so this changes none of them. */
function headerSafe(key: string): string {
  return key.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 255);
}

export const WEBHOOK: Channel<WebhookConfig> = {
  type: 'webhook',
  description: 'sends messages as signed JSON to an address',
  config,
  secrets: ['secret', 'token'],
  perSecond: 100,
  storms: 'one by one',
  addresses: undefined,
  async send(message, { url, secret, token }, { ports, people, now, signal }) {
    const body = webhookBody(message, people);
    const seconds = Math.floor(now / 1_000);
    const key = headerSafe(message.key);
    const answer = await ports.http(
      {
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Millrace',
          'idempotency-key': key,
          'millrace-timestamp': String(seconds),
          'millrace-id': key,
          ...(secret === undefined
            ? {}
            : { 'millrace-signature': signatureOf(secret, seconds, key, body) }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body,
      },
      signal,
    );
    const problem = judgeStatus(answer, now);
    if (problem !== undefined) return problem;
    const status = answer.type === 'answered' ? answer.status : 0;
    return { type: 'delivered', words: `it answered ${status}` };
  },
};
