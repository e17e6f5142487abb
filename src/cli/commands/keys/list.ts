import type { AccessKey } from '../../../api/access-keys.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace keys list`. */
export default class KeysList extends MillraceCommand {
  static override summary = 'List the access keys for AWS clients';
  static override flags = { ...serverFlags };

  async run(): Promise<{ keys: AccessKey[] }> {
    const { flags } = await this.parse(KeysList);
    const { keys } = await this.client(flags).get<{ keys: AccessKey[] }>(PATHS.accessKeys);
    if (keys.length === 0) this.say('There is none. Make one with: millrace keys create');
    for (const { id, team, role, label, createdAt } of keys) {
      const made = new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ');
      this.log(`${id}  ${team.padEnd(16)} ${role.padEnd(9)} ${made}  ${label}`.trimEnd());
    }
    return { keys };
  }
}
