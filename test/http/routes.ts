/**
 * Every address of the server, each with what it needs to be called: the matrix of the access tests.
 *
 * The tests compare this list with the routes that the server really has, so a new route fails until somebody has
 * written here who may call it.
 * @module
 */

import { CONTRACT } from '../../src/api/contract.js';
import { PREFIX } from '../../src/api/paths.js';
import type { Need } from '../../src/api/route.js';

export interface Route {
  method: string;
  /** As the server registers it, with `:id` and `:name`. */
  route: string;
  /** Answers without a token. */
  open?: true;
  /** There is nothing without a signature of AWS: see test/wire. */
  signed?: true;
  /** What the contract says. */
  needs: Need;
  /** Whoever may only read may not call it. */
  changes?: true;
  /** Only for those who administer the server. */
  administers?: true;
  /** The address names a thing that belongs to a team. */
  names?:
    | 'execution'
    | 'pipeline'
    | 'dataset'
    | 'backfill'
    | 'monitor'
    | 'alert'
    | 'incident'
    | 'silence'
    | 'delivery'
    | 'challenge';
  body?: unknown;
  query?: string;
}

const token = 'not-a-token-of-any-task';

/** A worker that says who it is. */
export const WORKER = {
  ...{ protocol: 1, name: 'tests', version: '0' },
  ...{ kinds: { echo: 1 }, tags: [], slots: 1 },
};

/** A run of somebody else, whole. */
export const LINEAGE_EVENT = {
  eventType: 'COMPLETE',
  eventTime: '2026-11-30T03:15:00Z',
  run: { runId: '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f' },
  job: { namespace: 'spark', name: 'orders' },
  inputs: [{ namespace: 's3://lake', name: 'raw/orders' }],
  outputs: [{ namespace: 's3://lake', name: 'clean/orders' }],
};

