import { PATHS } from '../../../api/paths.js';
import type { Pool } from '../../../api/pools.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { table } from '../../text.js';

/** `millrace pools`. */
export default class Pools extends MillraceCommand {
  static override summary = 'List the pools of slots that pipelines share';
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Pool[] }> {
    const { flags } = await this.parse(Pools);
    const page = await this.client(flags).get<{ items: Pool[] }>(PATHS.pools);
    if (page.items.length === 0) {
      this.say('There is none. A pipeline uses one with: concurrency: { pools: [NAME] }');
      return page;
    }
    const rows = page.items.map(({ name, slots, taken, waiting }) => [
      name,
      `${taken} of ${slots}`,
      waiting === 0 ? '' : `${waiting} wait`,
    ]);
    this.log(table(['pool', 'taken', ''], rows));
    return page;
  }
}
