/**
 * Connections that have not yet proved to speak TLS: so many at a time, for so long. Anybody who reaches the port can open them, and
 * each holds memory and a file.
 *
 *     connection ─▶ under way ─▶ spoken ─▶ HTTP
 *                      ├─ no end after 10 s ─▶ closed
 *                      └─ 1,000 others came since ─▶ closed: a handshake takes milliseconds, so who means it is through by then
 *
 * @module
 */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { HttpError } from '../errors.js';
import { problemOf } from '../problem.js';

/** Milliseconds of a handshake. */
export const HANDSHAKE_MS = 10_000;
/** Handshakes that are under way at a time. */
export const MOST_HANDSHAKES = 1_000;

/** What is told to those who speak HTTP without TLS. */
const PLAIN = JSON.stringify(problemOf(new HttpError('SpeaksTls')));
const ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: application/problem+json',
  `Content-Length: ${Buffer.byteLength(PLAIN)}`,
  'Connection: close',
  '',
  PLAIN,
].join('\r\n');

/**
 * Keeps count of a server's handshakes. To be called before it listens.
 * @returns how many are under way
 */
export function boundHandshakes(server: Server): () => number {
  // In the order in which they came.
  const underWay = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const key = nameOf(socket);
    for (const [oldest, opened] of underWay) {
      if (underWay.size < MOST_HANDSHAKES) break;
      underWay.delete(oldest);
      opened.destroy();
    }
    underWay.set(key, socket);
    socket.once('close', () => forget(key, socket));
  });
  server.on('secureConnection', (spoken: TLSSocket) => {
    const key = nameOf(spoken);
    const socket = underWay.get(key);
    if (socket !== undefined) forget(key, socket);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, refused: TLSSocket) => {
    if (error.code === 'ERR_SSL_HTTP_REQUEST') underWay.get(nameOf(refused))?.end(ANSWER);
  });
  const close = server.close.bind(server);
  // A server that closes waits for its connections, and knows only of those that speak HTTP.
  server.close = (done) => {
    close(done);
    for (const socket of underWay.values()) socket.destroy();
    return server;
  };

  function forget(key: string, socket: Socket): void {
    if (underWay.get(key) === socket) underWay.delete(key);
  }

  return () => underWay.size;
}

/** One that is open is the only one from there to here. */
function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
