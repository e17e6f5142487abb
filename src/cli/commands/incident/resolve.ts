import { Args, Flags } from '@oclif/core';
import type { Incident, IncidentAct } from '../../../api/incidents.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentTable } from '../../incident-text.js';

/** `millrace incident resolve`. */
export default class IncidentResolve extends MillraceCommand {
  static override summary = 'Say that an incident is over, and what solved it';
  static override examples = [
    '<%= config.bin %> incident resolve 42 --note "the county moved its server"',
  ];
  static override args = {
    incident: Args.integer({ description: 'its number', required: true, min: 1 }),
  };
  static override flags = {
    note: Flags.string({ description: 'what solved it: shown when the same comes again' }),
    ...serverFlags,
  };

  async run(): Promise<Incident> {
    const { args, flags } = await this.parse(IncidentResolve);
    const path = pathTo(PATHS.incidentActs, { number: String(args.incident) });
    const note = flags.note === undefined ? {} : { note: flags.note };
    const act: IncidentAct = { type: 'resolve', ...note };
    const one = await this.client(flags).post<Incident>(path, act);
    this.log(incidentTable([one]));
    return one;
  }
}
