/**
 * Verifies Signature Version 4, which AWS's clients put on every request.
 *
 *     canonical request ─sha256─▶ string to sign ─HMAC with a key derived for day, region, service─▶ signature
 *
 * The hash functions are Node's; what is ours is the order of the parts, which the specification fixes:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @module
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { WireError } from './wire-error.js';

/** How far the time of a request may be from ours. */
const WINDOW_MS = 5 * 60_000;
/** Derived keys that are kept. */
const MAX_KEYS = 500;
const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface SignedRequest {
  method: string;
  /** Path and query, as sent. */
  url: string;
  headers: { readonly [name: string]: string | string[] | undefined };
  body: Uint8Array;
}

/** What the Authorization header says. */
export interface Credential {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

/**
 * Reads who signed a request, without believing it.
 * @throws WireError for requests without signature, presigned ones and signatures of another kind
 */
export function credentialOf(request: SignedRequest): Credential {
  const header = single(request, 'authorization');
  if (header === undefined) {
    if (/[?&]X-Amz-(Signature|Credential|Algorithm)=/i.test(request.url)) {
      throw new WireError(
        'IncompleteSignatureException',
        'Presigned requests are not accepted here: sign with the Authorization header.',
      );
    }
    throw new WireError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^/\s,]{1,128})\/(\d{8})\/([^/\s,]{1,64})\/([^/\s,]{1,64})\/aws4_request\s*,\s*SignedHeaders=([a-z0-9;_-]{1,2000})\s*,\s*Signature=([0-9a-f]{64})\s*$/.exec(
      header,
    );
  if (!match) {
    throw new WireError(
      'IncompleteSignatureException',
      header.startsWith(ALGORITHM)
        ? "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters."
        : `Unsupported kind of authorization: only ${ALGORITHM} is accepted here.`,
    );
  }
  const [, accessKeyId = '', date = '', region = '', service = '', signed = '', signature = ''] =
    match;
  return { accessKeyId, date, region, service, signedHeaders: signed.split(';'), signature };
}

/** Derived keys by what they are derived from: a client signs all day with the same one. */
const derivedKeys = new Map<string, Buffer>();

/**
 * Verifies a request's signature with the secret of its access key.
 *
 * @param now milliseconds since the epoch
 * @throws WireError InvalidSignatureException, IncompleteSignatureException
 */
export function verifySignature(
  request: SignedRequest,
  credential: Credential,
  secret: string,
  now: number,
): void {
  const stamp = single(request, 'x-amz-date') ?? '';
  checkTime(stamp, credential.date, now);
  for (const needed of headersToSign(request)) {
    if (!credential.signedHeaders.includes(needed)) {
      throw new WireError(
        'InvalidSignatureException',
        `'${needed}' must be a signed header in the AWS Authorization.`,
      );
    }
  }
  const scope = `${credential.date}/${credential.region}/${credential.service}/aws4_request`;
  const canonical = canonicalRequest(request, credential);
  const toSign = [ALGORITHM, stamp, scope, sha256(canonical)].join('\n');
  const expected = createHmac('sha256', derivedKey(secret, credential, scope))
    .update(toSign)
    .digest();
  if (!timingSafeEqual(expected, Buffer.from(credential.signature, 'hex'))) {
    throw new WireError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
}

/**
 * What must be signed: everything that says what is asked for. An `x-amz-target` that is not would let whoever has seen a
 * request turn it into another operation.
 */
function headersToSign({ headers }: SignedRequest): string[] {
  const sent = Object.keys(headers).filter(
    (name) => name === 'content-type' || name.startsWith('x-amz-'),
  );
  return ['host', 'x-amz-date', ...sent];
}

function checkTime(stamp: string, date: string, now: number): void {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(stamp);
  if (!parts || !stamp.startsWith(date)) {
    throw new WireError(
      'IncompleteSignatureException',
      `Date must be in ISO-8601 'basic format' and of the day of the credential scope. Got '${stamp.slice(0, 40)}'.`,
    );
  }
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const bound = (ms: number): string =>
    `${new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  if (at < now - WINDOW_MS) {
    throw new WireError(
      'InvalidSignatureException',
      `Signature expired: ${stamp} is now earlier than ${bound(now - WINDOW_MS)} (${bound(now)} - 5 min.)`,
    );
  }
  if (at > now + WINDOW_MS) {
    throw new WireError(
      'InvalidSignatureException',
      `Signature not yet current: ${stamp} is still later than ${bound(now + WINDOW_MS)} (${bound(now)} + 5 min.)`,
    );
  }
}

function canonicalRequest(request: SignedRequest, { signedHeaders }: Credential): string {
  const cut = request.url.indexOf('?');
  const path = cut < 0 ? request.url : request.url.slice(0, cut);
  const query = cut < 0 ? '' : request.url.slice(cut + 1);
  const headers = signedHeaders.map((name) => `${name}:${headerText(request, name)}\n`).join('');
  return [
    request.method,
    // Encoded once more than it was sent: every service but S3 signs so.
    path.split('/').map(encode).join('/'),
    query.split('&').sort().join('&'),
    headers,
    signedHeaders.join(';'),
    payloadHash(request),
  ].join('\n');
}

/** Percent-encoding of RFC 3986, which leaves fewer characters alone than JavaScript's. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function payloadHash(request: SignedRequest): string {
  const stated = single(request, 'x-amz-content-sha256');
  const encoding = single(request, 'content-encoding') ?? '';
  if (stated?.startsWith('STREAMING-') || encoding.includes('aws-chunked')) {
    throw new WireError(
      'InvalidSignatureException',
      'Bodies in signed chunks are not accepted here: send the body whole.',
    );
  }
  const actual = sha256(request.body);
  if (stated !== undefined && stated !== actual) {
    throw new WireError(
      'InvalidSignatureException',
      stated === 'UNSIGNED-PAYLOAD'
        ? 'The body must be signed: UNSIGNED-PAYLOAD is not accepted here.'
        : "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return actual;
}

function headerText(request: SignedRequest, name: string): string {
  const value = request.headers[name];
  if (value === undefined) return '';
  const all = Array.isArray(value) ? value : [value];
  return all.map((one) => one.trim().replaceAll(/\s+/g, ' ')).join(',');
}

function single(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function derivedKey(secret: string, credential: Credential, scope: string): Buffer {
  const id = `${secret}/${scope}`;
  const known = derivedKeys.get(id);
  if (known) return known;
  let key = hmac(`AWS4${secret}`, credential.date);
  for (const part of [credential.region, credential.service, 'aws4_request']) key = hmac(key, part);
  if (derivedKeys.size >= MAX_KEYS) derivedKeys.clear();
  derivedKeys.set(id, key);
  return key;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
