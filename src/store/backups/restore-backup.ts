/**
 * Puts a backup into a data folder that has no records yet.
 *
 * Nothing is started by that. The copy keeps the note that it is one, and a server that opens it waits until somebody says
 * that it may go on (`leaveBackup`): what has been done since the backup was made, nobody knows.
 * @module
 */
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { type BackupNote, readBackupNote, writeBackupNote } from './backup-note.js';
import { makeDraft, publish } from './durable-file.js';
import { type VerifyProgress, verifyFile } from './verify-file.js';

export interface RestoreOptions {
  /** A backup, or a database that somebody has copied from a stopped server. */
  file: string;
  /** Made when it is not there; otherwise there may be nothing in it but `seal.key`. */
  folder: string;
  onProgress?: (progress: VerifyProgress) => void;
}

export interface Restored {
  folder: string;
  executions: number;
  note: BackupNote;
  /** Whether `seal.key` is there already. */
  hasSealKey: boolean;
}

/**
 * @throws StoreError `constraint` when the folder holds something, `corrupt` when the backup is damaged, `newer-schema`,
 * `full`, `io`
 * @example await restoreBackup({ file: 'monday.db', folder: '.millrace' })
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const folder = resolve(options.folder);
  const file = resolve(options.file);
  expectEmpty(folder);
  const { executions } = await verifyFile(file, options.onProgress);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, 'millrace.db.draft');
  try {
    makeDraft(draft);
    copyFileSync(file, draft, constants.COPYFILE_FICLONE);
    const note = markCopy(draft);
    publish(draft, join(folder, 'millrace.db'));
    return { folder, executions, note, hasSealKey: existsSync(join(folder, 'seal.key')) };
  } catch (error) {
    rmSync(draft, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StoreError('full', message);
    throw error;
  }
}

function expectEmpty(folder: string): void {
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'seal.key') : [];
  if (found.length === 0) return;
  throw new StoreError(
    'constraint',
    `${folder} is not empty (${found.slice(0, 3).join(', ')}): a backup is put into a new data folder`,
  );
}

function markCopy(draft: string): BackupNote {
  const copy = openDriver(draft);
  try {
    copy.prepare('PRAGMA journal_mode = OFF').all();
    const note = { ...readBackupNote(copy), restoredAt: new Date().toISOString() };
    writeBackupNote(copy, note);
    return note;
  } finally {
    copy.close();
  }
}
