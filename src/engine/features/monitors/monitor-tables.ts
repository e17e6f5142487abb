/**
 * Tables of monitors: what is watched, the groups of which something must be remembered, alerts, and what became of them.
 *
 * A group that is good has no row: when it was heard of last is known of its series (`check_series`).
 * @module
 */

import type { JsonObject } from '../../../asl/json.js';
import type { AlertTransitionType, GroupState } from '../../../monitoring/monitors/alert.js';
import type { AlertLevel } from '../../../monitoring/monitors/monitor.js';
import { defineTable, type Table } from '../../../store/table.js';

export interface MonitorRow {
  team: string;
  name: string;
  /** As it was written: a later version may read more in it. */
  definition: JsonObject;
  /** The file that declares it, relative to the folder; absent when a client does. */
  file?: string;
  /** Since when it watches what it watches, in milliseconds since the epoch. */
  since: number;
}

export const MONITORS: Table<MonitorRow> = defineTable<MonitorRow>({
  name: 'monitors',
  columns: { team: 'text', name: 'text', definition: 'json', file: 'text?', since: 'integer' },
  key: ['team', 'name'],
  migrations: [
    `CREATE TABLE monitors (
       team TEXT NOT NULL,
       name TEXT NOT NULL,
       definition TEXT NOT NULL,
       file TEXT,
       since BIGINT NOT NULL,
       PRIMARY KEY (team, name)
     );`,
  ],
});

export interface GroupRow {
  team: string;
  monitor: string;
  /** `groupKey`. */
  key: string;
  state: GroupState;
  /** Values of the tags by which it is grouped, or all of its series. */
  tags: { readonly [tag: string]: string };
  /** In words. */
  name: string;
  /** Number of the alert that is open. */
  alert?: number;
}

export const MONITOR_GROUPS: Table<GroupRow> = defineTable<GroupRow>({
  name: 'monitor_groups',
  columns: {
    team: 'text',
    monitor: 'text',
    key: 'text',
    state: 'json',
    tags: 'json',
    name: 'text',
    alert: 'integer?',
  },
  key: ['team', 'monitor', 'key'],
  migrations: [
    `CREATE TABLE monitor_groups (
       team TEXT NOT NULL,
       monitor TEXT NOT NULL,
       key TEXT NOT NULL,
       state TEXT NOT NULL,
       tags TEXT NOT NULL,
       name TEXT NOT NULL,
       alert BIGINT,
       PRIMARY KEY (team, monitor, key)
     );`,
  ],
});

export type AlertStatus = 'OPEN' | 'RECOVERED' | 'ENDED';

export interface AlertRow {
  number: number;
  team: string;
  monitor: string;
  status: AlertStatus;
  /** How bad it is, or was. */
  level: AlertLevel;
  /** The same for each alert of a group. */
  dedupeKey: string;
  /** The group, in words. */
  name: string;
  tags: { readonly [tag: string]: string };
  openedAt: number;
  endedAt?: number;
  /** When somebody was told last, and until when it is held back. */
  notifiedAt?: number;
  mutedUntil?: number;
  /** Why, in words. */
  words: string;
  subject?: string;
  pipeline?: string;
  execution?: string;
}

export const ALERTS: Table<AlertRow> = defineTable<AlertRow>({
  name: 'alerts',
  columns: {
    number: 'integer',
    team: 'text',
    monitor: 'text',
    status: 'text',
    level: 'text',
    dedupeKey: 'text',
    name: 'text',
    tags: 'json',
    openedAt: 'integer',
    endedAt: 'integer?',
    notifiedAt: 'integer?',
    mutedUntil: 'integer?',
    words: 'text',
    subject: 'text?',
    pipeline: 'text?',
    execution: 'text?',
  },
  key: ['number'],
  lists: [{ columns: ['team', 'status'] }, { columns: ['team', 'monitor'] }],
  migrations: [
    `CREATE TABLE alerts (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       monitor TEXT NOT NULL,
       status TEXT NOT NULL,
       level TEXT NOT NULL,
       dedupe_key TEXT NOT NULL,
       name TEXT NOT NULL,
       tags TEXT NOT NULL,
       opened_at BIGINT NOT NULL,
       ended_at BIGINT,
       notified_at BIGINT,
       muted_until BIGINT,
       words TEXT NOT NULL,
       subject TEXT,
       pipeline TEXT,
       execution TEXT
     );
     CREATE INDEX alerts_of_team ON alerts (team, status, number);
     CREATE INDEX alerts_of_monitor ON alerts (team, monitor, number);`,
  ],
});

export interface AlertChangeRow {
  number: number;
  alert: number;
  team: string;
  monitor: string;
  type: AlertTransitionType;
  level: AlertLevel;
  at: number;
  /** 1: somebody is to be told. */
  notify: number;
  mutedUntil?: number;
  words: string;
  /** Numbers of the check results, or of the changes of expectations, that made it so. */
  because: number[];
}

export const ALERT_CHANGES: Table<AlertChangeRow> = defineTable<AlertChangeRow>({
  name: 'alert_changes',
  columns: {
    number: 'integer',
    alert: 'integer',
    team: 'text',
    monitor: 'text',
    type: 'text',
    level: 'text',
    at: 'integer',
    notify: 'integer',
    mutedUntil: 'integer?',
    words: 'text',
    because: 'json',
  },
  key: ['number'],
  lists: [{ columns: ['alert'] }],
  appendOnly: true,
  migrations: [
    `CREATE TABLE alert_changes (
       number INTEGER PRIMARY KEY,
       alert BIGINT NOT NULL,
       team TEXT NOT NULL,
       monitor TEXT NOT NULL,
       type TEXT NOT NULL,
       level TEXT NOT NULL,
       at BIGINT NOT NULL,
       notify BIGINT NOT NULL,
       muted_until BIGINT,
       words TEXT NOT NULL,
       because TEXT NOT NULL
     );
     CREATE INDEX alert_changes_of_alert ON alert_changes (alert, number);`,
  ],
});
