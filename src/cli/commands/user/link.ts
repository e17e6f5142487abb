import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import type { LoginLink } from '../../../api/sessions.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace user link NAME`. */
export default class UserLink extends MillraceCommand {
  static override summary = 'Print a link that logs a user in, once';
  static override args = { name: Args.string({ required: true, description: 'name of the user' }) };
  static override flags = { ...serverFlags };

  async run(): Promise<{ url: string }> {
    const { args, flags } = await this.parse(UserLink);
    const client = this.client(flags);
    const { path } = await client.post<LoginLink>(pathTo(PATHS.userLink, { name: args.name }));
    const url = `${client.url}${path}`;
    this.log(url);
    return { url };
  }
}
