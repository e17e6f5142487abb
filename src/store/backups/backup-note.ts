/**
 * What a backup says of itself, among the settings in it. A database with such a note is a copy of what was; whoever opens it
 * knows that the world has gone on since.
 * @module
 */
import type { Driver } from '../driver.js';

/** Key of the setting. */
export const BACKUP_NOTE = 'backup';

export interface BackupNote {
  /** ISO 8601: when it was made. Absent: nobody knows, it is a copied file. */
  madeAt?: string;
  /** The Millrace that made it. */
  version?: string;
  /** ISO 8601: when it was put into a data folder by `restore`. */
  restoredAt?: string;
}

/** Undefined when the database is no copy. */
export function readBackupNote(driver: Driver): BackupNote | undefined {
  const row = driver.prepare('SELECT value FROM settings WHERE key = ?').get(BACKUP_NOTE);
  return row === undefined ? undefined : (JSON.parse(String(row.value)) as BackupNote);
}

export function writeBackupNote(driver: Driver, note: BackupNote): void {
  driver
    .prepare(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
    .run(BACKUP_NOTE, JSON.stringify(note));
}
