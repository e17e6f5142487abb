/**
 * What is done to a port that speaks TLS by those who do not mean it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MOST_HANDSHAKES } from '../../src/http/tls/bounded-handshakes.js';
import { openTls, type TlsDesk } from '../../src/http/tls/tls-desk.js';
import { requirement } from '../requirements.js';
import { makeAuthority, type Pair } from '../support/certificates.js';
import { until } from '../support/until.js';

const { missing } = requirement('openssl');
const LONG = 120_000;

describe.skipIf(missing)(`a port that speaks TLS${missing ? ` (${missing})` : ''}`, () => {
  let folder: string;
  let files: Pair;
  let desk: TlsDesk;
  let server: Server;
  let port: number;
  const sockets = new Set<Socket>();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    files = makeAuthority(folder).sign('one');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => await open());
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    desk.close();
  });

  async function open(handshakeMs?: number): Promise<void> {
    desk = openTls({
      ...{ files, now: Date.now, onLook: () => undefined },
      ...(handshakeMs === undefined ? {} : { handshakeMs }),
    });
    server = desk.createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }

  async function reopen(handshakeMs: number): Promise<void> {
    await new Promise((resolve) => server.close(resolve));
    desk.close();
    await open(handshakeMs);
  }

  function knock(): Socket {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  }

  const opened = (socket: Socket): Promise<unknown> =>
    new Promise((resolve) => socket.once('connect', resolve));

  /** The protocol that both speak, or the code of the refusal. */
  function spoken(minVersion: tls.SecureVersion, maxVersion: tls.SecureVersion): Promise<string> {
    return new Promise((resolve) => {
      const socket = tls.connect({
        ...{ port, host: '127.0.0.1', rejectUnauthorized: false, minVersion, maxVersion },
        // What is forbidden by default: the client is to offer it, and the server to refuse.
        ciphers: 'ALL:@SECLEVEL=0',
      });
      socket.once('secureConnect', () => {
        resolve(socket.getProtocol() ?? '');
        socket.destroy();
      });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
  }

  it.each([
    ['TLSv1', 'TLSv1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['TLSv1.1', 'TLSv1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['TLSv1', 'TLSv1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['TLSv1', 'TLSv1.2', 'TLSv1.2'],
    ['TLSv1.2', 'TLSv1.3', 'TLSv1.3'],
  ] as const)('of %s to %s it speaks %s', async (min, max, expected) => {
    expect(await spoken(min, max)).toBe(expected);
  });

  it('tells those who speak HTTP without TLS what to do, and hangs up', async () => {
    const socket = knock();
    socket.write('GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    let text = '';
    socket.on('data', (part) => {
      text += String(part);
    });
    await new Promise((resolve) => socket.once('close', resolve));
    expect(text).toContain('400 Bad Request');
    expect(text).toContain('MILL3519');
    expect(text).not.toContain('hello');
    expect(await until(desk.handshakes, (count) => count === 0)).toBe(0);
  });

  it.each([
    ['noise', Buffer.alloc(4_096, 0xa5)],
    ['a record that is longer than one may be', Buffer.from([22, 3, 1, 255, 255, 1, 2, 3])],
    ['an alert', Buffer.from([21, 3, 3, 0, 2, 2, 40])],
    ['half of a hello, then the end', Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])],
  ])('takes %s for no reason to stop', async (_, bytes) => {
    const socket = knock();
    await opened(socket);
    socket.end(bytes);
    expect(await until(desk.handshakes, (count) => count === 0)).toBe(0);
    expect(await spoken('TLSv1.2', 'TLSv1.3')).toBe('TLSv1.3');
  });

  it('hangs up when a handshake does not end in its time, also when bytes come one by one', async () => {
    await reopen(300);
    const silent = knock();
    const slow = knock();
    const drip = setInterval(() => slow.write(Buffer.from([22])), 20);
    await Promise.all([silent, slow].map((one) => new Promise((done) => one.once('close', done))));
    clearInterval(drip);
    expect(await until(desk.handshakes, (count) => count === 0)).toBe(0);
  });

  it(
    'holds no more than so many handshakes of ten thousand, and serves who means it',
    async () => {
      let most = 0;
      for (let batch = 0; batch < 50; batch += 1) {
        const knocks = Array.from({ length: 200 }, knock);
        await Promise.all(
          knocks.map((one) =>
            Promise.race([opened(one), new Promise((done) => one.once('close', done))]),
          ),
        );
        most = Math.max(most, desk.handshakes());
        if (batch % 10 === 9) expect(await spoken('TLSv1.2', 'TLSv1.3')).toBe('TLSv1.3');
      }
      expect(most).toBe(MOST_HANDSHAKES);
      expect(desk.handshakes()).toBeLessThanOrEqual(MOST_HANDSHAKES);
      await until(
        () => sockets.size,
        (size) => size <= MOST_HANDSHAKES,
      );
      expect(sockets.size).toBeLessThanOrEqual(MOST_HANDSHAKES);
    },
    LONG,
  );

  it('closes at once, whoever has not ended a handshake', async () => {
    const socket = knock();
    await opened(socket);
    expect(await until(desk.handshakes, (count) => count === 1)).toBe(1);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => server.close(resolve));
    await gone;
  });
});
