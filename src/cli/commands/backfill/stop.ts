import { Args } from '@oclif/core';
import type { Backfill } from '../../api-types.js';
import { backfillText } from '../../backfill-text.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace backfill stop ID`. */
export default class BackfillStop extends MillraceCommand {
  static override summary = 'Start no more executions of a backfill; those that run go on';
  static override examples = ['<%= config.bin %> backfill stop 7'];
  static override args = {
    backfill: Args.string({ required: true, description: 'its number, or latest' }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<Backfill> {
    const { args, flags } = await this.parse(BackfillStop);
    const path = `/backfills/${encodeURIComponent(args.backfill)}/stop`;
    const stopped = await this.client(flags).post<Backfill>(path);
    this.say(backfillText(stopped));
    return stopped;
  }
}
