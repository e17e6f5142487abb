/**
 * Where versions of datasets lie: a folder of this machine, or a bucket of S3.
 *
 * A version is written into a staging folder and then taken as a whole; nothing that lies here is ever changed, but for the
 * pointer, which is replaced in one step.
 * @module
 */
import type { Pointer } from '../../datasets/layout.js';

export interface DatasetStorage {
  /** As people read it: a folder, or `s3://bucket/prefix`. */
  readonly root: string;
  /** A folder of this machine in which a version may be written before it is taken. It need not exist. */
  stagingFolder(version: string): string;
  /** The staged folder becomes this one, whole or not at all as readers see it. Rejects when there is one already. */
  take(staging: string, folder: string): Promise<void>;
  /** Moves the pointer, unless a later one stands there. @param folder of the dataset */
  point(folder: string, pointer: Pointer): Promise<void>;
  /** A small text file; undefined: there is none. */
  read(path: string): Promise<string | undefined>;
  /** A folder of this machine with the files of a version: itself, or a copy. */
  local(folder: string): Promise<string>;
  /** Removes a version. Fine when it is gone. */
  remove(folder: string): Promise<void>;
  /** Folders of versions that lie here, and staged ones, with when they were made. */
  list(): AsyncIterable<{ readonly folder: string; readonly at: number }>;
}
