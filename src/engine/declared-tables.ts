/**
 * Every table that kernel and features declare. Who copies records names them all; that none is missing says `test/support/declared-tables.test.ts`.
 * @module
 */

import type { AnyTable } from '../store/table.js';
import { ACTIVITIES } from './features/activities/activity-table.js';
import { POOLS } from './features/admission/pools.js';
import { AUDIT, AUDIT_ENDS } from './features/audit/audit-tables.js';
import { BACKFILLS } from './features/backfills/backfill-table.js';
import { BATCHES } from './features/bus/batches.js';
import { EVENTS } from './features/bus/event-table.js';
import { INDEXED, PROFILES, WORDS } from './features/catalogue/catalogue-tables.js';
import { CHALLENGES, COMPARISONS, PROMOTIONS } from './features/challengers/challenger-tables.js';
import { CHECK_RESULTS, CHECK_SERIES, PRODUCED_SO_FAR } from './features/checks/check-tables.js';
import {
  POOL_CLUSTERS,
  POOL_FILES,
  POOL_LEASES,
  POOL_MARK,
} from './features/cluster-pools/pool-tables.js';
import { COST_DAYS } from './features/costs/cost-table.js';
import {
  DATASETS,
  EDGES,
  INTERVALS,
  READ_VERSIONS,
  SHADOWS,
  VERSIONS,
} from './features/datasets/dataset-tables.js';
import { KEPT } from './features/datasets/kept-table.js';
import { DIGEST_MARKS, DIGEST_SECTIONS } from './features/digests/digest-tables.js';
import {
  EXPECTATION_CHANGES,
  EXPECTATION_CLOCK,
  STANDINGS,
} from './features/expectations/expectation-tables.js';
import { WATCH_FILES } from './features/expectations/watch-files.js';
import { ARRIVALS } from './features/files/arrival-watch.js';
import { WATCHED_PARTS } from './features/heartbeats/watch-table.js';
import {
  INCIDENT_CHANGES,
  INCIDENT_DAYS,
  INCIDENTS,
  POLICIES,
  SILENCES,
  USED_LINKS,
} from './features/incidents/incident-tables.js';
import {
  COLUMN_MAPS,
  OUTBOX,
  TOLD_DATASETS,
  TOLD_EDGES,
  TOLD_FLOWS,
  TOLD_RUNS,
  VERSION_MAPS,
} from './features/lineage/lineage-tables.js';
import { MAP_RUNS } from './features/map-runs/map-run-table.js';
import { JOB_OUTCOMES } from './features/metrics/job-outcomes.js';
import {
  ALERT_CHANGES,
  ALERTS,
  MONITOR_GROUPS,
  MONITORS,
} from './features/monitors/monitor-tables.js';
import {
  CHANNEL_STATES,
  NOTIFICATIONS,
  TEAM_SECTIONS,
  THREADS,
} from './features/notifications/notification-tables.js';
import {
  BLIND_PLACES,
  FOUND,
  OBSERVED_RUNS,
  WATCH_SECTIONS,
} from './features/observers/observer-tables.js';
import { OUTLOOKS } from './features/outlooks/outlook-table.js';
import { REMOTE_JOBS } from './features/remote-tasks/remote-job-table.js';
import { SWEEPS } from './features/retention/retention.js';
import { DELIVERIES } from './features/rules/delivery-table.js';
import { RESOURCE_TABLES } from './features/rules/resources.js';
import {
  API_SCHEDULES,
  SCHEDULE_GROUPS,
  SCHEDULE_PROGRESS,
} from './features/schedules/api-schedules.js';
import { PIPELINE_SCHEDULES } from './features/schedules/pipeline-schedules.js';
import { SECRETS } from './features/secrets/secrets.js';
import { EFFECTS } from './features/test-runs/effect-table.js';
import { TRACE_MARKS } from './features/traces/traces.js';
import { FOREIGN_OUTCOMES } from './features/upstreams/foreign-outcomes.js';
import { USERS } from './features/users/users.js';
import { WEBHOOKS } from './features/webhooks/webhooks.js';
import { ALIASES, MACHINES, PIPELINES, PUBLISHED_VERSIONS } from './kernel/machine-tables.js';
import { TAKEN_NAMES } from './kernel/taken-names.js';

export const DECLARED_TABLES: readonly AnyTable[] = [
  ...[MACHINES, PIPELINES, PUBLISHED_VERSIONS, ALIASES, TAKEN_NAMES, ACTIVITIES, POOLS],
  ...[REMOTE_JOBS, MAP_RUNS, EVENTS, BATCHES, PIPELINE_SCHEDULES, API_SCHEDULES, SCHEDULE_PROGRESS],
  ...[
    DATASETS,
    VERSIONS,
    INTERVALS,
    EDGES,
    READ_VERSIONS,
    SHADOWS,
    EFFECTS,
    KEPT,
    PROFILES,
    WORDS,
    INDEXED,
  ],
  ...[CHALLENGES, COMPARISONS, PROMOTIONS],
  ...[COLUMN_MAPS, VERSION_MAPS, TOLD_DATASETS, TOLD_FLOWS, TOLD_EDGES, TOLD_RUNS, OUTBOX],
  ...[SCHEDULE_GROUPS, ...Object.values(RESOURCE_TABLES), DELIVERIES, FOREIGN_OUTCOMES],
  ...[
    ARRIVALS,
    BACKFILLS,
    WEBHOOKS,
    SECRETS,
    USERS,
    AUDIT,
    AUDIT_ENDS,
    SWEEPS,
    CHECK_SERIES,
    CHECK_RESULTS,
    PRODUCED_SO_FAR,
  ],
  ...[MONITORS, MONITOR_GROUPS, ALERTS, ALERT_CHANGES],
  ...[INCIDENTS, INCIDENT_CHANGES, SILENCES, INCIDENT_DAYS, POLICIES, USED_LINKS],
  ...[STANDINGS, EXPECTATION_CHANGES, EXPECTATION_CLOCK],
  ...[TEAM_SECTIONS, NOTIFICATIONS, THREADS, CHANNEL_STATES],
  ...[DIGEST_SECTIONS, DIGEST_MARKS, WATCHED_PARTS],
  ...[POOL_FILES, POOL_CLUSTERS, POOL_LEASES, POOL_MARK],
  ...[WATCH_SECTIONS, FOUND, OBSERVED_RUNS, BLIND_PLACES],
  ...[WATCH_FILES, OUTLOOKS, COST_DAYS, JOB_OUTCOMES, TRACE_MARKS],
];
