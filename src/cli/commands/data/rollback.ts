import { Args } from '@oclif/core';
import type { Dataset } from '../../../api/datasets.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';

/** `millrace data rollback NAME VERSION`. */
export default class DataRollback extends MillraceCommand {
  static override summary = 'Make an earlier version of a dataset current';
  static override description =
    'Moves the pointer, at once and for everybody; no file is changed. Executions that run go on reading what they began with. The next version that is written becomes current again.';
  static override examples = [
    '<%= config.bin %> data rollback parcels/example 20261129T063000Z-0000abcd',
  ];
  static override args = {
    dataset: Args.string({ description: 'name of the dataset', required: true }),
    version: Args.string({
      description: 'id of the version; millrace data versions lists them',
      required: true,
    }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Dataset> {
    const { args, flags } = await this.parse(DataRollback);
    const { name, team = flags.team } = dataReference(args.dataset);
    const { version } = args;
    const dataset = await this.client({ ...flags, team }).post<Dataset>(
      pathTo(PATHS.datasetRollback, { name }),
      { version },
    );
    this.log(`${name}@${version} is current`);
    return dataset;
  }
}
