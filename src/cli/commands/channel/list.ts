import type { Channel } from '../../../api/notifications.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { channelTable } from '../../channel-text.js';

/** `millrace channel list`. */
export default class ChannelList extends MillraceCommand {
  static override summary = 'List the channels by which teams are told, with how they are';
  static override examples = [
    '<%= config.bin %> channel list',
    '<%= config.bin %> channel list --team parcels',
  ];
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Channel[] }> {
    const { flags } = await this.parse(ChannelList);
    const { items } = await this.client(flags).get<{ items: Channel[] }>(PATHS.channels);
    this.log(channelTable(items));
    return { items };
  }
}
