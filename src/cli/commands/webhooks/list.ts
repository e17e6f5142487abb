import { PATHS } from '../../../api/paths.js';
import type { Webhook } from '../../../api/webhooks.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace webhooks list`. */
export default class WebhooksList extends MillraceCommand {
  static override summary = 'List the webhooks';
  static override flags = { ...serverFlags };

  async run(): Promise<{ webhooks: Webhook[] }> {
    const { flags } = await this.parse(WebhooksList);
    const { webhooks } = await this.client(flags).get<{ webhooks: Webhook[] }>(PATHS.webhooks);
    if (webhooks.length === 0) this.say('There is none. Make one with: millrace webhooks create');
    for (const { name, team, source, scheme, secrets, rotatedAt } of webhooks) {
      const made = new Date(rotatedAt).toISOString().slice(0, 16).replace('T', ' ');
      const valid = secrets === 1 ? '1 secret' : `${secrets} secrets`;
      this.log(
        `${name.padEnd(24)} ${team.padEnd(16)} ${scheme.padEnd(8)} ${made}  ${valid}  ${source}`,
      );
    }
    return { webhooks };
  }
}
