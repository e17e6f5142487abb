import { Flags } from '@oclif/core';
import { PATHS } from '../../../api/paths.js';
import type { WatchedThing, WatchStanding } from '../../../api/watched.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { blindTable, watchedTable } from '../../watched-text.js';

/** `millrace watch`: what is watched in AWS, and what cannot be seen. */
export default class WatchList extends MillraceCommand {
  static override summary = 'List what is watched that runs in AWS without Millrace';
  static override description =
    "Teams' files say what is watched (`watch:`), the accounts file of the server says who may. What cannot be seen is told below.";
  static override examples = [
    '<%= config.bin %> watch',
    "<%= config.bin %> watch --kind glue-job --name 'load-*' --account lake",
    '<%= config.bin %> watch runs aws:111122223333:eu-central-1:glue-job:load',
  ];
  static override flags = {
    kind: Flags.string({ description: 'only of this kind: glue-job, state-machine …' }),
    name: Flags.string({ description: 'only those, with the wildcards * ? [abc]' }),
    account: Flags.string({ description: 'only in this account, by its name or digits' }),
    limit: Flags.integer({ description: 'at most so many', default: 100, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: WatchedThing[]; next?: string; standing: WatchStanding }> {
    const { flags } = await this.parse(WatchList);
    const client = this.client(flags);
    const query = new URLSearchParams({ limit: String(flags.limit) });
    for (const name of ['kind', 'name', 'account'] as const) {
      const value = flags[name];
      if (value !== undefined) query.set(name, value);
    }
    const found = await client.get<{ items: WatchedThing[]; next?: string }>(
      `${PATHS.watched}?${query}`,
    );
    const standing = await client.get<WatchStanding>(PATHS.watching);
    if (found.items.length === 0) {
      this.say("Nothing. A team's file with `watch:` says what is watched.");
    } else this.log(watchedTable(found.items));
    if (standing.blind.length > 0) this.log(blindTable(standing.blind));
    for (const { team, count } of standing.beyond) {
      this.say(`${team} watches too many things: ${count} more match and are not watched`);
    }
    if (found.next !== undefined) this.say(`There are more: --limit ${flags.limit * 10}`);
    return { ...found, standing };
  }
}
