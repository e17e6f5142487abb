import { Args } from '@oclif/core';
import type { Dataset, DatasetVersion } from '../../../api/datasets.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference, datasetText, versionText } from '../../data-text.js';

/** `millrace data show NAME[@VERSION]`. */
export default class DataShow extends MillraceCommand {
  static override summary = 'Show a dataset and what of it is current, or one of its versions';
  static override description =
    'Tells who wrote it and when, where its files lie, how its columns changed, and what came of its contract, with rows that broke it.';
  static override examples = [
    '<%= config.bin %> data show parcels/example',
    '<%= config.bin %> data show parcels/example@20261130T063000Z-0000abcd --json',
  ];
  static override args = {
    dataset: Args.string({ description: 'NAME, or NAME@VERSION', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Dataset | DatasetVersion> {
    const { args, flags } = await this.parse(DataShow);
    const { name, version, team = flags.team } = dataReference(args.dataset);
    const client = this.client({ ...flags, team });
    if (!args.dataset.includes('@')) {
      const dataset = await client.get<Dataset>(pathTo(PATHS.dataset, { name }));
      this.log(datasetText(dataset));
      return dataset;
    }
    const found = await client.get<DatasetVersion>(pathTo(PATHS.datasetVersion, { name, version }));
    this.log(versionText(found));
    return found;
  }
}
