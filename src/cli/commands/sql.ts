import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Args, Flags } from '@oclif/core';
import type { DataRows } from '../../api/catalogue.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { rowsCsv, rowsTable } from '../rows-text.js';

/** `millrace sql`: a query of published data. */
export default class Sql extends MillraceCommand {
  static override summary = 'Ask one SELECT of published versions of datasets';
  static override description =
    'Names with a slash, of another team, or of a version are in double quotes where SQL needs it: "parcels/example", "planning:zoning/areas", parcels/example@20261130T063000Z-0000abcd; a version that a test run wrote, too. The query runs at the server, in a process that reads these versions and nothing else, within 30 seconds; it ends when you press Ctrl-C. Needs the role analyst.';
  static override examples = [
    '<%= config.bin %> sql \'FROM "parcels/example" SELECT owner, count(*) GROUP BY owner\'',
    '<%= config.bin %> sql "FROM parcels/example" --format csv --limit 10000 > parcels.csv',
    '<%= config.bin %> sql --file report.sql',
  ];
  static override args = {
    query: Args.string({ description: 'the query; - reads it from standard input' }),
  };
  static override flags = {
    file: Flags.string({ description: 'a file with the query' }),
    format: Flags.string({
      description: 'how rows are written',
      options: ['table', 'csv', 'json'],
      default: 'table',
    }),
    limit: Flags.integer({ description: 'most rows', default: 1_000, min: 1, max: 10_000 }),
    ...serverFlags,
  };

  async run(): Promise<DataRows> {
    const { args, flags } = await this.parse(Sql);
    const sql = await queryOf(args.query, flags.file);
    const client = this.client(flags);
    const found = await client.post<DataRows>(PATHS.sql, { sql, limit: flags.limit });
    if (flags.format === 'csv') this.log(rowsCsv(found).trimEnd());
    else if (flags.format === 'json') this.log(JSON.stringify(objectsOf(found), null, 2));
    else if (found.rows.length > 0) this.log(rowsTable(found));
    else this.say('There are no such rows.');
    if (found.truncated) {
      this.say(
        `There are more than these ${found.rows.length} rows: --limit, or narrow it with WHERE.`,
      );
    }
    return found;
  }
}

function objectsOf({ columns, rows }: DataRows): object[] {
  return rows.map((row) =>
    Object.fromEntries(row.map((value, at) => [columns[at]?.name ?? '', value])),
  );
}

async function queryOf(query: string | undefined, file: string | undefined): Promise<string> {
  if ((query === undefined) === (file === undefined)) {
    throw new CommandFailure('Give either a query or a file with one.', {
      exitCode: EXIT.usage,
      code: 'MILL5731',
      fix: 'millrace sql \'FROM "parcels/example" LIMIT 5\'',
    });
  }
  if (query !== undefined) return query === '-' ? await text(process.stdin) : query;
  return await readFile(file ?? '', 'utf8').catch((error: Error) => {
    throw new CommandFailure(`The query cannot be read: ${error.message}.`, {
      exitCode: EXIT.usage,
      code: 'MILL5732',
      fix: 'Name a file with one SELECT.',
    });
  });
}
