/**
 * What the catalogue needs of datasets, handed to it by compose.ts.
 * @module
 */

import type { Json } from '../../../asl/json.js';
import type { DiffMessage, DiffSide } from '../../../connectors/dataset/diff/diff-protocol.js';
import type {
  QueryMessage,
  QueryTable,
  QueryWork,
} from '../../../connectors/dataset/query/query-protocol.js';
import type { Stage, VersionState } from '../../../datasets/dataset.js';
import type { DiffRules } from '../../../datasets/diff/version-diff.js';

export interface KnownDataset {
  readonly team: string;
  readonly name: string;
  readonly stage: Stage;
  readonly pipeline: string;
  readonly publishedAt?: number;
}

export interface KnownVersion {
  readonly number: number;
  readonly team: string;
  readonly dataset: string;
  readonly version: string;
  readonly state: VersionState;
  readonly folder: string;
  readonly at: number;
  /** Number and id of the execution that wrote it. */
  readonly execution: number;
  readonly executionId: string;
  readonly pipeline: string;
  readonly codeVersion: string;
  readonly interval?: string;
  readonly bytes: number;
  readonly rows?: number;
  readonly schemaChange?: Json;
  readonly removedAt?: number;
}

/** What the file of its pipeline says of a dataset. */
export interface SaidOfDataset {
  readonly description?: string;
  readonly readers: readonly string[];
  /** Columns whose values nobody is shown. */
  readonly masked: readonly string[];
  /** Columns that its contract says are unique together. */
  readonly unique?: readonly string[];
}

export interface CatalogueData {
  /** Every dataset that has a version. */
  all(): readonly KnownDataset[];
  find(team: string, name: string): KnownDataset | undefined;
  /** Those that pipelines say they write, also without any version. */
  planned(): Iterable<{ readonly team: string; readonly name: string; readonly pipeline: string }>;
  said(team: string, name: string): SaidOfDataset;
  /** Every team that has a pipeline. */
  teams(): Iterable<string>;
  /** Versions that are current: one, or one for each interval, the earliest first. */
  currentOf(dataset: { readonly team: string; readonly name: string }): readonly KnownVersion[];
  mayRead(reader: string, dataset: { readonly team: string; readonly name: string }): boolean;
  /** One by its id, from the store. */
  version(team: string, name: string, version: string): Promise<KnownVersion | undefined>;
  /** Columns that are masked by the file of the pipeline version that wrote it: what a test run tries need not be deployed. */
  maskedIn(version: KnownVersion): Promise<readonly string[]>;
  /** The newest first, below a number. */
  versions(
    team: string,
    name: string,
    page: { readonly below?: number; readonly limit: number },
  ): Promise<readonly KnownVersion[]>;
  /** The last one before it that was current and still has its files; of a dataset by interval, one of its interval. */
  before(version: KnownVersion): Promise<KnownVersion | undefined>;
  /** A folder of this machine with the files of a version. */
  local(folder: string): Promise<string>;
  /** What a small text file of the storage says; undefined: there is none. */
  read(path: string): Promise<string | undefined>;
}

/** Compares two versions in a process of its own, which ends when the signal comes. */
export type CompareData = (
  from: DiffSide,
  to: DiffSide,
  rules: DiffRules,
  signal: AbortSignal,
) => Promise<DiffMessage>;

/** Reads data in a process of its own, which ends when the signal comes. */
export type ReadData = (
  work: QueryWork,
  tables: readonly QueryTable[],
  signal: AbortSignal,
) => Promise<QueryMessage>;
