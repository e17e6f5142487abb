/**
 * Files as triggers see them: those of the folder of a pipeline, and nothing outside of it; or those of a bucket in S3.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type FSWatcher, watch } from 'chokidar';
import type { RemoteBuckets } from '../../../connectors/s3/bucket.js';
import { createBucketFiles } from './bucket-files.js';
import { type FileSource, type ListedFile, MOST_FILES } from './listed-file.js';

/** Folders in folders that are told of. */
const DEEPEST = 20;

export type { FileSource, ListedFile } from './listed-file.js';

/**
 * Files of this machine and of S3.
 * @param remote gives S3's buckets. Default: S3 is not configured
 * @example const files = createFileSource(); await files.list('/srv/pipelines', 'incoming')
 */
export function createFileSource(remote: RemoteBuckets = () => undefined): FileSource {
  const local = createLocalFiles();
  const objects = createBucketFiles(remote);
  const of = (path: string): FileSource => (path.startsWith('s3://') ? objects : local);
  return {
    list: (folder, under) => of(under).list(folder, under),
    read: (folder, path, most) => of(path).read(folder, path, most),
    sha256: (folder, path) => of(path).sha256(folder, path),
    watch: (folder, under, changed) => of(under).watch?.(folder, under, changed) ?? (() => {}),
  };
}

function createLocalFiles(): FileSource {
  return {
    watch(folder, under, changed) {
      let watcher: FSWatcher | undefined;
      let isOver = false;
      const begin = (root: string | undefined): void => {
        if (root === undefined || isOver) return;
        // Folders alone: a change of a file is told to its folder, and there may be many files.
        watcher = watch(root, {
          ignoreInitial: true,
          followSymlinks: false,
          depth: DEEPEST,
          ignored: (_path, stats) => stats !== undefined && !stats.isDirectory(),
        });
        watcher
          .on('raw', changed)
          .on('addDir', changed)
          .on('error', () => {});
      };
      void inside(folder, under).then(begin);
      return () => {
        isOver = true;
        void watcher?.close();
      };
    },
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
