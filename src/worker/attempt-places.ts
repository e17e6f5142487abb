/**
 * Folders of attempts on a worker's machine: made of the files that the server lists, compared when the task has ended.
 *
 *     run-PID/ATTEMPT/folder     the pipeline's folder       ─┐
 *     run-PID/ATTEMPT/work       the execution's work folder  ├ by hash, from the cache
 *     run-PID/ATTEMPT/data-N     a version of a dataset      ─┘
 *
 * Only what a task has changed in its work folder goes back. What it writes elsewhere is gone with the attempt.
 * @module
 */
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PATHS, pathTo } from '../api/paths.js';
import {
  type ClaimedAttempt,
  MOST_FILES,
  MOST_PART,
  placesSchema,
  type WorkerChanges,
  type WorkerFile,
  type WorkerPlaces,
} from '../api/workers.js';
import {
  FolderTooLarge,
  hashFile,
  listFolder,
  stateOf,
} from '../connectors/process/folder-files.js';
import { FileCache, WrongContent } from './file-cache.js';
import { type AttemptPlace, type AttemptPlaces, PlaceRefused } from './performed-attempt.js';
import { type ServerLine, ServerRefusal } from './server-line.js';

/** Milliseconds for a small request, and for a whole file. */
const PATIENCE = 60_000;
const FILE_PATIENCE = 3_600_000;
/** Bytes that a task may leave in its work folder. */
const MOST_BYTES = 16 * 1024 ** 3;
/** Files that are fetched at a time. */
const AT_A_TIME = 8;
/** How often files are listed anew that change while they are fetched. */
const LISTINGS = 3;

const NOTHING: WorkerPlaces = { folder: [], work: [], data: [] };

export interface PlacesConfig {
  readonly line: ServerLine;
  /** Folder of this worker alone. */
  readonly own: string;
  /** Folder of files that are kept, by their hash. */
  readonly cache: string;
  readonly cacheBytes: number;
}

/** A file as it was put there. */
interface GivenFile extends WorkerFile {
  state: string;
}

export function openPlaces({ line, own, cache: kept, cacheBytes }: PlacesConfig): AttemptPlaces {
  const cache = new FileCache(kept, cacheBytes);

  async function listed(id: string, signal: AbortSignal): Promise<WorkerPlaces> {
    const path = pathTo(PATHS.workerFiles, { id });
    const answer = await line.ask('GET', path, undefined, { ms: FILE_PATIENCE, signal });
    const checked = placesSchema.safeParse(answer);
    if (checked.success) return checked.data;
    const problem = checked.error.issues[0]?.message ?? 'not a list of files';
    throw new PlaceRefused(`The server lists files that this worker does not take: ${problem}.`);
  }

  /** Puts files into a folder. */
  async function fill(
    id: string,
    folder: string,
    files: readonly WorkerFile[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const inner of new Set(files.map(({ path }) => dirname(path)))) {
      await mkdir(join(folder, inner), { recursive: true });
    }
    const left = [...files];
    const next = async (): Promise<void> => {
      for (let file = left.pop(); file !== undefined; file = left.pop()) {
        const { path, sha256, mode } = file;
        const target = join(folder, path);
        const address = pathTo(PATHS.workerBlob, { id, sha256 });
        await cache.copy(file, target, () => line.read(address, { ms: FILE_PATIENCE, signal }));
        await chmod(target, mode);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, next));
  }

  async function make(
    id: string,
    root: string,
    places: WorkerPlaces,
    signal: AbortSignal,
  ): Promise<AttemptPlace> {
    await rm(root, { recursive: true, force: true });
    const folder = join(root, 'folder');
    const workFolder = join(root, 'work');
    const data = places.data.map((_, index) => join(root, `data-${index}`));
    for (const path of [folder, workFolder, ...data]) await mkdir(path, { recursive: true });
    await fill(id, folder, places.folder, signal);
    await fill(id, workFolder, places.work, signal);
    for (const [index, files] of places.data.entries()) {
      await fill(id, data[index] ?? '', files, signal);
    }
    const given = new Map<string, GivenFile>();
    for (const file of places.work) {
      const stats = await lstat(join(workFolder, file.path));
      given.set(file.path, { ...file, state: stateOf(stats) });
    }
    return {
      ...{ folder, workFolder, data },
      told: () => sendChanges(id, workFolder, given, signal),
      remove: () => rm(root, { recursive: true, force: true }),
    };
  }

  async function sendChanges(
    id: string,
    workFolder: string,
    given: ReadonlyMap<string, GivenFile>,
    signal: AbortSignal,
  ): Promise<WorkerChanges> {
    const written: WorkerFile[] = [];
    const there = new Set<string>();
    const known = new Set([...given.values()].map(({ sha256 }) => sha256));
    for (const { path, absolute, size, mode, state } of await found(workFolder)) {
      there.add(path);
      const before = given.get(path);
      if (before?.state === state) continue;
      const sha256 = await hashFile(absolute);
      if (before?.sha256 === sha256 && before.mode === mode) continue;
      written.push({ path, size, mode, sha256 });
      if (known.has(sha256)) continue;
      await send(id, absolute, sha256, size, signal);
      known.add(sha256);
    }
    return { written, removed: [...given.keys()].filter((path) => !there.has(path)) };
  }

  async function send(
    id: string,
    absolute: string,
    sha256: string,
    size: number,
    signal: AbortSignal,
  ): Promise<void> {
    const address = pathTo(PATHS.workerBlob, { id, sha256 });
    for (let from = 0, first = true; first || from < size; first = false) {
      const content = await partOf(absolute, from);
      const path = `${address}?from=${from}&size=${size}`;
      from = await line.send(path, content, { ms: PATIENCE, signal });
    }
  }

  return {
    async open(attempt, signal) {
      const { id, hasFiles } = attempt;
      const root = join(own, id);
      if (!needsFolders(attempt)) return withoutFolders(root);
      for (let left = LISTINGS; ; left -= 1) {
        try {
          return await make(id, root, hasFiles ? await listed(id, signal) : NOTHING, signal);
        } catch (error) {
          const hasChanged =
            error instanceof WrongContent ||
            (error instanceof ServerRefusal && error.status === 404);
          if (!hasChanged) throw error;
          if (left === 0) throw new PlaceRefused('Its files change while they are fetched.');
        }
      }
    },
  };
}

/** Whether the task may read or write files: `echo` answers, and `http` writes only what it is told to save. */
function needsFolders({ kind, arguments: given }: ClaimedAttempt): boolean {
  if (kind === 'http') return (given as { saveTo?: unknown } | null)?.saveTo !== undefined;
  return kind !== 'echo';
}

/** A place that nobody makes: making and removing folders takes longer than such a task. */
function withoutFolders(root: string): AttemptPlace {
  return {
    ...{ folder: join(root, 'folder'), workFolder: join(root, 'work'), data: [] },
    told: async () => ({ written: [], removed: [] }),
    remove: async () => undefined,
  };
}

async function found(workFolder: string): ReturnType<typeof listFolder> {
  try {
    const leaves = (path: string): boolean => path.split('/')[0] === '.millrace';
    return await listFolder(workFolder, { files: MOST_FILES, bytes: MOST_BYTES, leaves });
  } catch (error) {
    if (!(error instanceof FolderTooLarge)) throw error;
    throw new PlaceRefused(`The task has left ${error.message} in its work folder.`);
  }
}

async function partOf(absolute: string, from: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const range = { start: from, end: from + MOST_PART - 1 };
  for await (const chunk of createReadStream(absolute, range)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
