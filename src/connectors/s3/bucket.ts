/**
 * Objects by their keys, as an ItemReader reads and a ResultWriter writes them: the same for a folder of this machine and
 * for S3.
 * @module
 */

/** One object of a listing, as a Map state's items name its parts. */
export interface ListedObject {
  Etag: string;
  Key: string;
  /** Seconds since the epoch. */
  LastModified: number;
  Size: number;
  StorageClass: string;
}

/** An object that can be read. */
export interface FoundObject {
  /** Another text when its content is another. */
  version: string;
  /** Bytes. */
  size: number;
  /** Its bytes. */
  read(): AsyncIterable<Uint8Array>;
  /** The file with its bytes, when it is one of this machine. */
  path?: string;
}

/** Whatever goes wrong rejects with an error whose message tells the fix. */
export interface Bucket {
  /** As results and `$$.Map.Item.Source` name it. */
  readonly name: string;
  find(key: string, versionId?: string): Promise<FoundObject>;
  /** In the order of the keys. */
  list(prefix: string): AsyncIterable<ListedObject[]>;
  /** Puts the content of a file there. */
  put(key: string, file: string): Promise<void>;
}

/** Gives the buckets of S3; undefined when S3 is not configured. */
export type RemoteBuckets = (name: string) => Bucket | undefined;
