/**
 * What is looked at of the HTTP exchange behind a call of AWS's clients: status and headers of the answer, its size, and the
 * bytes of bodies that come as streams.
 * @module
 */
import { type Readable, Transform } from 'node:stream';
import type { AnyCommand } from './client-packages.js';

export interface Exchange {
  statusCode: number;
  /** Names in lower case. */
  headers: { [name: string]: string };
  /** It had more bytes than were allowed; what came was thrown away. */
  isTooLarge: boolean;
}

interface Response {
  statusCode?: number;
  headers?: { [name: string]: string };
  body?: unknown;
}

/**
 * Notes what the command's exchange was, once it has been.
 * @param most bytes of the answer
 * @example const exchange = watchExchange(command, 1_048_576); await client.send(command); exchange.statusCode // 200
 */
export function watchExchange(command: AnyCommand, most: number): Exchange {
  const exchange: Exchange = { statusCode: 0, headers: {}, isTooLarge: false };
  command.middlewareStack.add(
    (next) => async (given) => {
      const result = await next(given);
      const response = result.response as Response | undefined;
      if (response === undefined) return result;
      exchange.statusCode = response.statusCode ?? 0;
      exchange.headers = Object.fromEntries(
        Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      );
      if (isStream(response.body)) response.body = bounded(response.body, most, exchange);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteExchange' },
  );
  return exchange;
}

function bounded(body: Readable, most: number, exchange: Exchange): Readable {
  let read = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      exchange.isTooLarge ||= read > most;
      if (exchange.isTooLarge) done(new Error(`the answer has more than ${most} bytes`));
      else done(null, chunk);
    },
  });
  body.on('error', (error) => counted.destroy(error));
  // A connection that is cut ends a body without an error.
  body.on('close', () => {
    if (!body.readableEnded && !counted.destroyed) {
      counted.destroy(Object.assign(new Error('the answer broke off'), { code: 'ECONNRESET' }));
    }
  });
  counted.on('close', () => body.destroy());
  return body.pipe(counted);
}

function isStream(value: unknown): value is Readable {
  return typeof (value as Readable | undefined)?.pipe === 'function';
}

/**
 * The bytes of members that came as streams, by their names. How many they may be is watched by `watchExchange`.
 * @example (await readBodies(await client.send(new GetObjectCommand(…)))).get('Body')
 */
export async function readBodies(output: unknown): Promise<ReadonlyMap<string, Uint8Array>> {
  const bodies = new Map<string, Uint8Array>();
  for (const [name, value] of Object.entries(output ?? {})) {
    if (!isStream(value)) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of value as AsyncIterable<Buffer>) chunks.push(chunk);
    bodies.set(name, Buffer.concat(chunks));
  }
  return bodies;
}
