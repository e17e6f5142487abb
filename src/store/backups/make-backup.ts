/**
 * A backup of the records, whether a server uses them or not: one file with everything that is durable, and its digest beside it.
 *
 *     draft ──copied──▶ checked ──synced, digest──▶ FILE, FILE.sha256
 *
 * Records of PostgreSQL are fetched into a file first, all of one moment, and each row is compared (../copy/): from there on it is the
 * same, so that one kind of backup is checked and restored by one way, wherever it came from and wherever it goes.
 *
 * In it secrets are sealed as they are in the database; `seal.key` opens them and is not in it.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CopyProgress } from '../copy/copy-records.js';
import type { RecordsInDatabase } from '../copy/record-place.js';
import { StoreError } from '../errors.js';
import { sourceEnvironment } from '../source-environment.js';
import type { BackupMessage, FetchRequest } from './backup-process.js';
import { digestOfFile, makeDraft, publish, taken, writeDigest } from './durable-file.js';

export interface BackupOptions {
  /** The file of the records, which must be there, or the database that they lie in. */
  database: string | RecordsInDatabase;
  /** Where the backup is to be; nothing may be there. */
  file: string;
  /** Of Millrace: noted in the backup. */
  version: string;
  /** Told about half a second apart. Default: nobody is told. */
  onProgress?: (progress: BackupProgress) => void;
  /** Gives the backup up and leaves nothing. */
  signal?: AbortSignal;
}

export type BackupProgress =
  | ({ step: 'fetching' } & CopyProgress)
  | { step: 'copying'; bytes: number; of: number }
  | { step: 'checking' };

export interface Backup {
  file: string;
  bytes: number;
  /** SHA-256 in hexadecimal digits. */
  sha256: string;
  schema: number;
  executions: number;
}

const LOOK = 500;

/**
 * Makes a backup in a process of its own.
 * @throws StoreError `constraint` when the file is there, `full`, `corrupt`, `newer-schema`, `io`; of a database also `gone` when it has
 * no records, `driver`, `busy`
 * @example await makeBackup({ database: '.millrace/millrace.db', file: 'monday.db', version: '0.1.0' })
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const file = resolve(options.file);
  if (taken(file)) throw replaces(file);
  const { database } = options;
  if (typeof database === 'string' && !existsSync(database)) {
    throw new StoreError('io', `There is no database ${database}`);
  }
  const draft = `${file}.draft-${process.pid}`;
  try {
    makeDraft(draft);
    const { schema, executions } = await copy(options, draft).finally(() =>
      rmSync(fetchedAt(draft), { recursive: true, force: true }),
    );
    const sha256 = await digestOfFile(draft);
    const { size: bytes } = statSync(draft);
    options.signal?.throwIfAborted();
    publish(draft, file);
    writeDigest(file, sha256);
    return { file, bytes, sha256, schema, executions };
  } catch (error) {
    rmSync(draft, { force: true });
    throw asStoreError(error, file);
  }
}

function copy(
  { database, version, onProgress, signal }: BackupOptions,
  draft: string,
): Promise<{ schema: number; executions: number }> {
  signal?.throwIfAborted();
  const isFile = typeof database === 'string';
  const file = isFile ? resolve(database) : join(fetchedAt(draft), 'millrace.db');
  const child = fork(compiled('backup-process.js'), [file, draft, version], {
    env: sourceEnvironment(isFile ? 'sqlite' : 'postgres'),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // As a message: an address may hold a password, and arguments are seen by all who list processes.
  if (!isFile) child.send({ type: 'fetch', ...database } satisfies FetchRequest);
  const of = isFile ? statSync(file).size : 0;
  let isCopying = isFile;
  const looking = setInterval(() => {
    if (!isCopying) return;
    const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    onProgress?.({ step: 'copying', bytes: size(draft), of: of || size(file) });
  }, LOOK);
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  return ending(child, (message) => {
    if (message.type === 'fetching') return onProgress?.({ ...message.progress, step: 'fetching' });
    if (message.type === 'fetched') {
      isCopying = true;
      return;
    }
    clearInterval(looking);
    onProgress?.({ step: 'checking' });
  }).finally(() => {
    clearInterval(looking);
    signal?.removeEventListener('abort', kill);
    signal?.throwIfAborted();
  });
}

/** The folder beside a draft into which records of a database are fetched. */
function fetchedAt(draft: string): string {
  return `${draft}.records`;
}

function ending(
  child: ChildProcess,
  heard: (message: Extract<BackupMessage, { type: 'fetching' | 'fetched' | 'checking' }>) => void,
): Promise<{ schema: number; executions: number }> {
  return new Promise((resolveEnd, reject) => {
    child.on('message', (message: BackupMessage) => {
      switch (message.type) {
        case 'fetching':
        case 'fetched':
        case 'checking':
          return heard(message);
        case 'done':
          return resolveEnd(message);
        case 'failed':
          return reject(new StoreError(message.code, message.message));
      }
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(
        new StoreError('io', `The backup was not finished: its process ended (${signal ?? code})`),
      );
    });
  });
}

function asStoreError(error: unknown, file: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return replaces(file);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreError('full', message);
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return new StoreError('io', message);
  return error;
}

function replaces(file: string): StoreError {
  return new StoreError('constraint', `${file} is there already, and a backup replaces nothing`);
}

/** Child processes run plain Node: when the sources run directly, the compiled file lies in `dist` at the same place. */
function compiled(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return import.meta.url.endsWith('.ts')
    ? beside.replace(/([\\/])src([\\/]store[\\/])/, '$1dist$2')
    : beside;
}
