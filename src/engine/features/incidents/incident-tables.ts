/**
 * Tables of incidents: each with all there is to know of it, what became of it, what nobody is to hear of, and for each team
 * and day what its means are made of.
 *
 * An incident is `live` while something may still become of it: it is open, or was resolved so shortly ago that the same trouble
 * opens it again. Only those are in memory.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type {
  Incident,
  IncidentChangeType,
  IncidentStatus,
} from '../../../monitoring/incidents/incident.js';
import type { IncidentLevel } from '../../../monitoring/incidents/signal.js';
import { defineTable, type Table } from '../../../store/table.js';

export interface IncidentRow {
  number: number;
  team: string;
  /** `thingOf`. */
  thing: string;
  /** `subjectKey`. */
  subject: string;
  pipeline?: string;
  status: IncidentStatus;
  level: IncidentLevel;
  fingerprint: string;
  owner?: string;
  /** Number of the incident that it is folded in. */
  cause?: number;
  openedAt: number;
  resolvedAt?: number;
  /** What went wrong last, in words, and what ended it. */
  words: string;
  solved?: string;
  live?: 'yes';
  state: Incident;
}

export const INCIDENTS: Table<IncidentRow> = defineTable<IncidentRow>({
  name: 'incidents',
  columns: {
    number: 'integer',
    team: 'text',
    thing: 'text',
    subject: 'text',
    pipeline: 'text?',
    status: 'text',
    level: 'text',
    fingerprint: 'text',
    owner: 'text?',
    cause: 'integer?',
    openedAt: 'integer',
    resolvedAt: 'integer?',
    words: 'text',
    solved: 'text?',
    live: 'text?',
    state: 'json',
  },
  key: ['number'],
  lists: [
    { columns: ['team', 'status'] },
    { columns: ['team', 'owner'] },
    { columns: ['team', 'fingerprint'] },
    { columns: ['team', 'pipeline'] },
    { columns: ['cause'] },
    { columns: ['live'], only: { live: 'yes' } },
  ],
  migrations: [
    `CREATE TABLE incidents (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       thing TEXT NOT NULL,
       subject TEXT NOT NULL,
       pipeline TEXT,
       status TEXT NOT NULL,
       level TEXT NOT NULL,
       fingerprint TEXT NOT NULL,
       owner TEXT,
       cause BIGINT,
       opened_at BIGINT NOT NULL,
       resolved_at BIGINT,
       words TEXT NOT NULL,
       solved TEXT,
       live TEXT,
       state TEXT NOT NULL
     );
     CREATE INDEX incidents_of_team ON incidents (team, status, number);
     CREATE INDEX incidents_of_owner ON incidents (team, owner, number);
     CREATE INDEX incidents_alike ON incidents (team, fingerprint, number);
     CREATE INDEX incidents_of_pipeline ON incidents (team, pipeline, number);
     CREATE INDEX incidents_of_cause ON incidents (cause, number);
     CREATE INDEX incidents_live ON incidents (live, number) WHERE live = 'yes';`,
  ],
});

export interface IncidentChangeRow {
  number: number;
  incident: number;
  team: string;
  type: IncidentChangeType;
  at: number;
  words: string;
  actor?: string;
  execution?: string;
  other?: number;
  ends?: number;
}

export const INCIDENT_CHANGES: Table<IncidentChangeRow> = defineTable<IncidentChangeRow>({
  name: 'incident_changes',
  columns: {
    number: 'integer',
    incident: 'integer',
    team: 'text',
    type: 'text',
    at: 'integer',
    words: 'text',
    actor: 'text?',
    execution: 'text?',
    other: 'integer?',
    ends: 'integer?',
  },
  key: ['number'],
  lists: [{ columns: ['incident'] }],
  appendOnly: true,
  migrations: [
    `CREATE TABLE incident_changes (
       number INTEGER PRIMARY KEY,
       incident BIGINT NOT NULL,
       team TEXT NOT NULL,
       type TEXT NOT NULL,
       at BIGINT NOT NULL,
       words TEXT NOT NULL,
       actor TEXT,
       execution TEXT,
       other BIGINT,
       ends BIGINT
     );
     CREATE INDEX incident_changes_of ON incident_changes (incident, number);`,
  ],
});

