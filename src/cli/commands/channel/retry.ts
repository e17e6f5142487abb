import { Args } from '@oclif/core';
import type { Delivery } from '../../../api/notifications.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { deliveryTable } from '../../channel-text.js';

/** `millrace channel retry`. */
export default class ChannelRetry extends MillraceCommand {
  static override summary = 'Try a delivery again that was given up, or waits';
  static override examples = ['<%= config.bin %> channel retry 12'];
  static override args = {
    delivery: Args.integer({ required: true, description: 'its number', min: 1 }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Delivery> {
    const { args, flags } = await this.parse(ChannelRetry);
    const path = pathTo(PATHS.retryDelivery, { number: String(args.delivery) });
    const again = await this.client(flags).post<Delivery>(path, {});
    this.log(deliveryTable([again]));
    return again;
  }
}
