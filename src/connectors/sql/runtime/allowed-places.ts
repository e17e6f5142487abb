/**
 * Which files the SQL of one task may read: those of the work folder and of the task's folder, but none of a data folder
 * that lies in it.
 *
 * DuckDB can be told folders that are open and none that are closed. So when the data folder lies in the task's folder, what
 * lies beside it is opened one by one, level by level.
 * @module
 */
import { readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { isAllowed } from '../../process/resolve-inside.js';
import type { SqlJob } from '../sql-protocol.js';
import { SqlFailure } from './sql-errors.js';

export interface AllowedPlaces {
  folders: string[];
  files: string[];
}

type Job = Pick<SqlJob, 'folder' | 'workFolder' | 'dataFolder'>;

/** @param job its folders are absolute real paths */
export function allowedPlaces({ folder, workFolder, dataFolder }: Job): AllowedPlaces {
  const places: AllowedPlaces = { folders: [workFolder], files: [] };
  const closed = dataFolder === undefined ? undefined : realPath(dataFolder);
  const steps = closed === undefined ? ['..'] : relative(folder, closed).split(sep);
  if (steps[0] === '..' || isAbsolute(steps[0] ?? '')) {
    places.folders.push(folder);
    return places;
  }
  // The data folder itself: nothing beside it is the task's.
  if (steps[0] === '') return places;
  let level = folder;
  for (const step of steps) {
    for (const entry of readdirSync(level, { withFileTypes: true })) {
      if (entry.name === step) continue;
      (entry.isDirectory() ? places.folders : places.files).push(join(level, entry.name));
    }
    level = join(level, step);
  }
  return places;
}

/** The files that a pattern of an input matches, in the first folder where any does. */
export async function filesMatching(
  connection: DuckDBConnection,
  pattern: string,
  { folder, workFolder, dataFolder }: Job,
): Promise<string[]> {
  const roots = [workFolder, folder];
  for (const root of roots) {
    const path = resolve(root, pattern);
    if (!roots.some((one) => path.startsWith(one + sep))) throw outside(pattern, roots);
    const answer = await connection.runAndReadAll('SELECT file FROM glob($1) ORDER BY file', [
      path,
    ]);
    const files = answer.getRows().map(([file]) => realPath(String(file)) ?? String(file));
    const own = files.filter((file) => roots.some((one) => isAllowed(file, one, dataFolder)));
    if (own.length < files.length && !isNested(roots, dataFolder)) throw outside(pattern, roots);
    if (own.length > 0) return own;
  }
  throw new SqlFailure(
    'Connector.FileNotFound',
    `No file matches "${pattern}" in ${workFolder} or ${folder}.`,
  );
}

/** The data folder lies in one of the roots, so a pattern may match in it without anybody having meant it. */
function isNested(roots: readonly string[], dataFolder: string | undefined): boolean {
  const closed = dataFolder === undefined ? undefined : realPath(dataFolder);
  return (
    closed !== undefined && roots.some((root) => closed === root || closed.startsWith(root + sep))
  );
}

function outside(pattern: string, roots: readonly string[]): SqlFailure {
  return new SqlFailure(
    'Connector.PathOutsideFolder',
    `"${pattern}" matches files outside of ${roots.join(' and ')}. Move them there, or name fewer.`,
  );
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
