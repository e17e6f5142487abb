/**
 * Every table that kernel and features declare. That none is missing says `declared-tables.test.ts`.
 * @module
 */
import { ACTIVITIES } from '../../src/engine/features/activities/activity-table.js';
import { POOLS } from '../../src/engine/features/admission/pools.js';
import { AUDIT, AUDIT_ENDS } from '../../src/engine/features/audit/audit-tables.js';
import { BACKFILLS } from '../../src/engine/features/backfills/backfill-table.js';
import { BATCHES } from '../../src/engine/features/bus/batches.js';
import { EVENTS } from '../../src/engine/features/bus/event-table.js';
import { INDEXED, PROFILES, WORDS } from '../../src/engine/features/catalogue/catalogue-tables.js';
import {
  CHALLENGES,
  COMPARISONS,
  PROMOTIONS,
} from '../../src/engine/features/challengers/challenger-tables.js';
import {
  CHECK_RESULTS,
  CHECK_SERIES,
  PRODUCED_SO_FAR,
} from '../../src/engine/features/checks/check-tables.js';
import {
  POOL_CLUSTERS,
  POOL_FILES,
  POOL_LEASES,
  POOL_MARK,
} from '../../src/engine/features/cluster-pools/pool-tables.js';
import { COST_DAYS } from '../../src/engine/features/costs/cost-table.js';
import {
  DATASETS,
  EDGES,
  INTERVALS,
  READ_VERSIONS,
  SHADOWS,
  VERSIONS,
} from '../../src/engine/features/datasets/dataset-tables.js';
import { KEPT } from '../../src/engine/features/datasets/kept-table.js';
import { DIGEST_MARKS, DIGEST_SECTIONS } from '../../src/engine/features/digests/digest-tables.js';
import {
  EXPECTATION_CHANGES,
  EXPECTATION_CLOCK,
  STANDINGS,
} from '../../src/engine/features/expectations/expectation-tables.js';
import { WATCH_FILES } from '../../src/engine/features/expectations/watch-files.js';
import { ARRIVALS } from '../../src/engine/features/files/arrival-watch.js';
import { WATCHED_PARTS } from '../../src/engine/features/heartbeats/watch-table.js';
import {
  INCIDENT_CHANGES,
  INCIDENT_DAYS,
  INCIDENTS,
  POLICIES,
  SILENCES,
  USED_LINKS,
} from '../../src/engine/features/incidents/incident-tables.js';
import {
  COLUMN_MAPS,
  OUTBOX,
  TOLD_DATASETS,
  TOLD_EDGES,
  TOLD_FLOWS,
  TOLD_RUNS,
  VERSION_MAPS,
} from '../../src/engine/features/lineage/lineage-tables.js';
import { MAP_RUNS } from '../../src/engine/features/map-runs/map-run-table.js';
import { JOB_OUTCOMES } from '../../src/engine/features/metrics/job-outcomes.js';
import {
  ALERT_CHANGES,
  ALERTS,
  MONITOR_GROUPS,
  MONITORS,
} from '../../src/engine/features/monitors/monitor-tables.js';
import {
  CHANNEL_STATES,
  NOTIFICATIONS,
  TEAM_SECTIONS,
  THREADS,
} from '../../src/engine/features/notifications/notification-tables.js';
import {
  BLIND_PLACES,
  FOUND,
  OBSERVED_RUNS,
  WATCH_SECTIONS,
} from '../../src/engine/features/observers/observer-tables.js';
import { OUTLOOKS } from '../../src/engine/features/outlooks/outlook-table.js';
import { REMOTE_JOBS } from '../../src/engine/features/remote-tasks/remote-job-table.js';
import { SWEEPS } from '../../src/engine/features/retention/retention.js';
import { DELIVERIES } from '../../src/engine/features/rules/delivery-table.js';
import { RESOURCE_TABLES } from '../../src/engine/features/rules/resources.js';
import {
  API_SCHEDULES,
  SCHEDULE_GROUPS,
  SCHEDULE_PROGRESS,
} from '../../src/engine/features/schedules/api-schedules.js';
import { PIPELINE_SCHEDULES } from '../../src/engine/features/schedules/pipeline-schedules.js';
import { SECRETS } from '../../src/engine/features/secrets/secrets.js';
import { EFFECTS } from '../../src/engine/features/test-runs/effect-table.js';
import { TRACE_MARKS } from '../../src/engine/features/traces/traces.js';
import { FOREIGN_OUTCOMES } from '../../src/engine/features/upstreams/foreign-outcomes.js';
import { USERS } from '../../src/engine/features/users/users.js';
import { WEBHOOKS } from '../../src/engine/features/webhooks/webhooks.js';
import {
  ALIASES,
  MACHINES,
  PIPELINES,
  PUBLISHED_VERSIONS,
} from '../../src/engine/kernel/machine-tables.js';
import { TAKEN_NAMES } from '../../src/engine/kernel/taken-names.js';
import type { AnyTable } from '../../src/store/table.js';

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
