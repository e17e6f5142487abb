/**
 * Every route that reads × what it can be asked about × who asks: nobody gets a text that belongs to another team.
 *
 * The matrix is generated. Routes are those that the server has registered, the parts of a query those that the contract
 * names; what belongs to a team holds the team's name (`populated-server.ts`), or an id that is known. A route or a part of
 * a query that is new fails here until somebody has written what it can be asked about. Each row has its counterpart: who
 * may see the things does see them, so a row that asks about nothing fails as well. Acts on what is named: `acts.test.ts`.
 * @module
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTRACT } from '../../src/api/contract.js';
import { PREFIX } from '../../src/api/paths.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  openPopulatedServer,
  type PopulatedServer,
  type PopulatedTeam,
} from '../http/populated-server.js';
import { ROUTES, registeredRoutes } from '../http/routes.js';
import type { Answer } from '../http/test-server.js';

/** Names that stand in no other text. */
const NAMES = ['quokka', 'narwhal'] as const;

let world: PopulatedServer;
/** Texts by which things of a team are known, by its name. */
const marks = new Map<string, string[]>();

beforeAll(async () => {
  world = await openPopulatedServer(NAMES);
  for (const { name, executions } of world.teams) marks.set(name, [name, ...executions]);
}, 180_000);
afterAll(() => world.close());

/** What can stand in a place of a path or a query, when it is about things of a team. */
type Values = (of: PopulatedTeam) => readonly (string | number)[];

const EXECUTIONS: Values = ({ name, executions }) => [
  ...executions,
  ...executions.map((id) => id.slice(0, 30)),
  ...(numbers.get(name) ?? []),
  ...['latest', 'latest-failed', 'common@latest', 'common/night'],
  ...[`${name}-failing/${name}-night`, `${name}-failing@latest-failed`, `${name}-machine@latest`],
];
const DATASETS: Values = ({ name }) => [`${name}-data`];
const PIPELINES: Values = ({ pipelines }) => pipelines;

/** What stands in the path of a route that reads. */
const PATHS_OF: { readonly [route: string]: Values } = {
  '/api/v1/workers/attempts/:id/files': EXECUTIONS,
  '/api/v1/workers/attempts/:id/blobs/:sha256': EXECUTIONS,
  '/api/v1/executions/:id': EXECUTIONS,
  '/api/v1/executions/:id/states': EXECUTIONS,
  '/api/v1/executions/:id/history': EXECUTIONS,
  '/api/v1/executions/:id/logs': EXECUTIONS,
  '/api/v1/executions/:id/jobs': EXECUTIONS,
  '/api/v1/executions/:id/test-report': EXECUTIONS,
  '/api/v1/executions/:id/effects': EXECUTIONS,
  '/api/v1/executions/:id/redrive-plan': EXECUTIONS,
  '/api/v1/executions/:id/repair-plan': EXECUTIONS,
  '/api/v1/monitors/:name': ({ name }) => [`${name}-watch`],
  '/api/v1/executions/:id/working': EXECUTIONS,
  '/api/v1/datasets/:name/use': DATASETS,
  '/api/v1/datasets/:name/schema-history': DATASETS,
  '/api/v1/datasets/:name/versions/:version/rows': DATASETS,
  '/api/v1/datasets/:name/versions/:version/profile': DATASETS,
  '/api/v1/datasets/:name/diff': DATASETS,
  '/api/v1/datasets/:name': DATASETS,
  '/api/v1/datasets/:name/versions': DATASETS,
  '/api/v1/datasets/:name/versions/:version': DATASETS,
  '/api/v1/datasets/:name/versions/:version/manifest': DATASETS,
  '/api/v1/datasets/:name/versions/:version/repair-plan': DATASETS,
  '/api/v1/datasets/:name/lineage': DATASETS,
  '/api/v1/datasets/:name/lineage/graph': DATASETS,
  '/api/v1/executions/:id/lineage': EXECUTIONS,
  // Whichever they are: those of the others are asked for too.
  '/api/v1/alerts/:number': () => [1, 2],
  '/api/v1/incidents/:number': () => [1, 2, 3, 4, 5, 6],
  '/api/v1/deliveries/:number': () => Array.from({ length: 20 }, (_, index) => index + 1),
  '/api/v1/challengers/:number': () => [1, 2, 3],
  '/api/v1/pipelines/:name': PIPELINES,
  '/api/v1/pipelines/:name/graph': PIPELINES,
  '/api/v1/pipelines/:name/outlook': PIPELINES,
  '/api/v1/pipelines/:name/trigger': PIPELINES,
  '/api/v1/backfills/:id': ({ backfills }) => [...backfills, 'latest'],
};

