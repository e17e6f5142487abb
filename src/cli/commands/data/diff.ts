import { Args, Flags } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import type { VersionDiff } from '../../../api/version-diff.js';
import { isVersionId } from '../../../datasets/dataset.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';
import { diffText } from '../../diff-text.js';
import { EXIT } from '../../exit-codes.js';

/** `millrace data diff NAME[@FROM] [TO]`. */
export default class DataDiff extends MillraceCommand {
  static override summary = 'Show what changed from one version to another';
  static override description =
    `Columns that came, went, or have another type; how many rows were added, removed and changed; which columns changed how often; and examples.
Rows are told apart by --key, else by the columns that the contract says are unique, else as they are.
NAME alone compares what is current with what was before it; of a dataset by interval, within the latest interval.
Needs the role analyst. Values of masked columns are shown as ***.`;
  static override examples = [
    '<%= config.bin %> data diff parcels/example',
    '<%= config.bin %> data diff parcels/example@20261129T063000Z-0000abcd --key parcel_id',
    '<%= config.bin %> data diff parcels/example@20261129T063000Z-0000abcd 20261130T063000Z-9d2e33ab --columns area,zip',
    '<%= config.bin %> data diff parcels/example parcels/rewritten --key parcel_id --exit-code',
  ];
  static override args = {
    dataset: Args.string({
      description: 'NAME, or NAME@VERSION: the earlier version',
      required: true,
    }),
    to: Args.string({
      description:
        'the later one: VERSION, or NAME[@VERSION] of another dataset (default: what is current)',
    }),
  };
  static override flags = {
    key: Flags.string({
      description: 'columns that tell rows apart, with commas between them',
      helpValue: 'COLUMNS',
    }),
    columns: Flags.string({
      description: 'compare these columns alone, with commas between them',
      helpValue: 'COLUMNS',
    }),
    stamps: Flags.boolean({
      description: 'compare the columns, too, that tell which execution made a row',
    }),
    limit: Flags.integer({ description: 'examples of each kind', default: 10, min: 0, max: 100 }),
    'exit-code': Flags.boolean({
      description: 'end with 10 when anything differs',
    }),
    ...serverFlags,
  };

  async run(): Promise<VersionDiff> {
    const { args, flags } = await this.parse(DataDiff);
    const { name, version, team } = dataReference(args.dataset);
    const query = new URLSearchParams({ limit: String(flags.limit) });
    if (args.dataset.includes('@')) query.set('from', version);
    if (args.to !== undefined) query.set('to', later(args.to));
    if (flags.key !== undefined) query.set('key', flags.key);
    if (flags.columns !== undefined) query.set('columns', flags.columns);
    if (flags.stamps) query.set('stamps', 'compare');
    const path = pathTo(PATHS.datasetDiff, { name: team === undefined ? name : `${team}:${name}` });
    const diff = await this.client(flags).get<VersionDiff>(`${path}?${query}`);
    this.log(diffText(diff));
    if (flags['exit-code'] && !diff.same) process.exitCode = EXIT.checkFailed;
    return diff;
  }
}

/** A version, `current`, or another dataset: what names none of them is refused here. */
function later(to: string): string {
  if (to !== 'current' && !isVersionId(to)) dataReference(to);
  return to;
}
