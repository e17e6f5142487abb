/**
 * A server that stands by and speaks TLS, before one that does: whom each trusts.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https, { type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/requirements.js';
import { type Authority, makeAuthority } from '../../../test/support/certificates.js';
import { openTls, type TlsDesk } from '../tls/tls-desk.js';
import { openWaitingRoom, peerAddress, type WaitingRoom } from './waiting-room.js';

const { missing } = requirement('openssl');

describe.skipIf(missing)(`a server that stands by${missing ? ` (${missing})` : ''}`, () => {
  let folder: string;
  let authority: Authority;
  let desk: TlsDesk;
  let active: Server;
  let room: WaitingRoom | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-standby-tls-'));
    authority = makeAuthority(folder);
    const files = authority.sign('both', { names: ['DNS:localhost'] });
    desk = openTls({ files, now: Date.now, onLook: () => undefined });
    active = desk.createServer(({ headers }, response) =>
      response.end(`${headers.host} by ${headers['x-forwarded-proto']}`),
    );
    await new Promise<void>((resolve) => active.listen(0, 'localhost', resolve));
  });
  afterEach(async () => await room?.close());
  afterAll(async () => {
    active.closeAllConnections();
    await new Promise((resolve) => active.close(resolve));
    desk.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(authorities: string | undefined, name: string): Promise<[number, string]> {
    room = await openWaitingRoom({ host: '127.0.0.1', port: 0, tls: desk, authorities });
    const { port } = active.address() as AddressInfo;
    room.forwardTo(`https://${name}:${port}`);
    const { port: asked } = room;
    return await new Promise((resolve, reject) => {
      const request = https.get({
        ...{ host: '127.0.0.1', port: asked, servername: 'localhost', agent: false },
        ca: readFileSync(authority.file),
        // What the one who asks calls it, which is not whom the active one must prove to be.
        headers: { host: 'people.example', 'x-forwarded-proto': 'http' },
      });
      request.once('error', reject);
      request.once('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () => resolve([answer.statusCode ?? 0, text]));
      });
    });
  }

  it('hands a request by TLS to one whose authority it was told, and says by what it came', async () => {
    expect(await ask(authority.file, 'localhost')).toEqual([200, 'people.example by https']);
  });

  it('hands nothing to one that it does not trust, or that is for another name', async () => {
    for (const [authorities, name] of [
      [undefined, 'localhost'],
      [authority.file, '127.0.0.1'],
    ] as const) {
      const [status, text] = await ask(authorities, name);
      expect([status, text.includes('people.example')]).toEqual([503, false]);
      await room?.close();
    }
  });

  it('is told under a name that its certificate is for', () => {
    expect(peerAddress('0.0.0.0', 7350, desk.state())).toBe('https://localhost:7350');
    expect(peerAddress('10.0.0.7', 7350, { names: ['10.0.0.7', 'a.example'] })).toBe(
      'https://10.0.0.7:7350',
    );
    expect(peerAddress('10.0.0.7', 7350, { names: ['*.b.example', 'a.example'] })).toBe(
      'https://a.example:7350',
    );
  });
});
