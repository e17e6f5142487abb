import type { Monitor } from '../../../api/monitors.js';
import { PATHS } from '../../../api/paths.js';
import { monitorTable } from '../../alert-text.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace monitor`: what is watched over time. */
export default class MonitorList extends MillraceCommand {
  static override summary =
    'List the monitors, with what each watches and the alerts that are open';
  static override description =
    'A monitor makes an alert of what lasts: so many failures in a row, no data for a week, an expectation that is missing. They are declared in files beside the pipelines (`monitors:`), or over the API.';
  static override examples = [
    '<%= config.bin %> monitor',
    '<%= config.bin %> monitor backtest failing-counties --days 30',
  ];
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Monitor[] }> {
    const { flags } = await this.parse(MonitorList);
    const found = await this.client(flags).get<{ items: Monitor[] }>(PATHS.monitors);
    if (found.items.length === 0) {
      this.say('None. A file with `monitors:` beside the pipelines declares them.');
    } else this.log(monitorTable(found.items));
    return found;
  }
}
