import { Args, Flags } from '@oclif/core';
import type { DataRows } from '../../../api/catalogue.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';
import { rowsCsv, rowsTable } from '../../rows-text.js';

/** `millrace data preview NAME[@VERSION]`. */
export default class DataPreview extends MillraceCommand {
  static override summary = 'Show the first rows of a version';
  static override description =
    'Needs the role analyst. Values of masked columns are shown as ***.';
  static override examples = [
    '<%= config.bin %> data preview parcels/example',
    '<%= config.bin %> data preview parcels/example@20261130T063000Z-0000abcd --rows 100 --format csv',
  ];
  static override args = {
    dataset: Args.string({ description: 'NAME, or NAME@VERSION', required: true }),
  };
  static override flags = {
    rows: Flags.integer({ description: 'how many', default: 20, min: 1, max: 1_000 }),
    format: Flags.string({
      description: 'how rows are written',
      options: ['table', 'csv'],
      default: 'table',
    }),
    ...serverFlags,
  };

  async run(): Promise<DataRows> {
    const { args, flags } = await this.parse(DataPreview);
    const { name, version, team } = dataReference(args.dataset);
    const path = pathTo(PATHS.datasetRows, {
      name: team === undefined ? name : `${team}:${name}`,
      version,
    });
    const found = await this.client(flags).get<DataRows>(`${path}?limit=${flags.rows}`);
    if (flags.format === 'csv') this.log(rowsCsv(found).trimEnd());
    else this.log(rowsTable(found));
    if (found.truncated) this.say('There are more: --rows');
    return found;
  }
}
