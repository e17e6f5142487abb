import { Args, Flags } from '@oclif/core';
import type { Delivery } from '../../../api/notifications.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { deliveryTable, deliveryText } from '../../channel-text.js';

/** `millrace channel deliveries`: the log of what was told. */
export default class ChannelDeliveries extends MillraceCommand {
  static override summary = 'List what was told by channels, and is to be told, or show one of it';
  static override examples = [
    '<%= config.bin %> channel deliveries',
    '<%= config.bin %> channel deliveries --channel data-alerts --status DEAD',
    '<%= config.bin %> channel deliveries 12',
  ];
  static override args = { delivery: Args.integer({ description: 'number of one', min: 1 }) };
  static override flags = {
    channel: Flags.string({ description: 'only of this channel' }),
    thread: Flags.string({ description: 'only of this thread: execution-ID' }),
    status: Flags.string({
      description: 'only those that stand so',
      options: ['PENDING', 'DELIVERED', 'FOLDED', 'DEAD'],
    }),
    limit: Flags.integer({ description: 'at most so many', default: 50, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: Delivery[]; next?: string } | Delivery> {
    const { args, flags } = await this.parse(ChannelDeliveries);
    const client = this.client(flags);
    if (args.delivery !== undefined) {
      const path = pathTo(PATHS.delivery, { number: String(args.delivery) });
      const one = await client.get<Delivery>(path);
      this.log(deliveryText(one));
      return one;
    }
    const { channel, thread, status, limit } = flags;
    const wanted = Object.entries({ channel, thread, status })
      .flatMap(([name, value]) =>
        value === undefined ? [] : [`&${name}=${encodeURIComponent(value)}`],
      )
      .join('');
    const path = `${PATHS.deliveries}?limit=${limit}${wanted}`;
    const found = await client.get<{ items: Delivery[]; next?: string }>(path);
    if (found.items.length > 0) this.log(deliveryTable(found.items));
    else this.say('None yet. Send one with: millrace channel test outbox');
    if (found.next !== undefined) this.say(`There are more: --limit ${Math.min(1000, limit * 10)}`);
    return found;
  }
}
