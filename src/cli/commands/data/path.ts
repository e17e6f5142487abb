import { Args } from '@oclif/core';
import type { DatasetVersion } from '../../../api/datasets.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';

/** `millrace data path NAME[@VERSION]`: for other programs. */
export default class DataPath extends MillraceCommand {
  static override summary = 'Print where the files of a version lie, and nothing else';
  static override examples = ['ls "$(<%= config.bin %> data path parcels/example)"'];
  static override args = {
    dataset: Args.string({
      description: 'NAME for what is current, or NAME@VERSION',
      required: true,
    }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ location: string; version: string }> {
    const { args, flags } = await this.parse(DataPath);
    const { name, version, team = flags.team } = dataReference(args.dataset);
    const found = await this.client({ ...flags, team }).get<DatasetVersion>(
      pathTo(PATHS.datasetVersion, { name, version }),
    );
    this.log(found.location);
    return { location: found.location, version: found.version };
  }
}