/** What stands in each part of a query that the contract names. */
const QUERIES: { readonly [part: string]: Values } = {
  pipeline: PIPELINES,
  mapRun: ({ mapRuns }) => mapRuns,
  bus: ({ buses }) => buses,
  channel: ({ name }) => ['outbox', `${name}-hook`],
  thread: ({ name }) => [`execution-${name}`],
  kind: () => ['dms-task'],
  account: ({ name }) => [name, '111122223333'],
  subject: ({ name }) => [`aws:111122223333:eu-central-1:dms-task:${name}-task`],
  queue: ({ name }) => ['default', `arn:aws:sqs:us-east-1:000000000000:${name}`],
  state: () => ['Ask', 'Echo', 'MISSING'],
  interval: () => ['2026-11-02'],
  cursor: ({ name }) => cursors.get(name) ?? [],
  q: ({ name }) => ['', `${name}-data`, `team:${name}`, `pipeline:${name}*`],
  // These choose among what is seen anyway.
  since: () => ['1d'],
  until: () => ['1s'],
  count: () => ['all'],
  record: () => ['with'],
  status: () => ['FAILED', 'RUNNING', 'OPEN'],
  testRuns: () => ['only', 'without'],
  rows: () => ['leave'],
  monitor: ({ name }) => [`${name}-watch`],
  owner: () => ['-'],
  problem: () => ['run'],
  level: () => ['critical'],
  folded: () => ['true'],
  days: () => [30],
  minutes: () => [60],
  zone: () => ['Europe/Berlin'],
  limit: () => [1, 100],
  after: () => [0],
  below: () => [1_000_000],
  version: () => [1],
  data: () => ['none'],
  namespace: ({ name }) => [`s3://${name}`],
  direction: () => ['down'],
  hops: () => [5],
  per: () => ['any'],
  open: () => ['v1.up,v2.down,t1.up,t2.down'],
  columns: () => ['true'],
  order: () => ['newest-first'],
  from: () => ['tail', 'Extract', '2020-01-01', 'current'],
  to: ({ name }) => ['2040-01-01', `${name}-data`],
  key: () => ['n'],
  stamps: () => ['compare'],
  definition: () => ['current'],
  wait: () => [0],
  next: () => [3],
  tag: ({ name }) => [`owner:${name}`, 'owner'],
  by: () => ['owner', 'team'],
  actor: ({ name }) => [name],
  head: () => [`1:${'0'.repeat(64)}`],
  group: ({ name }) => [name, ''],
  items: () => [0, 1],
  name: ({ pipelines, name }) => [...pipelines, `${name}/${name}-daily`, `${name}-permits`],
};

