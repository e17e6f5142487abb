/**
 * Tables of observers: what teams' files ask for, the things that were found, their runs, and places that cannot be seen.
 * Times in milliseconds since the epoch.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { SeenRun } from '../../../monitoring/observed/observed-run.js';
import { defineTable, type Table } from '../../../store/table.js';

/** The section `watch` of a team's file, as it was written. */
export interface WatchSectionRow {
  team: string;
  /** Relative to the folder. */
  file: string;
  written: Json;
}

export const WATCH_SECTIONS: Table<WatchSectionRow> = defineTable<WatchSectionRow>({
  name: 'watch_sections',
  columns: { team: 'text', file: 'text', written: 'json' },
  key: ['team', 'file'],
  migrations: [
    `CREATE TABLE watch_sections (
       team TEXT NOT NULL,
       file TEXT NOT NULL,
       written TEXT NOT NULL,
       PRIMARY KEY (team, file)
     );`,
  ],
});

/** A thing that a team watches. */
export interface FoundRow {
  number: number;
  team: string;
  /** `subjectKey` of it. */
  subject: string;
  /** Name of its account in the accounts file. */
  place: string;
  foundAt: number;
  /** All that had happened until then was seen by looking. */
  lookedAt?: number;
  /** The last run that was heard of, and by which way. */
  lastRunAt?: number;
  lastBy?: HeardBy;
  lastStatus?: string;
  /** What its collector remembers of it. */
  memo?: Json;
}

export type HeardBy = 'event' | 'look';

export const FOUND: Table<FoundRow> = defineTable<FoundRow>({
  name: 'found_things',
  columns: {
    number: 'integer',
    team: 'text',
    subject: 'text',
    place: 'text',
    foundAt: 'integer',
    lookedAt: 'integer?',
    lastRunAt: 'integer?',
    lastBy: 'text?',
    lastStatus: 'text?',
    memo: 'json?',
  },
  key: ['number'],
  migrations: [
    `CREATE TABLE found_things (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       subject TEXT NOT NULL,
       place TEXT NOT NULL,
       found_at BIGINT NOT NULL,
       looked_at BIGINT,
       last_run_at BIGINT,
       last_by TEXT,
       last_status TEXT,
       memo TEXT
     );`,
  ],
});

/** A run of a found thing. One that is `open` still runs, or there is more to know before it is told. */
export interface ObservedRow {
  thing: number;
  run: string;
  attempt: number;
  number: number;
  open: 'yes' | 'no';
  status: string;
  /** When it was heard of first, and by which way. */
  seenAt: number;
  by: HeardBy;
  startedAt?: number;
  endedAt?: number;
  /** Of one that is over: when it is told by what is known, though there is more to know. */
  closesAt?: number;
  /** What it cost, in millionths of the currency, by the prices of its end. */
  cost?: number;
  currency?: string;
  seen: Json;
}

export const OBSERVED_RUNS: Table<ObservedRow> = defineTable<ObservedRow>({
  name: 'observed_runs',
  columns: {
    thing: 'integer',
    run: 'text',
    attempt: 'integer',
    number: 'integer',
    open: 'text',
    status: 'text',
    seenAt: 'integer',
    by: 'text',
    startedAt: 'integer?',
    endedAt: 'integer?',
    closesAt: 'integer?',
    cost: 'integer?',
    currency: 'text?',
    seen: 'json',
  },
  key: ['thing', 'run', 'attempt'],
  migrations: [
    `CREATE TABLE observed_runs (
       thing BIGINT NOT NULL,
       run TEXT NOT NULL,
       attempt INTEGER NOT NULL,
       number BIGINT NOT NULL,
       open TEXT NOT NULL,
       status TEXT NOT NULL,
       seen_at BIGINT NOT NULL,
       by TEXT NOT NULL,
       started_at BIGINT,
       ended_at BIGINT,
       closes_at BIGINT,
       seen TEXT NOT NULL,
       PRIMARY KEY (thing, run, attempt)
     );
     CREATE INDEX observed_runs_in_order ON observed_runs (number);
     CREATE INDEX observed_runs_of_thing ON observed_runs (thing, number);
     CREATE INDEX observed_runs_open ON observed_runs (open, number);`,
    `ALTER TABLE observed_runs ADD COLUMN cost BIGINT;
     ALTER TABLE observed_runs ADD COLUMN currency TEXT;`,
  ],
});

/** A kind of things in a region that cannot be seen, and who was told so. */
export interface BlindRow {
  /** Name of the account in the accounts file. */
  place: string;
  region: string;
  kind: string;
  since: number;
  words: string;
  /** Since when its teams know. Absent: it may pass by itself. */
  toldAt?: number;
  /** Teams that were told. */
  teams: Json;
}

export const BLIND_PLACES: Table<BlindRow> = defineTable<BlindRow>({
  name: 'blind_places',
  columns: {
    place: 'text',
    region: 'text',
    kind: 'text',
    since: 'integer',
    words: 'text',
    toldAt: 'integer?',
    teams: 'json',
  },
  key: ['place', 'region', 'kind'],
  migrations: [
    `CREATE TABLE blind_places (
       place TEXT NOT NULL,
       region TEXT NOT NULL,
       kind TEXT NOT NULL,
       since BIGINT NOT NULL,
       words TEXT NOT NULL,
       told_at BIGINT,
       teams TEXT NOT NULL,
       PRIMARY KEY (place, region, kind)
     );`,
  ],
});

/** The run that a row holds. */
export function seenOf({ seen }: Pick<ObservedRow, 'seen'>): SeenRun {
  return seen as unknown as SeenRun;
}
