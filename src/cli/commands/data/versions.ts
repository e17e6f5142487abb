import { Args, Flags } from '@oclif/core';
import type { DatasetVersion } from '../../../api/datasets.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import type { Page } from '../../../api/values.js';
import { pagesOf } from '../../all-pages.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference, versionTable } from '../../data-text.js';

/** `millrace data versions NAME`. */
export default class DataVersions extends MillraceCommand {
  static override summary = 'List versions of a dataset, the newest first';
  static override examples = ['<%= config.bin %> data versions parcels/example --limit 100'];
  static override args = {
    dataset: Args.string({ description: 'name of the dataset', required: true }),
  };
  static override flags = {
    limit: Flags.integer({ description: 'at most so many', default: 20, min: 1, max: 100_000 }),
    ...serverFlags,
  };

  async run(): Promise<Page<DatasetVersion>> {
    const { args, flags } = await this.parse(DataVersions);
    const { name, team = flags.team } = dataReference(args.dataset);
    const client = this.client({ ...flags, team });
    const path = pathTo(PATHS.datasetVersions, { name });
    const found = await pagesOf<DatasetVersion>(flags.limit, (cursor) =>
      client.get(
        `${path}?limit=${Math.min(flags.limit, 1_000)}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      ),
    );
    if (found.items.length > 0) this.log(versionTable(found.items));
    else this.say('None was written yet.');
    if (found.next !== undefined) this.say(`There are more: --limit ${flags.limit * 10}`);
    return found;
  }
}
