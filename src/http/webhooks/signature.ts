/**
 * Signatures of webhooks.
 *
 * | scheme | signed with HMAC-SHA256 | headers |
 * | --- | --- | --- |
 * | millrace | `TIMESTAMP.ID.BODY`, without an id `TIMESTAMP.BODY` | `Millrace-Timestamp: 1790000000`, `Millrace-Id: ID`, `Millrace-Signature: v1=HEX[,v1=HEX]` |
 * | github | `BODY` | `X-Hub-Signature-256: sha256=HEX` |
 *
 * The id is signed too: else whoever has seen a request could send it again under another one. A body is a JSON object and an
 * id has no brace, so no text can be read both ways. A sender that changes its secret may sign with both. Comparing takes the same time whatever differs.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Scheme = 'millrace' | 'github';

/** Milliseconds that the sender's clock may differ. */
const WINDOW_MS = 300_000;
/** Signatures of one request. */
const MOST_SIGNATURES = 5;

/** What a request signs; undefined when a header is missing, malformed or too old. */
export interface SignedBody {
  /** The parts of the signed text, one after the other. */
  parts: readonly (string | Buffer)[];
  signatures: readonly Buffer[];
}

/** @param now milliseconds since the epoch */
export function signedBody(
  scheme: Scheme,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: number,
): SignedBody | undefined {
  if (scheme === 'github') {
    const signatures = signaturesOf(headers['x-hub-signature-256'], 'sha256');
    return signatures && { parts: [body], signatures };
  }
  const timestamp = headers['millrace-timestamp'];
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(now - Number(timestamp) * 1_000) > WINDOW_MS) return undefined;
  const id = headers['millrace-id'];
  const head = id === undefined ? `${timestamp}.` : `${timestamp}.${id}.`;
  const signatures = signaturesOf(headers['millrace-signature'], 'v1');
  return signatures && { parts: [head, body], signatures };
}

/** True when one of the signatures is one of the secrets'. All of them are compared, always. */
export function isSignedBy({ parts, signatures }: SignedBody, secrets: readonly string[]): boolean {
  let isSigned = false;
  for (const secret of secrets) {
    const hmac = createHmac('sha256', secret);
    for (const part of parts) hmac.update(part);
    const wanted = hmac.digest();
    for (const signature of signatures) {
      if (timingSafeEqual(signature, wanted)) isSigned = true;
    }
  }
  return isSigned;
}

function signaturesOf(
  header: string | string[] | undefined,
  version: string,
): Buffer[] | undefined {
  if (typeof header !== 'string') return undefined;
  const given = header.split(',', MOST_SIGNATURES + 1).map((text) => text.trim());
  const hexes = given.map((text) => new RegExp(`^${version}=([0-9a-fA-F]{64})$`).exec(text)?.[1]);
  if (given.length > MOST_SIGNATURES || hexes.includes(undefined)) return undefined;
  return hexes.map((hex = '') => Buffer.from(hex, 'hex'));
}
