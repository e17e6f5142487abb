/**
 * Tables of datasets: what there is, every version of it, which version was made of which, and what executions read.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { Stage, VersionState } from '../../../datasets/dataset.js';
import { defineTable, type Table } from '../../../store/table.js';

/** A dataset. */
export interface DatasetRow {
  team: string;
  name: string;
  stage: Stage;
  /** Its intervals each have a current version. */
  byInterval: 0 | 1;
  /** Pipeline that wrote it last, or says that it does. */
  pipeline: string;
  /** How often its pointer has moved, and where the storage's stands. */
  revision: number;
  pointed: number;
  /** Number of the version that is current; absent: none, or each interval has its own. */
  current?: number;
  /** The last version, whatever became of it. */
  last?: number;
  createdAt: number;
  /** Milliseconds since the epoch, when its pointer moved last. */
  publishedAt?: number;
}

export const DATASETS: Table<DatasetRow> = defineTable<DatasetRow>({
  name: 'datasets',
  columns: {
    team: 'text',
    name: 'text',
    stage: 'text',
    byInterval: 'integer',
    pipeline: 'text',
    revision: 'integer',
    pointed: 'integer',
    current: 'integer?',
    last: 'integer?',
    createdAt: 'integer',
    publishedAt: 'integer?',
  },
  key: ['team', 'name'],
  migrations: [
    `CREATE TABLE datasets (
       team TEXT NOT NULL,
       name TEXT NOT NULL,
       stage TEXT NOT NULL,
       by_interval INTEGER NOT NULL,
       pipeline TEXT NOT NULL,
       revision BIGINT NOT NULL,
       pointed BIGINT NOT NULL,
       current BIGINT,
       last BIGINT,
       created_at BIGINT NOT NULL,
       published_at BIGINT,
       PRIMARY KEY (team, name)
     );`,
  ],
});

/** A version. What its files and columns are like stands in its manifest. */
export interface VersionRow {
  number: number;
  team: string;
  dataset: string;
  version: string;
  state: VersionState;
  /** Folder relative to the root of the storage. */
  folder: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Number and id of the execution that wrote it. */
  execution: number;
  executionId: string;
  pipeline: string;
  stateName: string;
  codeVersion: string;
  interval?: string;
  rows?: number;
  bytes: number;
  files: number;
  columns: number;
  digest: string;
  schemaChange?: Json;
  /** Of a table of others: which, and where it stood. */
  tableAt?: Json;
  /** What came of its contract. */
  contract?: Json;
  /** Rows that the contract held back, and where they lie. */
  quarantined?: number;
  quarantine?: string;
  /** Its files were removed then. */
  removedAt?: number;
}

export const VERSIONS: Table<VersionRow> = defineTable<VersionRow>({
  name: 'dataset_versions',
  columns: {
    number: 'integer',
    team: 'text',
    dataset: 'text',
    version: 'text',
    state: 'text',
    folder: 'text',
    at: 'integer',
    execution: 'integer',
    executionId: 'text',
    pipeline: 'text',
    stateName: 'text',
    codeVersion: 'text',
    interval: 'text?',
    rows: 'integer?',
    bytes: 'integer',
    files: 'integer',
    columns: 'integer',
    digest: 'text',
    schemaChange: 'json?',
    tableAt: 'json?',
    contract: 'json?',
    quarantined: 'integer?',
    quarantine: 'text?',
    removedAt: 'integer?',
  },
  key: ['number'],
  lists: [
    { columns: ['team', 'dataset'] },
    { columns: ['team', 'dataset', 'version'] },
    { columns: ['team', 'dataset', 'interval'] },
    { columns: ['execution'] },
  ],
  migrations: [
    `CREATE TABLE dataset_versions (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       version TEXT NOT NULL,
       state TEXT NOT NULL,
       folder TEXT NOT NULL,
       at BIGINT NOT NULL,
       execution BIGINT NOT NULL,
       execution_id TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       state_name TEXT NOT NULL,
       code_version TEXT NOT NULL,
       interval TEXT,
       rows BIGINT,
       bytes BIGINT NOT NULL,
       files BIGINT NOT NULL,
       columns BIGINT NOT NULL,
       digest TEXT NOT NULL,
       schema_change TEXT,
       contract TEXT,
       quarantined BIGINT,
       quarantine TEXT,
       removed_at BIGINT
     );
     CREATE INDEX dataset_versions_of_dataset ON dataset_versions (team, dataset, number);
     CREATE INDEX dataset_versions_named ON dataset_versions (team, dataset, version, number);
     CREATE INDEX dataset_versions_of_execution ON dataset_versions (execution, number);`,
    'ALTER TABLE dataset_versions ADD COLUMN table_at TEXT',
    'CREATE INDEX dataset_versions_of_interval ON dataset_versions (team, dataset, interval, number);',
  ],
});

