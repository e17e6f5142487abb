import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace webhooks delete NAME`. */
export default class WebhooksDelete extends MillraceCommand {
  static override summary = 'Delete a webhook: its requests are refused from now on';
  static override args = {
    name: Args.string({ required: true, description: 'name of the webhook' }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ deleted: true }> {
    const { args, flags } = await this.parse(WebhooksDelete);
    await this.client(flags).delete(pathTo(PATHS.webhook, { name: args.name }));
    this.log(`deleted ${args.name}`);
    return { deleted: true };
  }
}
