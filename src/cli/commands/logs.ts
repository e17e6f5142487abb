import { Args, Flags } from '@oclif/core';
import type { ExecutionDetail } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import type { LogLine } from '../../api/traces.js';
import type { Page } from '../../api/values.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { logText } from '../follow.js';

/** `millrace logs ID`: what the tasks of an execution printed. */
export default class Logs extends MillraceCommand {
  static override summary = 'Show what the tasks of an execution printed';
  static override description =
    'With --json: one log record a line, with the tags of the pipeline.';
  static override examples = [
    '<%= config.bin %> logs latest-failed',
    '<%= config.bin %> logs weather@latest -f',
    '<%= config.bin %> logs 42 --state transform --grep error',
  ];
  static override args = {
    execution: Args.string({
      required: true,
      description: 'id, number, latest, latest-failed, PIPELINE@latest',
    }),
  };
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'go on as long as the execution runs' }),
    state: Flags.string({ description: 'only of this state' }),
    tail: Flags.integer({ char: 'n', description: 'only the last lines', min: 1, max: 1000 }),
    grep: Flags.string({ description: 'only lines that contain this text (case does not matter)' }),
    ...serverFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs);
    const client = this.client(flags);
    const path = pathTo(PATHS.execution, { id: args.execution });
    const { id } = await client.get<ExecutionDetail>(path);
    const wanted = flags.grep?.toLowerCase();
    let last: string | undefined;
    let shown = 0;
    const print = (lines: readonly LogLine[]): void => {
      for (const line of lines) {
        if (wanted !== undefined && !line.message.toLowerCase().includes(wanted)) continue;
        process.stdout.write(
          this.jsonEnabled() ? `${JSON.stringify(line)}\n` : `${logText(line)}\n`,
        );
        shown += 1;
      }
    };
    const page = async (): Promise<boolean> => {
      const query = new URLSearchParams({ limit: String(flags.tail ?? 1000) });
      if (flags.state !== undefined) query.set('state', flags.state);
      if (last !== undefined) query.set('cursor', last);
      else if (flags.tail !== undefined) query.set('from', 'tail');
      const { items, next } = await client.get<Page<LogLine>>(
        `${pathTo(PATHS.logs, { id })}?${query}`,
      );
      print(items);
      if (next !== undefined) last = next;
      return items.length > 0 && next !== undefined;
    };
    while (await page());
    if (flags.follow) {
      for (;;) {
        const { status } = await client.get<ExecutionDetail>(
          `${pathTo(PATHS.execution, { id })}?wait=0.5`,
        );
        while (await page());
        if (status !== 'RUNNING') break;
      }
    }
    if (shown === 0) this.say('No task of this execution has printed such a line.');
  }

  /** The lines are written as they come; there is no document after them. */
  protected override logJson(): void {}
}
