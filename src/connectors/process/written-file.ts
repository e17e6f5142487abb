/**
 * Opening what a task has written, when the task may be another user's: never through a link, never a pipe that blocks, and
 * nothing that the task could not have written.
 * @module
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { TaskUser } from './confinement.js';

/**
 * Whoever calls closes it.
 * @param user whose task it was; default: the server's own
 * @param refused makes the error of a reason: "it is no ordinary file"
 * @returns undefined when there is none
 * @example (await openWritten('/proc/self/fd/7/output.json', user, (reason) => new Error(reason)))?.readFile('utf8')
 */
export async function openWritten(
  path: string,
  user: TaskUser | undefined,
  refused: (reason: string) => Error,
): Promise<{ file: FileHandle; size: number } | undefined> {
  // Neither a link to somewhere else nor a pipe that would block the reader is an output.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused(`it cannot be read: ${error.message}`);
  });
  if (!file) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refused('it is no ordinary file');
    // A second name of a file that the command itself could not read.
    if (user !== undefined && stats.uid !== user.uid) throw refused('it belongs to another user');
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}
