/**
 * Every answer of every route, with things of every kind behind it, is what the contract says and nothing more: a member
 * that the contract does not name fails here.
 * @module
 */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { CONTRACT } from '../../src/api/contract.js';
import type { Execution } from '../../src/api/executions.js';
import { PATHS, PREFIX, pathTo } from '../../src/api/paths.js';
import type { Route } from '../../src/api/route.js';
import { liveChangeSchema } from '../../src/api/traces.js';
import type { Trigger } from '../../src/api/triggers.js';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { askCatalogue, askDatasets, askLineage } from './dataset-answers.js';
import { askDrain, askRestored } from './operating-answers.js';
import {
  openPopulatedServer,
  type PopulatedServer,
  type PopulatedTeam,
} from './populated-server.js';
import type { RequestOptions } from './test-server.js';
import { askChallengers, askTestRuns } from './trial-answers.js';
import { askWorkers } from './worker-answers.js';

let world: PopulatedServer;
let team: PopulatedTeam;
/** Routes that have answered what they were asked for. */
const answered = new Set<string>();
let asked = 0;

beforeAll(async () => {
  world = await openPopulatedServer(['alder']);
  team = world.teams[0] as PopulatedTeam;
}, 180_000);
afterAll(() => world.close());
afterEach(() => {
  // A test that asked for nothing has shown nothing.
  expect(asked).toBeGreaterThan(0);
  asked = 0;
});

/** Asks, and holds the answer against the contract. @returns it */
async function ask<Body = JsonObject>(
  method: string,
  path: string,
  status: number,
  options: RequestOptions = {},
): Promise<Body> {
  asked += 1;
  const answer = await world.it.request(method, PREFIX + path, options);
  expect(answer.status, `${method} ${path} ${answer.text}`).toBe(status);
  const route = routeOf(method, path);
  const schema = schemaOf(route, status);
  if (status < 300) answered.add(`${route.method} ${route.path}`);
  if (status === 204) {
    expect(answer.text).toBe('');
    return undefined as Body;
  }
  const body = answer.json<Body>();
  const { error } = schema.safeParse(body);
  expect(error === undefined ? '' : z.prettifyError(error), `${method} ${path}`).toBe('');
  return body;
}

/** The route that a path is one of: the one with the fewest names in it. */
function routeOf(method: string, path: string): Route {
  const [bare = ''] = path.split('?');
  const fits = (route: Route): boolean =>
    route.method === method &&
    new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(bare);
  const found = CONTRACT.find(fits);
  if (found === undefined) throw new Error(`No route of the contract: ${method} ${path}`);
  return found;
}

function schemaOf({ method, path, schema }: Route, status: number): z.ZodType {
  const found = schema.response[status] ?? schema.response[`${String(status)[0]}xx`];
  if (found instanceof z.ZodType) return found;
  throw new Error(`The contract of ${method} ${path} tells of no ${status}`);
}

test('is strict: a member that the contract does not name is found', () => {
  asked += 1;
  const schema = schemaOf(routeOf('GET', PATHS.pools), 200);
  const pool = { name: 'a', slots: 1, taken: 0, waiting: 0 };
  expect(schema.safeParse({ items: [pool] }).success).toBe(true);
  expect(schema.safeParse({ items: [{ ...pool, colour: 'red' }] }).success).toBe(false);
  expect(schema.safeParse({ items: [pool], more: true }).success).toBe(false);
});

test('executions, alone and in lists, with all that is known of them', async () => {
  const { items } = await ask<{ items: Execution[] }>('GET', `${PATHS.executions}?limit=1000`, 200);
  const seen = new Set(items.flatMap((item) => Object.keys(item)));
  for (const mapRun of team.mapRuns) {
    const query = `?mapRun=${encodeURIComponent(mapRun)}`;
    const children = await ask<{ items: Execution[] }>('GET', PATHS.executions + query, 200);
    for (const key of children.items.flatMap((item) => Object.keys(item))) seen.add(key);
  }
  const told = ['arn', 'alias', 'publishedVersion', 'testCase', 'redrivenAt', 'triggeredBy'];
  expect([...seen]).toEqual(
    expect.arrayContaining([...told, 'interval', 'queued', 'parent', 'mapRun', 'mapRunArn']),
  );
  const page = await ask<{ next?: string }>('GET', `${PATHS.executions}?limit=1`, 200);
  expect(page.next).toBeDefined();
  expect(team.executions.length).toBeGreaterThan(10);
  for (const id of team.executions) {
    await ask('GET', pathTo(PATHS.execution, { id }), 200);
    const states = pathTo(PATHS.states, { id });
    const { items: visits } = await ask<{ items: object[] }>('GET', states, 200);
    await ask('GET', `${states}?data=none`, 200);
    await ask('GET', pathTo(PATHS.history, { id }), 200);
    await ask('GET', pathTo(PATHS.logs, { id }), 200);
    await ask('GET', pathTo(PATHS.jobs, { id }), 200);
    await ask('GET', pathTo(PATHS.repairPlan, { id }), 200);
    expect(visits.length).toBeLessThan(10);
  }
});

