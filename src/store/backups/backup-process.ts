/**
 * The program that makes a backup: `backup-process.js DATABASE DRAFT VERSION`, at the lowest priority.
 *
 * The copy is one snapshot of the database, made by a connection that cannot write there (`VACUUM INTO`); whoever writes
 * meanwhile is not held up. Then everything in the copy is checked as `verify` does: a backup that nobody can use is worse
 * than none, because nobody makes another.
 *
 * It sends its steps, at the end `done` or `failed`, and ends.
 * @module
 */
import { setPriority } from 'node:os';
import { openDriver, openReader } from '../driver.js';
import { StoreError, type StoreErrorCode } from '../errors.js';
import { expectKnownSchema } from '../upgrade.js';
import { expectSound, verifyDatabase } from '../verify-database.js';
import { verifyHistories } from '../verify-histories.js';
import { writeBackupNote } from './backup-note.js';

export type BackupMessage =
  | { type: 'checking' }
  | { type: 'done'; schema: number; executions: number }
  | { type: 'failed'; code: StoreErrorCode; message: string };

const LOWEST_PRIORITY = 19;

function copy(database: string, draft: string, version: string): BackupMessage {
  const source = openReader(database);
  // Of the snapshot: what is committed while it is copied is not in it.
  const madeAt = new Date().toISOString();
  try {
    if (expectKnownSchema(source) === 0) throw new StoreError('io', `${database} holds no records`);
    source.prepare('VACUUM INTO ?').run(draft);
  } finally {
    source.close();
  }
  const made = openDriver(draft);
  try {
    // Nobody else knows the file yet: no journal beside it.
    made.prepare('PRAGMA journal_mode = OFF').all();
    writeBackupNote(made, { madeAt, version });
    tell({ type: 'checking' });
    expectSound(verifyDatabase(made));
    expectSound(verifyHistories(made));
    const count = made.prepare('SELECT COUNT(*) AS n FROM executions').get();
    return { type: 'done', schema: expectKnownSchema(made), executions: Number(count?.n) };
  } finally {
    made.close();
  }
}

function tell(message: BackupMessage, then?: () => void): void {
  process.send?.(message, () => then?.());
}

function run(): void {
  // Without whoever asked for it nobody gives it a name.
  process.once('disconnect', () => process.exit());
  setPriority(LOWEST_PRIORITY);
  const [database = '', draft = '', version = ''] = process.argv.slice(2);
  let last: BackupMessage;
  try {
    last = copy(database, draft, version);
  } catch (error) {
    const code = error instanceof StoreError ? error.code : 'io';
    last = { type: 'failed', code, message: error instanceof Error ? error.message : `${error}` };
  }
  tell(last, () => process.exit());
}

run();
