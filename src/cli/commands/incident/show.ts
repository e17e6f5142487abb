import { Args } from '@oclif/core';
import type { DescribedIncident } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentPage } from '../../incident-text.js';

/** `millrace incident show`: all there is to know of one. */
export default class IncidentShow extends MillraceCommand {
  static override summary =
    'Show an incident: its timeline, the last log lines, what is folded in, what was like it';
  static override examples = ['<%= config.bin %> incident show 42'];
  static override args = {
    incident: Args.integer({ description: 'its number', required: true, min: 1 }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<DescribedIncident> {
    const { args, flags } = await this.parse(IncidentShow);
    const path = pathTo(PATHS.incident, { number: String(args.incident) });
    const one = await this.client(flags).get<DescribedIncident>(path);
    this.log(incidentPage(one));
    return one;
  }
}
