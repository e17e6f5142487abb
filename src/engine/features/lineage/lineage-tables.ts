/**
 * Tables of lineage: what columns of versions were made of, and what others have told of their data.
 *
 *     told_datasets ◀──in── told_flows ──out──▶ told_datasets │ versions of ours
 *
 * A flow is a job with what it read and wrote, however often it did so: the same job with the same data is one row.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

/** What columns were made of: versions of the same SQL share a row. */
export interface ColumnMapRow {
  /** SHA-256 of it. */
  digest: string;
  /** A TracedTable. */
  lineage: Json;
}

export const COLUMN_MAPS: Table<ColumnMapRow> = defineTable<ColumnMapRow>({
  name: 'column_maps',
  columns: { digest: 'text', lineage: 'json' },
  key: ['digest'],
  migrations: [
    `CREATE TABLE column_maps (
       digest TEXT PRIMARY KEY,
       lineage TEXT NOT NULL
     );`,
  ],
});

export interface VersionMapRow {
  /** Of the version. */
  number: number;
  digest: string;
}

export const VERSION_MAPS: Table<VersionMapRow> = defineTable<VersionMapRow>({
  name: 'version_maps',
  columns: { number: 'integer', digest: 'text' },
  key: ['number'],
  migrations: [
    `CREATE TABLE version_maps (
       number INTEGER PRIMARY KEY,
       digest TEXT NOT NULL
     );`,
  ],
});

/** A dataset that others have told of. */
export interface ToldDatasetRow {
  number: number;
  /** Whose token told it. */
  team: string;
  /** SHA-256 of the team, the namespace and the name. */
  key: string;
  namespace: string;
  name: string;
  /** What was said of it last: its version, columns and counts. */
  said?: Json;
  /** Milliseconds since the epoch, when it was told last, or found to be of a flow still when it was to be forgotten. */
  at: number;
}

export const TOLD_DATASETS: Table<ToldDatasetRow> = defineTable<ToldDatasetRow>({
  name: 'told_datasets',
  columns: {
    number: 'integer',
    team: 'text',
    key: 'text',
    namespace: 'text',
    name: 'text',
    said: 'json?',
    at: 'integer',
  },
  key: ['number'],
  lists: [
    { columns: ['key'] },
    { columns: ['team'] },
    { columns: ['namespace', 'name'] },
    { columns: ['at'] },
  ],
  migrations: [
    `CREATE TABLE told_datasets (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       key TEXT NOT NULL,
       namespace TEXT NOT NULL,
       name TEXT NOT NULL,
       said TEXT,
       at BIGINT NOT NULL
     );
     CREATE INDEX told_datasets_keyed ON told_datasets (key, number);
     CREATE INDEX told_datasets_of_team ON told_datasets (team, number);
     CREATE INDEX told_datasets_named ON told_datasets (namespace, name, number);`,
    'CREATE INDEX told_datasets_at ON told_datasets (at, number);',
  ],
});

/** A job of others with what it read and wrote. */
export interface ToldFlowRow {
  number: number;
  team: string;
  /** SHA-256 of the team, the job, and its inputs and outputs. */
  key: string;
  namespace: string;
  job: string;
  /** The last run: its UUID, when, and how many there were. */
  run: string;
  at: number;
  runs: number;
  integration?: string;
  /** What columns were made of, by the node of the output. */
  columns?: Json;
}

export const TOLD_FLOWS: Table<ToldFlowRow> = defineTable<ToldFlowRow>({
  name: 'told_flows',
  columns: {
    number: 'integer',
    team: 'text',
    key: 'text',
    namespace: 'text',
    job: 'text',
    run: 'text',
    at: 'integer',
    runs: 'integer',
    integration: 'text?',
    columns: 'json?',
  },
  key: ['number'],
  lists: [{ columns: ['key'] }, { columns: ['at'] }],
  migrations: [
    `CREATE TABLE told_flows (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       key TEXT NOT NULL,
       namespace TEXT NOT NULL,
       job TEXT NOT NULL,
       run TEXT NOT NULL,
       at BIGINT NOT NULL,
       runs BIGINT NOT NULL,
       integration TEXT,
       columns TEXT
     );
     CREATE INDEX told_flows_keyed ON told_flows (key, number);`,
    'CREATE INDEX told_flows_at ON told_flows (at, number);',
  ],
});

/** A node that a flow reads or writes: `v12`, a version of ours, or `t5`, a dataset of others. */
export interface ToldEdgeRow {
  number: number;
  flow: number;
  node: string;
  way: 'in' | 'out';
}

export const TOLD_EDGES: Table<ToldEdgeRow> = defineTable<ToldEdgeRow>({
  name: 'told_edges',
  columns: { number: 'integer', flow: 'integer', node: 'text', way: 'text' },
  key: ['number'],
  lists: [{ columns: ['node', 'way'] }, { columns: ['flow', 'way'] }],
  migrations: [
    `CREATE TABLE told_edges (
       number INTEGER PRIMARY KEY,
       flow BIGINT NOT NULL,
       node TEXT NOT NULL,
       way TEXT NOT NULL
     );
     CREATE INDEX told_edges_of_node ON told_edges (node, way, number);
     CREATE INDEX told_edges_of_flow ON told_edges (flow, way, number);`,
  ],
});

/** A run of others that has not ended: what its events have said so far. */
export interface ToldRunRow {
  team: string;
  run: string;
  /** Nodes. */
  inputs: Json;
  outputs: Json;
  at: number;
}

export const TOLD_RUNS: Table<ToldRunRow> = defineTable<ToldRunRow>({
  name: 'told_runs',
  columns: { team: 'text', run: 'text', inputs: 'json', outputs: 'json', at: 'integer' },
  key: ['team', 'run'],
  lists: [{ columns: ['at'] }],
  migrations: [
    `CREATE TABLE told_runs (
       team TEXT NOT NULL,
       run TEXT NOT NULL,
       inputs TEXT NOT NULL,
       outputs TEXT NOT NULL,
       at BIGINT NOT NULL,
       PRIMARY KEY (team, run)
     );
     CREATE INDEX told_runs_at ON told_runs (at, team, run);`,
  ],
});

/** An event that waits to be sent. What it says is read when its turn comes. */
export interface OutboxRow {
  number: number;
  execution: number;
  type: 'START' | 'END';
  at: number;
}

export const OUTBOX: Table<OutboxRow> = defineTable<OutboxRow>({
  name: 'lineage_outbox',
  columns: { number: 'integer', execution: 'integer', type: 'text', at: 'integer' },
  key: ['number'],
  migrations: [
    `CREATE TABLE lineage_outbox (
       number INTEGER PRIMARY KEY,
       execution BIGINT NOT NULL,
       type TEXT NOT NULL,
       at BIGINT NOT NULL
     );`,
  ],
});
