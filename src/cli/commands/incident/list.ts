import { Flags } from '@oclif/core';
import type { Incident } from '../../../api/incidents.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { incidentTable } from '../../incident-text.js';
import { tagQuery } from '../../monitoring-text.js';

/** `millrace incident list`: what is in trouble, and whose it is. */
export default class IncidentList extends MillraceCommand {
  static override summary = 'List the incidents that are open, with whose each is';
  static override description =
    'An incident is one trouble with one owner. What lies downstream of it is folded in: --folded lists that too.';
  static override examples = [
    '<%= config.bin %> incident list',
    '<%= config.bin %> incident list --all --pipeline alpine',
    '<%= config.bin %> incident list --owner - --json',
  ];
  static override flags = {
    all: Flags.boolean({ description: 'also those that are over' }),
    folded: Flags.boolean({ description: 'also what is folded into another one' }),
    owner: Flags.string({ description: 'only theirs; - for those that nobody owns' }),
    pipeline: Flags.string({ description: 'only of this pipeline' }),
    tag: Flags.string({ multiple: true, description: 'only what has it: KEY:VALUE, or KEY' }),
    limit: Flags.integer({ description: 'at most so many', default: 50, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: Incident[]; next?: string }> {
    const { flags } = await this.parse(IncidentList);
    const query = [
      `limit=${flags.limit}`,
      flags.all ? 'status=all' : 'status=open',
      ...(flags.folded ? ['folded=true'] : []),
      ...(flags.owner === undefined ? [] : [`owner=${encodeURIComponent(flags.owner)}`]),
      ...(flags.pipeline === undefined ? [] : [`pipeline=${encodeURIComponent(flags.pipeline)}`]),
    ].join('&');
    const path = `${PATHS.incidents}?${query}${tagQuery(flags.tag)}`;
    const found = await this.client(flags).get<{ items: Incident[]; next?: string }>(path);
    if (found.items.length > 0) this.log(incidentTable(found.items));
    else this.say(flags.all ? 'None yet.' : 'None is open. Those that are over: --all');
    if (found.next !== undefined) this.say(`There may be more: --limit ${flags.limit * 10}`);
    return found;
  }
}
