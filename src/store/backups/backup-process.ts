/**
 * The program that makes a backup: `backup-process.js DATABASE DRAFT VERSION`, at the lowest priority.
 *
 * The copy is one snapshot of the database, made by a connection that cannot write there (`VACUUM INTO`); whoever writes
 * meanwhile is not held up. A DATABASE that is not there is made first, of the records of PostgreSQL whose address comes as a message, all of
 * one moment (`../copy/postgres-snapshot.ts`). Then everything in the copy is checked as `verify` does: a backup that nobody can use is worse
 * than none, because nobody makes another.
 *
 * It sends its steps, at the end `done` or `failed`, and ends.
 * @module
 */
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { CopyProgress } from '../copy/copy-records.js';
import type { RecordsInDatabase } from '../copy/record-place.js';
import { openDriver, openReader } from '../driver.js';
import { StoreError, type StoreErrorCode } from '../errors.js';
import { expectKnownSchema } from '../upgrade.js';
import { expectSound, verifyDatabase } from '../verify-database.js';
import { verifyHistories } from '../verify-histories.js';
import { writeBackupNote } from './backup-note.js';

/** The message with which records are fetched from PostgreSQL first. */
export type FetchRequest = { type: 'fetch' } & RecordsInDatabase;

export type BackupMessage =
  | { type: 'fetching'; progress: CopyProgress }
  | { type: 'fetched' }
  | { type: 'checking' }
  | { type: 'done'; schema: number; executions: number }
  | { type: 'failed'; code: StoreErrorCode; message: string };

const LOWEST_PRIORITY = 19;

/** Two reports are no nearer than this, in milliseconds. */
const REPORT = 250;

/** Makes DATABASE of the records in PostgreSQL, and answers when that moment was. */
async function fetchRecords(request: FetchRequest, database: string): Promise<string> {
  const { copyRecords } = await import('../copy/copy-records.js');
  const { openPostgresSnapshot } = await import('../copy/postgres-snapshot.js');
  const { openSqlitePlace } = await import('../copy/sqlite-place.js');
  const from = await openPostgresSnapshot(request.url, request.tables, 'millrace backup');
  try {
    const to = openSqlitePlace(database, 'to', request.tables);
    try {
      let told = 0;
      await copyRecords(from, to, {
        onProgress(progress) {
          if (performance.now() - told < REPORT) return;
          told = performance.now();
          tell({ type: 'fetching', progress });
        },
      });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  tell({ type: 'fetched' });
  return from.at;
}

/** @param at when that was which DATABASE holds, in ISO 8601. Default: now */
function copy(database: string, draft: string, version: string, at?: string): BackupMessage {
  const source = openReader(database);
  // Of the snapshot: what is committed while it is copied is not in it.
  const madeAt = at ?? new Date().toISOString();
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

async function run(): Promise<void> {
  // Without whoever asked for it nobody gives it a name.
  process.once('disconnect', () => process.exit());
  setPriority(LOWEST_PRIORITY);
  const [database = '', draft = '', version = ''] = process.argv.slice(2);
  let last: BackupMessage;
  try {
    const request = existsSync(database) ? undefined : await fetchRequest();
    const at = request && (await fetchRecords(request, database));
    last = copy(database, draft, version, at);
  } catch (error) {
    const code = error instanceof StoreError ? error.code : 'io';
    last = { type: 'failed', code, message: error instanceof Error ? error.message : `${error}` };
  }
  tell(last, () => process.exit());
}

function fetchRequest(): Promise<FetchRequest> {
  return new Promise((resolve) =>
    process.once('message', (message) => resolve(message as FetchRequest)),
  );
}

void run();
