import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace keys revoke ID`. */
export default class KeysRevoke extends MillraceCommand {
  static override summary = 'Revoke an access key: requests signed with it are refused from now on';
  static override args = {
    id: Args.string({ description: 'its access key id', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ revoked: true }> {
    const { args, flags } = await this.parse(KeysRevoke);
    await this.client(flags).delete(pathTo(PATHS.accessKey, { id: args.id }));
    this.log(`revoked ${args.id}`);
    return { revoked: true };
  }
}
