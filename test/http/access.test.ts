/**
 * Who gets in: the matrix of every route with every kind of token, and the paths that have opened other servers.
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { createAuthenticator, PUBLIC, SIGNED } from '../../src/http/auth.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import { challenged } from '../support/challenged.js';
import { pathOf, ROUTES, type Route, registeredRoutes } from './routes.js';
import {
  datasetPipeline,
  echoPipeline,
  failingPipeline,
  openTestServer,
  type TestServer,
} from './test-server.js';

let it: TestServer;
let folder: string;
let viewer: string;
let ownTeam: string;
/** Id of a failed execution of the team `foreign`. */
let foreignId: string;
let foreignNumber: number;

beforeAll(async () => {
  it = await openTestServer();
  folder = mkdtempSync(join(tmpdir(), 'millrace-access-'));
  const { engine, authenticator } = it.server;
  const sections = { expect: ['runs within 8 days'] };
  await engine.pipelines.deploy(echoPipeline('own-echo', { team: 'own', sections }));
  await engine.pipelines.deploy(failingPipeline('own-failing', { team: 'own' }));
  // A name that begins with the other team's: a comparison by prefix would let it through.
  await engine.pipelines.deploy(failingPipeline('foreign-failing', { team: 'own-foreign' }));
  await engine.monitors.put(ofTeam('own'), 'own-echo', { newSource: 0 });
  await engine.monitors.put(ofTeam('own-foreign'), 'foreign-watch', { newSource: 0 });
  await engine.notifications.test(ofTeam('own'), 'outbox');
  await engine.notifications.test(ofTeam('own-foreign'), 'outbox');
  writeFileSync(join(folder, 'rows.csv'), 'id\n1\n');
  for (const [team, dataset] of [
    ['own', 'own-echo'],
    ['own-foreign', 'foreign-failing'],
  ] as const) {
    await engine.pipelines.deploy(datasetPipeline(`${dataset}-data`, { team, folder, dataset }));
    await engine.executions.run(EVERYTHING, { pipeline: `${dataset}-data` });
  }
  await engine.executions.run(EVERYTHING, { pipeline: 'own-echo', input: { secret: 'of own' } });
  await engine.executions.run(EVERYTHING, { pipeline: 'own-failing' });
  const until = Date.now() + 86_400_000;
  const silence = { tags: {}, until, actor: 'x', reason: 'theirs' };
  await engine.incidents.silence(ofTeam('own'), silence);
  await engine.incidents.silence(ofTeam('own-foreign'), silence);
  const foreign = { pipeline: 'foreign-failing', name: 'night', input: { s: 'theirs' } };
  ({ id: foreignId, number: foreignNumber } = await engine.executions.run(EVERYTHING, foreign));
  // One with nothing to start: it exists and changes nothing.
  await engine.backfills.start(EVERYTHING, {
    pipeline: 'foreign-failing',
    from: '2026-11-01',
    to: '2026-11-01',
    only: 'failed',
  });
  await challenged(engine, EVERYTHING, 'own-echo');
  await challenged(engine, EVERYTHING, 'foreign-failing');
  viewer = await authenticator.issue('api', { label: 'reader', role: 'viewer' });
  ownTeam = await authenticator.issue('api', { label: 'own team', teams: ['own'] });
});

afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A text without the name in it. A number is in many texts: only where it is quoted it is one. */
const hidden = (text: string, name: string): string =>
  /^\d+$/.test(name) ? text.replaceAll(`'${name}'`, 'X') : text.replaceAll(name, 'X');
const label = (route: Route): string => `${route.method} ${route.route}`;
const closed = ROUTES.filter((route) => !route.open);

test('knows every route of the server, so that a new one fails until it is listed', () => {
  const picture = it.server.app.printRoutes({ commonPrefix: false });
  const console = /^(GET|HEAD) \/(assets\/|favicon|[^/]+\.(js|css|svg|woff2|json|map)$)/;
  const routes = registeredRoutes(picture).filter((route) => !console.test(route));
  expect(routes).toEqual(ROUTES.map(label).sort());
});

test('answers without a token only at the addresses of the exact list', () => {
  expect(
    ROUTES.filter((route) => route.open)
      .map(label)
      .sort(),
  ).toEqual([...PUBLIC, ...SIGNED].sort());
});

