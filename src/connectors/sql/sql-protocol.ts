/**
 * What the process that runs SQL gets on its stdin (one `SqlJob` as JSON) and tells on file descriptor 3 (one
 * `SqlMessage` a line).
 * @module
 */
import type { Json } from '../connector.js';
import type { ReaderOptions } from './input-arguments.js';
import type { OutputFormat } from './sql-arguments.js';

/** Files as a view; their format is told from the ending when the options do not say it. */
export interface SqlInput {
  view: string;
  files: string[];
  options: ReaderOptions;
}

export interface SqlJob {
  /** Names the SQL in messages: the file as written in the arguments, or "query". */
  name: string;
  /** The SQL, or the absolute path of the file with it: read by the process, with its rights. */
  sql: { text: string } | { file: string };
  parameters: { [name: string]: Json };
  inputs: SqlInput[];
  /** Versions of datasets, as views. */
  datasets: {
    view: string;
    team: string;
    name: string;
    folders: string[];
    stage: 'raw' | 'structured' | 'table';
  }[];
  /** Folders of these and others that it may read. Absolute. */
  datasetFolders: string[];
  /** `path` is final, `temporary` is written first. Absolute. */
  output?: { path: string; temporary: string; format: OutputFormat };
  folder: string;
  workFolder: string;
  /** The server's data folder: nothing of it may be read but the work folder. */
  dataFolder?: string;
  /** Folder of DuckDB's extensions. Without: none is loaded. */
  extensions?: string;
  temporaryFolder: string;
  memoryMebibytes: number;
  threads: number;
}

/** What the task answers. */
export interface SqlOutput {
  /** Rows of the last statement's result, or those it changed. */
  rows: number;
  /** The file that was written. */
  outputs: { path: string; rows: number; bytes: number; sha256: string }[];
  /** The first rows, at most 100 and at most 64 KiB of JSON. */
  result: { [column: string]: Json }[];
  /** True when `result` does not hold all rows. */
  truncated: boolean;
  /** How many statements ran. */
  statements: number;
}

export type SqlMessage =
  /** The process is working: a sign of life, every few seconds. */
  | { type: 'working' }
  | { type: 'statement'; line: number; number: number; of: number; milliseconds: number }
  /** Something that its author may not have meant. */
  | { type: 'warning'; message: string }
  | { type: 'done'; output: SqlOutput }
  | { type: 'failed'; error: string; cause: string };
