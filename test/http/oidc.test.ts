/**
 * Logging in by a real OpenID Connect provider: code, PKCE, state and nonce, groups that give roles, and everything that a
 * forger would try.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOidcProvider } from '../../src/http/oidc/provider.js';
import { openOidcRolesFile } from '../../src/pipelines/oidc-roles-file.js';
import { openTestServer, type TestServer } from './test-server.js';

const CLIENT_SECRET = 'c4nary-of-the-oidc-client';
const folder = mkdtempSync(join(tmpdir(), 'millrace-oidc-'));
const rolesFile = join(folder, 'roles.yaml');

let http: HttpServer;
let answer: RequestListener = (_request, response) => response.end();
let issuer: string;
let it: TestServer;
/** What the provider knows of people, by their login name. */
const people: { [name: string]: { [claim: string]: unknown } } = {
  ana: {
    preferred_username: 'ana',
    email: 'ana@example.com',
    email_verified: true,
    groups: ['eng'],
  },
  ben: { preferred_username: 'ben', groups: ['unknown', 'constructor'] },
  cleo: { preferred_username: 'cleo', groups: ['eng', 'ops'] },
  mallory: { preferred_username: 'local', groups: ['eng'] },
  odd: { preferred_username: 'a b\r\nSet-Cookie: x', groups: 'eng' },
};