describe('without a valid token', () => {
  test.each(closed.map((route) => [label(route), route] as const))(
    '%s answers 401',
    async (_, route) => {
      const login = await it.server.authenticator.issue('login', { label: 'x' });
      for (const token of [null, 'wrong', '', login, 'Bearer', `${it.operator} `.slice(1)]) {
        const answer = await it.request(route.method, pathOf(route), { token, body: route.body });
        expect(answer.status).toBe(401);
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
        expect(answer.json()).toMatchObject({ code: 'MILL4001', status: 401 });
        expect(answer.json()).not.toHaveProperty('items');
      }
    },
  );

  const TRICKS = [
    '//api/v1/executions',
    '/api//v1/executions',
    '/api/v1/executions/',
    '/api/v1/health/',
    '/api/v1/health/../executions',
    '/api/v1/health/%2e%2e/executions',
    '/api/v1/health%2f..%2fexecutions',
    '/api/..;/api/v1/executions',
    '/api/v1/executions;/api/v1/health',
    '/api/v1/executions?/api/v1/health',
    '/api/v1/executions#/api/v1/health',
    '/API/V1/EXECUTIONS',
    '/api/v1/Health',
    '/%61pi/v1/executions',
    '/api/v1/executions/health',
    '/api/v1/executions/login',
    '/api/v1/executions/openapi.json',
    '/api/v1/pipelines/schema%2fv1.json',
    '/api/v1/executions%00',
    '/api/v1/executions/latest%2fstates',
    '/login/../api/v1/executions',
    '/schema/v1.json/../../api/v1/executions',
    '/index.html/../api/v1/executions',
    '/assets/../api/v1/executions',
    'http://localhost/api/v1/executions',
  ];
  test.each(TRICKS)('%s gives nothing away', async (path) => {
    const answer = await it.request('GET', path, { token: null });
    expect([400, 401, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('own-echo');
    expect(answer.text).not.toContain('"items"');
  });

  test.each(['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE'])(
    '%s answers 401 at every address, the open ones too',
    async (method) => {
      for (const route of ROUTES) {
        const answer = await it.request(method, pathOf(route), { token: null });
        expect([400, 401], `${method} ${route.route}`).toContain(answer.status);
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      }
    },
  );

  test('does not let a header choose another method', async () => {
    const answer = await it.request('GET', '/api/v1/health', {
      token: null,
      headers: { 'x-http-method-override': 'POST', 'x-original-url': '/api/v1/executions' },
    });
    expect(answer.json()).toEqual({ status: 'ready', version: expect.any(String) });
  });

  test('shows a browser how to log in, with status 401', async () => {
    const answer = await it.request('GET', '/executions', {
      token: null,
      headers: { accept: 'text/html' },
    });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('You are not logged in');
  });
});

/** Nothing of AWS is watched here, and no execution here is a test run: that is all that anybody is told. */
const REFUSED_TO_ALL: { readonly [route: string]: number } = {
  '/api/v1/watched-runs': 404,
  '/api/v1/executions/:id/test-report': 409,
};

describe('whoever may only read', () => {
  test.each(closed.filter((route) => route.changes).map((route) => [label(route), route] as const))(
    'may not %s',
    async (_, route) => {
      const before = (await it.request('GET', '/api/v1/executions?limit=1000')).text;
      const answer = await it.request(route.method, pathOf(route, foreignId), {
        token: viewer,
        body: route.body,
      });
      expect(answer.status).toBe(403);
      expect(['MILL4002', 'MILL4025']).toContain(answer.json().code);
      expect((await it.request('GET', '/api/v1/executions?limit=1000')).text).toBe(before);
    },
  );

  test('may read everything else and log out', async () => {
    const readable = closed.filter(
      (route) =>
        !route.changes && !route.administers && !route.signed && route.route !== '/api/v1/events',
    );
    for (const route of readable) {
      const { body } = route;
      const answer = await it.request(route.method, pathOf(route), { token: viewer, body });
      const refused = REFUSED_TO_ALL[route.route];
      const isRead = refused === undefined ? [200, 201, 204] : [refused];
      expect(isRead, label(route)).toContain(answer.status);
    }
  });
});

describe('what concerns the server', () => {
  const administering = ROUTES.filter((route) => route.administers);
  test.each(administering.map((route) => [label(route), route] as const))(
    '%s is refused to whoever is admin of one team, and to whoever may only read',
    async (_, route) => {
      for (const token of [ownTeam, viewer]) {
        const answer = await it.request(route.method, pathOf(route), { token, body: route.body });
        expect(answer.status).toBe(403);
      }
      expect(await it.server.accessKeys.list(EVERYTHING)).toEqual([]);
      expect(it.server.engine.webhooks.list(EVERYTHING)).toEqual([]);
    },
  );
});

describe('another team', () => {
  const named = ROUTES.filter((route) => route.names !== undefined);
  test.each(named.map((route) => [label(route), route] as const))(
    '%s answers for their things as for things that do not exist',
    async (_, route) => {
      const pairs =
        route.names === 'pipeline' || route.names === 'dataset'
          ? [['foreign-failing', 'missing-failing']]
          : route.names === 'backfill'
            ? [['1', '9']]
            : route.names === 'monitor'
              ? [['foreign-watch', 'missing-watch']]
              : ['alert', 'incident', 'silence', 'delivery', 'challenge'].includes(
                    route.names ?? '',
                  )
                ? [['2', '77']]
                : [
                    [foreignId, '00000000-0000-0000-0000-000000000000'],
                    ['foreign-failing/night', 'missing-failing/night'],
                    ['foreign-failing@latest', 'missing-failing@latest'],
                    ['foreign-failing@latest-failed', 'missing-failing@latest-failed'],
                    [foreignId.slice(0, 30), '00000000-0000-0000-0000-000000'],
                    [`#${foreignNumber}`, '#999999'],
                  ];
      for (const [theirs = '', none = ''] of pairs) {
        const path = (id: string): string => pathOf(route, id, id);
        const options = { token: ownTeam, body: route.body };
        const foreign = await it.request(route.method, path(theirs), options);
        const missing = await it.request(route.method, path(none), options);
        expect(foreign.status, theirs).toBe(404);
        expect(missing.status, none).toBe(404);
        expect(hidden(foreign.text, theirs)).toBe(hidden(missing.text, none));
      }
      const { status, redriveCount } = await it.server.engine.executions.describe(
        EVERYTHING,
        foreignId,
      );
      expect({ status, redriveCount }).toEqual({ status: 'FAILED', redriveCount: 0 });
    },
  );

  test('cannot start their pipeline', async () => {
    const start = async (pipeline: string): Promise<string> => {
      const answer = await it.request('POST', '/api/v1/executions', {
        token: ownTeam,
        body: { pipeline, name: 'night' },
      });
      expect(answer.status).toBe(404);
      return answer.text.replaceAll(pipeline, 'X');
    };
    expect(await start('foreign-failing')).toBe(await start('missing-failing'));
  });

  test('cannot plan or start a backfill of their pipeline', async () => {
    for (const query of ['?plan=true', '']) {
      const start = async (pipeline: string): Promise<string> => {
        const answer = await it.request('POST', `/api/v1/backfills${query}`, {
          token: ownTeam,
          body: { pipeline, from: '2026-11-01', to: '2026-11-01' },
        });
        expect(answer.status).toBe(404);
        return answer.text.replaceAll(pipeline, 'X');
      };
      expect(await start('foreign-failing')).toBe(await start('missing-failing'));
    }
    expect((await it.server.engine.backfills.list(EVERYTHING)).items).toHaveLength(1);
  });

  test('does not see them in any list', async () => {
    for (const path of [
      '/api/v1/pipelines',
      '/api/v1/executions?limit=1000',
      '/api/v1/executions?pipeline=foreign-failing',
      '/api/v1/problems',
      '/api/v1/backfills',
    ]) {
      const answer = await it.request('GET', path, { token: ownTeam });
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('foreign');
      expect(answer.text).not.toContain(foreignId);
    }
    const latest = await it.request('GET', '/api/v1/executions/latest', { token: ownTeam });
    expect(latest.json().team).toBe('own');
  });

  test('does not hear of them', async () => {
    const { engine } = it.server;
    const marker = async (): Promise<void> => {
      await engine.executions.run(EVERYTHING, { pipeline: 'foreign-failing', name: 'unheard' });
      await engine.executions.run(EVERYTHING, { pipeline: 'own-echo', name: 'heard' });
    };
    const ended = (events: { data: { [key: string]: unknown } }[]): boolean =>
      events.some(({ data }) => data.name === 'heard' && data.status === 'SUCCEEDED');
    const events = await it.listen('/api/v1/events', ended, {
      token: ownTeam,
      onOpen: () => void marker(),
    });
    const pipelines = new Set(events.map(({ data }) => data.pipeline).filter(Boolean));
    expect([...pipelines]).toEqual(['own-echo']);
  });

  test('hands its limits on to a login link', async () => {
    const made = await it.request('POST', '/api/v1/login-links', { token: ownTeam });
    const login = await it.request('GET', made.json<{ path: string }>().path, { token: null });
    const cookie = (login.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
    const session = await it.request('GET', '/api/v1/session', {
      token: null,
      headers: { cookie },
    });
    expect(session.json()).toEqual({
      label: 'own team',
      role: 'admin',
      teams: ['own'],
      roles: { own: 'admin' },
    });
  });
});

describe('a request from elsewhere', () => {
  test.each(['evil.test', 'evil.test:80', 'localhost.evil.test', '127.0.0.1.evil.test', 'a@b'])(
    'is refused under the host name %j',
    async (host) => {
      for (const path of ['/api/v1/health', '/api/v1/executions', '/login?token=x']) {
        const answer = await it.request('GET', path, { headers: { host } });
        expect(answer.status).toBe(403);
        expect(answer.json()).toMatchObject({ code: 'MILL4003' });
      }
    },
  );

  test.each(['https://evil.test', 'null', 'http://localhost:1', 'file://', 'garbage'])(
    'may change nothing with the origin %j',
    async (origin) => {
      const before = (await it.request('GET', '/api/v1/executions')).text;
      const answer = await it.request('POST', '/api/v1/executions', {
        body: { pipeline: 'own-echo' },
        headers: { origin },
      });
      expect(answer.status).toBe(403);
      expect((await it.request('GET', '/api/v1/executions')).text).toBe(before);
    },
  );

  test('is welcome with the origin of the server itself', async () => {
    const { host, origin } = new URL(it.server.url);
    const answer = await it.request('POST', '/api/v1/reload', { headers: { host, origin } });
    expect(answer.status).toBe(200);
  });
});

describe('a login link', () => {
  const open = (path: string): ReturnType<TestServer['request']> =>
    it.request('GET', path, { token: null });

  test('works once and gives a cookie that scripts cannot read', async () => {
    const token = await it.server.authenticator.issue('login', { label: 'browser' });
    const first = await open(`/login?token=${token}`);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      /^millrace_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    );
    const second = await open(`/login?token=${token}`);
    expect(second.status).toBe(401);
    expect(second.headers).not.toHaveProperty('set-cookie');
    expect(second.json()).toMatchObject({ code: 'MILL4008' });
  });

  test('is not used up by a look ahead with HEAD', async () => {
    const token = await it.server.authenticator.issue('login', { label: 'browser' });
    expect((await it.request('HEAD', `/login?token=${token}`, { token: null })).status).toBe(401);
    expect((await open(`/login?token=${token}`)).status).toBe(303);
  });

  test.each([
    ['//evil.test', '/'],
    ['/\\evil.test', '/'],
    ['https://evil.test', '/'],
    ['javascript:alert(1)', '/'],
    ['/\t/evil.test', '/'],
    ['/.//evil.test', '/'],
    ['/a/..//evil.test', '/'],
    ['/executions/7', '/executions/7'],
  ])('sends a browser that wanted %j to %j', async (to, expected) => {
    const token = await it.server.authenticator.issue('login', { label: 'browser' });
    const answer = await open(`/login?token=${token}&to=${encodeURIComponent(to)}`);
    expect(answer.status).toBe(303);
    const target = new URL(answer.headers.location ?? '', it.server.url);
    expect(target.href).toBe(new URL(expected, it.server.url).href);
  });

  test('ends with its session at logout', async () => {
    const token = await it.server.authenticator.issue('login', { label: 'browser' });
    const cookie =
      ((await open(`/login?token=${token}`)).headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
    const asBrowser = { token: null, headers: { cookie } };
    expect((await it.request('GET', '/api/v1/session', asBrowser)).status).toBe(200);
    expect((await it.request('POST', '/api/v1/logout', asBrowser)).status).toBe(204);
    expect((await it.request('GET', '/api/v1/session', asBrowser)).status).toBe(401);
  });
});

test('lets a login link expire after 15 minutes and a session after 30 days', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-auth-'));
  const store = openSqliteStore({ file: join(folder, 'millrace.db') });
  let now = 1_000_000;
  const authenticator = createAuthenticator(store, () => now);
  const [early, late] = [
    await authenticator.issue('login', { label: 'a' }),
    await authenticator.issue('login', { label: 'b' }),
  ];
  now += 15 * 60_000 - 1;
  const session = await authenticator.redeem(early);
  now += 1;
  await expect(authenticator.redeem(late)).rejects.toMatchObject({ code: 'MILL4008' });
  const request = { headers: { authorization: `Bearer ${session}` } } as never;
  expect(await authenticator.identify(request)).toMatchObject({ label: 'a' });
  now += 30 * 24 * 3_600_000;
  await expect(authenticator.identify(request)).rejects.toMatchObject({ code: 'MILL4001' });
  await store.close();
  rmSync(folder, { recursive: true });
});

test('slows down whoever guesses login links', async () => {
  const other = await openTestServer();
  const statuses: number[] = [];
  for (let i = 0; i < 31; i += 1) {
    statuses.push((await other.request('GET', `/login?token=guess${i}`, { token: null })).status);
  }
  expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
  expect(statuses[30]).toBe(429);
  await other.close();
});

test('sends the headers that keep a browser safe with every answer', async () => {
  for (const [path, token] of [
    ['/api/v1/health', null],
    ['/api/v1/executions', null],
    ['/api/v1/executions', it.operator],
    ['/nowhere', it.operator],
  ] as const) {
    const { headers } = await it.request('GET', path, { token });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  }
});
