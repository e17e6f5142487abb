import { Args, Flags } from '@oclif/core';
import { PATHS } from '../../../api/paths.js';
import type { WatchedRun } from '../../../api/watched.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { runsTable } from '../../watched-text.js';

/** `millrace watch runs SUBJECT`: what ran. */
export default class WatchRuns extends MillraceCommand {
  static override summary = 'List runs of something that is watched, the last heard of first';
  static override examples = [
    '<%= config.bin %> watch runs aws:111122223333:eu-central-1:glue-job:load',
  ];
  static override args = {
    subject: Args.string({
      description: 'aws:ACCOUNT:REGION:KIND:NAME, as `millrace watch` shows it',
      required: true,
    }),
  };
  static override flags = {
    limit: Flags.integer({ description: 'at most so many', default: 20, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: WatchedRun[]; next?: string }> {
    const { args, flags } = await this.parse(WatchRuns);
    const query = new URLSearchParams({ subject: args.subject, limit: String(flags.limit) });
    const path = `${PATHS.watchedRuns}?${query}`;
    const found = await this.client(flags).get<{ items: WatchedRun[]; next?: string }>(path);
    if (found.items.length === 0) this.say('None was seen yet.');
    else this.log(runsTable(found.items));
    if (found.next !== undefined) this.say(`There are more: --limit ${flags.limit * 10}`);
    return found;
  }
}
