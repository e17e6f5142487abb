/**
 * The port through which files of attempts go to workers on other machines, and what these have written comes back.
 * @module
 */
import type { Readable } from 'node:stream';
import type { AttemptRequest } from './ports.js';

/** A file of an attempt. */
export interface SentFile {
  /** Relative to its folder, with /; never leads out of it. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  /** SHA-256 of its content, in hex. */
  readonly sha256: string;
}

/** The files of an attempt, by its folders. */
export interface SentFiles {
  readonly folder: readonly SentFile[];
  readonly work: readonly SentFile[];
  /** Of the versions of datasets that it reads, in the order of its request. */
  readonly data: readonly (readonly SentFile[])[];
}

/** Where the content of each hash lies, for one attempt. */
export type KnownContents = ReadonlyMap<
  string,
  { readonly absolute: string; readonly state: string }
>;

/** What a task has done to its work folder. */
export interface FileChanges {
  readonly written: readonly SentFile[];
  readonly removed: readonly string[];
}

/** A part of a file that a worker sends. */
export interface FilePart {
  readonly sha256: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Bytes of it that were sent before. */
  readonly from: number;
  readonly content: Buffer;
}

export interface WorkerFiles {
  /** @throws EngineError WorkerFilesTooLarge */
  list(request: AttemptRequest): Promise<{ files: SentFiles; contents: KnownContents }>;
  /** Reads what lay there when it was listed. @throws EngineError WorkerBlobNotFound when it has changed */
  read(contents: KnownContents, sha256: string): Promise<{ content: Readable; size: number }>;
  /**
   * Keeps a part of a file that an attempt has written, until the attempt ends.
   * @returns bytes that are there, which is where the next part begins
   * @throws EngineError WorkerBlobWrong, WorkerFilesTooLarge
   */
  receive(attempt: string, part: FilePart): Promise<number>;
  /**
   * Changes the work folder.
   * @throws EngineError WorkerBlobNotFound, WorkerFilesRefused; then nothing, or a part of it, was done
   */
  apply(
    attempt: string,
    workFolder: string,
    changes: FileChanges,
    contents: KnownContents,
  ): Promise<void>;
  /** Removes what an attempt has sent. Never rejects. */
  forget(attempt: string): Promise<void>;
}
