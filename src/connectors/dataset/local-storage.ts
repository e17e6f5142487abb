/**
 * Versions of datasets in a folder of this machine.
 *
 *     ROOT/.staging/VERSION-…    being written; what a crash leaves there is removed later
 *     ROOT/structured/…, raw/…   see datasets/layout.ts
 * @module
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { POINTER, type Pointer } from '../../datasets/layout.js';
import { makeReadable } from './readable.js';
import type { DatasetStorage } from './storage.js';

const STAGING = '.staging';
const LINK = 'current';

/**
 * Makes the storage; the folder need not exist.
 * @param root absolute
 * @param isShared another user reads versions: the one that tasks have
 * @example createLocalStorage('/srv/millrace/datasets')
 */
export function createLocalStorage(root: string, isShared = false): DatasetStorage {
  const at = (path: string): string => join(root, ...path.split('/'));
  return {
    root,
    stagingFolder: (version) => join(root, STAGING, version),
    async take(staging, folder) {
      const target = at(folder);
      await mkdir(dirname(target), { recursive: true });
      // Renaming a folder over an empty one works; over one with files it does not, and nothing is overwritten.
      await rename(staging, target);
      if (isShared) await makeReadable(root, folder);
      await syncFolder(dirname(target));
    },
    async point(folder, pointer) {
      const dataset = at(folder);
      const file = join(dataset, POINTER);
      const known = await revisionIn(file);
      if (known !== undefined && known >= pointer.revision) return;
      await mkdir(dataset, { recursive: true });
      const temporary = `${file}.${randomUUID()}`;
      await writeFile(temporary, `${JSON.stringify(pointer, null, 2)}\n`, { flush: true });
      await rename(temporary, file);
      await link(dataset, pointer);
      await syncFolder(dataset);
    },
    async read(path) {
      try {
        return await readFile(at(path), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    local: async (folder) => at(folder),
    async remove(folder) {
      const path = at(folder);
      // Out of sight first: what is half removed is no version.
      const gone = join(root, STAGING, `removed-${randomUUID()}`);
      await mkdir(dirname(gone), { recursive: true });
      try {
        await rename(path, gone);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      await rm(gone, { recursive: true, force: true });
      await rmdir(dirname(path)).catch(() => undefined);
    },
    list: () => listed(root),
  };
}

/** A link for tools that read folders; a dataset by interval has none, for it is many folders. */
async function link(dataset: string, { versions }: Pointer): Promise<void> {
  const path = join(dataset, LINK);
  const [only] = versions;
  if (versions.length !== 1 || only === undefined) {
    await rm(path, { force: true });
    return;
  }
  const temporary = `${path}.${randomUUID()}`;
  await symlink(`versions/${only.version}`, temporary);
  await rename(temporary, path);
}

async function revisionIn(file: string): Promise<number | undefined> {
  try {
    const { revision } = JSON.parse(await readFile(file, 'utf8')) as Partial<Pointer>;
    return typeof revision === 'number' ? revision : undefined;
  } catch {
    // None, or one that somebody has damaged: it is written anew.
    return undefined;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* listed(root: string): AsyncIterable<{ folder: string; at: number }> {
  if (!existsSync(root)) return;
  for (const top of await readdir(root, { withFileTypes: true })) {
    if (!top.isDirectory()) continue;
    if (top.name === STAGING) yield* children(root, join(root, STAGING));
    else if (['structured', 'raw', 'table', 'shadow'].includes(top.name))
      yield* below(root, join(root, top.name));
  }
}

/** Versions below a folder: what lies in one named `versions` or `quarantine`. */
async function* below(root: string, folder: string): AsyncIterable<{ folder: string; at: number }> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (entry.name === 'versions' || entry.name === 'quarantine') yield* children(root, path);
    else yield* below(root, path);
  }
}

async function* children(
  root: string,
  folder: string,
): AsyncIterable<{ folder: string; at: number }> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.NaN }));
    if (Number.isNaN(mtimeMs)) continue;
    yield { folder: relative(root, path).split(sep).join('/'), at: mtimeMs };
  }
}
