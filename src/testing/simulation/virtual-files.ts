/**
 * Files that arrive in a simulation; nothing is on a disk.
 * @module
 */
import { createHash } from 'node:crypto';
import { isAbsolute, join, normalize } from 'node:path';
import type { FileSource } from '../../engine/features/files/file-source.js';

export interface VirtualFiles extends FileSource {
  /** @param path absolute */
  put(path: string, content: string, at: number): void;
  remove(path: string): void;
}

/**
 * @param beside reads what lies beside pipelines and does not arrive, such as lists of partners
 * @example const files = createVirtualFiles(createFileSource()); files.put('/srv/incoming/a.csv', 'a,b', 0);
 */
export function createVirtualFiles(beside: Pick<FileSource, 'read'>): VirtualFiles {
  const files = new Map<string, { content: string; modifiedAt: number }>();
  const find = (folder: string, path: string): string | undefined =>
    files.get(isAbsolute(path) ? path : join(folder, path))?.content;
  return {
    put: (path, content, at) => void files.set(normalize(path), { content, modifiedAt: at }),
    remove: (path) => void files.delete(normalize(path)),
    async list(folder, under) {
      const root = `${join(folder, under)}/`.replace(/\/+$/, '/');
      return [...files]
        .filter(([path]) => path.startsWith(root))
        .map(([path, { content, modifiedAt }]) => ({
          key: path.slice(root.length),
          size: Buffer.byteLength(content),
          modifiedAt,
        }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async read(folder, path, most) {
      const content = find(folder, path);
      if (content === undefined) return beside.read(folder, path, most);
      return Buffer.byteLength(content) > most ? undefined : content;
    },
    async sha256(folder, path) {
      const content = find(folder, path);
      return content === undefined ? undefined : createHash('sha256').update(content).digest('hex');
    },
  };
}
