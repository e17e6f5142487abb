import { Args } from '@oclif/core';
import colors from 'picocolors';
import type { Copied, CopyProgress } from '../../../store/copy/copy-records.js';
import { isDatabase } from '../../../store/copy/record-place.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { progressLine } from '../../progress-line.js';
import { placeOf, recordsFailure } from '../../records-place.js';

/** `millrace store copy`: while no server has either of the two. */
export default class StoreCopy extends MillraceCommand {
  static override summary =
    'Move all records from a data folder to a database of PostgreSQL, or back; the server must be stopped';
  static override description =
    'Copies every table, then reads every row again on both sides and compares them. When anything is not the same, nothing is left at the place that was copied to. The place that was copied from stays as it is and is marked: a server that is started on it by mistake waits for `millrace resume`. Files that are no records go along by hand: seal.key, and datasets when they lie in the data folder.';
  static override examples = [
    '<%= config.bin %> store copy .millrace postgres://millrace@127.0.0.1/millrace',
    '<%= config.bin %> store copy env:MILLRACE_STORE restored-folder',
  ];
  static override args = {
    from: Args.string({
      description: 'data folder, postgres://… or env:NAME, the variable that holds an address',
      required: true,
    }),
    to: Args.string({ description: 'the other of the two, without records', required: true }),
  };

  async run(): Promise<Copied> {
    const { args } = await this.parse(StoreCopy);
    const [from, to] = [placeOf(args.from), placeOf(args.to)];
    if (isDatabase(from) === isDatabase(to)) {
      throw new CommandFailure('One of the two is a data folder, and the other a database.', {
        exitCode: EXIT.usage,
        code: 'MILL5505',
        fix: '`millrace backup` makes a copy of either, and `millrace restore` puts it into a folder or a database.',
      });
    }
    const { copyStore } = await import('../../../server.js');
    const line = progressLine(this.jsonEnabled());
    const copied = await copyStore(from, to, (progress) => line.show(textOf(progress)))
      .finally(line.end)
      .catch((error: unknown) => {
        throw recordsFailure(error, 'one of the two');
      });
    const width = Math.max(...copied.tables.map(({ table }) => table.length));
    for (const { table, rows, digest } of copied.tables.filter((one) => one.rows > 0)) {
      this.log(
        `${table.padEnd(width)} ${String(rows).padStart(9)}  ${colors.dim(digest.slice(0, 16))}`,
      );
    }
    this.log(
      `${colors.green('the same')} ${copied.rows} rows of ${copied.tables.length} tables: ${copied.from} → ${copied.to}`,
    );
    const next = isDatabase(to)
      ? 'start with --store, and the seal.key of the data folder'
      : 'put the seal.key beside it, and start without --store';
    this.say(colors.dim(`${next}; what was copied from is marked as a copy`));
    return copied;
  }
}

function textOf({ doing, table, rows }: CopyProgress): string {
  return `${doing} ${table}: ${rows} rows`;
}
