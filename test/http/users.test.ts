/**
 * Users and roles: what somebody may do follows from the roles of now, in each team, and nobody gives more than they have.
 * @module
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import {
  echoPipeline,
  openTestServer,
  type RequestOptions,
  type TestServer,
} from './test-server.js';

let it: TestServer;
/** Admin of the team `parcels`. */
let admin: string;

beforeAll(async () => {
  it = await openTestServer();
  for (const team of ['parcels', 'claims']) {
    await it.server.engine.pipelines.deploy(echoPipeline(`${team}-echo`, { team }));
  }
  admin = await it.server.authenticator.issue('api', { label: 'admin', teams: ['parcels'] });
});
afterAll(() => it.close());

const put = (name: string, roles: object, options: RequestOptions = {}): Promise<number> =>
  it
    .request('PUT', `/api/v1/users/${name}`, { body: { roles }, ...options })
    .then(({ status }) => status);

/** Opens a login link and answers the cookie of the session. */
async function login(path: string): Promise<RequestOptions> {
  const answer = await it.request('GET', path, { token: null });
  expect(answer.status).toBe(303);
  const cookie = (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  return { token: null, headers: { cookie } };
}

async function session(name: string, options: RequestOptions = {}): Promise<RequestOptions> {
  const link = await it.request('POST', `/api/v1/users/${name}/login-link`, options);
  expect(link.status, link.text).toBe(201);
  return login(link.json<{ path: string }>().path);
}

const start = (pipeline: string, as: RequestOptions, query = ''): Promise<number> =>
  it
    .request('POST', `/api/v1/executions${query}`, { ...as, body: { pipeline } })
    .then(({ status }) => status);

describe('a user', () => {
  beforeEach(async () => {
    await put('ana', { parcels: 'operator', claims: 'viewer' });
  });

  test('logs in by a link that works once, and is told their roles', async () => {
    const ana = await session('ana');
    expect((await it.request('GET', '/api/v1/session', ana)).json()).toEqual({
      label: 'ana',
      user: 'ana',
      role: 'operator',
      teams: ['parcels', 'claims'],
      roles: { parcels: 'operator', claims: 'viewer' },
    });
  });

  test('acts in the team where their role suffices, and in no other', async () => {
    const ana = await session('ana');
    expect(await start('parcels-echo', ana)).toBe(201);
    // It is seen and may not be started: neither that it is there nor that it is not.
    expect(await start('claims-echo', ana)).toBe(403);
    expect(await start('nothing-echo', ana)).toBe(403);
    expect(await start('claims-echo', ana, '?team=claims')).toBe(403);
    const read = await it.request('GET', '/api/v1/pipelines/claims-echo', ana);
    expect(read.status).toBe(200);
    const monitor = await it.request('PUT', '/api/v1/monitors/m', { ...ana, body: {} });
    expect(monitor.status).toBe(403);
  });

  test('has the roles of now, also where they are logged in', async () => {
    const ana = await session('ana');
    await put('ana', { parcels: 'viewer' });
    expect(await start('parcels-echo', ana)).toBe(403);
    expect((await it.request('GET', '/api/v1/pipelines/claims-echo', ana)).status).toBe(404);
    await put('ana', { '*': 'operator' });
    expect(await start('claims-echo', ana)).toBe(201);
  });

  test('hears no longer what they may not see any more', async () => {
    const ana = await session('ana');
    let change: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      change = resolve;
    });
    const stream = fetch(`${it.server.url}/api/v1/events`, { headers: ana.headers ?? {} }).then(
      async (response) => {
        change();
        // Ends when the server ends it.
        return response.text();
      },
    );
    await opened;
    await put('ana', { claims: 'viewer' });
    expect(await stream).toContain('event:');
  });

  test('is logged out at once when they are removed, with all of their tokens', async () => {
    const ana = await session('ana');
    const made = await it.request('POST', '/api/v1/tokens', {
      body: { teams: ['parcels'], role: 'operator', label: 'cli', user: 'ana' },
    });
    const { token } = made.json<{ token: string }>();
    expect(await start('parcels-echo', { token })).toBe(201);
    expect((await it.request('DELETE', '/api/v1/users/ana')).status).toBe(200);
    expect((await it.request('GET', '/api/v1/session', ana)).status).toBe(401);
    expect((await it.request('GET', '/api/v1/session', { token })).status).toBe(401);
    expect((await it.request('DELETE', '/api/v1/users/ana')).status).toBe(404);
  });

  test('has tokens that give no more than their own roles', async () => {
    const body = { teams: '*', role: 'admin', label: 'too much', user: 'ana' };
    const { token } = (await it.request('POST', '/api/v1/tokens', { body })).json<{
      token: string;
    }>();
    const told = await it.request('GET', '/api/v1/session', { token });
    expect(told.json().roles).toEqual({ parcels: 'operator', claims: 'viewer' });
    expect((await it.request('GET', '/api/v1/tokens', { token })).status).toBe(403);
  });
});

