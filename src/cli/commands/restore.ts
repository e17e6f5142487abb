import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { Restored, RestoreOptions } from '../../store/backups/restore-backup.js';
import { MillraceCommand } from '../base-command.js';
import { DEFAULT_DATA_FOLDER } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { progressLine } from '../progress-line.js';
import { databaseOf, recordsFailure, STORE_FLAG } from '../records-place.js';
import { storeFailure } from '../store-failure.js';
import { progressText } from '../verify-text.js';

/** `millrace restore FILE`: puts a backup into a new data folder. */
export default class Restore extends MillraceCommand {
  static override summary =
    'Put a backup into a new data folder or database; nothing starts by that';
  static override description =
    'The backup is checked first. A server that is started on the folder shows everything and does nothing: no attempt, timer, ' +
    'schedule or delivery, until `millrace resume` says that it may go on. With --store (or MILLRACE_STORE) the records go into ' +
    'that database, which must have none: all of them or nothing.';
  static override examples = [
    '<%= config.bin %> restore /backups/monday.db --data /srv/millrace --seal-key /keys/seal.key',
    '<%= config.bin %> restore /backups/monday.db --store env:MILLRACE_STORE --data /srv/millrace',
  ];
  static override args = {
    file: Args.string({ required: true, description: 'backup that `millrace backup` has written' }),
  };
  static override flags = {
    data: Flags.string({
      description:
        'data folder to be made; in it may be a seal.key and nothing else, unless the records go into a database',
      default: DEFAULT_DATA_FOLDER,
      env: 'MILLRACE_DATA',
    }),
    store: STORE_FLAG,
    'seal-key': Flags.string({ description: 'the seal.key that was kept: copied into the folder' }),
  };

  async run(): Promise<Restored> {
    const { args, flags } = await this.parse(Restore);
    const folder = resolve(flags.data);
    const key = flags['seal-key'];
    if (key !== undefined && !existsSync(key)) {
      throw new CommandFailure(`There is no file ${key}.`, {
        exitCode: EXIT.notFound,
        code: 'MILL5043',
        fix: 'Name the seal.key that was kept with the backup.',
      });
    }
    if (key !== undefined) expectNoOther(key, join(folder, 'seal.key'));
    const store = databaseOf(flags.store);
    const restored = await (store === undefined
      ? this.#toFolder({ file: args.file, folder })
      : this.#toStore({ file: args.file, folder, url: store }));
    if (key !== undefined && !restored.hasSealKey) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      copyFileSync(key, join(folder, 'seal.key'));
      restored.hasSealKey = true;
    }
    const { madeAt } = restored.note;
    this.log(
      `${colors.green('restored')} ${restored.executions} executions ${madeAt === undefined ? '' : `of ${madeAt} `}to ${restored.folder}`,
    );
    if (!restored.hasSealKey) {
      this.say(
        colors.yellow(
          '  seal.key is not there: put the one that was kept into the folder before you start, or secrets cannot be read',
        ),
      );
    }
    this.say('  next: millrace up (it shows everything and does nothing), then: millrace resume');
    return restored;
  }

  async #toFolder(options: RestoreOptions): Promise<Restored> {
    const { restoreBackup } = await import('../../store/backups/restore-backup.js');
    const line = progressLine(this.jsonEnabled());
    return await restoreBackup({
      ...options,
      onProgress: (progress) => line.show(progressText(progress)),
    })
      .finally(line.end)
      .catch((error: unknown) => {
        throw storeFailure(error);
      });
  }

  async #toStore(options: { file: string; folder: string; url: string }): Promise<Restored> {
    const { restoreToStore } = await import('../../server.js');
    const line = progressLine(this.jsonEnabled());
    return await restoreToStore({
      ...options,
      onProgress: (progress) =>
        line.show(
          'doing' in progress
            ? `${progress.doing} ${progress.table}: ${progress.rows} rows …`
            : progressText(progress),
        ),
    })
      .finally(line.end)
      .catch((error: unknown) => {
        throw recordsFailure(error);
      });
  }
}

/** One that is there is never replaced, and the other one would not be looked at. */
function expectNoOther(key: string, there: string): void {
  if (!existsSync(there) || readFileSync(there).equals(readFileSync(key))) return;
  throw new CommandFailure(`${there} is there already, and is another key than ${key}.`, {
    exitCode: EXIT.conflict,
    code: 'MILL5040',
    fix: 'Leave out --seal-key to keep the one that is there, or put it away first.',
  });
}
