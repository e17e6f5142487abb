import colors from 'picocolors';
import { PATHS } from '../../api/paths.js';
import type { WaitingForWorker, Worker } from '../../api/workers.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { table, time } from '../text.js';
import { waitingText } from '../worker-checks.js';

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
      const rows = items.map((worker) => [
        worker.name,
        `${worker.taken} of ${worker.slots}`,
        kindsText(worker.kinds, worker.slots),
        worker.tags.join(' '),
        worker.teams?.join(' ') ?? 'all',
        `${worker.version}, protocol ${worker.protocol}`,
        time(worker.seenAt),
      ]);
      this.log(table(['worker', 'taken', 'kinds', 'tags', 'teams', 'version', 'seen'], rows));
      const held = items.flatMap((worker) => heldRows(worker));
      if (held.length > 0) this.log(`\n${table(['worker', 'holds', 'kind', 'since'], held)}`);
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

/** Attempts that it holds, a row each, and one for those that are not listed. */
function heldRows({ name, taken, holds }: Worker): string[][] {
  const rows = holds.map(({ execution, state = '', kind, since }) => [
    name,
    execution === undefined
      ? '(not known yet)'
      : `${execution.pipeline}/${execution.name} ${state}`,
    kind,
    since === undefined ? '' : time(since),
  ]);
  const left = taken - holds.length;
  return left > 0 ? [...rows, [name, `and ${left} more`, '', '']] : rows;
}
