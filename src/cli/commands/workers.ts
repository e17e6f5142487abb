import colors from 'picocolors';
import { PATHS } from '../../api/paths.js';
import type { WaitingForWorker, Worker } from '../../api/workers.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { table, time } from '../text.js';

/** `millrace workers`. */
export default class Workers extends MillraceCommand {
  static override summary = 'List the workers that are connected, and what waits for one';
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Worker[]; waiting: WaitingForWorker[] }> {
    const { flags } = await this.parse(Workers);
    const answer = await this.client(flags).get<{
      items: Worker[];
      waiting: WaitingForWorker[];
    }>(PATHS.workers);
    const { items, waiting } = answer;
    if (items.length === 0) this.say('No worker is connected. Start one with: millrace worker');
    else {
      const rows = items.map(({ name, kinds, tags, slots, taken, teams, version, seenAt }) => [
        name,
        `${taken} of ${slots}`,
        kindsText(kinds, slots),
        tags.join(' '),
        teams?.join(' ') ?? 'all',
        version,
        time(seenAt),
      ]);
      this.log(table(['worker', 'taken', 'kinds', 'tags', 'teams', 'version', 'seen'], rows));
    }
    for (const line of waiting) this.say(colors.yellow(waitingText(line)));
    return answer;
  }
}

function kindsText(kinds: { [kind: string]: number }, slots: number): string {
  return Object.entries(kinds)
    .map(([kind, most]) => (most >= slots ? kind : `${kind}=${most}`))
    .join(' ');
}

function waitingText({ kind, tags, team, attempts, workers }: WaitingForWorker): string {
  const tagged = tags.length === 0 ? '' : ` with the tags ${tags.join(', ')}`;
  const there = workers === 0 ? 'none is connected' : `${workers} connected`;
  return `${attempts} of ${team} wait for a worker${tagged} that performs ${kind}: ${there}`;
}
