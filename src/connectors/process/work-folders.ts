/**
 * Making and removing the work folders of executions.
 *
 * Where tasks run as a user of their own, a work folder belongs to that user and nobody else may look into it; what the
 * server keeps in the data folder is closed to the user, but for the way to the work folders.
 *
 *     data/  0711     work/  0711     work/TEAM/  0711     work/TEAM/EXECUTION/  0700, of the task user
 *     data/datasets, data/dataset-cache  0711     versions in them  0755 and 0644, of the server's user
 *     everything else: 0600 and 0700, of the server's user
 * @module
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, lchown, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TaskUser } from './confinement.js';

const PASSAGE = 0o711;
const PRIVATE = 0o700;
/** Folders of the data folder whose versions tasks are handed: they know the way, and cannot look around. */
const SHARED = ['datasets', 'dataset-cache'];

const preparing = new Map<string, Promise<void>>();

/** Makes the work folder of an execution, or gives one that an earlier server made to the task user. */
export async function prepareWorkFolder(path: string, user: TaskUser | undefined): Promise<void> {
  if (user === undefined) {
    await mkdir(path, { recursive: true });
    return;
  }
  // One after the other: once a task of the user runs in it, nothing may be given away there by its path.
  const prepared = (preparing.get(path) ?? Promise.resolve()).then(() =>
    giveWorkFolder(path, user),
  );
  preparing.set(path, prepared);
  try {
    await prepared;
  } finally {
    if (preparing.get(path) === prepared) preparing.delete(path);
  }
}

async function giveWorkFolder(path: string, user: TaskUser): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE });
  await chmod(dirname(path), PASSAGE);
  const { uid } = await lstat(path);
  if (uid === user.uid) return;
  // It is the server's own as yet, so nobody can put anything else in its place meanwhile.
  await giveContent(path, user);
  await chmod(path, PRIVATE);
  await lchown(path, user.uid, user.gid);
}

async function giveContent(folder: string, { uid, gid }: TaskUser): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // The deepest first: what is given away is not walked through any more.
  for (const entry of entries.reverse()) await lchown(join(entry.parentPath, entry.name), uid, gid);
}

/** Removes what lies in a folder of tasks, as their user would: no link in it leads the server elsewhere. */
export async function removeTaskFiles(path: string, user: TaskUser | undefined): Promise<void> {
  if (user === undefined) {
    await rm(path, { recursive: true, force: true });
    return;
  }
  const { uid, gid } = user;
  const child = spawn('rm', ['-rf', '--', path], {
    uid,
    gid,
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    stdio: 'ignore',
  });
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}

/** Removes a whole work folder that is not kept. Never rejects. */
export async function removeWorkFolder(path: string, user: TaskUser | undefined): Promise<void> {
  if (!existsSync(path)) return;
  await removeTaskFiles(path, user).catch(() => undefined);
  if (user === undefined) return;
  // The user may not remove the folder itself: the one above is the server's.
  await rmdir(path).catch(() => undefined);
}

/**
 * Closes the data folder to everybody else; where tasks have a user, but for the way to the work folders.
 * Without one only that way is closed again.
 */
export function closeDataFolder(data: string, work: string, user: TaskUser | undefined): void {
  if (user === undefined) {
    if ((statSync(data).mode & 0o777) === PASSAGE) chmodSync(data, PRIVATE);
    return;
  }
  const names = new Set([basename(work), ...SHARED]);
  for (const entry of readdirSync(data, { withFileTypes: true })) {
    if (entry.isSymbolicLink() || names.has(entry.name)) continue;
    chmodSync(join(data, entry.name), entry.isDirectory() ? PRIVATE : 0o600);
  }
  for (const entry of readdirSync(work, { withFileTypes: true })) {
    if (!entry.name.startsWith('.') || entry.isSymbolicLink()) continue;
    chmodSync(join(work, entry.name), entry.isDirectory() ? PRIVATE : 0o600);
  }
  for (const name of SHARED) if (existsSync(join(data, name))) chmodSync(join(data, name), PASSAGE);
  chmodSync(work, PASSAGE);
  chmodSync(data, PASSAGE);
}
