import { PATHS } from '../../../api/paths.js';
import type { User } from '../../../api/users.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { rolesText } from '../../roles-flag.js';
import { printable } from '../../text.js';

/** `millrace user list`. */
export default class UserList extends MillraceCommand {
  static override summary = 'List the users of your teams with their roles';
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: User[] }> {
    const { flags } = await this.parse(UserList);
    const found = await this.client(flags).get<{ items: User[] }>(PATHS.users);
    if (found.items.length === 0) this.say('There is none. Make one with: millrace user add NAME');
    for (const { name, roles, login, email = '' } of found.items) {
      const line = `${name.padEnd(24)} ${login.padEnd(5)} ${rolesText(roles).padEnd(40)} ${email}`;
      this.log(printable(line.trimEnd()));
    }
    return found;
  }
}
