/**
 * What tasks of this server are kept from, as it starts.
 * @module
 */
import { dirname, join, resolve } from 'node:path';
import type { Confinement } from './confinement.js';
import { findTaskUser, tryTaskUser } from './task-user.js';
import { closeDataFolder } from './work-folders.js';

/** Where things lie. */
export interface ConfinedPlaces {
  /** The data folder. */
  data: string;
  /** Folder of the work folders. */
  work: string;
  /** File of the sealing key. */
  sealKey: string;
  /** Folder of pipeline files. */
  folder: string | undefined;
  /** File of bindings. */
  bindings: string | undefined;
}

/**
 * Closes the data folder. Where tasks have a user of their own, it has been tried out that they can work and see nothing.
 * @param taskUser its name, or UID[:GID]; undefined: tasks run as the server does
 * @throws TaskUserError
 */
export async function confineTasks(
  taskUser: string | undefined,
  { data, work, sealKey, folder, bindings }: ConfinedPlaces,
): Promise<Confinement> {
  const user = taskUser === undefined ? undefined : findTaskUser(taskUser);
  // What is made from here on is nobody else's; tasks inherit it.
  if (user !== undefined) process.umask(0o077);
  closeDataFolder(data, work, user);
  if (user === undefined) return { dataFolder: data };
  const kept = ['millrace.db', 'millrace.log', 'processes', 'work/.buckets'];
  await tryTaskUser(user, {
    workRoot: work,
    use: [folder, bindings && dirname(bindings)]
      .filter((path) => path !== undefined && path !== '')
      .map((path) => resolve(path ?? '')),
    closed: [
      ...kept.map((name) => join(data, name)),
      sealKey,
      ...['environ', 'mem'].map((name) => `/proc/${process.pid}/${name}`),
    ],
  });
  return { user, dataFolder: data };
}