beforeAll(async () => {
  writeFileSync(
    rolesFile,
    "groups:\n  eng: { parcels: editor, claims: viewer }\n  ops: { '*': operator }\n",
  );
  http = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  it = await openTestServer({
    oidc: {
      issuer,
      clientId: 'millrace',
      clientSecret: CLIENT_SECRET,
      groupsClaim: 'groups',
      scopes: [],
      roles: rolesFile,
    },
  });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'millrace',
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${it.server.url}/login/oidc/callback`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ['of the test'] },
    claims: { profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...people[sub] }),
    }),
  });
  answer = provider.callback();
});
afterAll(async () => {
  await it.close();
  await new Promise((resolve) => http.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** A browser without pages: it follows redirects, keeps cookies of each server, and fills in the provider's forms. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly login: string;

  constructor(login: string) {
    this.login = login;
  }

  cookies(url: string): string {
    const jar = this.#cookies.get(new URL(url).host) ?? new Map<string, string>();
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Goes on until a page is there, or an address that begins so. @returns it */
  async visit(
    from: string,
    until = 'nowhere',
  ): Promise<{ url: string; status: number; text: string }> {
    let url = from;
    let form: string | undefined;
    for (let step = 0; step < 20; step += 1) {
      if (url.startsWith(until)) return { url, status: 0, text: '' };
      const response = await fetch(url, {
        redirect: 'manual',
        headers: {
          cookie: this.cookies(url),
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(form === undefined ? {} : { method: 'POST', body: form }),
      });
      form = undefined;
      const jar = this.#cookies.get(new URL(url).host) ?? new Map<string, string>();
      this.#cookies.set(new URL(url).host, jar);
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const cut = pair.indexOf('=');
        jar.set(pair.slice(0, cut), pair.slice(cut + 1));
      }
      const location = response.headers.get('location');
      if (location !== null) {
        url = new URL(location, url).href;
        continue;
      }
      const text = await response.text();
      const action = /<form[^>]+action="([^"]+)"/.exec(text)?.[1];
      if (!url.startsWith(issuer) || action === undefined) {
        return { url, status: response.status, text };
      }
      url = new URL(action, url).href;
      const prompt = text.includes('name="login"') ? 'login' : 'consent';
      form = new URLSearchParams({ prompt, login: this.login, password: 'x' }).toString();
    }
    throw new Error(`It goes on for ever: ${url}`);
  }

  async session(): Promise<{ status: number; body: { [name: string]: unknown } }> {
    const headers = { cookie: this.cookies(it.server.url) };
    const told = await it.request('GET', '/api/v1/session', { token: null, headers });
    return { status: told.status, body: told.json() };
  }
}

const begin = (): string => `${it.server.url}/login/oidc?to=/executions`;
const CALLBACK = (): string => `${it.server.url}/login/oidc/callback`;

describe('somebody whom the provider knows', () => {
  test('logs in with the roles of their groups, and comes back to where they wanted to go', async () => {
    const ana = new Browser('ana');
    const { url } = await ana.visit(begin(), `${it.server.url}/executions`);
    expect(url).toBe(`${it.server.url}/executions`);
    expect(await ana.session()).toEqual({
      status: 200,
      body: {
        label: 'ana',
        user: 'ana',
        role: 'editor',
        teams: ['parcels', 'claims'],
        roles: { parcels: 'editor', claims: 'viewer' },
      },
    });
    const users = await it.request('GET', '/api/v1/users');
    expect(users.json<{ items: object[] }>().items).toContainEqual({
      name: 'ana',
      email: 'ana@example.com',
      roles: { parcels: 'editor', claims: 'viewer' },
      login: 'oidc',
      createdAt: expect.any(Number),
      lastLoginAt: expect.any(Number),
    });
  });

  test('has the higher role of all of their groups', async () => {
    const cleo = new Browser('cleo');
    await cleo.visit(begin(), `${it.server.url}/executions`);
    expect((await cleo.session()).body.roles).toEqual({
      '*': 'operator',
      parcels: 'editor',
      claims: 'operator',
    });
  });

  test('gets nothing when no group of theirs has a role', async () => {
    const ben = new Browser('ben');
    const { status, text } = await ben.visit(begin());
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ code: 'MILL4028' });
    expect((await ben.session()).status).toBe(401);
    expect(it.server.engine.users.grantsOf('ben')).toBeUndefined();
  });

  test('loses what a group has given when they are in it no longer, everywhere', async () => {
    const first = new Browser('ana');
    await first.visit(begin(), `${it.server.url}/executions`);
    people.ana = { ...people.ana, groups: [] };
    const second = await new Browser('ana').visit(begin());
    expect(second.status).toBe(403);
    expect((await first.session()).status).toBe(401);
    people.ana = { ...people.ana, groups: ['eng'] };
  });

  test('does not become another user of the same name', async () => {
    await it.server.engine.users.put('everything', 'local', { roles: { '*': 'admin' } });
    const mallory = new Browser('mallory');
    const { status, text } = await mallory.visit(begin());
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ code: 'MILL3312' });
    expect((await mallory.session()).status).toBe(401);
  });

  test('has another name here when theirs is none, and one group as a text', async () => {
    const odd = new Browser('odd');
    await odd.visit(begin(), `${it.server.url}/executions`);
    expect((await odd.session()).body).toMatchObject({
      user: 'odd',
      roles: { parcels: 'editor', claims: 'viewer' },
    });
  });
});

describe('a login that is not one', () => {
  /** Goes to the provider and comes back to the door. */
  const atTheDoor = async (who: string): Promise<{ browser: Browser; url: string }> => {
    const browser = new Browser(who);
    return { browser, url: (await browser.visit(begin(), CALLBACK())).url };
  };

  test('is refused in another browser: nobody is logged in as somebody else', async () => {
    const { url } = await atTheDoor('ana');
    const victim = new Browser('victim');
    const { status } = await victim.visit(url);
    expect(status).toBe(401);
    expect((await victim.session()).status).toBe(401);
  });

  test('is refused a second time', async () => {
    const { browser, url } = await atTheDoor('ana');
    await browser.visit(url, `${it.server.url}/executions`);
    expect((await browser.visit(url)).status).toBe(401);
  });

  test.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    ['no code', (url: URL) => url.searchParams.delete('code')],
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'http://127.0.0.1:1')],
    ['an error', (url: URL) => url.searchParams.set('error', '<script>alert(1)</script>')],
  ])('is refused with %s', async (_, forge) => {
    const { browser, url } = await atTheDoor('ana');
    const forged = new URL(url);
    forge(forged);
    const { status, text } = await browser.visit(forged.href);
    expect(status).toBe(401);
    expect(text).not.toContain('script');
    expect((await browser.session()).status).toBe(401);
    // And it cannot be tried again with the right one.
    expect((await browser.visit(url)).status).toBe(401);
  });

  test.each(['//evil.test', 'https://evil.test', '/\\evil.test', 'javascript:alert(1)'])(
    'does not lead to %s',
    async (to) => {
      const browser = new Browser('ana');
      const from = `${it.server.url}/login/oidc?to=${encodeURIComponent(to)}`;
      const { url } = await browser.visit(from);
      expect(new URL(url).origin).toBe(it.server.url);
    },
  );

  test('leaves neither codes nor the secret of the client in the log', () => {
    const log = readFileSync(join(it.data, 'millrace.log'), 'utf8');
    expect(log).toContain('a login came to nothing');
    expect(log).not.toContain(CLIENT_SECRET);
    expect(log).not.toContain('script');
  });
});

test('a provider that is not there is said to be, and looked for again', async () => {
  const real = answer;
  const other = await openTestServer({
    oidc: {
      ...{ issuer, clientId: 'millrace', groupsClaim: 'groups', scopes: [], roles: rolesFile },
    },
  });
  answer = (_request, response) => void response.writeHead(500).end('no');
  const ask = (): ReturnType<typeof other.request> =>
    other.request('GET', '/login/oidc', { token: null });
  const refused = await ask();
  expect(refused.status).toBe(503);
  expect(refused.json()).toMatchObject({ code: 'MILL4029' });
  answer = real;
  expect((await ask()).status).toBe(303);
  await other.close();
});

test('without a provider there is nothing at its addresses', async () => {
  const plain = await openTestServer();
  for (const path of ['/login/oidc', '/login/oidc/callback?code=x&state=y']) {
    expect((await plain.request('GET', path, { token: null })).status).toBe(404);
  }
  await plain.close();
});

test.each([
  'http://id.example.com',
  'ftp://127.0.0.1',
  'id.example.com',
  'http://127.0.0.1.evil.test',
])('takes no provider at %s', (address) => {
  const config = { issuer: address, clientId: 'x', groupsClaim: 'groups', scopes: [] };
  expect(() => createOidcProvider(config)).toThrow('no address of a provider');
});

test.each([
  ['groups: { eng: { parcels: owner } }', /owner|viewer/],
  ['groups: { eng: { "a b": viewer } }', /letters/],
  ['groups: [eng]', /groups/],
  ['group: {}', /group/],
])('refuses the roles %s', (text, problem) => {
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, text);
  expect(() => openOidcRolesFile(file)).toThrow(problem);
});