/** The current version of each interval, of datasets by interval. */
export interface IntervalRow {
  team: string;
  dataset: string;
  interval: string;
  /** Number of the version. */
  version: number;
}

export const INTERVALS: Table<IntervalRow> = defineTable<IntervalRow>({
  name: 'dataset_intervals',
  columns: { team: 'text', dataset: 'text', interval: 'text', version: 'integer' },
  key: ['team', 'dataset', 'interval'],
  migrations: [
    `CREATE TABLE dataset_intervals (
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       interval TEXT NOT NULL,
       version BIGINT NOT NULL,
       PRIMARY KEY (team, dataset, interval)
     );`,
  ],
});

/** One version was made of another: both by their numbers. */
export interface EdgeRow {
  number: number;
  /** What was made. */
  output: number;
  /** What it was made of. */
  input: number;
}

export const EDGES: Table<EdgeRow> = defineTable<EdgeRow>({
  name: 'dataset_edges',
  columns: { number: 'integer', output: 'integer', input: 'integer' },
  key: ['number'],
  lists: [{ columns: ['output'] }, { columns: ['input'] }],
  migrations: [
    `CREATE TABLE dataset_edges (
       number INTEGER PRIMARY KEY,
       output BIGINT NOT NULL,
       input BIGINT NOT NULL
     );
     CREATE INDEX dataset_edges_of_output ON dataset_edges (output, number);
     CREATE INDEX dataset_edges_of_input ON dataset_edges (input, number);`,
  ],
});

/** A version that an execution reads, fixed when it began. */
export interface ReadRow {
  number: number;
  execution: number;
  alias: string;
  team: string;
  dataset: string;
  /** Number of the version. */
  version: number;
  /** 1 while the execution may still read it. */
  open: 0 | 1;
}

export const READ_VERSIONS: Table<ReadRow> = defineTable<ReadRow>({
  name: 'dataset_reads',
  columns: {
    number: 'integer',
    execution: 'integer',
    alias: 'text',
    team: 'text',
    dataset: 'text',
    version: 'integer',
    open: 'integer',
  },
  key: ['number'],
  lists: [{ columns: ['execution'] }, { columns: ['version'] }],
  migrations: [
    `CREATE TABLE dataset_reads (
       number INTEGER PRIMARY KEY,
       execution BIGINT NOT NULL,
       alias TEXT NOT NULL,
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       version BIGINT NOT NULL,
       open INTEGER NOT NULL
     );
     CREATE INDEX dataset_reads_of_execution ON dataset_reads (execution, number);
     CREATE INDEX dataset_reads_of_version ON dataset_reads (version, number);`,
  ],
});

/** A version that a test run has written: for its report, and until its files go. */
export interface ShadowRow {
  /** Of the version. */
  number: number;
  /** Number of the execution that was started as a test run. */
  root: number;
  team: string;
  dataset: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Relative to the root of the storage. */
  folder: string;
  quarantine?: string;
  /** Number of the version that was current when this one was written; 0: none was. Absent: written before that was kept. */
  published?: number;
}

export const SHADOWS: Table<ShadowRow> = defineTable<ShadowRow>({
  name: 'dataset_shadows',
  columns: {
    number: 'integer',
    root: 'integer',
    team: 'text',
    dataset: 'text',
    at: 'integer',
    folder: 'text',
    quarantine: 'text?',
    published: 'integer?',
  },
  key: ['number'],
  lists: [{ columns: ['root'] }],
  migrations: [
    `CREATE TABLE dataset_shadows (
       number BIGINT PRIMARY KEY,
       root BIGINT NOT NULL,
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       at BIGINT NOT NULL,
       folder TEXT NOT NULL,
       quarantine TEXT
     );
     CREATE INDEX dataset_shadows_of_root ON dataset_shadows (root, number);`,
    'ALTER TABLE dataset_shadows ADD COLUMN published BIGINT',
  ],
});
