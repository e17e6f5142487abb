import { Flags } from '@oclif/core';
import type { IncidentMeans } from '../../../api/incidents.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { meansTable } from '../../incident-text.js';

/** `millrace incident stats`: how many, and how soon they were over. */
export default class IncidentStats extends MillraceCommand {
  static override summary =
    'Tell how many incidents each team had, and how soon they were acknowledged and over';
  static override examples = ['<%= config.bin %> incident stats --days 90'];
  static override flags = {
    days: Flags.integer({ description: 'of the last so many days', default: 30, min: 1, max: 400 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: IncidentMeans[] }> {
    const { flags } = await this.parse(IncidentStats);
    const path = `${PATHS.incidentMeans}?days=${flags.days}`;
    const found = await this.client(flags).get<{ items: IncidentMeans[] }>(path);
    if (found.items.length > 0) this.log(meansTable(found.items));
    else this.say(`None in the last ${flags.days} days.`);
    return found;
  }
}