test('test runs, what they would have done, and why an execution that is none has no report', () =>
  askTestRuns(ask, world.it.server.engine, team.executions[0] ?? ''));
test('log lines of a task that prints', async () => {
  const { engine } = world.it.server;
  const command = ['sh', '-c', 'echo plain; echo \'{"level":"warn","message":"m","rows":2}\''];
  await engine.pipelines.deploy({
    name: 'alder-prints',
    team: 'alder',
    tags: { step: 'print' },
    definition: {
      StartAt: 'Print',
      States: {
        Print: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Parameters: { command },
          ResultPath: null,
          End: true,
        },
      },
    } as never,
    bindings: {},
    folder: world.it.data,
  });
  const { id } = await engine.executions.run(EVERYTHING, { pipeline: 'alder-prints' });
  const { items } = await ask<{ items: JsonObject[] }>('GET', pathTo(PATHS.logs, { id }), 200);
  expect(items.length).toBeGreaterThan(1);
  expect(items.some(({ fields }) => fields !== undefined)).toBe(true);
  const search = `${PATHS.logSearch}?q=execution:${id}&record=with&limit=1&count=all`;
  const found = await ask<{ items: JsonObject[]; next?: string }>('GET', search, 200);
  expect(found).toMatchObject({
    items: [
      { execution: id, record: { stepfunctionName: 'alder-prints', step: 'print', rows: 2 } },
    ],
    count: { value: items.length, isExact: true },
  });
  await ask('GET', `${search}&cursor=${found.next}`, 200);
  await ask('GET', `${PATHS.logSearch}?q=levle:error`, 400);
});

test('starts, stops and redrives', async () => {
  const token = team.token;
  const body = { pipeline: 'alder-daily', name: 'again', input: {} };
  await ask('POST', PATHS.executions, 201, { token, body });
  await ask('POST', PATHS.executions, 200, { token, body });
  const waited = { token, body: { pipeline: 'alder-failing' } };
  const failed = await ask('POST', `${PATHS.executions}?wait=20`, 200, waited);
  const id = String(failed.id);
  expect(failed.status).toBe('FAILED');
  const plan = await ask<{ items: object[] }>('GET', pathTo(PATHS.redrivePlan, { id }), 200);
  expect(plan.items).toHaveLength(2);
  const redriven = await ask('POST', pathTo(PATHS.redrive, { id }), 200, { token, body: {} });
  expect(redriven.notes).toHaveLength(2);
  await ask('POST', pathTo(PATHS.stop, { id: 'alder-pooled/alder-second' }), 200, { token });
  await ask('POST', PATHS.executions, 409, { token, body: { ...body, input: { other: true } } });
  await ask('POST', PATHS.executions, 400, { token, body: { name: 1 } });
  await ask('GET', pathTo(PATHS.execution, { id: 'nowhere' }), 404);
});

test('a repair plan with something to repair', async () => {
  const { engine } = world.it.server;
  const interval = '2026-11-02';
  const { deployment } = await engine.pipelines.describe(EVERYTHING, 'alder-follows');
  const allOf = [{ name: 'alder-daily' }, { name: 'alder-delivery' }];
  // It waits for another one too, so it does not follow by itself.
  const sections = { trigger: { executions: { allOf } } };
  await engine.pipelines.deploy({ ...deployment, name: 'alder-both', sections });
  await engine.executions.run(EVERYTHING, { pipeline: 'alder-both', interval });
  const { id } = await engine.executions.run(EVERYTHING, {
    pipeline: 'alder-daily',
    name: 'later',
    interval,
  });
  const plan = await ask<{ items: object[] }>('GET', pathTo(PATHS.repairPlan, { id }), 200);
  expect(plan.items.length).toBeGreaterThan(0);
});

