/**
 * How payloads lie in Temporal: larger ones compressed, and with a key all of them sealed, so that neither its database nor its console
 * shows inputs and outputs.
 *
 *     value ──▶ JSON ──▶ [gzip] ──▶ [AES-256-GCM] ──▶ Temporal
 *
 * With a key, what was not sealed by it is refused: whoever may reach Temporal and has not the key cannot have a worker run anything.
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';

const ENCODING = 'binary/millrace';
/** Bytes from which on it is compressed. */
const COMPRESSED = 2_048;
/** Bytes that a compressed payload may become. */
const MOST = 64_000_000;
const PLAIN = 0;
const GZIP = 1;

/** A payload that this worker does not take. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused';
}

/** @param key 32 bytes; without, nothing is sealed */
export function createPayloadCodec(key: Buffer | undefined): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((one) => encode(one, key)),
    decode: async (payloads) => payloads.map((one) => decode(one, key)),
  };
}

function encode(payload: Payload, key: Buffer | undefined): Payload {
  const data = payload.data ?? new Uint8Array();
  const isLarge = data.length >= COMPRESSED;
  if (!isLarge && key === undefined) return payload;
  // The metadata say what the data is; of ours the encoding is all there is.
  const inner = Buffer.from(
    JSON.stringify({
      m: Object.fromEntries(
        Object.entries(payload.metadata ?? {}).map(([name, value]) => [
          name,
          Buffer.from(value).toString('base64'),
        ]),
      ),
    }),
  );
  const head = Buffer.alloc(5);
  head.writeUInt8(isLarge ? GZIP : PLAIN, 0);
  head.writeUInt32BE(inner.length, 1);
  const body = isLarge ? gzipSync(data, { level: 1 }) : data;
  const packed = Buffer.concat([head, inner, body]);
  return {
    metadata: { encoding: Buffer.from(ENCODING), ...(key ? { sealed: Buffer.from('1') } : {}) },
    data: key === undefined ? packed : seal(packed, key),
  };
}

function decode(payload: Payload, key: Buffer | undefined): Payload {
  const { metadata, data } = payload;
  const isOurs = Buffer.from(metadata?.encoding ?? []).toString() === ENCODING;
  const isSealed = isOurs && metadata?.sealed !== undefined;
  if (key !== undefined && !isSealed) {
    throw new PayloadRefused('It is not sealed with the key of this worker.');
  }
  if (!isOurs) return payload;
  if (isSealed && key === undefined) {
    throw new PayloadRefused('It is sealed: give the key with --seal-key FILE.');
  }
  const packed = key === undefined ? Buffer.from(data ?? []) : open(Buffer.from(data ?? []), key);
  const length = packed.readUInt32BE(1);
  const { m } = JSON.parse(packed.subarray(5, 5 + length).toString()) as {
    m: { [name: string]: string };
  };
  const body = packed.subarray(5 + length);
  return {
    metadata: Object.fromEntries(
      Object.entries(m).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
    ),
    data: packed.readUInt8(0) === GZIP ? gunzipSync(body, { maxOutputLength: MOST }) : body,
  };
}

function seal(packed: Buffer, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
}

function open(sealed: Buffer, key: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new PayloadRefused('It is sealed with another key.');
  }
}
