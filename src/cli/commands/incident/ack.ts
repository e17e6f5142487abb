import { Args } from '@oclif/core';
import type { Incident, IncidentAct } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentTable } from '../../incident-text.js';

/** `millrace incident ack`. */
export default class IncidentAck extends MillraceCommand {
  static override summary = 'Say that you have an incident: nobody else is asked any more';
  static override examples = ['<%= config.bin %> incident ack 42'];
  static override args = {
    incident: Args.integer({ description: 'its number', required: true, min: 1 }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Incident> {
    const { args, flags } = await this.parse(IncidentAck);
    const path = pathTo(PATHS.incidentActs, { number: String(args.incident) });
    const act: IncidentAct = { type: 'acknowledge' };
    const one = await this.client(flags).post<Incident>(path, act);
    this.log(incidentTable([one]));
    return one;
  }
}
