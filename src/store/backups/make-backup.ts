/**
 * A backup of a database, whether a server uses it or not: one file with everything that is durable, and its digest beside it.
 *
 *     draft ──copied──▶ checked ──synced, digest──▶ FILE, FILE.sha256
 *
 * In it secrets are sealed as they are in the database; `seal.key` opens them and is not in it.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreError } from '../errors.js';
import type { BackupMessage } from './backup-process.js';
import { digestOfFile, makeDraft, publish, taken, writeDigest } from './durable-file.js';

export interface BackupOptions {
  /** The database; it must be there. */
  database: string;
  /** Where the backup is to be; nothing may be there. */
  file: string;
  /** Of Millrace: noted in the backup. */
  version: string;
  /** Told about half a second apart. Default: nobody is told. */
  onProgress?: (progress: BackupProgress) => void;
  /** Gives the backup up and leaves nothing. */
  signal?: AbortSignal;
}

export type BackupProgress = { step: 'copying'; bytes: number; of: number } | { step: 'checking' };

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
 * @throws StoreError `constraint` when the file is there, `full`, `corrupt`, `newer-schema`, `io`
 * @example await makeBackup({ database: '.millrace/millrace.db', file: 'monday.db', version: '0.1.0' })
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const file = resolve(options.file);
  if (taken(file)) throw replaces(file);
  if (!existsSync(options.database)) {
    throw new StoreError('io', `There is no database ${options.database}`);
  }
  const draft = `${file}.draft-${process.pid}`;
  try {
    makeDraft(draft);
    const { schema, executions } = await copy(options, draft);
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
  const child = fork(compiled('backup-process.js'), [resolve(database), draft, version], {
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const of = statSync(database).size;
  const looking = setInterval(() => {
    const { size = 0 } = statSync(draft, { throwIfNoEntry: false }) ?? {};
    onProgress?.({ step: 'copying', bytes: size, of });
  }, LOOK);
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  return ending(child, () => {
    clearInterval(looking);
    onProgress?.({ step: 'checking' });
  }).finally(() => {
    clearInterval(looking);
    signal?.removeEventListener('abort', kill);
    signal?.throwIfAborted();
  });
}

function ending(
  child: ChildProcess,
  checking: () => void,
): Promise<{ schema: number; executions: number }> {
  return new Promise((resolveEnd, reject) => {
    child.on('message', (message: BackupMessage) => {
      switch (message.type) {
        case 'checking':
          return checking();
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
