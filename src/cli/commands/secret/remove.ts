import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace secret remove NAME`. */
export default class SecretRemove extends MillraceCommand {
  static override summary = 'Remove a secret: tasks that refer to it fail from now on';
  static override args = {
    name: Args.string({ required: true, description: 'name of the secret' }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ removed: true }> {
    const { args, flags } = await this.parse(SecretRemove);
    await this.client(flags).delete(pathTo(PATHS.secret, { name: args.name }));
    this.log(`removed ${args.name}`);
    return { removed: true };
  }
}
