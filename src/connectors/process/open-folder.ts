/**
 * Folders in which the server writes while tasks of another user may be at work there.
 *
 * Such a task owns its work folder. Between a look at a path and its use it could put a link to anywhere in the place of a
 * folder, and a server that may do everything would follow it. So the folder is opened step by step without following links,
 * and what is done in it goes through the open descriptor (`/proc/self/fd/N/NAME`), which nobody can turn elsewhere. Only
 * Linux has that; elsewhere tasks never have another user, who could gain nothing.
 * @module
 */
import { constants, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { TaskFailure, taskErrors } from '../errors.js';
import type { TaskUser } from './confinement.js';

export interface OpenFolder {
  /** What lies in the folder has paths under this one, as long as it is open. */
  readonly path: string;
  close(): Promise<void>;
}

/** What folders are like that are made. */
export interface MadeFolders {
  /** Defaults to the server's own user. */
  owner?: TaskUser | undefined;
  /** Defaults to what the umask leaves. */
  mode?: number;
}

const DESCRIPTORS = '/proc/self/fd';

/**
 * Opens a folder, making it and those above it that are missing.
 * @param root absolute real path of an existing folder whose own place no task can change
 * @param inner path under it; empty for the root itself.
 * @throws TaskFailure `Connector.PathOutsideFolder` where a link or file stands on the way
 */
export async function openFolder(
  root: string,
  inner: string,
  made: MadeFolders = {},
): Promise<OpenFolder> {
  const steps = inner.split(sep).filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) throw new Error(`The path '${inner}' leads upwards.`);
  if (!existsSync(DESCRIPTORS)) return plainFolder(join(root, ...steps), made);
  let folder = await openHere(root);
  try {
    for (const step of steps) {
      const next = await openStep(folder, step, made);
      await folder.close();
      folder = next;
    }
  } catch (error) {
    await folder.close();
    throw error;
  }
  return { path: pathOf(folder), close: () => folder.close() };
}

async function plainFolder(path: string, { mode }: MadeFolders): Promise<OpenFolder> {
  await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  return { path, close: () => Promise.resolve() };
}

async function openStep(
  folder: FileHandle,
  step: string,
  { owner, mode }: MadeFolders,
): Promise<FileHandle> {
  const path = join(pathOf(folder), step);
  const isNew = await mkdir(path, mode).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  const opened = await openHere(path);
  if (isNew && owner !== undefined) await opened.chown(owner.uid, owner.gid);
  return opened;
}

/** The last name of the path may be no link, unless it is a descriptor; those before it were opened already. */
async function openHere(path: string): Promise<FileHandle> {
  const follow = dirname(path) === DESCRIPTORS ? 0 : constants.O_NOFOLLOW;
  try {
    return await open(path, constants.O_RDONLY | constants.O_DIRECTORY | follow);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error;
    throw new TaskFailure(
      taskErrors.outsideFolder,
      `"${basename(path)}" is no folder, or a link to one. Name a folder that is none.`,
    );
  }
}

function pathOf(folder: FileHandle): string {
  return `${DESCRIPTORS}/${folder.fd}`;
}

/** Makes a file that was not there, for the owner to have. Throws EEXIST. */
export async function newFile(path: string, owner?: TaskUser, mode = 0o666): Promise<FileHandle> {
  const file = await open(path, 'wx', mode);
  if (owner !== undefined) await file.chown(owner.uid, owner.gid);
  return file;
}
