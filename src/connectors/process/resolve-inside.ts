/**
 * File names from pipeline files and task arguments, resolved to real paths inside the folders a task may use.
 *
 * The check follows symbolic links: a link that points out of the folder is out of the folder.
 * @module
 */
import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { TaskFailure, taskErrors } from '../errors.js';

/**
 * The real path of an existing file or folder.
 * @param name absolute, or relative to the first root in which it exists
 * @param roots absolute folders, the preferred one first
 * @param dataFolder what lies in it is outside of every root but those in it
 * Throws TaskFailure `Connector.PathOutsideFolder` or `Connector.FileNotFound`.
 */
export function existingInside(name: string, roots: string[], dataFolder?: string): string {
  let outside = false;
  for (const root of isAbsolute(name) ? [''] : roots) {
    const path = realPath(resolve(root, checkName(name)));
    if (path === undefined) continue;
    if (roots.some((allowed) => isAllowed(path, allowed, dataFolder))) return path;
    outside = true;
  }
  if (outside || !roots.some((root) => isLexicallyInside(resolve(root, name), root))) {
    throw outsideFailure(name, roots);
  }
  throw new TaskFailure(
    taskErrors.fileNotFound,
    `"${name}" does not exist in ${roots.join(' or ')}.`,
  );
}

/**
 * The path of a file that is to be written; it need not exist, nor its folder.
 * @param root absolute folder; relative names are relative to it
 * Throws TaskFailure `Connector.PathOutsideFolder`.
 */
export function writableInside(name: string, root: string): string {
  const path = resolve(root, checkName(name));
  // The deepest existing folder decides: what does not exist yet cannot be a link.
  let existing = path;
  let real = realPath(existing);
  while (real === undefined && dirname(existing) !== existing) {
    existing = dirname(existing);
    real = realPath(existing);
  }
  const target = join(real ?? existing, relative(existing, path));
  if (!isInside(target, root)) throw outsideFailure(name, [root]);
  return target;
}

function checkName(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw new TaskFailure(
      taskErrors.fileNotFound,
      'A file name may not be empty or hold a NUL character.',
    );
  }
  return name;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Inside of the root, and not in a data folder that lies there. */
export function isAllowed(path: string, root: string, dataFolder: string | undefined): boolean {
  if (!isInside(path, root)) return false;
  if (dataFolder === undefined || !isInside(realPath(dataFolder) ?? dataFolder, root)) return true;
  return !isInside(path, dataFolder);
}

function isInside(path: string, root: string): boolean {
  return isLexicallyInside(path, realPath(root) ?? root);
}

function isLexicallyInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function outsideFailure(name: string, roots: string[]): TaskFailure {
  return new TaskFailure(
    taskErrors.outsideFolder,
    `"${name}" is outside of ${roots.join(' and ')}. Move the file there, or name it relative to that folder.`,
  );
}
