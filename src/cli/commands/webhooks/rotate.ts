import { Args, Flags } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import type { IssuedWebhook } from '../../../api/webhooks.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace webhooks rotate NAME`. */
export default class WebhooksRotate extends MillraceCommand {
  static override summary = 'Make a new secret for a webhook';
  static override description =
    'The secret before stays valid until the next rotation, so that senders can change at their own time; with --end-old it ends now.';
  static override args = {
    name: Args.string({ required: true, description: 'name of the webhook' }),
  };
  static override flags = {
    'end-old': Flags.boolean({ description: 'the old secret is known to somebody: end it now' }),
    ...serverFlags,
  };

  async run(): Promise<IssuedWebhook> {
    const { args, flags } = await this.parse(WebhooksRotate);
    const path = pathTo(PATHS.rotateWebhook, { name: args.name });
    const old = flags['end-old'] ? 'end' : 'keep';
    const webhook = await this.client(flags).post<IssuedWebhook>(path, { old });
    this.log(webhook.secret);
    this.say(old === 'keep' ? 'the secret before is valid too' : 'all other secrets have ended');
    return webhook;
  }
}
