/**
 * Files of attempts that workers on other machines perform.
 *
 *     folders of an attempt ──listed, hashed──▶ read by hash, as long as they are what they were
 *     data/worker-files/ATTEMPT/HASH ◀──parts── what a task has written ──outcome──▶ the execution's work folder
 *
 * Nothing is copied to be sent: a file is read where it lies, and one that has changed since it was listed is refused. Hashes
 * are remembered by what the system says of a file. What comes is written through open folders, as what tasks write here is:
 * no link in a work folder leads the server elsewhere.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { TaskFailure } from '../../connectors/errors.js';
import type { Confinement } from '../../connectors/process/confinement.js';
import {
  FolderTooLarge,
  hashFile,
  listFolder,
  stateOf,
} from '../../connectors/process/folder-files.js';
import { newFile, openFolder } from '../../connectors/process/open-folder.js';
import { prepareWorkFolder } from '../../connectors/process/work-folders.js';
import { EngineError } from '../kernel/errors.js';
import type { FilePart, SentFile, WorkerFiles } from '../kernel/worker-files.js';

/** Files and bytes of one attempt, in all of its folders; bytes that it may send back. */
const MOST_FILES = 20_000;
const MOST_BYTES = 16 * 1024 ** 3;
/** Hashes that are remembered. */
const REMEMBERED = 100_000;
/** What Millrace itself keeps in a work folder, and what is no part of a pipeline. */
const OWN = '.millrace';
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', OWN]);

/** What a server is told of workers. */
export interface ServerOfWorkers {
  /** Kinds of tasks that workers on other machines perform, whatever pipelines say. Default: none. */
  noLocalTasks?: string[];
  /** Milliseconds that an attempt stays a worker's without a sign of life. Default: 30,000. */
  workerLease?: number;
  /** Tasks at a time over all workers, by the tag that they ask for. Default: as many as the workers take. */
  workerLimits?: { readonly [tag: string]: number };
}

/**
 * What a server's engine is given for workers.
 * @param root as `openWorkerFiles`
 * @param version of this server
 */
export async function workersOf(
  { noLocalTasks, workerLease, workerLimits }: ServerOfWorkers,
  root: string,
  confinement: Confinement | undefined,
  version: string,
): Promise<ServerOfWorkers & { workerFiles: WorkerFiles; version: string }> {
  return {
    ...(noLocalTasks === undefined ? {} : { noLocalTasks }),
    ...(workerLease === undefined ? {} : { workerLease }),
    ...(workerLimits === undefined ? {} : { workerLimits }),
    workerFiles: await openWorkerFiles(root, confinement),
    version,
  };
}

/**
 * @param root folder for what comes
 * @param confinement whose the work folders are, and which folder no task may read files of
 */