test('pipelines, their graphs, triggers and problems', async () => {
  const { items } = await ask<{ items: { recent: object[] }[] }>('GET', PATHS.pipelines, 200);
  expect(items.some(({ recent }) => recent.length > 0)).toBe(true);
  const seen = new Set<string>();
  for (const name of team.pipelines) {
    const { deployment } = await ask('GET', pathTo(PATHS.pipeline, { name }), 200);
    for (const key of Object.keys(deployment as JsonObject)) seen.add(key);
    const graph = await ask<{ nodes: object[] }>('GET', pathTo(PATHS.graph, { name }), 200);
    expect(graph.nodes.length).toBeGreaterThan(0);
    const trigger = await ask<Trigger>('GET', pathTo(PATHS.trigger, { name }), 200);
    for (const key of Object.keys(trigger)) seen.add(key);
    for (const rule of trigger.events ?? []) {
      for (const key of Object.keys(rule)) seen.add(`event ${key}`);
      if (rule.nearly.length > 0) seen.add('nearly');
    }
    for (const key of Object.keys(trigger.files ?? {})) seen.add(`files ${key}`);
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...[
        'stateMachine',
        'sections',
        'schedule',
        'clientSchedules',
        'upstreams',
        'files',
        'events',
      ],
      ...['event matched', 'event batch', 'nearly', 'files arrivals', 'files quarantined'],
    ]),
  );
  const { items: problems } = await ask<{ items: object[] }>('GET', PATHS.problems, 200);
  expect(problems.length).toBeGreaterThan(0);
  await ask('POST', PATHS.reload, 200);
});

test('backfills', async () => {
  const [id = ''] = team.backfills;
  const { items } = await ask<{ items: object[] }>('GET', PATHS.backfills, 200);
  expect(items.length).toBeGreaterThan(0);
  const { slots } = await ask('GET', pathTo(PATHS.backfill, { id }), 200);
  expect(slots).not.toEqual([]);
  const body = { pipeline: 'alder-daily', from: '2026-10-01', to: '2026-10-02' };
  const plan = await ask('POST', `${PATHS.backfills}?plan=true`, 200, { body });
  expect(plan.slots).toHaveLength(2);
  await world.it.server.engine.pipelines.deploy({
    ...(await world.it.server.engine.pipelines.describe(EVERYTHING, 'alder-pooled')).deployment,
    name: 'alder-slow',
    sections: { trigger: { schedule: { hour: 3 } } },
  });
  const slow = { ...body, pipeline: 'alder-slow' };
  const begun = await ask('POST', PATHS.backfills, 201, { body: slow });
  await ask('POST', pathTo(PATHS.stopBackfill, { id: String(begun.id) }), 200);
});

test('challengers', () => askChallengers(ask));

test('events, dead letters and patterns', async () => {
  const event = { source: 'alder-shop', detailType: 'returned', detail: {} };
  const token = team.token;
  const put = await ask('POST', PATHS.events, 200, { token, body: { events: [event] } });
  expect(put.results).toMatchObject([{ batched: [{ pipeline: 'alder-daily' }] }]);
  for (const path of [PATHS.storedEvents, PATHS.deadLetters]) {
    const { items } = await ask<{ items: object[] }>('GET', path, 200);
    expect(items.length, path).toBeGreaterThan(0);
  }
  const pattern = { source: ['shop'] };
  await ask('POST', PATHS.testPattern, 200, { body: { pattern, event: { source: 'shop' } } });
  await ask('POST', PATHS.testPattern, 200, { body: { pattern, event: { source: 'mail' } } });
});

