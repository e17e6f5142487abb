/**
 * What the process that compares two versions gets on its stdin (one `DiffJob` as JSON), and tells on file descriptor 3 (one
 * `DiffMessage`).
 * @module
 */
import type { DiffRules, TableDiff } from '../../../datasets/diff/version-diff.js';

/** Rows of a version: Parquet files in a folder. Absolute. */
export interface DiffSide {
  readonly folder: string;
}

export interface DiffJob {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly rules: DiffRules;
  /** Rows of both sides up to which rows without a key are compared as they are; beyond that by hashes of 128 bits. */
  readonly mostWhole: number;
  readonly temporaryFolder: string;
  readonly memoryMebibytes: number;
  readonly threads: number;
}

/** Why there is no answer. */
export type DiffProblem =
  /** A column is named that not both have. */
  | 'unknown column'
  /** Masked columns of different datasets would have to tell rows apart. */
  | 'masked key'
  | 'unreadable'
  | 'memory'
  | 'time'
  | 'aborted'
  | 'crashed';

export type DiffMessage =
  | { readonly type: 'compared'; readonly diff: TableDiff }
  | { readonly type: 'failed'; readonly problem: DiffProblem; readonly cause: string };
