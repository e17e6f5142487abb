/**
 * Tables of pools of clusters: what teams' files declare, the clusters that there are, and who waits for one or has one.
 *
 *     a cluster: asked ──it has an id──▶ starting ──it is there──▶ ready ──nobody takes it──▶ ending ──it is gone──▶ no row
 *                  └──refused──▶ no row      └──it failed──▶ no row └──it died──▶ no row
 *
 *     one that carries this server's mark and has no row: leaked, until it is gone
 *
 *     a lease: waiting ──▶ given ──its execution has heard of it──▶ holding ──its execution has ended──▶ no row
 *                 └──▶ refused ──its execution has heard of it──▶ no row
 *
 * Times in milliseconds since the epoch.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

/** The section `clusterPools` of a team's file, as it was written. */
export interface PoolFileRow {
  team: string;
  /** Relative to the folder. */
  file: string;
  written: Json;
}

export const POOL_FILES: Table<PoolFileRow> = defineTable<PoolFileRow>({
  name: 'cluster_pool_files',
  columns: { team: 'text', file: 'text', written: 'json' },
  key: ['team', 'file'],
  migrations: [
    `CREATE TABLE cluster_pool_files (
       team TEXT NOT NULL,
       file TEXT NOT NULL,
       written TEXT NOT NULL,
       PRIMARY KEY (team, file)
     );`,
  ],
});

/** What marks the clusters of this server. */
export interface MarkRow {
  name: string;
  value: string;
}

export const POOL_MARK: Table<MarkRow> = defineTable<MarkRow>({
  name: 'cluster_pool_mark',
  columns: { name: 'text', value: 'text' },
  key: ['name'],
  migrations: [
    `CREATE TABLE cluster_pool_mark (
       name TEXT NOT NULL PRIMARY KEY,
       value TEXT NOT NULL
     );`,
  ],
});

export type ClusterPhase = 'asked' | 'starting' | 'ready' | 'ending' | 'leaked';

export interface ClusterRow {
  number: number;
  team: string;
  pool: string;
  /** By which it is asked for, however often. */
  token: string;
  /** Stands for what it was made of, and where: one of another template is another. */
  template: string;
  account: string;
  region: string;
  phase: ClusterPhase;
  /** When it came into its phase, and when it was asked for. */
  since: number;
  begunAt: number;
  /** Id of the attempt for whose sake it was asked for. */
  sake: string;
  /** What it is made of, until it has an id. */
  parameters?: JsonObject;
  /** Its id over there. */
  cluster?: string;
  /** The job by which its start is seen. */
  job?: JsonObject;
  /** Since when nobody has it. */
  idleSince?: number;
  /** Why it is ended. */
  why?: string;
  /** That it is not gone, and was said. */
  trouble?: string;
}

export const POOL_CLUSTERS: Table<ClusterRow> = defineTable<ClusterRow>({
  name: 'pool_clusters',
  columns: {
    number: 'integer',
    team: 'text',
    pool: 'text',
    token: 'text',
    template: 'text',
    account: 'text',
    region: 'text',
    phase: 'text',
    since: 'integer',
    begunAt: 'integer',
    sake: 'text',
    parameters: 'json?',
    cluster: 'text?',
    job: 'json?',
    idleSince: 'integer?',
    why: 'text?',
    trouble: 'text?',
  },
  key: ['number'],
  migrations: [
    `CREATE TABLE pool_clusters (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       pool TEXT NOT NULL,
       token TEXT NOT NULL,
       template TEXT NOT NULL,
       account TEXT NOT NULL,
       region TEXT NOT NULL,
       phase TEXT NOT NULL,
       since BIGINT NOT NULL,
       begun_at BIGINT NOT NULL,
       sake TEXT NOT NULL,
       parameters TEXT,
       cluster TEXT,
       job TEXT,
       idle_since BIGINT,
       why TEXT,
       trouble TEXT
     );`,
  ],
});

export type LeasePhase = 'waiting' | 'given' | 'refused' | 'holding';

export interface LeaseRow {
  /** In the order in which they came. */
  number: number;
  /** Id of the attempt that waits for it. */
  attempt: string;
  execution: number;
  /** Id of the execution, for people. */
  executionId: string;
  thread: number;
  sequence: number;
  team: string;
  pool: string;
  phase: LeasePhase;
  since: number;
  /** Number of its cluster. */
  cluster?: number;
  /** Why it is refused. */
  error?: string;
  cause?: string;
}

export const POOL_LEASES: Table<LeaseRow> = defineTable<LeaseRow>({
  name: 'pool_leases',
  columns: {
    number: 'integer',
    attempt: 'text',
    execution: 'integer',
    executionId: 'text',
    thread: 'integer',
    sequence: 'integer',
    team: 'text',
    pool: 'text',
    phase: 'text',
    since: 'integer',
    cluster: 'integer?',
    error: 'text?',
    cause: 'text?',
  },
  key: ['number'],
  migrations: [
    `CREATE TABLE pool_leases (
       number INTEGER PRIMARY KEY,
       attempt TEXT NOT NULL,
       execution BIGINT NOT NULL,
       execution_id TEXT NOT NULL,
       thread BIGINT NOT NULL,
       sequence BIGINT NOT NULL,
       team TEXT NOT NULL,
       pool TEXT NOT NULL,
       phase TEXT NOT NULL,
       since BIGINT NOT NULL,
       cluster BIGINT,
       error TEXT,
       cause TEXT
     );`,
  ],
});
