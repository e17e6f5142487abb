import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import { PATHS, PREFIX, pathTo } from '../../../api/paths.js';
import type { IssuedWebhook } from '../../../api/webhooks.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace webhooks create NAME`: an address at which others put signed events on a team's bus. */
export default class WebhooksCreate extends MillraceCommand {
  static override summary = 'Make a webhook, with which others put signed events on a bus';
  static override description =
    'Requests to its address are events of one team. They need no login but a signature with its secret, which is printed this once.';
  static override examples = [
    '<%= config.bin %> webhooks create orders --source shop --type "Order placed"',
    '<%= config.bin %> webhooks create code --source github --scheme github --team platform',
  ];
  static override args = {
    name: Args.string({ required: true, description: 'the last part of its address' }),
  };
  static override flags = {
    ...serverFlags,
    source: Flags.string({ description: 'source of its events', required: true }),
    type: Flags.string({
      description: 'detail-type of its events (default: what X-GitHub-Event says, or its name)',
    }),
    team: Flags.string({ description: 'the team whose events they are', default: 'default' }),
    bus: Flags.string({ description: 'name of the bus', default: 'default' }),
    scheme: Flags.option({
      description: 'how requests are signed',
      options: ['millrace', 'github'] as const,
      default: 'millrace' as const,
    })(),
  };

  async run(): Promise<IssuedWebhook> {
    const { args, flags } = await this.parse(WebhooksCreate);
    const { source, type, team, bus, scheme } = flags;
    const { server, data } = flags;
    const client = this.client({ server, data });
    const webhook = await client.post<IssuedWebhook>(PATHS.webhooks, {
      name: args.name,
      source,
      team,
      bus,
      scheme,
      ...(type === undefined ? {} : { detailType: type }),
    });
    this.log(webhook.secret);
    this.say(`POST ${client.url}${PREFIX}${pathTo(PATHS.webhook, { name: webhook.name })}`);
    this.say(
      colors.dim(`events of ${team} with the source ${source}; the secret is not shown again`),
    );
    return webhook;
  }
}
