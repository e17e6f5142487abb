import { Args, Flags } from '@oclif/core';
import type { Incident, IncidentAct } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentTable } from '../../incident-text.js';
import { inThe } from '../../length-of-time.js';

/** `millrace incident snooze`. */
export default class IncidentSnooze extends MillraceCommand {
  static override summary = 'Let an incident rest: nobody is told until then';
  static override examples = ['<%= config.bin %> incident snooze 42 --for 2h'];
  static override args = {
    incident: Args.integer({ description: 'its number', required: true, min: 1 }),
  };
  static override flags = {
    for: Flags.string({ description: 'how long: 30m, 2h, 1 day', required: true }),
    ...serverFlags,
  };

  async run(): Promise<Incident> {
    const { args, flags } = await this.parse(IncidentSnooze);
    const path = pathTo(PATHS.incidentActs, { number: String(args.incident) });
    const act: IncidentAct = { type: 'snooze', until: inThe(flags.for) };
    const one = await this.client(flags).post<Incident>(path, act);
    this.log(incidentTable([one]));
    return one;
  }
}
