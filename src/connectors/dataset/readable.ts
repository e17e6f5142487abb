/**
 * Lets another user of this machine read a version: where tasks have a user of their own, what the server makes is closed to it.
 * @module
 */
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The way to a version may be gone, and not be looked around on. */
const PASSAGE = 0o711;
const FOLDER = 0o755;
const FILE = 0o644;

/**
 * @param root absolute
 * @param folder of the version, relative to it, with `/`
 * @example await makeReadable('/srv/datasets', 'structured/own/parcels/versions/20261130T000000Z-00000001')
 */
export async function makeReadable(root: string, folder: string): Promise<void> {
  const parts = folder.split('/');
  for (let at = 0; at < parts.length; at += 1) {
    await chmod(join(root, ...parts.slice(0, at)), PASSAGE);
  }
  const path = join(root, ...parts);
  await chmod(path, FOLDER);
  for (const name of await readdir(path)) await chmod(join(path, name), FILE);
}
