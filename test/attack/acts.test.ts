/**
 * Every route that acts on something that a request names × who asks × `?team=`: what belongs to another team is answered like
 * what never was, and nothing happens to it.
 *
 * The matrix is generated, as that of `reads.test.ts` is: a route that changes something and names it fails here until
 * somebody has written how such a thing is made. Each row has its counterpart: who may act on the thing does so afterwards,
 * so it was there, and is still as it was.
 * @module
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PREFIX } from '../../src/api/paths.js';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { ownSubject } from '../../src/monitoring/subject.js';
import {
  openPopulatedServer,
  type PopulatedServer,
  type PopulatedTeam,
} from '../http/populated-server.js';
import { ROUTES, type Route } from '../http/routes.js';
import { type Answer, waitingPipeline } from '../http/test-server.js';
import { challenged } from '../support/challenged.js';

const NAMES = ['quokka', 'narwhal'] as const;

let world: PopulatedServer;
beforeAll(async () => {
  world = await openPopulatedServer(NAMES);
}, 180_000);
afterAll(() => world.close());

/** How a thing of a team is made, and what is said about it. */
interface Act {
  /** Answers what it is named by. */
  make(of: PopulatedTeam): Promise<string>;
  /** What a thing that never was would be named by. */
  none: string;
  /** What is sent, where the name stands in it. */
  body?(named: string): object;
}

const NO_ID = '00000000-0000-4000-8000-000000000000';
const engineOf = (): PopulatedServer['it']['server']['engine'] => world.it.server.engine;
let made = 0;

/** The token of a task of the team that waits for one. */
async function taskToken({ name }: PopulatedTeam): Promise<string> {
  const { executions } = engineOf();
  const asking = await executions.start(ofTeam(name), {
    pipeline: `${name}-asking`,
    input: { by: name },
  });
  return vi.waitFor(async () => {
    const { items } = await executions.list(ofTeam(name), { pipeline: `${name}-machine` });
    const child = items.find(({ parent }) => parent === asking.id);
    const { input } = await executions.describe(ofTeam(name), child?.id ?? '');
    return String((input as JsonObject).token);
  });
}

/** A channel of each team whose address nobody may dial: what is sent by it never arrives. */
async function ownChannel({ name }: PopulatedTeam): Promise<string> {
  const files = NAMES.map((team) => ({
    ...{ file: `${team}.yaml`, team },
    sections: { channels: { [`${team}-hook`]: { type: 'webhook', url: 'http://127.0.0.1:9/' } } },
  }));
  await engineOf().notifications.declare(files, []);
  return `${name}-hook`;
}

async function makeWebhook({ name: team }: PopulatedTeam): Promise<string> {
  made += 1;
  const name = `${team}-hook-${made}`;
  const body = { name, team, source: 's' };
  expect((await world.it.request('POST', `${PREFIX}/webhooks`, { body })).status).toBe(200);
  return name;
}

const ofToken = { make: taskToken, none: `${NO_ID}-0-1` };
const ofWebhook = { make: makeWebhook, none: 'nobody-hook' };

const ofUser = {
  make: async ({ name: team }: PopulatedTeam) => {
    made += 1;
    const name = `user-${made}`;
    await engineOf().users.put(EVERYTHING, name, { roles: { [team]: 'viewer' } });
    return name;
  },
  none: 'user-none',
};

