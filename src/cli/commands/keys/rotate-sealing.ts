import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Flags } from '@oclif/core';
import colors from 'picocolors';
import { MillraceCommand } from '../../base-command.js';
import { findDataFolder } from '../../client.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { storeFailure } from '../../store-failure.js';

/** `millrace keys rotate-sealing`: while the server is stopped. */
export default class KeysRotateSealing extends MillraceCommand {
  static override summary =
    'Make a new key under which secrets are sealed; the server must be stopped';
  static override description =
    'The key of before stays beside it (seal.key.1, seal.key.2 …) and opens what was sealed under it. Secrets of teams are sealed anew at the next start, the rest when it is written again; what executions hold goes with them. Back up the new key.';
  static override flags = {
    data: Flags.string({ description: 'data folder (default: the nearest .millrace)' }),
  };

  async run(): Promise<{ before: string }> {
    const { flags } = await this.parse(KeysRotateSealing);
    const data = findDataFolder(flags.data);
    if (!existsSync(join(data, 'seal.key'))) {
      throw new CommandFailure(`There is no sealing key in ${data}.`, {
        exitCode: EXIT.notFound,
        code: 'MILL5075',
        fix: 'Name the data folder with --data.',
      });
    }
    const { rotateSealOf } = await import('../../../server.js');
    let before: string;
    try {
      before = rotateSealOf(data);
    } catch (error) {
      if ((error as { code?: string }).code !== 'locked') throw storeFailure(error);
      throw new CommandFailure(`A server uses ${data}.`, {
        exitCode: EXIT.conflict,
        code: 'MILL5076',
        fix: 'Stop it, make the new key, and start it again.',
      });
    }
    this.log(`a new key is in ${join(data, 'seal.key')}`);
    this.say(colors.dim(`the one before is ${before}; keep it as long as executions of its time`));
    return { before };
  }
}
