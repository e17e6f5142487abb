import { Flags } from '@oclif/core';
import type { Challenge } from '../../../api/challengers.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { challengeTable } from '../../challenger-text.js';

/** `millrace challenger list`. */
export default class ChallengerList extends MillraceCommand {
  static override summary = 'List challenges, the newest first';
  static override examples = ['<%= config.bin %> challenger list --pipeline parcels'];
  static override flags = {
    pipeline: Flags.string({ description: 'only of this pipeline' }),
    limit: Flags.integer({ description: 'at most so many', default: 50, min: 1, max: 1_000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: Challenge[]; next?: string }> {
    const { flags } = await this.parse(ChallengerList);
    const query = new URLSearchParams({ limit: String(flags.limit) });
    if (flags.pipeline !== undefined) query.set('pipeline', flags.pipeline);
    const found = await this.client(flags).get<{ items: Challenge[]; next?: string }>(
      `${PATHS.challengers}?${query}`,
    );
    if (found.items.length > 0) this.log(challengeTable(found.items));
    else this.say('None yet. Start one with: millrace challenge NAME --file FILE');
    if (found.next !== undefined)
      this.say(`There are more: --limit ${Math.min(1_000, flags.limit * 10)}`);
    return found;
  }
}