const ACTS: { readonly [route: string]: Act } = {
  'POST /executions': {
    make: async ({ name }) => `${name}-daily`,
    none: 'nobody-daily',
    body: (pipeline) => ({ pipeline }),
  },
  'POST /executions/:id/stop': {
    make: async ({ name }) =>
      (await engineOf().executions.start(ofTeam(name), { pipeline: `${name}-machine` })).id,
    none: NO_ID,
  },
  'POST /executions/:id/redrive': {
    make: async ({ name }) =>
      (await engineOf().executions.run(ofTeam(name), { pipeline: `${name}-failing` })).id,
    none: NO_ID,
  },
  'POST /backfills': {
    make: async ({ name }) => `${name}-daily`,
    none: 'nobody-daily',
    body: (pipeline) => ({ pipeline, from: '2026-10-01', to: '2026-10-01' }),
  },
  'POST /backfills/:id/stop': {
    make: async ({ name }) => {
      // Of a pipeline that does not end, so that there is something to stop.
      const pipeline = `${name}-waits`;
      const sections = { trigger: { schedule: { hour: 3 } } };
      await engineOf().pipelines.deploy(waitingPipeline(pipeline, { team: name, sections }));
      const range = { from: '2026-10-01', to: '2026-10-03' };
      return (await engineOf().backfills.start(ofTeam(name), { pipeline, ...range })).id;
    },
    none: '999999',
  },
  'POST /challengers/:number/stop': {
    make: async ({ name: team }) => {
      made += 1;
      const pipeline = `${team}-challenged-${made}`;
      await engineOf().pipelines.deploy(waitingPipeline(pipeline, { team }));
      return String(await challenged(engineOf(), ofTeam(team), pipeline));
    },
    none: '999999',
  },
  'POST /tasks/success': { ...ofToken, body: (token) => ({ token, output: 1 }) },
  'POST /tasks/failure': { ...ofToken, body: (token) => ({ token }) },
  'POST /tasks/heartbeat': { ...ofToken, body: (token) => ({ token }) },
  'DELETE /access-keys/:id': {
    make: async ({ name: team }) =>
      (await world.it.server.accessKeys.issue({ team, role: 'editor', label: 'x' })).accessKeyId,
    none: 'AKIAAAAAAAAAAAAAAAAA',
  },
  'DELETE /tokens/:id': {
    make: async ({ name }) => {
      const { authenticator } = world.it.server;
      return authenticator.idOf(await authenticator.issue('api', { label: 'x', teams: [name] }));
    },
    none: '0000000000000000',
  },
  'DELETE /monitors/:name': {
    make: async ({ name: team }) => {
      made += 1;
      return (await engineOf().monitors.put(ofTeam(team), `watch-${made}`, {})).name;
    },
    none: 'watch-none',
  },
  'POST /incidents/:number/acts': {
    make: async ({ name: team }) => {
      made += 1;
      const { accountId: account, region } = engineOf().arns.identity;
      const subject = ownSubject({ account, region }, 'check', team, `deeds-${made}`);
      const check = { subject, status: 'CRITICAL', tags: {} } as const;
      await engineOf().checks.report(ofTeam(team), check);
      const { items } = await engineOf().incidents.list(ofTeam(team), { limit: 1 });
      return String(items[0]?.number);
    },
    body: () => ({ type: 'acknowledge' }),
    none: '999999',
  },
  'DELETE /silences/:number': {
    make: async ({ name: team }) => {
      const until = Date.now() + 60_000;
      const silence = { tags: {}, until, actor: 'x', reason: 'x' };
      return String((await engineOf().incidents.silence(ofTeam(team), silence)).number);
    },
    none: '999999',
  },
  'POST /channels/:name/test': { make: ownChannel, none: 'none-hook' },
  'POST /deliveries/:number/retry': {
    make: async (of) => {
      const channel = await ownChannel(of);
      return String((await engineOf().notifications.test(ofTeam(of.name), channel)).number);
    },
    none: '999999',
  },
  'POST /datasets/:name/rollback': {
    make: async ({ name }) => `${name}-data`,
    none: 'none-data',
    body: () => ({ version: 'current' }),
  },
  'DELETE /users/:name': ofUser,
  'POST /users/:name/login-link': ofUser,
  'POST /accounts/:name/check': {
    make: async ({ name }) => `${name}-lake`,
    none: 'none-lake',
    body: () => ({ watch: ['glue'] }),
  },
  'DELETE /secrets/:name': {
    make: async ({ name: team }) => {
      made += 1;
      const name = `kept-${made}`;
      await engineOf().secrets.set(ofTeam(team), name, 'some value that is kept', 'somebody');
      return name;
    },
    none: 'kept-none',
  },
  'POST /webhooks/:name/rotate': { ...ofWebhook, body: () => ({}) },
  'DELETE /webhooks/:name': ofWebhook,
};

