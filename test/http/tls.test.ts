/**
 * A server that speaks TLS: what browsers are told, and how it takes another certificate while it runs.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PATHS, PREFIX } from '../../src/api/paths.js';
import { requirement } from '../requirements.js';
import { type Authority, makeAuthority, type Pair, stamp } from '../support/certificates.js';
import { openTestServer, type TestServer } from './test-server.js';

const { missing } = requirement('openssl');

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** SHA-256 of the certificate that was shown. */
  readonly shown: string | undefined;
  /** The client's end of the connection. */
  readonly from: number | undefined;
}

describe.skipIf(missing)(`a server with a certificate${missing ? ` (${missing})` : ''}`, () => {
  let folder: string;
  let authority: Authority;
  let first: Pair;
  let second: Pair;
  let server: TestServer;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    authority = makeAuthority(folder);
    const names = ['DNS:millrace.example', 'DNS:localhost', 'IP:127.0.0.1'];
    first = authority.sign('first', { names });
    second = authority.sign('second', { names });
  });
  afterEach(async () => await server?.close());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Opens a server on a copy of a pair, which tests replace. */
  async function open(pair: Pair = first): Promise<Pair> {
    const files = { cert: join(folder, 'used.crt'), key: join(folder, 'used.key') };
    put(pair, files);
    server = await openTestServer({ tls: files });
    return files;
  }

  function put(pair: Pair, files: Pair): void {
    copyFileSync(pair.cert, files.cert);
    copyFileSync(pair.key, files.key);
  }

  function ask(
    path: string,
    {
      method = 'GET',
      headers = {},
      agent,
    }: {
      method?: string;
      headers?: { [name: string]: string };
      agent?: https.Agent;
    } = {},
  ): Promise<Reply> {
    const { port } = new URL(server.server.url);
    return new Promise((resolve, reject) => {
      const request = https.request({
        ...{ host: '127.0.0.1', port, path, method, ca: readFileSync(authority.file) },
        ...{ servername: 'localhost', agent: agent ?? false },
        headers: {
          host: `localhost:${port}`,
          authorization: `Bearer ${server.operator}`,
          ...headers,
        },
      });
      request.once('error', reject);
      request.once('response', (answer) => {
        const shown = (answer.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256;
        const { localPort: from } = answer.socket;
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, shown, from }),
        );
      });
      request.end();
    });
  }

  const fingerprintOf = async (): Promise<string | undefined> =>
    (await ask('/api/v1/health')).shown?.replaceAll(':', '').toLowerCase();

  it('is printed and told as https, and answers under the names of its certificate', async () => {
    await open();
    expect(server.server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(server.server.loginUrl).toMatch(/^https:/);
    const { port } = new URL(server.server.url);
    for (const [host, status] of [
      [`millrace.example:${port}`, 200],
      [`localhost:${port}`, 200],
      ['other.example', 403],
    ] as const) {
      expect([host, (await ask('/api/v1/executions', { headers: { host } })).status]).toEqual([
        host,
        status,
      ]);
    }
  });

  it('tells browsers to come by TLS alone, except to the names that all programs of a machine share', async () => {
    await open();
    const named = await ask('/api/v1/health', { headers: { host: 'millrace.example' } });
    expect(named.headers['strict-transport-security']).toBe('max-age=2592000');
    for (const host of ['localhost:1', '127.0.0.1']) {
      const { headers } = await ask('/api/v1/health', { headers: { host } });
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('gives cookies that are sent over TLS alone, when they begin and when they end', async () => {
    await open();
    const login = new URL(server.server.loginUrl);
    const { status, headers } = await ask(login.pathname + login.search);
    expect(status).toBe(303);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/HttpOnly; SameSite=Lax; .*; Secure$/),
    ]);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    const end = await ask(PREFIX + PATHS.logout, {
      method: 'POST',
      headers: { cookie: cookie.split(';')[0] ?? '' },
    });
    expect([end.status, end.headers['set-cookie']]).toEqual([
      204,
      [expect.stringMatching(/Max-Age=0; Secure$/)],
    ]);
  });

  it('refuses what a page sends that came without TLS, whatever its name', async () => {
    await open();
    const { port } = new URL(server.server.url);
    const from = async (origin: string): Promise<number> => {
      const headers = { origin, 'content-type': 'application/json' };
      return (await ask(PREFIX + PATHS.loginLinks, { method: 'POST', headers })).status;
    };
    expect(await from(`http://localhost:${port}`)).toBe(403);
    expect(await from(`https://localhost:1`)).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await from(`https://localhost:${port}`)).not.toBe(403);
  });

  it('takes a renewed pair for new connections and keeps those that are open', async () => {
    const files = await open();
    const { tls } = server.server;
    const before = await fingerprintOf();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const { from } = await ask('/api/v1/health', { agent });
    put(second, files);
    expect(tls?.look()).toBe('renewed');
    expect(tls?.look()).toBe('same');
    const kept = await ask('/api/v1/health', { agent });
    expect([kept.status, kept.from]).toEqual([200, from]);
    agent.destroy();
    const after = await fingerprintOf();
    expect(after).not.toBe(before);
    // Commands of this machine know it by either: one may have read the file a moment ago.
    const { tls: told } = JSON.parse(readFileSync(join(server.data, 'server.json'), 'utf8')) as {
      tls: { fingerprints: string[] };
    };
    expect(told.fingerprints).toEqual([after, before]);
  });

  it('keeps the pair that it has while the new one cannot be used, says so, and takes it when it can', async () => {
    const files = await open();
    const { tls } = server.server;
    const before = await fingerprintOf();
    const expired = authority.sign('expired', { from: stamp(-9), to: stamp(-1) });
    const faults: readonly [string, () => void][] = [
      ['MILL3515', () => copyFileSync(second.cert, files.cert)],
      ['MILL3513', () => writeFileSync(files.cert, 'half a fi')],
      ['MILL3510', () => rmSync(files.cert)],
      ['MILL3516', () => put(expired, files)],
    ];
    for (const [code, spoil] of faults) {
      spoil();
      expect([code, tls?.look()]).toEqual([code, 'refused']);
      expect(await fingerprintOf()).toBe(before);
      const health = JSON.parse((await ask('/api/v1/health')).text) as {
        status: string;
        degraded: string[];
        certificate: { refused: string };
      };
      expect(health.certificate.refused).toBe(code);
      expect(health.status).toBe('degraded');
      // Whoever asks how it is need not be trusted with names of files.
      expect(JSON.stringify(health)).not.toContain(folder);
      expect(readFileSync(join(server.data, 'millrace.log'), 'utf8')).toContain(code);
    }
    put(second, files);
    expect(tls?.look()).toBe('renewed');
    expect((await ask('/api/v1/health')).text).not.toContain('refused');
  });

  it('counts the seconds until its certificate expires', async () => {
    await open(authority.sign('short', { to: stamp(3) }));
    const { text } = await ask('/metrics');
    const [, seconds] = /^millrace_certificate_expires_in_seconds (\S+)$/m.exec(text) ?? [];
    expect(Number(seconds) / 86_400).toBeCloseTo(3, 1);
    expect(text).toMatch(/^millrace_certificate_refused 0$/m);
    const health = JSON.parse((await ask('/api/v1/health')).text) as { degraded: string[] };
    expect(health.degraded).toEqual(['certificate: it expires in 2 days']);
  });

  it('streams events and answers long polls', async () => {
    await open();
    const { port } = new URL(server.server.url);
    const request = https.request({
      ...{ host: '127.0.0.1', port, path: '/api/v1/events', servername: 'localhost' },
      ca: readFileSync(authority.file),
      headers: { host: 'localhost', authorization: `Bearer ${server.operator}` },
    });
    const began = await new Promise<string>((resolve, reject) => {
      request.once('error', reject);
      request.once('response', (answer) =>
        answer.once('data', (part: Buffer) => resolve(String(part))),
      );
      request.end();
    });
    request.destroy();
    expect(began).not.toBe('');
  });
});
