import { Flags } from '@oclif/core';
import type { Dataset } from '../../../api/datasets.js';
import { PATHS } from '../../../api/paths.js';
import type { Page } from '../../../api/values.js';
import { pagesOf } from '../../all-pages.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { datasetTable } from '../../data-text.js';

/** `millrace data list`: which data there is. */
export default class DataList extends MillraceCommand {
  static override summary = 'List datasets, with what of each is current';
  static override examples = [
    '<%= config.bin %> data list',
    '<%= config.bin %> data list -q county --limit 20 --json',
  ];
  static override flags = {
    search: Flags.string({
      char: 'q',
      description: 'words of the name, the team, the description or the pipeline',
    }),
    limit: Flags.integer({ description: 'at most so many', default: 100, min: 1, max: 10_000 }),
    ...serverFlags,
  };

  async run(): Promise<Page<Dataset>> {
    const { flags } = await this.parse(DataList);
    const client = this.client(flags);
    const words = flags.search === undefined ? '' : `&q=${encodeURIComponent(flags.search)}`;
    const found = await pagesOf<Dataset>(flags.limit, (cursor) =>
      client.get(
        `${PATHS.datasets}?limit=${Math.min(flags.limit, 1_000)}${words}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      ),
    );
    if (found.items.length > 0) this.log(datasetTable(found.items));
    else if (flags.search === undefined) {
      this.say(
        'There is none yet. A pipeline writes one with a step: - publish: { dataset: NAME }',
      );
    } else this.say('None is like that.');
    if (found.next !== undefined) this.say(`There are more: --limit ${flags.limit * 10}`);
    return found;
  }
}
