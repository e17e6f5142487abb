/**
 * Folders of attempts on a worker's machine.
 * @module
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptPlaces } from './performed-attempt.js';
import type { ServerLine } from './server-line.js';

export interface PlacesConfig {
  readonly line: ServerLine;
  /** Folder of this worker alone. */
  readonly own: string;
  /** Folder of files that are kept, by their hash. */
  readonly cache: string;
  readonly cacheBytes: number;
}

export function openPlaces({ own }: PlacesConfig): AttemptPlaces {
  return {
    async open({ id }) {
      const root = join(own, id);
      const folder = join(root, 'folder');
      const workFolder = join(root, 'work');
      await mkdir(folder, { recursive: true });
      await mkdir(workFolder, { recursive: true });
      return {
        ...{ folder, workFolder, data: [] },
        told: async () => ({ written: [], removed: [] }),
        remove: () => rm(root, { recursive: true, force: true }),
      };
    },
  };
}