const LISTED: readonly Omit<Route, 'needs' | 'changes' | 'administers'>[] = [
  { method: 'GET', route: '/api/v1/executions' },
  { method: 'POST', route: '/api/v1/executions', body: { pipeline: 'own-echo' } },
  { method: 'GET', route: '/api/v1/executions/:id', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/states', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/history', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/logs', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/jobs', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/test-report', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/effects', names: 'execution' },
  { method: 'POST', route: '/api/v1/executions/:id/stop', names: 'execution' },
  { method: 'POST', route: '/api/v1/executions/:id/redrive', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/redrive-plan', names: 'execution' },
  { method: 'GET', route: '/api/v1/executions/:id/repair-plan', names: 'execution' },
  { method: 'GET', route: '/api/v1/catalogue', query: '?q=own' },
  { method: 'POST', route: '/api/v1/sql', body: { sql: 'SELECT 1' } },
  { method: 'GET', route: '/api/v1/executions/:id/working', names: 'execution' },
  { method: 'GET', route: '/api/v1/datasets/:name/use', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/schema-history', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/versions/:version/rows', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/versions/:version/profile', names: 'dataset' },
  { method: 'GET', route: '/api/v1/arrivals' },
  { method: 'GET', route: '/api/v1/partners' },
  { method: 'GET', route: '/api/v1/datasets/:name/diff', names: 'dataset' },
  { method: 'GET', route: '/api/v1/challengers' },
  { method: 'GET', route: '/api/v1/challengers/:number', names: 'challenge' },
  { method: 'POST', route: '/api/v1/challengers/:number/stop', names: 'challenge' },
  { method: 'POST', route: '/api/v1/challengers/:number/promote' },
  {
    method: 'POST',
    route: '/api/v1/pipelines/:name/challengers',
    body: { text: 'pipeline: own-echo' },
  },
  { method: 'GET', route: '/api/v1/datasets' },
  { method: 'GET', route: '/api/v1/datasets/:name', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/versions', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/versions/:version', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/versions/:version/manifest', names: 'dataset' },
  {
    method: 'POST',
    route: '/api/v1/datasets/:name/rollback',
    names: 'dataset',
    body: { version: 'current' },
  },
  { method: 'GET', route: '/api/v1/datasets/:name/lineage', names: 'dataset' },
  { method: 'GET', route: '/api/v1/datasets/:name/lineage/graph', names: 'dataset' },
  {
    method: 'GET',
    route: '/api/v1/datasets/:name/versions/:version/repair-plan',
    names: 'dataset',
  },
  { method: 'GET', route: '/api/v1/executions/:id/lineage', names: 'execution' },
  { method: 'GET', route: '/api/v1/lineage/datasets' },
  { method: 'POST', route: '/api/v1/lineage/openlineage', body: LINEAGE_EVENT },
  { method: 'GET', route: '/api/v1/lineage/openlineage' },
  { method: 'GET', route: '/api/v1/logs' },
  { method: 'GET', route: '/api/v1/pools' },
  {
    method: 'PUT',
    route: '/api/v1/pools/:name',
    body: { slots: 1 },
  },
  { method: 'DELETE', route: '/api/v1/pools/:name' },
  { method: 'GET', route: '/api/v1/cluster-pools' },
  { method: 'GET', route: '/api/v1/workers' },
  { method: 'POST', route: '/api/v1/workers/claim', query: '?wait=0', body: { worker: WORKER } },
  {
    method: 'POST',
    route: '/api/v1/workers/heartbeat',
    body: { worker: WORKER, attempts: [], beats: [] },
  },
  { method: 'POST', route: '/api/v1/workers/goodbye', body: {} },
  {
    method: 'POST',
    route: '/api/v1/workers/attempts/:id/logs',
    body: { first: 0, records: [] },
  },
  {
    method: 'POST',
    route: '/api/v1/workers/attempts/:id/outcome',
    body: { outcome: { type: 'succeeded', output: 1 } },
  },
  {
    method: 'POST',
    route: '/api/v1/workers/outcomes',
    body: { outcomes: [{ attempt: 'none', outcome: { type: 'succeeded', output: 1 } }] },
  },
  { method: 'GET', route: '/api/v1/workers/attempts/:id/files' },
  { method: 'GET', route: '/api/v1/workers/attempts/:id/blobs/:sha256' },
  { method: 'PUT', route: '/api/v1/workers/attempts/:id/blobs/:sha256' },
  {
    method: 'POST',
    route: '/api/v1/checks',
    body: { name: 'permits', status: 'OK' },
  },
  {
    method: 'POST',
    route: '/api/v1/alertmanager',
    body: { version: '4', alerts: [{ status: 'firing', labels: { alertname: 'DiskFull' } }] },
  },
  { method: 'GET', route: '/api/v1/checks' },
  { method: 'GET', route: '/api/v1/board' },
  { method: 'GET', route: '/api/v1/expectations' },
  { method: 'GET', route: '/api/v1/expectation-changes' },
  { method: 'GET', route: '/api/v1/expectations/explain', query: '?name=own-echo' },
  { method: 'GET', route: '/api/v1/overview' },
  { method: 'GET', route: '/api/v1/costs' },
  { method: 'GET', route: '/api/v1/outlooks' },
  { method: 'GET', route: '/api/v1/watched' },
  { method: 'GET', route: '/api/v1/watched-runs', query: '?subject=aws:1:r:glue-job:none' },
  { method: 'GET', route: '/api/v1/watching' },
  { method: 'GET', route: '/api/v1/pipelines/:name/outlook', names: 'pipeline' },
  { method: 'GET', route: '/api/v1/monitors' },
  { method: 'GET', route: '/api/v1/monitors/:name', names: 'monitor' },
  { method: 'PUT', route: '/api/v1/monitors/:name', body: { critical: 2 } },
  { method: 'DELETE', route: '/api/v1/monitors/:name', names: 'monitor' },
  {
    method: 'POST',
    route: '/api/v1/monitors/backtest',
    body: { monitor: { critical: 2 } },
  },
  { method: 'GET', route: '/api/v1/alerts' },
  { method: 'GET', route: '/api/v1/alerts/:number', names: 'alert' },
  { method: 'GET', route: '/api/v1/incidents' },
  { method: 'GET', route: '/api/v1/incidents/:number', names: 'incident' },
  {
    method: 'POST',
    route: '/api/v1/incidents/:number/acts',
    names: 'incident',
    body: { type: 'acknowledge' },
  },
  { method: 'GET', route: '/api/v1/incident-means' },
  { method: 'GET', route: '/api/v1/silences' },
  {
    method: 'POST',
    route: '/api/v1/silences',
    body: { until: Date.now() + 86_400_000, reason: 'moving' },
  },
  { method: 'DELETE', route: '/api/v1/silences/:number', names: 'silence' },
  { method: 'GET', route: '/api/v1/on-call' },
  { method: 'GET', route: '/api/v1/channels' },
  { method: 'POST', route: '/api/v1/channels/:name/test' },
  { method: 'GET', route: '/api/v1/digest' },
  { method: 'POST', route: '/api/v1/digest', body: {} },
  { method: 'GET', route: '/api/v1/deliveries' },
  { method: 'GET', route: '/api/v1/deliveries/:number', names: 'delivery' },
  {
    method: 'POST',
    route: '/api/v1/deliveries/:number/retry',
    names: 'delivery',
  },
  { method: 'GET', route: '/api/v1/backfills' },
  {
    method: 'POST',
    route: '/api/v1/backfills',
    body: { pipeline: 'own-echo', from: '2026-11-01', to: '2026-11-01' },
  },
  { method: 'GET', route: '/api/v1/backfills/:id', names: 'backfill' },
  { method: 'POST', route: '/api/v1/backfills/:id/stop', names: 'backfill' },
  { method: 'GET', route: '/api/v1/events' },
  { method: 'GET', route: '/api/v1/pipelines' },
  { method: 'GET', route: '/api/v1/pipelines/:name', names: 'pipeline' },
  { method: 'GET', route: '/api/v1/pipelines/:name/graph', names: 'pipeline' },
  { method: 'GET', route: '/api/v1/problems' },
  { method: 'POST', route: '/api/v1/reload' },
  {
    method: 'POST',
    route: '/api/v1/tasks/success',
    body: { token, output: 1 },
  },
  { method: 'POST', route: '/api/v1/tasks/failure', body: { token } },
  { method: 'POST', route: '/api/v1/tasks/heartbeat', body: { token } },
  { method: 'POST', route: '/api/v1/login-links' },
  { method: 'GET', route: '/api/v1/access-keys' },
  { method: 'POST', route: '/api/v1/access-keys', body: {} },
  { method: 'DELETE', route: '/api/v1/access-keys/:id' },
  { method: 'GET', route: '/api/v1/restore' },
  { method: 'POST', route: '/api/v1/restore/resume' },
  { method: 'POST', route: '/api/v1/backups' },
  { method: 'GET', route: '/api/v1/drain' },
  { method: 'POST', route: '/api/v1/drain', body: { timeoutSeconds: 600 } },
  { method: 'DELETE', route: '/api/v1/drain' },
  { method: 'GET', route: '/api/v1/tokens' },
  {
    method: 'POST',
    route: '/api/v1/tokens',
    body: { teams: ['own'], label: 'w' },
  },
  { method: 'DELETE', route: '/api/v1/tokens/:id' },
  {
    method: 'POST',
    route: '/api/v1/events',
    body: { events: [{ source: 's', detailType: 'd', detail: {} }] },
  },
  { method: 'GET', route: '/api/v1/stored-events' },
  { method: 'GET', route: '/api/v1/dead-letters' },
  {
    method: 'POST',
    route: '/api/v1/test-pattern',
    body: { pattern: { source: ['s'] }, event: {} },
  },
  { method: 'GET', route: '/api/v1/pipelines/:name/trigger', names: 'pipeline' },
  { method: 'GET', route: '/api/v1/schedules' },
  { method: 'GET', route: '/api/v1/audit' },
  { method: 'GET', route: '/api/v1/audit/verification' },
  { method: 'GET', route: '/api/v1/users' },
  { method: 'PUT', route: '/api/v1/users/:name', body: { roles: { own: 'viewer' } } },
  { method: 'DELETE', route: '/api/v1/users/:name' },
  { method: 'POST', route: '/api/v1/users/:name/login-link' },
  { method: 'GET', route: '/api/v1/accounts' },
  { method: 'POST', route: '/api/v1/accounts/:name/check', body: { watch: ['glue'] } },
  { method: 'GET', route: '/api/v1/secrets' },
  {
    method: 'PUT',
    route: '/api/v1/secrets/:name',
    body: { value: 'some value that is kept' },
  },
  { method: 'DELETE', route: '/api/v1/secrets/:name' },
  { method: 'GET', route: '/api/v1/webhooks' },
  {
    method: 'POST',
    route: '/api/v1/webhooks',
    body: { name: 'w', source: 's' },
  },
  {
    method: 'POST',
    route: '/api/v1/webhooks/:name/rotate',
    body: {},
  },
  { method: 'DELETE', route: '/api/v1/webhooks/:name' },
  { method: 'GET', route: '/metrics' },
  { method: 'GET', route: '/api/v1/session' },
  { method: 'POST', route: '/api/v1/logout' },
  { method: 'GET', route: '/api/v1/health', open: true },
  { method: 'GET', route: '/api/v1/openapi.json', open: true },
  { method: 'GET', route: '/schema/v1.json', open: true },
  { method: 'GET', route: '/schedules', signed: true },
  { method: 'GET', route: '/schedules/:member', signed: true },
  { method: 'POST', route: '/schedules/:member', signed: true },
  { method: 'PUT', route: '/schedules/:member', signed: true },
  { method: 'DELETE', route: '/schedules/:member', signed: true },
  { method: 'GET', route: '/schedule-groups', signed: true },
  { method: 'GET', route: '/schedule-groups/:member', signed: true },
  { method: 'POST', route: '/schedule-groups/:member', signed: true },
  { method: 'DELETE', route: '/schedule-groups/:member', signed: true },
  { method: 'GET', route: '/tags/:member', signed: true },
  { method: 'POST', route: '/tags/:member', signed: true },
  { method: 'DELETE', route: '/tags/:member', signed: true },
  // Its requests are signed instead: test/wire.
  { method: 'POST', route: '/', open: true, body: {} },
  // Its requests are signed instead: webhooks.test.ts.
  { method: 'POST', route: '/api/v1/webhooks/:name', open: true, body: {} },
  // There is none, unless the server knows a provider: oidc.test.ts.
  { method: 'GET', route: '/login/oidc', open: true },
  { method: 'GET', route: '/login/oidc/callback', open: true },
  // It needs a login token in its query instead.
  { method: 'GET', route: '/login', open: true, query: '?token=wrong' },
  { method: 'GET', route: '/act', open: true, query: '?token=wrong' },
  { method: 'POST', route: '/act', open: true, query: '?token=wrong' },
];

/** Each with what the contract says that it needs. */
export const ROUTES: readonly Route[] = LISTED.map((route) => {
  const path = route.route.replace(PREFIX, '');
  const told = CONTRACT.find((one) => one.method === route.method && one.path === path);
  const needs = told?.schema.needs ?? 'viewer';
  return {
    ...route,
    needs,
    ...(needs === 'viewer' || needs === 'nobody' ? {} : { changes: true }),
    ...(needs === 'server' ? { administers: true } : {}),
  };
});

/** The path of a route with a thing's id or name in its place. */
export function pathOf(route: Route, id = 'latest', name = 'own-echo'): string {
  const path = route.route
    .replace(':id', encodeURIComponent(id))
    .replace(':name', encodeURIComponent(name))
    .replace(':version', 'current')
    .replace(':sha256', '0'.repeat(64))
    .replace(':number', id === 'latest' ? '1' : encodeURIComponent(id));
  return path + (route.query ?? '');
}

/** `METHOD /path` of every route in the picture that `printRoutes({ commonPrefix: false })` draws. */
export function registeredRoutes(picture: string): string[] {
  const found: string[] = [];
  const above: string[] = [];
  for (const line of picture.split('\n')) {
    const [, indent, path, methods] = /^([│ ]*)[├└]── (\S+) \(([^)]+)\)/.exec(line) ?? [];
    if (indent === undefined || path === undefined || methods === undefined) continue;
    const depth = indent.length / 4;
    above.length = depth;
    above[depth] = path;
    for (const method of methods.split(', ')) found.push(`${method} ${above.join('')}`);
  }
  return found.sort();
}