describe('whoever is admin of one team', () => {
  test('gives roles in it, sees no others, and changes none of another team', async () => {
    await put('ben', { claims: 'admin' });
    expect(await put('ben', { parcels: 'viewer' }, { token: admin })).toBe(200);
    const seen = await it.request('GET', '/api/v1/users', { token: admin });
    const { items } = seen.json<{ items: { name: string; roles: object }[] }>();
    expect(items.find(({ name }) => name === 'ben')?.roles).toEqual({ parcels: 'viewer' });
    expect(it.server.engine.users.grantsOf('ben')).toEqual({ claims: 'admin', parcels: 'viewer' });
    await it.request('DELETE', '/api/v1/users/ben', { token: admin });
    expect(it.server.engine.users.grantsOf('ben')).toEqual({ claims: 'admin' });
    await it.request('DELETE', '/api/v1/users/ben');
  });

  test.each([
    ['a role in another team', { claims: 'viewer' }],
    ['a role in all teams', { '*': 'viewer' }],
    ['a role in both', { parcels: 'viewer', claims: 'viewer' }],
  ])('cannot give %s', async (_, roles) => {
    expect(await put('eve', roles, { token: admin })).toBe(403);
    expect(it.server.engine.users.grantsOf('eve')).toBeUndefined();
    const teams = Object.keys(roles);
    const body = { teams: teams.includes('*') ? '*' : teams, role: 'viewer', label: 'x' };
    const token = await it.request('POST', '/api/v1/tokens', { token: admin, body });
    expect(token.status).toBe(403);
  });

  test('cannot become somebody who may more', async () => {
    await put('root', { '*': 'admin', parcels: 'viewer' });
    const link = await it.request('POST', '/api/v1/users/root/login-link', { token: admin });
    expect(link.status).toBe(403);
    expect(link.text).not.toContain('/login?');
    await it.request('DELETE', '/api/v1/users/root');
  });

  test('makes tokens, keys, webhooks and secrets of it, and of no other', async () => {
    const make = async (path: string, body: object, method = 'POST'): Promise<number> =>
      (await it.request(method, `/api/v1${path}`, { token: admin, body })).status;
    const token = { role: 'operator', label: 'ci' };
    expect(await make('/tokens', { ...token, teams: ['parcels'] })).toBe(201);
    expect(await make('/tokens', { ...token, teams: ['parcels', 'claims'] })).toBe(403);
    expect(await make('/access-keys', { team: 'parcels' })).toBe(200);
    expect(await make('/access-keys', { team: 'claims' })).toBe(403);
    expect(await make('/webhooks', { name: 'p', team: 'parcels', source: 's' })).toBe(200);
    expect(await make('/webhooks', { name: 'c', team: 'claims', source: 's' })).toBe(403);
    const secret = { value: 'some value that is kept' };
    expect(await make('/secrets/api', secret, 'PUT')).toBe(200);
    expect(await make('/secrets/api?team=claims', secret, 'PUT')).toBe(403);
    expect(it.server.engine.secrets.list(EVERYTHING).map(({ team }) => team)).toEqual(['parcels']);
    expect(it.server.engine.webhooks.list(ofTeam('claims'))).toEqual([]);
  });

  test('sees and revokes no token that is also for another team', async () => {
    const { authenticator } = it.server;
    const both = await authenticator.issue('api', { label: 'both', teams: ['parcels', 'claims'] });
    const all = await authenticator.issue('api', { label: 'all' });
    const own = await authenticator.issue('api', { label: 'own', teams: ['parcels'] });
    const listed = await it.request('GET', '/api/v1/tokens', { token: admin });
    const ids = listed.json<{ items: { id: string }[] }>().items.map(({ id }) => id);
    expect(ids).toContain(authenticator.idOf(own));
    for (const token of [both, all]) {
      const id = authenticator.idOf(token);
      expect(ids).not.toContain(id);
      const path = `/api/v1/tokens/${id}`;
      expect((await it.request('DELETE', path, { token: admin })).status).toBe(404);
      expect((await it.request('GET', '/api/v1/session', { token })).status).toBe(200);
    }
  });
});

test.each([
  [{ roles: { parcels: 'owner' } }],
  [{ roles: { '../x': 'viewer' } }],
  [{ roles: ['viewer'] }],
  [{ roles: { parcels: 'viewer' }, email: 'no address' }],
  [{ roles: {} }],
  [{}],
])('a user cannot be %j', async (body) => {
  const answer = await it.request('PUT', '/api/v1/users/odd', { body });
  expect(answer.status).toBe(400);
  expect(it.server.engine.users.grantsOf('odd')).toBeUndefined();
});
