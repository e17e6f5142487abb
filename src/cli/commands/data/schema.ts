import { Args, Flags } from '@oclif/core';
import type { DatasetUse, SchemaStep } from '../../../api/catalogue.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';
import { duration, printable, table, time } from '../../text.js';

/** `millrace data schema NAME`. */
export default class DataSchema extends MillraceCommand {
  static override summary =
    'Show columns, how they changed, how fresh a dataset is, and who reads it';
  static override examples = ['<%= config.bin %> data schema parcels/example'];
  static override args = { dataset: Args.string({ description: 'NAME', required: true }) };
  static override flags = {
    limit: Flags.integer({
      description: 'at most so many changes',
      default: 20,
      min: 1,
      max: 1_000,
    }),
    ...serverFlags,
  };

  async run(): Promise<DatasetUse & { changes: SchemaStep[] }> {
    const { args, flags } = await this.parse(DataSchema);
    const { name: plain, team } = dataReference(args.dataset);
    const name = team === undefined ? plain : `${team}:${plain}`;
    const client = this.client(flags);
    const use = await client.get<DatasetUse>(pathTo(PATHS.datasetUse, { name }));
    const { items } = await client.get<{ items: SchemaStep[] }>(
      `${pathTo(PATHS.datasetSchemaHistory, { name })}?limit=${flags.limit}`,
    );
    const fresh =
      use.publishedAt === undefined
        ? 'not published yet'
        : `published ${time(use.publishedAt)}, ${duration(use.ageMs ?? 0)} ago`;
    this.log(`${use.name} of ${use.team}, by ${use.pipeline}: ${fresh}`);
    if (use.description !== undefined) this.log(printable(use.description));
    const readers = use.readBy.map(({ team: reader, pipeline }) => `${reader}/${pipeline}`);
    this.log(`read by ${readers.length === 0 ? 'no pipeline' : printable(readers.join(', '))}\n`);
    this.log(
      table(
        ['column', 'type', ''],
        use.columns.map((one) => [printable(one.name), one.type, one.masked ? 'masked' : '']),
      ),
    );
    if (items.length > 0) {
      const rows = items.map(({ version, at, state, words }) => [
        version,
        time(at),
        state,
        printable(words),
      ]);
      this.log(`\n${table(['version', 'at', 'state', 'what changed'], rows)}`);
    }
    return { ...use, changes: items };
  }
}
