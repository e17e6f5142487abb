/**
 * What the process that reads files for contracts gets on its stdin (one `CheckJob` as JSON), and tells on file descriptor 3
 * (one `CheckMessage` a line).
 * @module
 */
import type { Contract, ContractResult } from '../../../datasets/contract.js';
import type { DataProfile } from '../../../datasets/infer/propose-contract.js';
import type { ReaderOptions } from '../../sql/input-arguments.js';

/** Files of one relation. Absolute paths. */
export interface DataFiles {
  readonly files: readonly string[];
  readonly options: ReaderOptions;
}

/** Bounds of the process. */
export interface CheckBounds {
  readonly temporaryFolder: string;
  readonly memoryMebibytes: number;
  readonly threads: number;
}

export interface CheckWork {
  readonly type: 'check';
  readonly contract: Contract;
  readonly references: { readonly [dataset: string]: DataFiles };
  /** Counts of rows of earlier versions, the newest last. */
  readonly history: readonly number[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Longest time of one custom SQL. */
  readonly sqlSeconds: number;
}

/** What is true of the data, for a proposal. */
export interface ProfileWork {
  readonly type: 'profile';
}

export interface CheckJob extends CheckBounds {
  readonly data: DataFiles;
  readonly work: CheckWork | ProfileWork;
}

/** Why files cannot be read, and what to do. */
export interface Unreadable {
  readonly cause: string;
  readonly fix: string;
}

export type CheckMessage =
  | {
      readonly type: 'checked';
      readonly result: ContractResult;
      readonly warnings: readonly string[];
    }
  | {
      readonly type: 'profiled';
      readonly profile: DataProfile;
      readonly warnings: readonly string[];
    }
  | ({ readonly type: 'unreadable' } & Unreadable);