export async function openWorkerFiles(
  root: string,
  { user, dataFolder }: Confinement = {},
): Promise<WorkerFiles> {
  // What an earlier server had half received nobody asks for: a worker sends it again.
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o700 });
  const hashes = new Map<string, string>();
  const received = new Map<string, number>();
  /** Attempts of which something may lie here: most send nothing, and nothing is looked for. */
  const begun = new Set<string>();
  const data = dataFolder === undefined ? undefined : await realpath(dataFolder);

  async function hashOf(absolute: string, state: string): Promise<string> {
    const known = hashes.get(state);
    if (known !== undefined) return known;
    const hash = await hashFile(absolute);
    if (hashes.size >= REMEMBERED) hashes.clear();
    hashes.set(state, hash);
    return hash;
  }

  async function listed(
    folder: string,
    leaves: (path: string, absolute: string) => boolean,
    contents: Map<string, { absolute: string; state: string }>,
    left: { files: number; bytes: number },
  ): Promise<SentFile[]> {
    const files: SentFile[] = [];
    for (const found of await listFolder(folder, { ...left, leaves })) {
      const { path, absolute, size, mode, state } = found;
      const sha256 = await hashOf(absolute, state).catch(() => undefined);
      // It was removed, or put in another's place, meanwhile.
      if (sha256 === undefined) continue;
      contents.set(sha256, { absolute, state });
      files.push({ path, size, mode, sha256 });
      left.files -= 1;
      left.bytes -= size;
    }
    return files;
  }

  const placeOf = (attempt: string): string => join(root, encodeURIComponent(attempt));

  async function receivePart(
    attempt: string,
    { sha256, size, from, content }: FilePart,
  ): Promise<number> {
    const place = placeOf(attempt);
    const total = (received.get(attempt) ?? 0) + content.length;
    if (total > MOST_BYTES || size > MOST_BYTES) {
      throw new EngineError('WorkerFilesTooLarge', { problem: `more than ${MOST_BYTES} bytes` });
    }
    await mkdir(place, { recursive: true, mode: 0o700 });
    const whole = join(place, sha256);
    if (
      await stat(whole).then(
        (stats) => stats.isFile(),
        () => false,
      )
    )
      return size;
    const part = `${whole}.part`;
    const file = await open(part, 'a', 0o600);
    try {
      const there = (await file.stat()).size;
      // A part that came before, or one that comes too early: the worker is told where to go on.
      if (there !== from) return there;
      if (from + content.length > size) throw new EngineError('WorkerBlobWrong');
      await file.write(content);
      received.set(attempt, total);
      if (from + content.length < size) return from + content.length;
    } finally {
      await file.close();
    }
    if ((await hashFile(part)) !== sha256) {
      await rm(part, { force: true });
      throw new EngineError('WorkerBlobWrong');
    }
    await rename(part, whole);
    return size;
  }

  return {
    async list({ folder, workFolder, datasets = {} }) {
      const contents = new Map<string, { absolute: string; state: string }>();
      const left = { files: MOST_FILES, bytes: MOST_BYTES };
      const isOwn = (path: string): boolean => LEFT_OUT.has(path.split('/')[0] ?? '');
      const isData = (_path: string, absolute: string): boolean =>
        data !== undefined && (absolute === data || absolute.startsWith(data + sep));
      try {
        await prepareWorkFolder(workFolder, user);
        const isSame = resolve(folder) === resolve(workFolder);
        const ofPipeline = isSame
          ? []
          : await listed(folder, (...it) => isOwn(it[0]) || isData(...it), contents, left);
        const work = await listed(workFolder, isOwn, contents, left);
        const versions: SentFile[][] = [];
        for (const { folders } of Object.values(datasets)) {
          for (const one of folders) versions.push(await listed(one, () => false, contents, left));
        }
        return { files: { folder: isSame ? work : ofPipeline, work, data: versions }, contents };
      } catch (error) {
        if (!(error instanceof FolderTooLarge)) throw error;
        throw new EngineError('WorkerFilesTooLarge', { problem: error.message });
      }
    },

    async read(contents, sha256) {
      const known = contents.get(sha256);
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const file = known && (await open(known.absolute, flags).catch(() => undefined));
      if (file === undefined) throw new EngineError('WorkerBlobNotFound');
      const stats = await file.stat();
      if (!stats.isFile() || stateOf(stats) !== known?.state) {
        await file.close();
        throw new EngineError('WorkerBlobNotFound');
      }
      return { content: file.createReadStream(), size: stats.size };
    },

    async receive(attempt, part) {
      begun.add(attempt);
      try {
        return await receivePart(attempt, part);
      } finally {
        // It may have been forgotten meanwhile: then whoever looks forgets it again.
        begun.add(attempt);
      }
    },

    async apply(attempt, workFolder, { written, removed }, contents) {
      const place = placeOf(attempt);
      await prepareWorkFolder(workFolder, user);
      const sent = new Set(await readdir(place).catch(() => []));
      const missing = written.find(({ sha256 }) => !sent.has(sha256) && !contents.has(sha256));
      if (missing !== undefined) throw new EngineError('WorkerBlobNotFound');
      try {
        for (const { path, sha256, mode } of written) {
          const source = sent.has(sha256)
            ? join(place, sha256)
            : (contents.get(sha256)?.absolute ?? '');
          await put(workFolder, path, source, mode);
        }
        for (const path of removed) await remove(workFolder, path);
      } catch (error) {
        if (error instanceof TaskFailure || isInTheWay(error)) {
          throw new EngineError('WorkerFilesRefused', { problem: (error as Error).message });
        }
        throw error;
      }
    },

    async forget(attempt) {
      received.delete(attempt);
      if (!begun.delete(attempt)) return;
      await rm(placeOf(attempt), { recursive: true, force: true }).catch(() => undefined);
    },
  };

  /** A file comes to be as a whole, under its name. */
  async function put(root: string, path: string, source: string, mode: number): Promise<void> {
    const made = user === undefined ? {} : { owner: user, mode: 0o700 };
    const folder = await openFolder(root, innerFolder(path), made);
    try {
      const draft = join(folder.path, `.${randomUUID()}.part`);
      const file = await newFile(draft, user, 0o600);
      const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        for await (const chunk of from.createReadStream()) await file.write(chunk as Buffer);
        await file.chmod(mode & 0o777);
      } finally {
        await file.close();
      }
      await rename(draft, join(folder.path, basename(path)));
    } finally {
      await folder.close();
    }
  }

  async function remove(root: string, path: string): Promise<void> {
    const inner = innerFolder(path);
    // Opening would make it.
    if (
      !(await stat(join(root, inner)).then(
        (it) => it.isDirectory(),
        () => false,
      ))
    )
      return;
    const folder = await openFolder(root, inner);
    try {
      await unlink(join(folder.path, basename(path))).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    } finally {
      await folder.close();
    }
  }
}

function innerFolder(path: string): string {
  const folder = dirname(path);
  return folder === '.' ? '' : folder;
}

function isInTheWay(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENOTEMPTY';
}
