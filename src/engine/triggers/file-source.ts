/**
 * Files as triggers see them: those of the folder of a pipeline, and nothing outside of it.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface ListedFile {
  /** Path relative to the watched folder, with `/`. */
  key: string;
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
}

/** Looks at files. Names that lead out of the pipeline's folder, also through links, are refused. */
export interface FileSource {
  /** All files under a folder, at any depth; undefined when there is no such folder. */
  list(folder: string, under: string): Promise<ListedFile[] | undefined>;
  /** Text of a file of at most so many bytes; undefined when it is larger or gone. */
  read(folder: string, path: string, most: number): Promise<string | undefined>;
  /** Lower-case hexadecimal; undefined when the file is gone. */
  sha256(folder: string, path: string): Promise<string | undefined>;
}

/** Files of one folder that are looked at. */
const MOST_FILES = 100_000;

/** @example const files = createFileSource(); await files.list('/srv/pipelines', 'incoming') */
export function createFileSource(): FileSource {
  return {
    async list(folder, under) {
      const root = await inside(folder, under);
      if (root === undefined) return undefined;
      const files: ListedFile[] = [];
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        // Links could lead anywhere; half-written files of editors and copiers begin with a dot.
        if (!entry.isFile() || entry.name.startsWith('.')) continue;
        if (files.length >= MOST_FILES) break;
        const path = join(entry.parentPath, entry.name);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined) continue;
        const key = relative(root, path).split(sep).join('/');
        files.push({ key, size: found.size, modifiedAt: Math.floor(found.mtimeMs) });
      }
      return files.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async read(folder, path, most) {
      const real = await inside(folder, path);
      if (real === undefined) return undefined;
      const file = await open(real);
      try {
        const { size } = await file.stat();
        return size > most ? undefined : await file.readFile('utf8');
      } finally {
        await file.close();
      }
    },
    async sha256(folder, path) {
      const real = await inside(folder, path);
      if (real === undefined) return undefined;
      const hash = createHash('sha256');
      await pipeline(createReadStream(real), hash);
      return hash.digest('hex');
    },
  };
}

/** The real path of what lies under the folder; undefined for what does not, or does not exist. */
async function inside(folder: string, path: string): Promise<string | undefined> {
  try {
    const root = await realpath(folder);
    const real = await realpath(resolve(root, path));
    return real === root || real.startsWith(root + sep) ? real : undefined;
  } catch {
    return undefined;
  }
}