/** Routes that read and tell of no team's things: asked all the same. */
const OF_NOBODY = new Set([
  'GET /api/v1/health',
  'GET /api/v1/lineage/openlineage',
  'GET /api/v1/restore',
  'GET /api/v1/drain',
  'GET /api/v1/audit/verification',
  'GET /api/v1/openapi.json',
  'GET /api/v1/session',
  // Of what the caller holds as a worker: test/workers/lies.test.ts.
  'GET /api/v1/workers/attempts/:id/files',
  'GET /api/v1/workers/attempts/:id/blobs/:sha256',
  'GET /schema/v1.json',
  'GET /login',
  'GET /act',
  'GET /login/oidc',
  'GET /login/oidc/callback',
]);
/** Tells things that have no name in them: the graph of a pipeline, what an execution's states would do. */
const WITHOUT_MARK = new Set([
  'GET /api/v1/pipelines/:name/graph',
  'GET /api/v1/executions/:id/logs',
  'GET /api/v1/executions/:id/jobs',
  'GET /api/v1/executions/:id/redrive-plan',
  // None of these does anything to the outside: test/test-runs/effects.test.ts.
  'GET /api/v1/executions/:id/effects',
  // None of these runs SQL, and no columns have changed: test/datasets/catalogue.test.ts.
  'GET /api/v1/executions/:id/working',
  'GET /api/v1/datasets/:name/schema-history',
  // Needs weeks of results to tell anything: test/monitoring/outlooks.test.ts.
  'GET /api/v1/outlooks',
  // No worker is connected there: test/workers/lies.test.ts.
  'GET /api/v1/workers',
  // Counts.
  'GET /api/v1/watching',
  'GET /api/v1/pipelines/:name/outlook',
]);
/** Needs a signature: asked by the SDK, `[operation, input]`. */
const SIGNED_READS: {
  readonly [route: string]: (of: PopulatedTeam) => readonly (readonly [string, object])[];
} = {
  'GET /schedules': ({ name }) => [
    ['ListSchedules', {}],
    ['ListSchedules', { NamePrefix: name }],
    ['ListSchedules', { GroupName: `${name}-group` }],
  ],
  'GET /schedules/:member': ({ name }) => [['GetSchedule', { Name: `${name}-hourly` }]],
  'GET /schedule-groups': ({ name }) => [
    ['ListScheduleGroups', {}],
    ['ListScheduleGroups', { NamePrefix: name }],
  ],
  'GET /schedule-groups/:member': ({ name }) => [['GetScheduleGroup', { Name: `${name}-group` }]],
  'GET /tags/:member': ({ name }) => [
    [
      'ListTagsForResource',
      { ResourceArn: `arn:aws:scheduler:us-east-1:000000000000:schedule-group/${name}-group` },
    ],
  ],
};
const STREAM = 'GET /api/v1/events';

/** Cursors of pages that a team has seen, and the numbers of its executions. */
const cursors = new Map<string, string[]>();
const numbers = new Map<string, string[]>();
/** Tokens that may only read, by team. */
const viewers = new Map<string, string>();

beforeAll(async () => {
  for (const { name, token } of world.teams) {
    const reader = { label: 'reader', role: 'viewer', teams: [name] } as const;
    viewers.set(name, await world.it.server.authenticator.issue('api', reader));
    const found: string[] = [];
    for (const list of ['executions', 'backfills', 'executions/latest/history', 'logs']) {
      const page = await world.it.request('GET', `${PREFIX}/${list}?limit=1`, { token });
      const { next } = page.json<{ next?: string }>();
      if (next !== undefined) found.push(next);
    }
    cursors.set(name, found);
    const all = await world.it.request('GET', `${PREFIX}/executions?limit=1000`, { token });
    const { items } = all.json<{ items: { number: number }[] }>();
    numbers.set(
      name,
      items.map(({ number }) => `#${number}`),
    );
  }
});

/** Registered routes that read, but for the console's files. */
function reads(): string[] {
  const picture = world.it.server.app.printRoutes({ commonPrefix: false });
  const files = /^GET \/(assets\/|favicon|[^/]+\.(js|css|svg|woff2|json|map)$)/;
  return registeredRoutes(picture).filter(
    (route) => route.startsWith('GET ') && !files.test(route),
  );
}