export interface SilenceRow {
  number: number;
  team: string;
  /** All that is named must match; nothing named: everything of the team. */
  tags: { readonly [tag: string]: string };
  /** Name of pipelines, with `*`. */
  pipeline?: string;
  begins: number;
  ends: number;
  actor: string;
  reason: string;
}

export const SILENCES: Table<SilenceRow> = defineTable<SilenceRow>({
  name: 'silences',
  columns: {
    number: 'integer',
    team: 'text',
    tags: 'json',
    pipeline: 'text?',
    begins: 'integer',
    ends: 'integer',
    actor: 'text',
    reason: 'text',
  },
  key: ['number'],
  migrations: [
    `CREATE TABLE silences (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       tags TEXT NOT NULL,
       pipeline TEXT,
       begins BIGINT NOT NULL,
       ends BIGINT NOT NULL,
       actor TEXT NOT NULL,
       reason TEXT NOT NULL
     );`,
  ],
});

/** What the incidents of one team were like on one day; the means are sums divided by counts. */
export interface IncidentDayRow {
  team: string;
  /** Days since 1970-01-01, UTC. */
  day: number;
  opened: number;
  reopened: number;
  acknowledged: number;
  resolved: number;
  /** Milliseconds from opening to acknowledging, and to resolving, all together. */
  toAcknowledge: number;
  toResolve: number;
}

export const INCIDENT_DAYS: Table<IncidentDayRow> = defineTable<IncidentDayRow>({
  name: 'incident_days',
  columns: {
    team: 'text',
    day: 'integer',
    opened: 'integer',
    reopened: 'integer',
    acknowledged: 'integer',
    resolved: 'integer',
    toAcknowledge: 'integer',
    toResolve: 'integer',
  },
  key: ['team', 'day'],
  migrations: [
    `CREATE TABLE incident_days (
       team TEXT NOT NULL,
       day BIGINT NOT NULL,
       opened BIGINT NOT NULL,
       reopened BIGINT NOT NULL,
       acknowledged BIGINT NOT NULL,
       resolved BIGINT NOT NULL,
       to_acknowledge BIGINT NOT NULL,
       to_resolve BIGINT NOT NULL,
       PRIMARY KEY (team, day)
     );`,
  ],
});

/** What a team's file says of its incidents: whose they are, who is on call. */
export interface PolicyRow {
  team: string;
  /** The file, relative to the folder. */
  file: string;
  /** Its sections as they are written: a later version may read more in them. */
  sections: JsonObject;
}

export const POLICIES: Table<PolicyRow> = defineTable<PolicyRow>({
  name: 'incident_policies',
  columns: { team: 'text', file: 'text', sections: 'json' },
  key: ['team', 'file'],
  migrations: [
    `CREATE TABLE incident_policies (
       team TEXT NOT NULL,
       file TEXT NOT NULL,
       sections TEXT NOT NULL,
       PRIMARY KEY (team, file)
     );`,
  ],
});

/** A click of a message that was used. */
export interface UsedLinkRow {
  id: string;
  usedAt: number;
}

export const USED_LINKS: Table<UsedLinkRow> = defineTable<UsedLinkRow>({
  name: 'used_links',
  columns: { id: 'text', usedAt: 'integer' },
  key: ['id'],
  migrations: [
    `CREATE TABLE used_links (
       id TEXT NOT NULL PRIMARY KEY,
       used_at BIGINT NOT NULL
     );`,
    `CREATE INDEX used_links_by_age ON used_links (used_at);`,
  ],
});
