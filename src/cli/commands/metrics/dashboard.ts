import { readFileSync } from 'node:fs';
import { MillraceCommand } from '../../base-command.js';

const FILE = new URL('../../../../monitoring/grafana/dashboard.json', import.meta.url);

/** `millrace metrics dashboard`: the ready dashboard. */
export default class MetricsDashboard extends MillraceCommand {
  static override enableJsonFlag = false;
  static override summary = 'Write the Grafana dashboard to standard output';
  static override description =
    'Import it in Grafana, or put it into a folder that Grafana provisions dashboards from. It asks for the data source.';
  static override examples = ['<%= config.bin %> metrics dashboard > millrace.json'];

  async run(): Promise<void> {
    await this.parse(MetricsDashboard);
    process.stdout.write(readFileSync(FILE, 'utf8'));
  }
}