test('checks, boards, expectations and the whole at a glance', async () => {
  const { token } = team;
  const told = {
    rows: 3,
    bytes: 9,
    files: 1,
    duration: 20,
    interval: '2026-11-20',
    execution: 'x',
  };
  const body = {
    name: 'alder-parcels',
    status: 'OK',
    cause: 'fine',
    tags: { owner: 'a' },
    ...told,
  };
  expect(await ask('POST', PATHS.checks, 201, { token, body })).toMatchObject(told);
  const foreign = { provider: 'aws', account: '111122223333', region: 'eu-west-1', kind: 'glue' };
  await ask('POST', PATHS.checks, 201, { token, body: { ...body, subject: foreign } });
  const checks = await ask<{ items: JsonObject[] }>('GET', PATHS.checks, 200);
  expect(new Set(checks.items.map(({ status }) => status))).toContain('CRITICAL');
  const board = await ask<{ items: JsonObject[] }>('GET', `${PATHS.board}?by=owner`, 200);
  expect(board.items.map(({ value }) => value)).toContain('alder');
  const tiles = `${PATHS.board}?by=owner&items=0`;
  const counted = (group: JsonObject) => ({ ...group, items: [] });
  const { items: bare } = await ask<{ items: JsonObject[] }>('GET', tiles, 200);
  expect(bare).toEqual(board.items.map(counted));
  for (const value of ['alder', '']) {
    const one = await ask<{ items: JsonObject[] }>(
      'GET',
      `${PATHS.board}?by=owner&group=${value}`,
      200,
    );
    // What an item says grows older while it is asked for.
    const shape = ({ items, ...group }: JsonObject) => [group, (items as object[]).length];
    const same = board.items.filter((group) => group.value === value);
    expect(one.items.map(shape)).toEqual(same.map(shape));
  }
  const expected = await ask<{ items: JsonObject[] }>('GET', PATHS.expectations, 200);
  expect(expected.items[0]).toMatchObject({ state: 'MISSING', reason: 'failed' });
  const changes = await ask<{ items: JsonObject[] }>('GET', PATHS.expectationChanges, 200);
  expect(changes.items[0]).toMatchObject({ from: 'EXPECTED', to: 'MISSING' });
  const explained = `${PATHS.explainExpectations}?name=alder-failing`;
  const { items } = await ask<{ items: JsonObject[] }>('GET', explained, 200);
  expect(items[0]).toMatchObject({ sentence: 'succeeded', changes: [{ to: 'MISSING' }] });
  await ask('GET', `${PATHS.executions}?q=status:failed`, 200);
  await ask('GET', `${PATHS.executions}?q=status:lost`, 400);
  await ask('GET', `${PATHS.storedEvents}?q=since:1d&after=0`, 200);
  await ask('GET', `${PATHS.storedEvents}?q=levle:1&bus=`, 400);
  const { items: costs } = await ask<{ items: JsonObject[] }>('GET', PATHS.costs, 200);
  expect(costs[0]).toMatchObject({ currency: 'USD', executions: expect.any(Number) });
  await ask('GET', `${PATHS.costs}?by=day&from=2026-02-30`, 400);
  await ask('GET', PATHS.watched, 200);
  await ask('GET', PATHS.watching, 200);
  const task = 'aws:111122223333:eu-central-1:dms-task:alder-task';
  const runs = await ask<{ items: JsonObject[] }>(
    'GET',
    `${PATHS.watchedRuns}?subject=${task}`,
    200,
  );
  expect(runs.items).toMatchObject([{ status: 'SUCCEEDED', by: 'event' }]);
  await ask('GET', `${PATHS.watchedRuns}?subject=aws:1:r:glue-job:none`, 404);
  await ask('GET', PATHS.outlooks, 200);
  const outlook = pathTo(PATHS.outlook, { name: 'alder-daily' });
  const { items: metrics } = await ask<{ items: JsonObject[] }>('GET', outlook, 200);
  expect(metrics[0]).toMatchObject({ metric: 'duration', band: [] });
  const overview = await ask('GET', PATHS.overview, 200);
  for (const part of ['late', 'failing', 'warning', 'running']) {
    expect(overview[part], part).not.toEqual([]);
  }
});

test('monitors, what they would have done, and their alerts', async () => {
  const { token } = team;
  const path = pathTo(PATHS.monitor, { name: 'twice' });
  const body = { on: 'checks', critical: 2, groupBy: ['owner'], mute: [] };
  await ask('PUT', path, 200, { token, body });
  await ask('PUT', path, 400, { token, body: { critical: 0, nose: 1 } });
  await ask('GET', path, 200);
  const { items } = await ask<{ items: JsonObject[] }>('GET', PATHS.monitors, 200);
  expect(items.map(({ name, open }) => [name, open])).toEqual([
    ['alder-watch', 1],
    ['twice', 0],
  ]);
  const told = await ask('POST', PATHS.backTest, 200, {
    ...{ token, body: { monitor: { newSource: 0 }, days: 7 } },
  });
  expect(told).toMatchObject({ sentence: expect.stringContaining('In the last 7 days') });
  expect(told.firings).not.toEqual([]);
  await ask('POST', PATHS.backTest, 200, { token, body: { name: 'alder-watch' } });
  await ask('POST', PATHS.backTest, 400, { token, body: {} });
  const alerts = await ask<{ items: JsonObject[] }>('GET', `${PATHS.alerts}?status=OPEN`, 200);
  expect(alerts.items).toMatchObject([{ monitor: 'alder-watch', name: 'owner: alder' }]);
  const alert = pathTo(PATHS.alert, { number: String(alerts.items[0]?.number) });
  expect(await ask('GET', alert, 200)).toMatchObject({
    changes: [{ type: 'TRIGGERED' }, { type: 'ESCALATED' }],
  });
  await ask('DELETE', path, 200, { token });
  await ask('GET', path, 404);
});

