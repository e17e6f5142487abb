import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace token revoke ID`. */
export default class TokenRevoke extends MillraceCommand {
  static override summary = 'Revoke a token or end a session, at once';
  static override args = {
    id: Args.string({ description: 'its id, as `token list` shows it', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ revoked: true }> {
    const { args, flags } = await this.parse(TokenRevoke);
    await this.client(flags).delete(pathTo(PATHS.token, { id: args.id }));
    this.log(`revoked ${args.id}`);
    return { revoked: true };
  }
}
