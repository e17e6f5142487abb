import { Args } from '@oclif/core';
import type { Incident, IncidentAct } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentTable } from '../../incident-text.js';

/** `millrace incident comment`. */
export default class IncidentComment extends MillraceCommand {
  static override summary = 'Add a comment to the timeline of an incident';
  static override examples = ['<%= config.bin %> incident comment 42 "asked the county"'];
  static override args = {
    incident: Args.integer({ description: 'its number', required: true, min: 1 }),
    text: Args.string({ description: 'the comment', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Incident> {
    const { args, flags } = await this.parse(IncidentComment);
    const path = pathTo(PATHS.incidentActs, { number: String(args.incident) });
    const act: IncidentAct = { type: 'comment', text: args.text };
    const one = await this.client(flags).post<Incident>(path, act);
    this.log(incidentTable([one]));
    return one;
  }
}
