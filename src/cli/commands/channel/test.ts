import { setTimeout as pause } from 'node:timers/promises';
import { Args, Flags } from '@oclif/core';
import type { Delivery } from '../../../api/notifications.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { deliveryTable } from '../../channel-text.js';
import { EXIT } from '../../exit-codes.js';

/** Milliseconds between two looks. */
const LOOK = 250;

/** `millrace channel test`: sends a message and tells what came of it. */
export default class ChannelTest extends MillraceCommand {
  static override summary = 'Send a test message by a channel, and tell what came of it';
  static override examples = [
    '<%= config.bin %> channel test outbox',
    '<%= config.bin %> channel test data-alerts --team parcels',
  ];
  static override args = { name: Args.string({ required: true, description: 'of the channel' }) };
  static override flags = {
    wait: Flags.integer({ description: 'seconds to wait for an answer', default: 15, min: 0 }),
    ...serverFlags,
  };

  async run(): Promise<Delivery> {
    const { args, flags } = await this.parse(ChannelTest);
    const client = this.client(flags);
    let sent = await client.post<Delivery>(pathTo(PATHS.testChannel, { name: args.name }), {});
    const until = Date.now() + flags.wait * 1_000;
    // A first try that failed is an answer: the next ones are the server's.
    while (sent.status === 'PENDING' && sent.tries === 0 && Date.now() < until) {
      await pause(LOOK);
      sent = await client.get<Delivery>(pathTo(PATHS.delivery, { number: String(sent.number) }));
    }
    this.log(deliveryTable([sent]));
    if (sent.status === 'PENDING') this.say('It has not arrived, and is tried again.');
    if (sent.status !== 'DELIVERED' && sent.status !== 'FOLDED')
      process.exitCode = EXIT.checkFailed;
    return sent;
  }
}
