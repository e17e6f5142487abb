/**
 * What the process that writes a version gets on its stdin (one `DatasetJob` as JSON) and tells on file descriptor 3 (one
 * `DatasetMessage` a line).
 * @module
 */
import type { ContractResult } from '../../datasets/contract.js';
import type { TableSnapshot } from '../../datasets/foreign-table.js';
import type { TracedTable } from '../../datasets/lineage/column-lineage.js';
import type { Column } from '../../datasets/schema.js';
import type { Json, NewVersion } from '../connector.js';
import type { ReaderOptions } from '../sql/input-arguments.js';

export interface DatasetJob {
  target: NewVersion;
  execution: { id: string; pipeline: string };
  state: string;
  /** As written, or absolute. */
  files: string[];
  /** What is noted of a table of others, instead of files. */
  table?: NotedTable;
  /** Folder of DuckDB's extensions. Without: none is loaded. */
  extensions?: string;
  options: ReaderOptions;
  /** Absolute: made by the process, and renamed to its place by whoever started it. */
  staging: string;
  /** The same for rows that the contract holds back. */
  quarantine: string;
  /** The same for rows that are not yet what they are to be: removed by whoever started it. */
  draft: string;
  /** Milliseconds since 1970: what freshness is measured from. */
  now: number;
  /** Manifest of what is current: its columns are compared. */
  previousManifest?: string;
  /** Folders of the versions that rules refer to, absolute. */
  references: { [dataset: string]: string[] };
  folder: string;
  workFolder: string;
  dataFolder?: string;
  temporaryFolder: string;
  memoryMebibytes: number;
  threads: number;
}

/** A table of others: where it is, absolute, and what the task says of it. */
export type NotedTable =
  | { format: 'iceberg' | 'delta'; path: string }
  | { format: 'dbt'; model: string; target: string }
  | { format: 'told'; at: string; snapshot: string; rows?: number; columns?: Column[] };

/** What the task answers, and what the engine keeps of the version. */
export interface DatasetOutput {
  dataset: string;
  team: string;
  version: string;
  stage: 'raw' | 'structured' | 'table';
  /** Where the version lies. */
  location: string;
  rows?: number;
  bytes: number;
  files: number;
  columns: number;
  /** SHA-256 of the paths and hashes of all files: the same content has the same. */
  digest: string;
  /** How the columns differ from those of what was current. */
  schemaChange?: Json;
  /** What came of the contract; absent: nothing was promised. */
  contract?: ContractResult;
  /** What its columns were made of. The engine keeps it, and hands on the rest. */
  lineage?: TracedTable;
  /** Rows that were held back, and where they lie. */
  quarantined?: { rows: number; location: string };
  /** Of a table of others: which, and where it stands. */
  table?: TableSnapshot;
  /** The table stands where it stood: this is the version before, and no new one. */
  unchanged?: true;
  /** What counts as new data. */
  produced: { rows?: number; bytes?: number; files?: number };
}

export type DatasetMessage =
  | { type: 'working' }
  | { type: 'warning'; message: string }
  | { type: 'done'; output: Omit<DatasetOutput, 'location'> }
  | { type: 'failed'; error: string; cause: string };
