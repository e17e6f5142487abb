/**
 * The line to Temporal: where it is, and how payloads lie there.
 * @module
 */
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { TASK_QUEUE } from './execution-input.js';
import { createPayloadCodec } from './payload-codec.js';

export interface Place {
  /** Host and port. Default: 127.0.0.1:7233. */
  readonly address: string;
  /** Default: `default`. */
  readonly namespace: string;
  /** Default: `millrace`. */
  readonly taskQueue: string;
  /** Absent: no key is sent, and the line is in the clear. */
  readonly apiKey?: string;
  /** 32 bytes that seal payloads. */
  readonly key?: Buffer;
}

export const DEFAULT_PLACE: Place = {
  address: '127.0.0.1:7233',
  namespace: 'default',
  taskQueue: TASK_QUEUE,
};

/** A key that is none. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused';
}

/** Reads the key of a file. @throws KeyRefused */
export function readKey(file: string): Buffer {
  let key: Buffer;
  try {
    key = readFileSync(file);
  } catch (error) {
    throw new KeyRefused(`The key ${file} cannot be read: ${(error as Error).message}`);
  }
  if (key.length === 32) return key;
  throw new KeyRefused(`The key ${file} has ${key.length} bytes, and not 32.`);
}

export function dataConverterOf({ key }: Pick<Place, 'key'>): DataConverter {
  return { payloadCodecs: [createPayloadCodec(key)] };
}

function connectionOptions({ address, apiKey }: Place): {
  address: string;
  apiKey?: string;
  tls?: true;
} {
  return { address, ...(apiKey === undefined ? {} : { apiKey, tls: true }) };
}

/** Close its connection when it is not needed any more. */
export async function openClient(place: Place): Promise<Client> {
  const connection = await Connection.connect(connectionOptions(place));
  const { namespace } = place;
  return new Client({ connection, namespace, dataConverter: dataConverterOf(place) });
}

export function openNativeConnection(place: Place): Promise<NativeConnection> {
  return NativeConnection.connect(connectionOptions(place));
}