/** The parts of a route's query, as the contract names them. */
function queryOf(route: string): string[] {
  const one = CONTRACT.find(({ method, path }) => `${method} ${PREFIX}${path}` === route);
  const { shape = {} } = (one?.schema.querystring ?? {}) as { shape?: object };
  return Object.keys(shape);
}

/** Every address of a route that is about things of a team, without `team=`, and the texts that were put in. */
function addressesOf(route: string, of: PopulatedTeam): { path: string; put: string[] }[] {
  const path = route.slice('GET '.length);
  const bases = path.includes(':')
    ? (PATHS_OF[path] as Values)(of).map((value) => ({
        path: path
          .replace(':version', 'current')
          .replace(':sha256', '0'.repeat(64))
          .replace(/:\w+/, encodeURIComponent(value)),
        put: [String(value)],
      }))
    : [{ path, put: [] }];
  const parts = queryOf(route).flatMap((part) =>
    (QUERIES[part] as Values)(of).map((value) => [part, String(value)] as const),
  );
  // Each part of the query with a few of the things is enough; each thing is asked for plainly.
  const few = bases.filter((_, index) => index % 5 === 0);
  return [
    ...bases,
    ...few.flatMap((base) =>
      parts.map(([part, value]) => ({
        path: `${base.path}?${part}=${encodeURIComponent(value)}`,
        put: [...base.put, value],
      })),
    ),
  ];
}

function foundIn(text: string, of: string): string[] {
  return (marks.get(of) ?? []).filter((mark) => text.includes(mark));
}

/** What an answer says by itself. A refusal may say again what was asked for, and nothing else. */
function ownWords({ status, text }: Answer, put: readonly string[]): string {
  if (status === 200) return text;
  const longest = [...put].sort((a, b) => b.length - a.length);
  return longest.reduce((rest, asked) => rest.replaceAll(asked, ''), text);
}

const label = (route: string): string => route.replace('GET ', '');

test('knows of every route that reads, and of every part of a query, what it can be asked about', () => {
  const unknown = reads().filter((route) => {
    const isKnown = OF_NOBODY.has(route) || route in SIGNED_READS || route === STREAM;
    return !isKnown && route.includes(':') && !(label(route) in PATHS_OF);
  });
  expect(unknown).toEqual([]);
  const parts = new Set(reads().flatMap((route) => (route === STREAM ? [] : queryOf(route))));
  expect([...parts].filter((part) => !(part in QUERIES))).toEqual([]);
  // And nothing that is no longer there.
  const routes = new Set(reads());
  const listed = [
    ...Object.keys(PATHS_OF).map((path) => `GET ${path}`),
    ...OF_NOBODY,
    ...WITHOUT_MARK,
    ...Object.keys(SIGNED_READS),
  ];
  expect(listed.filter((route) => !routes.has(route))).toEqual([]);
  expect(Object.keys(QUERIES).filter((part) => !parts.has(part))).toEqual([]);
  // The rows below are these: they are made before there is a server.
  expect(ROWS.map((route) => `GET ${route}`).sort()).toEqual(
    reads().filter((route) => !(route in SIGNED_READS) && route !== STREAM),
  );
});

const ROWS = ROUTES.filter(
  ({ method, route, signed }) => method === 'GET' && !signed && `GET ${route}` !== STREAM,
).map(({ route }) => route);

