/**
 * All routes of the REST API. Tests walk over it: what is not here, the server does not answer.
 * @module
 */

import * as accessKeys from './access-keys.js';
import * as accounts from './accounts.js';
import * as alertmanager from './alertmanager.js';
import * as arrivals from './arrivals.js';
import * as audit from './audit.js';
import * as backfills from './backfills.js';
import * as backups from './backups.js';
import * as catalogue from './catalogue.js';
import * as challengers from './challengers.js';
import * as checks from './checks.js';
import * as clusterPools from './cluster-pools.js';
import * as costs from './costs.js';
import * as datasets from './datasets.js';
import * as digests from './digests.js';
import * as drain from './drain.js';
import * as events from './events.js';
import * as executions from './executions.js';
import * as expectations from './expectations.js';
import * as health from './health.js';
import * as incidents from './incidents.js';
import * as lineage from './lineage.js';
import * as lineageGraph from './lineage-graph.js';
import * as logs from './logs.js';
import * as monitors from './monitors.js';
import * as notifications from './notifications.js';
import * as outlooks from './outlooks.js';
import * as overview from './overview.js';
import * as partners from './partners.js';
import * as pipelines from './pipelines.js';
import * as pools from './pools.js';
import * as remoteJobs from './remote-jobs.js';
import type { Route } from './route.js';
import * as schedules from './schedules.js';
import * as secrets from './secrets.js';
import * as sessions from './sessions.js';
import * as tasks from './tasks.js';
import * as testRuns from './test-runs.js';
import * as tokens from './tokens.js';
import * as traces from './traces.js';
import * as triggers from './triggers.js';
import * as users from './users.js';
import * as versionDiff from './version-diff.js';
import * as watched from './watched.js';
import * as webhooks from './webhooks.js';
import * as workers from './workers.js';

const CAPABILITIES = [
  executions,
  traces,
  remoteJobs,
  logs,
  pipelines,
  triggers,
  alertmanager,
  backfills,
  events,
  schedules,
  checks,
  expectations,
  monitors,
  incidents,
  notifications,
  arrivals,
  partners,
  datasets,
  lineage,
  lineageGraph,
  catalogue,
  versionDiff,
  challengers,
  digests,
  overview,
  outlooks,
  watched,
  costs,
  pools,
  clusterPools,
  workers,
  tasks,
  accessKeys,
  testRuns,
  tokens,
  accounts,
  secrets,
  audit,
  users,
  webhooks,
  sessions,
  backups,
  drain,
  health,
];

export const CONTRACT: readonly Route[] = CAPABILITIES.flatMap((capability) =>
  Object.values(capability as { readonly [name: string]: unknown }).filter(isRoute),
);

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value;
}
