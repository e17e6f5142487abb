import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Args } from '@oclif/core';
import colors from 'picocolors';
import type { Verified } from '../../store/backups/verify-file.js';
import { isDatabase } from '../../store/copy/record-place.js';
import { MillraceCommand } from '../base-command.js';
import { findDataFolder } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { progressLine } from '../progress-line.js';
import { databaseOf, placeOf, recordsFailure, STORE_FLAG } from '../records-place.js';
import { storeFailure } from '../store-failure.js';
import { progressText } from '../verify-text.js';

/** `millrace verify`: reads all records and says whether they are what was written. */
export default class Verify extends MillraceCommand {
  static override summary =
    'Read all records of a data folder, a database or a backup and say whether they are sound';
  static override description =
    'Looks at pages and indexes, the digest of every row of history, that each history is whole, foreign bytes in records, and the chain of the audit log; of a ' +
    'backup also at the SHA-256 beside it. Of records in PostgreSQL it looks at all but pages and indexes (pg_amcheck does). It changes nothing, and a server may run meanwhile. Ends with 10 when something is damaged.';
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify /backups/monday.db --json',
    '<%= config.bin %> verify --store env:MILLRACE_STORE',
  ];
  static override args = {
    path: Args.string({
      description:
        'backup, data folder, postgres://… or env:NAME (default: what --store says, or the nearest .millrace)',
    }),
  };
  static override flags = { store: STORE_FLAG };

  async run(): Promise<{ file: string; sound: boolean } & Verified> {
    const { args, flags } = await this.parse(Verify);
    const path = args.path === undefined ? databaseOf(flags.store) : placeOf(args.path);
    const isFile = path === undefined || !isDatabase(path);
    const { file, ...verified } = await (isFile ? this.#file(path) : this.#database(path));
    const sound = verified.findings.length === 0;
    if (sound) {
      const { executions, histories, schema, note } = verified;
      const made = note?.madeAt === undefined ? '' : `, backup of ${note.madeAt}`;
      this.log(
        `${colors.green('sound')} ${file}: ${executions} executions, ${histories} rows of history, schema ${schema}${made}`,
      );
    } else {
      this.log(`${colors.red('damaged')} ${file}`);
      for (const finding of verified.findings) this.log(`  ${finding}`);
      process.exitCode = EXIT.checkFailed;
    }
    if (verified.audit !== undefined) {
      this.log(`${colors.red('changed')} ${verified.audit}`);
      process.exitCode = EXIT.checkFailed;
    }
    return { file, sound, ...verified };
  }

  async #file(path: string | undefined): Promise<{ file: string } & Verified> {
    const { examineFile } = await import('../../store/backups/verify-file.js');
    const file = databaseAt(path);
    const line = progressLine(this.jsonEnabled());
    const verified = await examineFile(file, (progress) => line.show(progressText(progress)))
      .finally(line.end)
      .catch((error: unknown) => {
        throw storeFailure(error);
      });
    return { file, ...verified };
  }

  async #database(url: string): Promise<{ file: string } & Verified> {
    const { verifyStore } = await import('../../server.js');
    const line = progressLine(this.jsonEnabled());
    const { location, ...verified } = await verifyStore(url, (progress) =>
      line.show(progressText(progress)),
    )
      .finally(line.end)
      .catch((error: unknown) => {
        throw recordsFailure(error);
      });
    return { file: location, ...verified };
  }
}

function databaseAt(path: string | undefined): string {
  const at = path === undefined ? findDataFolder(undefined) : resolve(path);
  const isFolder = path === undefined || (existsSync(at) && statSync(at).isDirectory());
  return isFolder ? join(at, 'millrace.db') : at;
}
