import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Args } from '@oclif/core';
import colors from 'picocolors';
import { PATHS } from '../../api/paths.js';
import type { BackupProgress, Backup as Made } from '../../store/backups/make-backup.js';
import type { RecordsInDatabase } from '../../store/copy/record-place.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { findDataFolder } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { percentOf, progressLine } from '../progress-line.js';
import { databaseOf, recordsFailure, STORE_FLAG } from '../records-place.js';
import { storeFailure } from '../store-failure.js';

/** `millrace backup FILE`: all records in one file, while the server runs or when it does not. */
export default class Backup extends MillraceCommand {
  static override summary = 'Write all records to one file, whether the server runs or not';
  static override description =
    'The file is one moment of the database, checked before it gets its name; its SHA-256 lies beside it. Nothing is replaced. ' +
    'Secrets are sealed in it: keep seal.key of the data folder too, elsewhere. Not in it: files of executions (the folder work). ' +
    'With --store (or MILLRACE_STORE) of the records in that database: the file is of the same kind. ' +
    'With --server, the server makes it and sends it.';
  static override examples = [
    '<%= config.bin %> backup /backups/monday.db',
    '<%= config.bin %> backup monday.db --store env:MILLRACE_STORE',
    '<%= config.bin %> backup monday.db --server https://millrace.example.com',
  ];
  static override args = {
    file: Args.string({ required: true, description: 'file to be written; it must not exist' }),
  };
  static override flags = {
    server: serverFlags.server,
    data: serverFlags.data,
    store: STORE_FLAG,
  };

  async run(): Promise<Made> {
    const { args, flags } = await this.parse(Backup);
    const file = resolve(args.file);
    const isRemote = flags.server !== undefined && flags.data === undefined;
    const store = isRemote ? undefined : databaseOf(flags.store);
    const made = await (isRemote
      ? this.#receive(file, flags)
      : this.#make(file, await sourceOf(store, flags.data))
    ).catch((error: unknown) => {
      throw store === undefined ? storeFailure(error) : recordsFailure(error);
    });
    const megabytes = (made.bytes / 1024 ** 2).toFixed(1);
    this.log(`${colors.green('written')} ${made.file}`);
    this.log(`  ${made.executions} executions, ${megabytes} MiB, schema ${made.schema}`);
    this.log(`  sha256 ${made.sha256}`);
    this.say(
      colors.dim(
        '  Secrets are sealed in it: keep seal.key of the data folder as well, elsewhere.',
      ),
    );
    return made;
  }

  /** By a process of our own, which reads beside the server. */
  async #make(file: string, database: string | RecordsInDatabase): Promise<Made> {
    const { makeBackup } = await import('../../store/backups/make-backup.js');
    const line = progressLine(this.jsonEnabled());
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    try {
      return await makeBackup({
        ...{ database, file },
        version: this.config.version,
        signal: stop.signal,
        onProgress: (progress) => line.show(textOf(progress)),
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      throw new CommandFailure('The backup was given up; nothing was left behind.', {
        exitCode: EXIT.interrupted,
        code: 'MILL5044',
      });
    } finally {
      line.end();
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    }
  }

  async #receive(file: string, flags: { server?: string | undefined }): Promise<Made> {
    const { digestOfFile, makeDraft, publish, taken, writeDigest } = await import(
      '../../store/backups/durable-file.js'
    );
    if (taken(file)) throw replaces(file);
    const response = await this.client(flags).download(PATHS.backups);
    const draft = `${file}.draft-${randomUUID()}`;
    try {
      makeDraft(draft);
      const content = Readable.fromWeb(response.body as ReadableStream);
      await pipeline(content, createWriteStream(draft, { flags: 'r+' }));
      const sha256 = await digestOfFile(draft);
      if (sha256 !== response.headers.get('millrace-sha256')) {
        throw new CommandFailure('What came is not what the server sent: its digest differs.', {
          exitCode: EXIT.checkFailed,
          code: 'MILL5045',
          fix: 'Try again; nothing was left behind.',
        });
      }
      publish(draft, file);
      writeDigest(file, sha256);
      const told = (name: string): number => Number(response.headers.get(`millrace-${name}`));
      const bytes = Number(response.headers.get('content-length'));
      return { file, bytes, sha256, schema: told('schema'), executions: told('executions') };
    } catch (error) {
      rmSync(draft, { force: true });
      throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? replaces(file) : error;
    }
  }
}

/** Where the records lie: `up` asks in the same order. */
async function sourceOf(
  store: string | undefined,
  data: string | undefined,
): Promise<string | RecordsInDatabase> {
  if (store === undefined) return join(findDataFolder(data), 'millrace.db');
  const { recordsIn } = await import('../../server.js');
  return recordsIn(store);
}

function textOf(progress: BackupProgress): string {
  switch (progress.step) {
    case 'fetching':
      return `${progress.doing} ${progress.table}: ${progress.rows} rows …`;
    case 'copying':
      return `copying ${percentOf(progress.bytes, progress.of)} …`;
    case 'checking':
      return 'checking the copy …';
  }
}

function replaces(file: string): CommandFailure {
  return new CommandFailure(`${file} is there already, and a backup replaces nothing.`, {
    exitCode: EXIT.conflict,
    code: 'MILL5040',
    fix: 'Choose another name.',
  });
}
