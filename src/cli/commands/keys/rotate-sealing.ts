import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Flags } from '@oclif/core';
import colors from 'picocolors';
import { MillraceCommand } from '../../base-command.js';
import { findDataFolder } from '../../client.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { databaseOf, recordsFailure, STORE_FLAG } from '../../records-place.js';
import { storeFailure } from '../../store-failure.js';

/** `millrace keys rotate-sealing`: while the server is stopped. */
export default class KeysRotateSealing extends MillraceCommand {
  static override summary =
    'Make a new key under which secrets are sealed; the server must be stopped';
  static override description =
    'The key of before stays beside it (seal.key.1, seal.key.2 …) and opens what was sealed under it. Secrets of teams are sealed anew at the next start, the rest when it is written again; what executions hold goes with them. Back up the new key. With --store (or MILLRACE_STORE) of the records in that database: servers that stand by take the key over when they become active.';
  static override examples = [
    '<%= config.bin %> keys rotate-sealing',
    '<%= config.bin %> keys rotate-sealing --store env:MILLRACE_STORE --seal-key /keys/seal.key',
  ];
  static override flags = {
    data: Flags.string({ description: 'data folder (default: the nearest .millrace)' }),
    store: STORE_FLAG,
    'seal-key': Flags.string({
      description: 'file of the sealing key; default: seal.key in the data folder',
      env: 'MILLRACE_SEAL_KEY',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<{ before: string }> {
    const { flags } = await this.parse(KeysRotateSealing);
    const database = databaseOf(flags.store);
    const given = flags['seal-key'];
    // A server may be told of both, and then needs no folder here.
    const isFolderNeeded = database === undefined || given === undefined;
    const data = isFolderNeeded ? findDataFolder(flags.data) : (flags.data ?? '.');
    const key = given === undefined ? join(data, 'seal.key') : resolve(given);
    if (!existsSync(key)) {
      throw new CommandFailure(`There is no sealing key ${key}.`, {
        exitCode: EXIT.notFound,
        code: 'MILL5075',
        fix: 'Name the data folder with --data, or the file with --seal-key.',
      });
    }
    if (database === undefined && !existsSync(join(data, 'millrace.db'))) {
      throw new CommandFailure(
        `No records lie in ${data}, so whether a server uses the key cannot be seen.`,
        {
          exitCode: EXIT.notFound,
          code: 'MILL5525',
          fix: 'Name the database that they lie in with --store.',
        },
      );
    }
    const { rotateSealOf } = await import('../../../server.js');
    let before: string;
    try {
      before = await rotateSealOf({
        ...{ data, file: key },
        ...(database === undefined ? {} : { database }),
      });
    } catch (error) {
      if ((error as { code?: string }).code !== 'locked') {
        throw database === undefined ? storeFailure(error) : recordsFailure(error);
      }
      throw new CommandFailure(`A server uses ${database === undefined ? data : 'the database'}.`, {
        exitCode: EXIT.conflict,
        code: 'MILL5076',
        fix: 'Stop it, make the new key, and start it again.',
      });
    }
    this.log(`a new key is in ${key}`);
    this.say(colors.dim(`the one before is ${before}; keep it as long as executions of its time`));
    return { before };
  }
}
