import { Args } from '@oclif/core';
import type { VersionProfile } from '../../../api/catalogue.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';
import { profileTable } from '../../rows-text.js';

/** `millrace data profile NAME[@VERSION]`. */
export default class DataProfile extends MillraceCommand {
  static override summary = 'Show what the columns of a version are like';
  static override description =
    'Missing and distinct values, the least and the greatest, how numbers are spread, what is frequent. A version is looked at once, and the answer is kept. Needs the role analyst.';
  static override examples = ['<%= config.bin %> data profile parcels/example'];
  static override args = {
    dataset: Args.string({ description: 'NAME, or NAME@VERSION', required: true }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<VersionProfile> {
    const { args, flags } = await this.parse(DataProfile);
    const { name, version, team } = dataReference(args.dataset);
    const path = pathTo(PATHS.datasetProfile, {
      name: team === undefined ? name : `${team}:${name}`,
      version,
    });
    const found = await this.client(flags).get<VersionProfile>(path);
    this.log(`${found.dataset}@${found.version}, ${found.rows} rows\n${profileTable(found)}`);
    if (found.left > 0) this.say(`${found.left} more columns were not looked at.`);
    return found;
  }
}
