import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace pools delete NAME`. */
export default class PoolsDelete extends MillraceCommand {
  static override summary = 'Forget the size of a pool: it has one slot again';
  static override args = {
    name: Args.string({ description: 'name of the pool', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ name: string }> {
    const { args, flags } = await this.parse(PoolsDelete);
    const { name } = args;
    await this.client(flags).delete(pathTo(PATHS.pool, { name }));
    this.log(`${name} has 1 slot again`);
    return { name };
  }
}