/** Names something that is nobody's, or the whole server's, or asks for a signature instead. */
const OF_NO_TEAM = new Set([
  // Of whoever administers the server.
  'POST /pipelines/:name/challengers',
  'POST /challengers/:number/promote',
  ...['PUT /pools/:name', 'DELETE /pools/:name', 'POST /webhooks/:name'],
  // Of what the caller holds as a worker: test/workers/lies.test.ts.
  'POST /workers/attempts/:id/logs',
  'POST /workers/attempts/:id/outcome',
  'PUT /workers/attempts/:id/blobs/:sha256',
  // Makes one of the caller's own, whatever others have of that name.
  'PUT /monitors/:name',
  'PUT /secrets/:name',
  'PUT /users/:name',
]);

const short = ({ method, route }: Route): string => `${method} ${route.slice(PREFIX.length)}`;

/** Routes that change something and say what: in their path, or as `pipeline` or `token` of the body. */
const NAMING = ROUTES.filter(({ method, route, signed, body }) => {
  const inBody = ['pipeline', 'token'].some((name) => Object.hasOwn(body ?? {}, name));
  return method !== 'GET' && !signed && (route.includes(':') || inBody);
});

test('knows of every route that acts on something how such a thing is made', () => {
  const all = NAMING.map(short).filter((route) => !OF_NO_TEAM.has(route));
  expect(Object.keys(ACTS).sort()).toEqual(all.sort());
});

const ROWS = NAMING.filter((route) => short(route) in ACTS).map(
  (route) => [short(route), route] as const,
);

describe.each([
  [NAMES[0], NAMES[1]],
  [NAMES[1], NAMES[0]],
] as const)('%s, with a thing of %s', (mine, theirs) => {
  const team = (name: string): PopulatedTeam =>
    world.teams.find((one) => one.name === name) as PopulatedTeam;

  test.each(ROWS)('%s does nothing', async (short, { method, route }) => {
    const act = ACTS[short] as Act;
    const { it } = world;
    const ask = (named: string, token: string, asked?: string): Promise<Answer> => {
      const path = route.replace(/:\w+/, encodeURIComponent(named));
      const body = act.body?.(named);
      const query = asked === undefined ? '' : `?team=${asked}`;
      return it.request(method, path + query, { token, ...(body ? { body } : {}) });
    };
    /** What it said, whatever it was asked for. */
    const said = ({ status, text }: Answer, named: string): string =>
      `${status} ${text.replaceAll(`'${named}'`, 'NAMED')}`;
    const thing = await act.make(team(theirs));
    const viewer = { label: 'reader', role: 'viewer', teams: [theirs] } as const;
    const callers = [
      ['its operator', team(mine).token, undefined],
      ['its operator, asking for theirs', team(mine).token, theirs],
      ['its operator, asking for all', team(mine).token, '*'],
      ['whoever sees all, asking for its own', it.operator, mine],
      ['whoever sees all, asking for nobody', it.operator, 'nobody'],
      ['their viewer', await it.server.authenticator.issue('api', viewer), undefined],
    ] as const;
    for (const [who, token, asked] of callers) {
      const foreign = await ask(thing, token, asked);
      const missing = await ask(act.none, token, asked);
      expect(said(foreign, thing), who).toBe(said(missing, act.none));
      expect([403, 404], `${who} ${foreign.text}`).toContain(foreign.status);
    }
    // Whoever may act on it does, and finds it as it was.
    const { administers } =
      ROUTES.find((one) => one.method === method && one.route === route) ?? {};
    const done = administers
      ? await ask(thing, it.operator, theirs)
      : await ask(thing, team(theirs).token);
    expect(done.status, done.text).toBeLessThan(300);
  });

  test('POST /events puts nothing on their bus, and on no other', async () => {
    const body = { events: [{ id: `of-${mine}`, source: 's', detailType: 'd', detail: {} }] };
    const path = `${PREFIX}/events?team=${theirs}`;
    const answer = await world.it.request('POST', path, { token: team(mine).token, body });
    expect(answer.status).toBe(403);
    const stored = await engineOf().events.list(EVERYTHING, { limit: 1000 });
    expect(stored.filter(({ id }) => id === `of-${mine}`)).toEqual([]);
  });
});
