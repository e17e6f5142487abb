/**
 * The files of a folder, as they are sent to another machine: ordinary files with their paths, sizes, rights and hashes.
 *
 * Links are followed only to files inside of the folder; others are left out, and so are pipes, sockets and devices: what a
 * link elsewhere leads to is another machine's over there.
 * @module
 */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A file below a folder. */
export interface FolderFile {
  /** With / between its parts. */
  readonly path: string;
  readonly absolute: string;
  readonly size: number;
  /** Rights, without those that change the user. */
  readonly mode: number;
  /** Another text when the file has another content, or is another file. */
  readonly state: string;
}

export interface FolderBounds {
  /** Files and bytes, at most. */
  readonly files: number;
  readonly bytes: number;
  /** Whether what lies at a path is left out. @param absolute its place */
  leaves?(path: string, absolute: string): boolean;
}

/** There are more files than are sent, or larger ones. */
export class FolderTooLarge extends Error {}

/**
 * Lists files by their paths; none when there is no such folder.
 * @throws FolderTooLarge
 * @example await listFolder('/srv/pipelines', { files: 20_000, bytes: 2 ** 32 })
 */
export async function listFolder(root: string, bounds: FolderBounds): Promise<FolderFile[]> {
  const real = await realpath(root).catch(() => undefined);
  if (real === undefined) return [];
  const found: FolderFile[] = [];
  let bytes = 0;
  const take = (path: string, absolute: string, stats: Stats): void => {
    found.push({
      ...{ path, absolute, size: stats.size, mode: stats.mode & 0o777 },
      state: stateOf(stats),
    });
    bytes += stats.size;
    if (found.length > bounds.files) throw new FolderTooLarge(`more than ${bounds.files} files`);
    if (bytes > bounds.bytes) throw new FolderTooLarge(`more than ${bounds.bytes} bytes`);
  };
  const walk = async (folder: string, inner: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const absolute = join(folder, entry.name);
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (bounds.leaves?.(path, absolute) === true) continue;
      if (entry.isDirectory()) await walk(absolute, path);
      else if (entry.isFile()) {
        const stats = await lstat(absolute).catch(() => undefined);
        if (stats?.isFile()) take(path, absolute, stats);
      } else if (entry.isSymbolicLink()) {
        const target = await realpath(absolute).catch(() => undefined);
        if (target?.startsWith(real + sep) !== true) continue;
        if (bounds.leaves?.(target.slice(real.length + 1), target) === true) continue;
        const stats = await stat(target).catch(() => undefined);
        if (stats?.isFile()) take(path, target, stats);
      }
    }
  };
  await walk(real, '');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Another text when a file has changed. */
export function stateOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;
}

/** The SHA-256 of a file's content, in hex. Follows no link. */
export async function hashFile(absolute: string): Promise<string> {
  const file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW);
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
