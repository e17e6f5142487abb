import { Flags } from '@oclif/core';
import colors from 'picocolors';
import { PATHS } from '../../api/paths.js';
import type { ListedSchedule } from '../../api/schedules.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { fireTime, firstLine, table } from '../text.js';

/** `millrace schedules`: what starts when. */
export default class Schedules extends MillraceCommand {
  static override summary = 'List all schedules with their next times';
  static override description =
    "Those of pipelines and those that clients of EventBridge Scheduler's API have made. Times are those of the schedule's zone; with a flexible window, from when to when the start may fall.";
  static override examples = [
    '<%= config.bin %> schedules',
    '<%= config.bin %> schedules --next 10',
    '<%= config.bin %> schedules --json',
  ];
  static override flags = {
    next: Flags.integer({ description: 'times of each', default: 1, min: 1, max: 100 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: ListedSchedule[] }> {
    const { flags } = await this.parse(Schedules);
    const path = `${PATHS.schedules}?next=${flags.next}`;
    const { items } = await this.client(flags).get<{ items: ListedSchedule[] }>(path);
    if (items.length === 0) {
      this.say('There is none. Give a pipeline one with `trigger.schedule`.');
      return { items };
    }
    const rows = items.flatMap((item) => {
      const times = timesOf(item);
      const first = [item.name, item.team, item.expression, item.timezone, times[0] ?? ''];
      return [first, ...times.slice(1).map((text) => ['', '', '', '', text])];
    });
    this.log(table(['schedule', 'team', 'when', 'zone', 'next'], rows));
    for (const item of items) this.#tellTrouble(item);
    return { items };
  }

  #tellTrouble({ name, failure, dropped }: ListedSchedule): void {
    const shown = (at: number): string => new Date(at).toISOString().slice(0, 19);
    if (failure) {
      const { reason, count, fireTime: at } = failure;
      const often = count === 1 ? '' : ` (${count} times in a row)`;
      this.log(
        `${colors.red('✖')} ${name} failed for ${shown(at)}${often}: ${firstLine(reason, 300)}`,
      );
    }
    if (dropped) {
      const { count, first, last } = dropped;
      this.log(
        `${colors.yellow('!')} ${name} left out ${count} from ${shown(first)} to ${shown(last)}: they were too old`,
      );
    }
  }
}

function timesOf({ state, next, timezone, window }: ListedSchedule): string[] {
  if (state === 'DISABLED') return [colors.dim('disabled')];
  if (next.length === 0) return [colors.dim('never again')];
  return next.map(({ fireTime: at }) => fireTime(at, timezone, window));
}