test('incidents, silences and who is on call', async () => {
  const { token } = team;
  const list = await ask<{ items: JsonObject[] }>('GET', `${PATHS.incidents}?status=all`, 200);
  const number = String(list.items[0]?.number);
  const path = pathTo(PATHS.incident, { number });
  const acts = pathTo(PATHS.incidentActs, { number });
  const { changes } = await ask<{ changes: JsonObject[] }>('GET', path, 200);
  expect(changes[0]).toMatchObject({ type: 'OPENED' });
  const until = Date.now() + 3_600_000;
  for (const body of [
    { type: 'acknowledge' },
    { type: 'assign', to: 'alder' },
    { type: 'snooze', until },
    { type: 'comment', text: 'asked' },
    { type: 'resolve', note: 'mended' },
    { type: 'comment', text: 'and again' },
  ]) {
    await ask('POST', acts, 200, { token, body });
  }
  await ask('POST', acts, 409, { token, body: { type: 'acknowledge' } });
  await ask('POST', acts, 400, { token, body: { type: 'explode' } });
  await ask('GET', pathTo(PATHS.incident, { number: 'nothing' }), 404);
  const means = await ask<{ items: JsonObject[] }>('GET', PATHS.incidentMeans, 200);
  expect(means.items).toMatchObject([{ acknowledged: 1, resolved: expect.any(Number) }]);
  const silence = { tags: { owner: 'alder' }, until, reason: 'moving' };
  const made = await ask('POST', PATHS.silences, 201, { token, body: silence });
  await ask('POST', PATHS.silences, 400, { token, body: { ...silence, until: 1 } });
  await ask('GET', PATHS.silences, 200);
  const one = pathTo(PATHS.silence, { number: String(made.number) });
  await ask('DELETE', one, 200, { token });
  await ask('DELETE', one, 404, { token });
  await ask('GET', PATHS.onCall, 200);
});

test('the digest of now, and sending it', async () => {
  const digest = await ask<JsonObject>('GET', `${PATHS.digest}?by=county&zone=Europe/Berlin`, 200);
  expect(digest).toMatchObject({
    group: 'county',
    html: expect.stringContaining('<!doctype html>'),
  });
  const { token } = team;
  const sent = await ask<JsonObject>('POST', PATHS.digest, 200, { token, body: { by: 'county' } });
  expect(sent).toEqual({ told: 1 });
  await ask('GET', `${PATHS.digest}?zone=Mars/Olympus`, 400);
  await ask('GET', `${PATHS.digest}?minutes=0`, 400);
  await ask('GET', `${PATHS.digest}?minutes=99999`, 400);
});

test('alerts of Prometheus', async () => {
  const { token } = team;
  const alerts = [{ status: 'firing', labels: { alertname: 'DiskFull' } }];
  const body = { version: '4', alerts };
  expect(await ask('POST', PATHS.alertmanager, 200, { token, body })).toEqual({ reported: 1 });
  await ask('POST', PATHS.alertmanager, 400, { token, body: { ...body, version: '3' } });
});

