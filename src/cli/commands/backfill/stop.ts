import { Args } from '@oclif/core';
import type { BackfillDetail } from '../../../api/backfills.js';
import { PATHS, pathTo } from '../../../api/paths.js';
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

  async run(): Promise<BackfillDetail> {
    const { args, flags } = await this.parse(BackfillStop);
    const path = pathTo(PATHS.stopBackfill, { id: args.backfill });
    const stopped = await this.client(flags).post<BackfillDetail>(path);
    this.say(backfillText(stopped));
    return stopped;
  }
}
