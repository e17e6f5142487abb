import { PATHS } from '../../api/paths.js';
import type { LoginLink } from '../../api/sessions.js';
import { MillraceCommand, serverFlags } from '../base-command.js';

/** `millrace login`: prints a link for the browser. */
export default class Login extends MillraceCommand {
  static override summary = 'Print a link that logs a browser in, once';
  static override flags = { ...serverFlags };

  async run(): Promise<{ url: string }> {
    const { flags } = await this.parse(Login);
    const client = this.client(flags);
    const { path } = await client.post<LoginLink>(PATHS.loginLinks);
    const url = `${client.url}${path}`;
    this.log(url);
    return { url };
  }
}