test('channels, and what was told by them', async () => {
  const { token } = team;
  const channels = await ask<{ items: JsonObject[] }>('GET', PATHS.channels, 200, { token });
  expect(channels.items).toMatchObject([{ name: 'outbox', team: 'alder', state: 'unused' }]);
  const sent = await ask('POST', pathTo(PATHS.testChannel, { name: 'outbox' }), 200, { token });
  expect(sent).toMatchObject({ status: 'DELIVERED', message: { kind: 'test' } });
  await ask('POST', pathTo(PATHS.testChannel, { name: 'none' }), 404, { token });
  const list = `${PATHS.deliveries}?channel=outbox&status=DELIVERED&limit=1`;
  const { items } = await ask<{ items: JsonObject[] }>('GET', list, 200);
  expect(items).toEqual([sent]);
  const number = String(sent.number);
  expect(await ask('GET', pathTo(PATHS.delivery, { number }), 200)).toEqual(sent);
  await ask('GET', pathTo(PATHS.delivery, { number: 'nonsense' }), 404);
  await ask('POST', pathTo(PATHS.retryDelivery, { number }), 409, { token });
  const channelsOfTeam = { hook: { type: 'webhook', url: 'http://127.0.0.1:9/' } };
  const file = { file: 'team.yaml', team: 'alder', sections: { channels: channelsOfTeam } };
  await world.it.server.engine.notifications.declare([file], []);
  const dead = await ask('POST', pathTo(PATHS.testChannel, { name: 'hook' }), 200, { token });
  await vi.waitFor(async () => {
    const path = pathTo(PATHS.delivery, { number: String(dead.number) });
    expect(await ask('GET', path, 200)).toMatchObject({ status: 'DEAD', tries: 1 });
  });
  const again = pathTo(PATHS.retryDelivery, { number: String(dead.number) });
  expect(await ask('POST', again, 200, { token })).toMatchObject({ number: dead.number });
});

test('datasets and their versions', () => askDatasets(ask, 'alder-data'));
test('the catalogue', () => askCatalogue(ask, 'alder-data'));
test('lineage, and events of others', () => askLineage(ask, 'alder-data'));
test('workers, and what they take', () => askWorkers(ask, world.it, answered));
test('schedules and pools', async () => {
  const { items } = await ask<{ items: JsonObject[] }>('GET', `${PATHS.schedules}?next=3`, 200);
  expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['pipeline', 'api']));
  const pool = pathTo(PATHS.pool, { name: 'shared' });
  await ask('PUT', pool, 200, { body: { slots: 3 } });
  const pools = await ask<{ items: JsonObject[] }>('GET', PATHS.pools, 200);
  expect(pools.items.map(({ name }) => name)).toEqual(['alder-pool', 'shared']);
  const clusters = await ask<{ items: JsonObject[] }>('GET', PATHS.clusterPools, 200);
  expect(clusters.items).toMatchObject([
    { name: 'alder-etl', team: 'alder', max: 2, clusters: [] },
  ]);
  await ask('DELETE', pool, 200);
});

test('tasks that wait for a token', async () => {
  const token = team.taskToken;
  await ask('POST', PATHS.taskHeartbeat, 200, { body: { token } });
  await ask('POST', PATHS.taskSuccess, 200, { body: { token, output: 1 } });
  const { engine } = world.it.server;
  const { definition } = (await engine.pipelines.describe(EVERYTHING, 'alder-asking')).deployment;
  await engine.pipelines.deploy({
    ...(await engine.pipelines.describe(EVERYTHING, 'alder-daily')).deployment,
    name: 'alder-asks',
    definition,
    sections: {},
  });
  const { id } = await engine.executions.start(EVERYTHING, { pipeline: 'alder-asks', input: {} });
  const child = await until(async () => {
    const { items } = await engine.executions.list(EVERYTHING, { pipeline: 'alder-machine' });
    return items.find(({ parent }) => parent === id);
  });
  const { input } = await engine.executions.describe(EVERYTHING, child.id);
  const body = { token: String((input as JsonObject).token), error: 'Late' };
  await ask('POST', PATHS.taskFailure, 200, { body });
});

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resume) => setTimeout(resume, 10));
  }
  throw new Error('It did not come.');
}

