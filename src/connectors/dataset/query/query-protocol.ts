/**
 * What the process that reads published data for people gets on its stdin (one `QueryJob` as JSON), and tells on file
 * descriptor 3 (one `QueryMessage`).
 * @module
 */
import type { Json } from '../../connector.js';

/** A relation that a query may name. */
export interface QueryTable {
  readonly name: string;
  /** Folders of versions, or single files. Absolute. */
  readonly folders: readonly string[];
  readonly files?: readonly string[];
  readonly stage: 'raw' | 'structured' | 'table';
  /** Columns whose values nobody is shown. */
  readonly masked: readonly string[];
}

export type QueryWork =
  | { readonly type: 'sql'; readonly sql: string; readonly rows: number }
  /** The first rows of each table, in the order of the tables. */
  | { readonly type: 'preview'; readonly rows: number }
  /** What the one table is like. */
  | { readonly type: 'profile' };

export interface QueryJob {
  readonly work: QueryWork;
  readonly tables: readonly QueryTable[];
  /** Folder of DuckDB's extensions. Without: none is loaded. */
  readonly extensions?: string;
  readonly temporaryFolder: string;
  readonly memoryMebibytes: number;
  readonly threads: number;
}

export interface QueryColumn {
  readonly name: string;
  /** In DuckDB's words. */
  readonly type: string;
}

/** Rows as people see them. */
export interface QueryRows {
  readonly columns: readonly QueryColumn[];
  /** Values in the order of the columns; see connectors/sql/runtime/sql-values.ts. */
  readonly rows: readonly (readonly Json[])[];
  /** There are more. */
  readonly truncated: boolean;
}

/** What is true of a column. */
export interface ProfiledColumn extends QueryColumn {
  readonly nulls: number;
  /** An estimate, a few percent off. Absent of masked columns. */
  readonly distinct?: number;
  /** As text. */
  readonly min?: string;
  readonly max?: string;
  readonly mean?: number;
  readonly deviation?: number;
  /** Of numbers: a quarter of the values is below the first, a half below the second. */
  readonly quartiles?: readonly [number, number, number];
  /** How many values lie between one bound and the next: equally wide parts, from the least to the greatest number. */
  readonly histogram?: { readonly bounds: readonly number[]; readonly counts: readonly number[] };
  /** The most frequent values. */
  readonly top?: readonly { readonly value: string; readonly count: number }[];
  readonly masked?: true;
}

export interface TableProfile {
  readonly rows: number;
  readonly columns: readonly ProfiledColumn[];
  /** Columns that were not looked at. */
  readonly left: number;
}

/** Why there is no answer. */
export type QueryProblem =
  /** It is no SELECT, or more than one. */
  | 'not a query'
  | 'unknown table'
  | 'refused function'
  | 'wrong sql'
  | 'unreadable'
  | 'memory'
  | 'time'
  | 'aborted'
  | 'crashed';

export type QueryMessage =
  | ({ readonly type: 'rows' } & QueryRows)
  | {
      readonly type: 'previews';
      readonly previews: readonly (QueryRows | { readonly problem: string })[];
    }
  | { readonly type: 'profile'; readonly profile: TableProfile }
  | {
      readonly type: 'failed';
      readonly problem: QueryProblem;
      readonly cause: string;
      readonly name?: string;
    };
