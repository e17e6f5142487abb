import { Args, Flags } from '@oclif/core';
import type { FoundDataset } from '../../../api/catalogue.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { printable, table, time } from '../../text.js';

/** `millrace data search WORDS`. */
export default class DataSearch extends MillraceCommand {
  static override summary = 'Find datasets by words of their names, descriptions and columns';
  static override description =
    'All words must be there, or some word must begin so. Also finds what other teams let yours read.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> data search parcel county',
    '<%= config.bin %> data search owner_name --json',
  ];
  static override args = { words: Args.string({ description: 'words', required: true }) };
  static override flags = {
    limit: Flags.integer({ description: 'at most so many', default: 20, min: 1, max: 100 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: FoundDataset[] }> {
    const { argv, flags } = await this.parse(DataSearch);
    const q = encodeURIComponent((argv as string[]).join(' '));
    const client = this.client(flags);
    const found = await client.get<{ items: FoundDataset[] }>(
      `${PATHS.catalogue}?q=${q}&limit=${flags.limit}`,
    );
    if (found.items.length === 0) this.say('None is like that.');
    else {
      this.log(
        table(
          ['dataset', 'team', 'columns', 'published', 'description'],
          found.items.map(({ name, team, columns, publishedAt, description = '' }) => [
            name,
            team,
            printable(columns.slice(0, 5).join(', ')),
            publishedAt === undefined ? 'not yet' : time(publishedAt),
            printable(description.slice(0, 80)).replaceAll('\n', ' '),
          ]),
        ),
      );
    }
    return found;
  }
}
