/**
 * The desk where signed events of others come in: makes webhooks and their secrets, verifies requests, puts events on buses.
 *
 *     request ─▶ rate ─▶ signature, or 401 ─▶ JSON ─▶ event on the team's bus ─commit─▶ answer
 *
 * Whether a webhook exists is not to be learned without its secret: an unknown name and a wrong signature are answered the
 * same, and as much is computed for both. A message that comes again is the same event: by the id that the sender gives it
 * and signs, else by what was signed.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type Json } from '../../asl/json.js';
import type { Engine } from '../../engine/engine.js';
import type { WebhookRecord } from '../../engine/features/webhooks/webhooks.js';
import { EngineError } from '../../engine/kernel/errors.js';
import type { Encryption } from '../../engine/kernel/masking/encryption.js';
import { EVERYTHING, ofTeam, type Scope } from '../../engine/kernel/scope.js';
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import { HttpError } from '../errors.js';
import { createRateLimit } from '../rate-limit.js';
import { isSignedBy, type SignedBody, signedBody } from './signature.js';

export interface NewWebhook {
  name: string;
  team: string;
  bus: string;
  source: string;
  detailType?: string | undefined;
  scheme: WebhookRecord['scheme'];
}

export type WebhookSummary = Omit<WebhookRecord, 'secrets'> & {
  /** Secrets that are valid, and when the newest was made: epoch milliseconds. */
  secrets: number;
  rotatedAt: number;
};

/** Its secret is in the answer and nowhere else in readable form. */
export type IssuedWebhook = WebhookSummary & { secret: string };

export interface WebhookDesk {
  /** @throws EngineError WebhookExists */
  create(webhook: NewWebhook): Promise<IssuedWebhook>;
  list(scope: Scope): WebhookSummary[];
  /** Makes a new secret. @param old whether the one before stays valid. @throws EngineError WebhookNotFound */
  rotate(scope: Scope, name: string, old: 'keep' | 'end'): Promise<IssuedWebhook>;
  /** @throws EngineError WebhookNotFound */
  delete(scope: Scope, name: string): Promise<void>;
  /**
   * Answers when the event is durable.
   * @throws HttpError BadSignature, TooManyRequests, InvalidJson, InvalidWebhookId
   */
  receive(request: WebhookRequest): Promise<{ id: string; duplicate: boolean }>;
}

export interface WebhookRequest {
  name: string;
  /** Where it comes from. */
  address: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Messages of a webhook, and refused requests of an address, in a minute. */
const MOST_MESSAGES = 1_200;
const MOST_REFUSED = 300;
/** The one in use, and the one before until all senders have changed. */
const MOST_SECRETS = 2;

export function createWebhookDesk(options: {
  engine: Engine;
  /** Under which the secrets lie in the store. */
  seal: Encryption;
  /** Is told every secret that is seen here. */
  secrets?: SecretRegistry;
  now: () => number;
}): WebhookDesk {
  const { engine, now, seal, secrets } = options;
  const { webhooks } = engine;
  const messages = createRateLimit(MOST_MESSAGES, now);
  const refused = createRateLimit(MOST_REFUSED, now);
  const nobodys = randomBytes(32).toString('hex');

  const issue = (): { text: string; secret: WebhookRecord['secrets'][number] } => {
    const text = `whsec_${randomBytes(32).toString('base64url')}`;
    secrets?.declare(text);
    return { text, secret: { sealed: seal.close(text), createdAt: now() } };
  };

  function opened({ sealed }: WebhookRecord['secrets'][number]): string {
    let text: string;
    try {
      text = seal.open(sealed);
    } catch {
      throw new EngineError('SealedUnderAnotherKey');
    }
    secrets?.declare(text);
    return text;
  }

  /** It is only the answer that is bounded: whoever shares an address with a guesser goes on as before. */
  function refuse(address: string): never {
    if (refused.take(address)) throw new HttpError('BadSignature');
    throw new HttpError('TooManyRequests', { what: 'requests with a wrong signature' });
  }

  /** The webhook, when the request is signed with one of its secrets. */
  function verified(request: WebhookRequest): { webhook: WebhookRecord; signed: SignedBody } {
    const { name, address, headers, body } = request;
    // Who calls is of no team: it is the signature that tells.
    const webhook = webhooks.find(EVERYTHING, name);
    const keys = webhook?.secrets.map(opened) ?? [nobodys];
    const signed = signedBody(webhook?.scheme ?? 'millrace', headers, body, now());
    if (signed === undefined || !isSignedBy(signed, keys) || webhook === undefined) {
      return refuse(address);
    }
    return { webhook, signed };
  }

  return {
    async create(webhook) {
      const { text, secret } = issue();
      const { detailType, ...rest } = webhook;
      const record: WebhookRecord = {
        ...rest,
        ...(detailType === undefined ? {} : { detailType }),
        secrets: [secret],
        createdAt: now(),
      };
      await webhooks.create(record);
      return { ...summarise(record), secret: text };
    },
    list: (scope) => webhooks.list(scope).map(summarise),
    async rotate(scope, name, old) {
      const { text, secret } = issue();
      const changed = await webhooks.change(scope, name, (webhook) => ({
        ...webhook,
        secrets: old === 'end' ? [secret] : [secret, ...webhook.secrets].slice(0, MOST_SECRETS),
      }));
      return { ...summarise(changed), secret: text };
    },
    delete: (scope, name) => webhooks.delete(scope, name),
    async receive(request) {
      const { webhook, signed } = verified(request);
      if (!messages.take(webhook.name)) {
        throw new HttpError('TooManyRequests', { what: 'messages for this webhook' });
      }
      const { name, team, bus, source } = webhook;
      const event = {
        bus,
        id: `webhook/${name}/${messageId(webhook, request.headers, signed)}`,
        source,
        detailType: webhook.detailType ?? textOf(request.headers['x-github-event']) ?? name,
        detail: detailOf(request.body),
      };
      const [result] = await engine.events.put(ofTeam(team), [event]);
      return { id: event.id, duplicate: result?.duplicate ?? false };
    },
  };
}

function summarise({ secrets, ...webhook }: WebhookRecord): WebhookSummary {
  return { ...webhook, secrets: secrets.length, rotatedAt: secrets[0]?.createdAt ?? 0 };
}

function messageId(
  { scheme }: WebhookRecord,
  headers: IncomingHttpHeaders,
  { parts }: SignedBody,
): string {
  // GitHub signs nothing but the body: who has seen a delivery could send it again under another id or event. So what is
  // signed makes the event, for as long as events are kept.
  const given = scheme === 'github' ? undefined : headers['millrace-id'];
  if (given !== undefined) {
    if (typeof given === 'string' && /^[A-Za-z0-9._:-]{1,150}$/.test(given)) return given;
    throw new HttpError('InvalidWebhookId');
  }
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function detailOf(body: Buffer): { [key: string]: Json } {
  let value: Json;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    value = JSON.parse(text, (key, item: Json) => {
      if (key === '__proto__') throw new SyntaxError('it has a key __proto__');
      return item;
    }) as Json;
  } catch (error) {
    const problem = error instanceof Error ? error.message.slice(0, 200) : 'it is no JSON';
    throw new HttpError('InvalidJson', { problem });
  }
  if (!isObject(value)) throw new HttpError('InvalidJson', { problem: 'it is no object' });
  return value;
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header.slice(0, 128) : undefined;
}
