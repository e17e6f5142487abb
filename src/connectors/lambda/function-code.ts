/**
 * The code of a function: where it lies, what runs it, and which version of it this is.
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TaskFailure, taskErrors } from '../errors.js';
import type { Confinement, TaskUser } from '../process/confinement.js';
import { existingInside } from '../process/resolve-inside.js';
import type { FunctionLocation, LambdaArguments, Runtime } from './lambda-arguments.js';

export interface FunctionCode {
  name: string;
  /** Absolute. */
  folder: string;
  handler: string;
  runtime: Runtime;
  /** MiB. */
  memory: number | undefined;
  environment: { [name: string]: string };
  /** Who it runs as; undefined: the server's own user. */
  user: TaskUser | undefined;
  /** Functions with the same key may share a process, as long as the fingerprint is the same too. */
  key: string;
  /** Changes when a file of the function changes. */
  fingerprint: string;
}

/** Installed packages are told apart by their lock file; caches and version control do not matter. */
const SKIPPED = new Set(['node_modules', '__pycache__', '.git', '.venv', '.millrace']);

/** Files that are looked at; a function with more is told apart by the first ones only. */
const FILE_LIMIT = 2_000;

/**
 * Resolves a function under the pipeline's folder.
 * Throws TaskFailure when its folder is missing or outside.
 */
export async function functionCode(
  location: FunctionLocation,
  args: LambdaArguments,
  pipelineFolder: string,
  { user }: Confinement = {},
): Promise<FunctionCode> {
  const folder = existingInside(location.folder, [pipelineFolder]);
  const runtime = location.runtime ?? runtimeOf(folder, location.handler);
  const environment = args.environment ?? {};
  const { memory } = args;
  const name = args.functionName ?? basename(folder);
  return {
    name,
    folder,
    handler: location.handler,
    runtime,
    memory,
    environment,
    user,
    key: JSON.stringify([name, folder, location.handler, runtime, memory, environment]),
    fingerprint: await fingerprintOf(folder),
  };
}

/** The file before the handler's first dot after the last slash. @example moduleName('src/app.main') // 'src/app' */
function moduleName(handler: string): string {
  const start = handler.lastIndexOf('/') + 1;
  return handler.slice(0, handler.indexOf('.', start));
}

function runtimeOf(folder: string, handler: string): Runtime {
  const module = join(folder, moduleName(handler));
  if (['.mjs', '.js', '.cjs'].some((ending) => existsSync(module + ending))) return 'nodejs';
  if (existsSync(`${module}.py`) || existsSync(join(module, '__init__.py'))) return 'python';
  throw new TaskFailure(
    taskErrors.fileNotFound,
    `There is no ${module}.mjs, .js, .cjs or .py for the handler "${handler}".`,
  );
}

async function fingerprintOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const folders = [''];
  let files = 0;
  while (folders.length > 0 && files < FILE_LIMIT) {
    const inner = folders.shift() as string;
    const entries = await readdir(join(folder, inner), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (SKIPPED.has(entry.name)) continue;
      const path = join(inner, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (files++ < FILE_LIMIT) hash.update(await describe(folder, path));
    }
  }
  return hash.digest('hex');
}

async function describe(folder: string, path: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(join(folder, path));
    return `${path}\0${size}\0${mtimeMs}\0${ino}\0`;
  } catch {
    return `${path}\0gone\0`;
  }
}
