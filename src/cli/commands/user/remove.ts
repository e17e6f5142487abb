import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace user remove NAME`. */
export default class UserRemove extends MillraceCommand {
  static override summary =
    'Take a user’s roles in your teams; who has none left is logged out and gone';
  static override args = { name: Args.string({ required: true, description: 'name of the user' }) };
  static override flags = { ...serverFlags };

  async run(): Promise<{ removed: true }> {
    const { args, flags } = await this.parse(UserRemove);
    await this.client(flags).delete(pathTo(PATHS.user, { name: args.name }));
    this.log(`removed ${args.name}`);
    return { removed: true };
  }
}
