/**
 * Files as triggers see them, wherever they lie.
 * @module
 */

export interface ListedFile {
  /** Path relative to the watched folder, with `/`. */
  key: string;
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  /** Present where files appear as a whole: another text when the content is another. */
  version?: string;
}

/**
 * Looks at files. Names that lead out of the pipeline's folder, also through links, are refused. Paths that begin with
 * `s3://` are those of objects.
 */
export interface FileSource {
  /** All files under a folder, at any depth; undefined when there is no such folder. */
  list(folder: string, under: string): Promise<ListedFile[] | undefined>;
  /** Text of a file of at most so many bytes; undefined when it is larger or gone. */
  read(folder: string, path: string, most: number): Promise<string | undefined>;
  /** Lower-case hexadecimal; undefined when the file is gone. */
  sha256(folder: string, path: string): Promise<string | undefined>;
  /**
   * Tells when something under a folder may have changed, until what it answers is called. Only a hint, and not to be had
   * everywhere (S3, network drives): who wants to know looks.
   */
  watch?(folder: string, under: string, changed: () => void): () => void;
}

/** Files of one folder that are looked at. */
export const MOST_FILES = 100_000;
