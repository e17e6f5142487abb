import { Flags } from '@oclif/core';
import type { OnCall } from '../../../api/incidents.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { onCallTable } from '../../incident-text.js';

/** `millrace oncall`: who is on call. */
export default class OnCallList extends MillraceCommand {
  static override summary = 'Tell who is on call, and who will be; gaps are shown';
  static override examples = ['<%= config.bin %> oncall --days 30'];
  static override flags = {
    days: Flags.integer({ description: 'for so many days', default: 7, min: 1, max: 90 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: OnCall[] }> {
    const { flags } = await this.parse(OnCallList);
    const path = `${PATHS.onCall}?days=${flags.days}`;
    const found = await this.client(flags).get<{ items: OnCall[] }>(path);
    if (found.items.length > 0) this.log(onCallTable(found.items));
    else this.say('There are no rotations. A file with `team:` and `rotations:` declares them.');
    return found;
  }
}
