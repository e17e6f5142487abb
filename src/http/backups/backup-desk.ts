/**
 * Backups of a running server for whoever is elsewhere, and the wait of a server that was restored from one.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Engine } from '../../engine/engine.js';
import type { BackupNote } from '../../store/backups/backup-note.js';
import { digestFile } from '../../store/backups/durable-file.js';
import { type Backup, makeBackup } from '../../store/backups/make-backup.js';
import type { RecordsInDatabase } from '../../store/copy/record-place.js';
import type { OpenWork } from '../../store/store.js';
import { HttpError } from '../errors.js';

/** What a server waits with that was restored, until `goOn`. */
export type Held = BackupNote & OpenWork;

export interface BackupDesk {
  /** Undefined when the server works. */
  held(): Held | undefined;
  /** Takes the copy into use. Does nothing when that has been done. */
  goOn(): Promise<void>;
  /**
   * The whole backup, to be sent.
   * @throws HttpError BackupRunning
   */
  make(signal: AbortSignal): Promise<Backup & { content: Readable }>;
}

export interface BackupDeskOptions {
  engine: Engine;
  /** File of the records, or the database that they lie in. */
  database: string | RecordsInDatabase;
  /** The data folder: the backup lies there until it is sent, under no name any more. */
  data: string;
  /** Of Millrace. */
  version: string;
  held: Held | undefined;
  /** What begins only now: the folder of pipeline files, say. */
  onGoOn(): Promise<void>;
}

export function createBackupDesk({
  engine,
  data,
  version,
  ...options
}: BackupDeskOptions): BackupDesk {
  let isMaking = false;
  let goingOn: Promise<void> | undefined;
  return {
    held: () => (engine.health().status === 'held' ? options.held : undefined),
    goOn() {
      if (options.held === undefined) return Promise.resolve();
      goingOn ??= engine.goOn().then(options.onGoOn);
      return goingOn;
    },
    async make(signal) {
      if (isMaking) throw new HttpError('BackupRunning');
      isMaking = true;
      const file = join(data, `backup-${randomUUID()}.db`);
      try {
        const made = await makeBackup({
          database: options.database,
          file,
          version,
          signal,
        });
        // Open, it can be read without a name, and is gone when it was sent, whatever happens.
        const content = createReadStream('', { fd: openSync(file, 'r') });
        return { ...made, content };
      } finally {
        rmSync(file, { force: true });
        rmSync(digestFile(file), { force: true });
        isMaking = false;
      }
    },
  };
}
