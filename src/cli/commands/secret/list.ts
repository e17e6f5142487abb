import { PATHS } from '../../../api/paths.js';
import type { Secret } from '../../../api/secrets.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { printable } from '../../text.js';

/** `millrace secret list`. */
export default class SecretList extends MillraceCommand {
  static override summary = 'List the secrets, without their values';
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Secret[] }> {
    const { flags } = await this.parse(SecretList);
    const found = await this.client(flags).get<{ items: Secret[] }>(PATHS.secrets);
    if (found.items.length === 0) this.say('There is none. Set one with: millrace secret set NAME');
    for (const { name, team, changedAt, changedBy } of found.items) {
      const at = new Date(changedAt).toISOString().slice(0, 16).replace('T', ' ');
      this.log(`${name.padEnd(28)} ${team.padEnd(16)} ${at}  ${printable(changedBy)}`);
    }
    return found;
  }
}