test('what administrators make', async () => {
  const key = await ask('POST', PATHS.accessKeys, 200, { body: { team: 'alder' } });
  expect((await ask<{ keys: object[] }>('GET', PATHS.accessKeys, 200)).keys.length).toBe(2);
  const id = String(key.accessKeyId);
  await ask('DELETE', pathTo(PATHS.accessKey, { id }), 200);

  const wanted = { teams: ['alder'], label: 'made', expires: '1d' };
  const made = await ask('POST', PATHS.tokens, 201, { body: wanted });
  const tokens = await ask<{ items: JsonObject[] }>('GET', PATHS.tokens, 200);
  expect(tokens.items.find((token) => token.id === made.id)).toHaveProperty('expiresAt');
  await ask('DELETE', pathTo(PATHS.token, { id: String(made.id) }), 200);

  const told = await ask<{ items: object[] }>('GET', `${PATHS.audit}?limit=5`, 200);
  expect(told.items).toHaveLength(5);
  await ask('GET', PATHS.auditVerification, 200);

  const ana = pathTo(PATHS.user, { name: 'ana@example.com' });
  await ask('PUT', ana, 200, { body: { roles: { alder: 'editor' }, email: 'ana@example.com' } });
  expect((await ask<{ items: object[] }>('GET', PATHS.users, 200)).items.length).toBe(2);
  await ask('POST', pathTo(PATHS.userLink, { name: 'ana@example.com' }), 201);
  await ask('DELETE', ana, 200);

  const known = await ask<{ items: object[] }>('GET', PATHS.accounts, 200);
  expect(known.items).toMatchObject([{ name: 'alder-lake' }, { name: 'shared' }]);
  const tried = pathTo(PATHS.checkAccount, { name: 'alder-lake' });
  expect(await ask('POST', tried, 200, { body: { watch: ['glue'] } })).toMatchObject({
    items: [{ action: 'sts:AssumeRole', state: 'unknown' }],
  });

  const kept = pathTo(PATHS.secret, { name: 'made' });
  await ask('PUT', `${kept}?team=alder`, 200, { body: { value: 'some value that is kept' } });
  expect((await ask<{ items: object[] }>('GET', PATHS.secrets, 200)).items.length).toBe(2);
  await ask('DELETE', kept, 200);

  const body = { name: 'made', team: 'alder', source: 'made', detailType: 'Made' };
  await ask('POST', PATHS.webhooks, 200, { body });
  const hook = pathTo(PATHS.webhook, { name: 'made' });
  const { secret } = await ask('POST', pathTo(PATHS.rotateWebhook, { name: 'made' }), 200, {
    body: {},
  });
  expect((await ask<{ webhooks: object[] }>('GET', PATHS.webhooks, 200)).webhooks.length).toBe(2);
  const time = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', String(secret)).update(`${time}.{}`).digest('hex');
  const headers = { 'millrace-timestamp': time, 'millrace-signature': `v1=${signature}` };
  await ask('POST', hook, 200, { token: null, raw: '{}', headers });
  await ask('DELETE', hook, 200);
});

test('sessions and health', async () => {
  const { token } = team;
  await ask('GET', PATHS.session, 200);
  await ask('GET', PATHS.session, 200, { token });
  await ask('POST', PATHS.loginLinks, 201, { token });
  await ask('POST', PATHS.logout, 204, { token });
  await ask('GET', PATHS.health, 200, { token: null });
  await ask('GET', PATHS.session, 401, { token: 'wrong' });
});

test('a backup, and whether the server waits', async () => {
  asked += 1;
  const backup = await world.it.request('POST', PREFIX + PATHS.backups, { body: {} });
  expect([backup.status, backup.text.slice(0, 15)]).toEqual([200, 'SQLite format 3']);
  answered.add(`POST ${PATHS.backups}`);
  await askRestored(ask, team.token);
});

test('a drain, and that it is undone', () => askDrain(ask, team.token));

test('live events', async () => {
  const { engine } = world.it.server;
  const run = async (): Promise<void> => {
    await engine.executions.run(EVERYTHING, { pipeline: 'alder-prints', name: 'heard' });
    const { deployment } = await engine.pipelines.describe(EVERYTHING, 'alder-daily');
    await engine.pipelines.deploy({ ...deployment, name: 'alder-new' });
  };
  const events = await world.it.listen(
    PREFIX + PATHS.events,
    (heard) => heard.some(({ event }) => event === 'pipeline'),
    { onOpen: () => void run() },
  );
  const changes = events.filter(({ event }) => !['hello', 'reset', 'beat'].includes(event));
  for (const { event, data } of changes) {
    asked += 1;
    const { error } = liveChangeSchema.safeParse(data);
    expect(error === undefined ? '' : z.prettifyError(error)).toBe('');
    expect(data.type).toBe(event);
  }
  const types = new Set(changes.map(({ event }) => event));
  expect(types).toEqual(new Set(['execution', 'history', 'log', 'pipeline']));
  answered.add(`GET ${PATHS.events}`);
});

test('no route was left out', () => {
  asked += 1;
  const all = CONTRACT.map(({ method, path }) => `${method} ${path}`);
  expect(all.filter((route) => !answered.has(route))).toEqual([]);
});
