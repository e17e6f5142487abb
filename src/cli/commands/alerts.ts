import { Args, Flags } from '@oclif/core';
import type { Alert, DescribedAlert } from '../../api/monitors.js';
import { PATHS, pathTo } from '../../api/paths.js';
import { alertTable, changeLines } from '../alert-text.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { tagQuery } from '../monitoring-text.js';

/** `millrace alerts`: what monitors have found. */
export default class Alerts extends MillraceCommand {
  static override summary = 'List the alerts that are open, or show one with all that became of it';
  static override examples = [
    '<%= config.bin %> alerts',
    '<%= config.bin %> alerts --all --monitor failing-counties --tag county:alpine',
    '<%= config.bin %> alerts 12',
  ];
  static override args = { alert: Args.integer({ description: 'number of one', min: 1 }) };
  static override flags = {
    all: Flags.boolean({ description: 'also those that are over' }),
    monitor: Flags.string({ description: 'only of this monitor' }),
    tag: Flags.string({ multiple: true, description: 'only what has it: KEY:VALUE, or KEY' }),
    limit: Flags.integer({ description: 'at most so many', default: 50, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: Alert[]; next?: string } | DescribedAlert> {
    const { args, flags } = await this.parse(Alerts);
    if (args.alert !== undefined) {
      const path = pathTo(PATHS.alert, { number: String(args.alert) });
      const one = await this.client(flags).get<DescribedAlert>(path);
      this.log(alertTable([one]));
      this.log(changeLines(one));
      return one;
    }
    const status = flags.all ? '' : '&status=OPEN';
    const monitor = flags.monitor ? `&monitor=${encodeURIComponent(flags.monitor)}` : '';
    const path = `${PATHS.alerts}?limit=${flags.limit}${status}${monitor}${tagQuery(flags.tag)}`;
    const found = await this.client(flags).get<{ items: Alert[]; next?: string }>(path);
    if (found.items.length > 0) this.log(alertTable(found.items));
    else this.say(flags.all ? 'None yet.' : 'None is open. Those that are over: --all');
    if (found.next !== undefined) this.say(`There may be more: --limit ${flags.limit * 10}`);
    return found;
  }
}