describe.each([
  [NAMES[0], NAMES[1]],
  [NAMES[1], NAMES[0]],
] as const)('to %s, with things of %s', (mine, theirs) => {
  const team = (name: string): PopulatedTeam =>
    world.teams.find((one) => one.name === name) as PopulatedTeam;

  test.each(ROWS)('GET %s shows nothing of theirs', async (path) => {
    const route = `GET ${path}`;
    const { it } = world;
    const callers = [
      ['its operator', team(mine).token, undefined],
      ['its operator, asking for theirs', team(mine).token, theirs],
      ['its operator, asking for all', team(mine).token, '*'],
      ['its viewer', viewers.get(mine) ?? '', undefined],
      ['whoever sees all, asking for its own', it.operator, mine],
    ] as const;
    let isSeen = false;
    for (const { path: address, put } of addressesOf(route, team(theirs))) {
      for (const [who, token, asked] of callers) {
        const query =
          asked === undefined ? '' : `${address.includes('?') ? '&' : '?'}team=${asked}`;
        const answer = await it.request('GET', address + query, { token });
        expect(answer.status, `${who} ${address}${query} ${answer.text}`).toBeLessThan(500);
        const said = ownWords(answer, asked === undefined ? put : [...put, asked]);
        expect(foundIn(said, theirs), `${who}: ${address}${query} ${said}`).toEqual([]);
      }
      // Whoever may see it does: with the same question.
      const { administers } = ROUTES.find((one) => one.route === path) ?? {};
      const token = administers ? it.operator : team(theirs).token;
      const seen = await it.request('GET', address, { token });
      if (WITHOUT_MARK.has(route)) isSeen ||= seen.status === 200;
      else isSeen ||= seen.status === 200 && foundIn(seen.text, theirs).length > 0;
    }
    expect(isSeen || OF_NOBODY.has(route)).toBe(true);
  });

  test.each(Object.keys(SIGNED_READS))('%s, signed, shows nothing of theirs', async (route) => {
    let isSeen = false;
    for (const [operation, input] of SIGNED_READS[route]?.(team(theirs)) ?? []) {
      const { answer, error, message } = await team(mine).call('scheduler', operation, input);
      // What an ARN names is said again by its name.
      const put = Object.values(input).flatMap((value) => [value, value.split('/').at(-1)]);
      const said = answer === undefined ? `${error} ${message}` : JSON.stringify(answer);
      const words = ownWords({ status: answer ? 200 : 400, text: said } as Answer, put);
      expect(foundIn(words, theirs), `${operation} ${said}`).toEqual([]);
      const own = await team(theirs).call('scheduler', operation, input);
      isSeen ||= foundIn(JSON.stringify(own.answer ?? ''), theirs).length > 0;
    }
    expect(isSeen).toBe(true);
  });

  test.each(['', `?team=${theirs}`, '?team=*', `?pipeline=${theirs}-daily`, '?pipeline=common'])(
    'live events%s tell nothing of theirs',
    async (query) => {
      const { engine } = world.it.server;
      const last = `last${query.replaceAll(/\W/g, '-')}`;
      const happens = async (): Promise<void> => {
        for (const name of ['common', `${theirs}-daily`]) {
          await engine.executions.run(EVERYTHING, {
            pipeline: name,
            team: theirs,
            input: { by: theirs },
          });
        }
        await engine.executions.run(EVERYTHING, { pipeline: 'common', team: mine, name: last });
      };
      const heard: string[] = [];
      let opened = 0;
      // What happens is heard by both, so it begins when both listen.
      const onOpen = (): void => {
        opened += 1;
        if (opened === 2) void happens();
      };
      const listen = (
        token: string,
        search: string,
        hear: (text: string) => void,
      ): ReturnType<typeof world.it.listen> =>
        world.it.listen(
          `${PREFIX}/events${search}`,
          (events) => {
            hear(JSON.stringify(events));
            return events.some(({ data }) => data.name === last && data.status === 'SUCCEEDED');
          },
          { token, onOpen },
        );
      let everything = '';
      const all = listen(world.it.operator, '', (text) => {
        everything = text;
      });
      // One that is told of nothing does not end: it is open until the server closes.
      void listen(team(mine).token, query, (text) => void heard.push(text));
      await all;
      // What was written to both before is there when the answer to a later request is.
      await world.it.request('GET', `${PREFIX}/session`);
      expect(foundIn(everything, theirs)).not.toEqual([]);
      expect(heard.length).toBeGreaterThan(0);
      for (const events of heard) expect(foundIn(events, theirs)).toEqual([]);
    },
  );
});
