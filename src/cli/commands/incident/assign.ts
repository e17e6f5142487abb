import { Args } from '@oclif/core';
import type { Incident, IncidentAct } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentTable } from '../../incident-text.js';

/** `millrace incident assign`. */
export default class IncidentAssign extends MillraceCommand {
  static override summary = 'Give an incident to somebody';
  static override examples = ['<%= config.bin %> incident assign 42 ana'];
  static override args = {
    incident: Args.integer({ description: 'its number', required: true, min: 1 }),
    owner: Args.string({ description: 'who has it from now on', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Incident> {
    const { args, flags } = await this.parse(IncidentAssign);
    const path = pathTo(PATHS.incidentActs, { number: String(args.incident) });
    const act: IncidentAct = { type: 'assign', to: args.owner };
    const one = await this.client(flags).post<Incident>(path, act);
    this.log(incidentTable([one]));
    return one;
  }
}
