import type { Account } from '../../../api/accounts.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace accounts list`. */
export default class AccountsList extends MillraceCommand {
  static override summary = 'List the accounts of AWS that your teams may use';
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Account[] }> {
    const { flags } = await this.parse(AccountsList);
    const found = await this.client(flags).get<{ items: Account[] }>(PATHS.accounts);
    if (found.items.length === 0) {
      this.say('There is none. Add one with: millrace accounts add NAME --account … --region …');
    }
    for (const { name, account, regions, teams } of found.items) {
      const whose = teams === undefined ? 'all teams' : teams.join(', ');
      this.log(`${name.padEnd(24)} ${account}  ${regions.join(', ').padEnd(28)} ${whose}`);
    }
    return found;
  }
}
