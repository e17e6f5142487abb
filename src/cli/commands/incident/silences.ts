import { Flags } from '@oclif/core';
import type { Silence } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { silenceTable } from '../../incident-text.js';

/** `millrace incident silences`: what nobody hears of now. */
export default class IncidentSilences extends MillraceCommand {
  static override summary = 'List the silences that have not ended, or end one';
  static override examples = [
    '<%= config.bin %> incident silences',
    '<%= config.bin %> incident silences --end 3',
  ];
  static override flags = {
    end: Flags.integer({ description: 'number of one that ends now', min: 1 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: Silence[] }> {
    const { flags } = await this.parse(IncidentSilences);
    const client = this.client(flags);
    if (flags.end !== undefined) {
      await client.delete(pathTo(PATHS.silence, { number: String(flags.end) }));
      this.say(`Silence ${flags.end} has ended.`);
    }
    const found = await client.get<{ items: Silence[] }>(PATHS.silences);
    if (found.items.length > 0) this.log(silenceTable(found.items));
    else this.say('None.');
    return found;
  }
}
