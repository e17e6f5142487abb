import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { BackTest } from '../../../api/monitors.js';
import { PATHS } from '../../../api/paths.js';
import { formatProblems } from '../../../pipelines/format-problems.js';
import { type DeclaredMonitor, loadMonitors } from '../../../pipelines/monitors/monitor-file.js';
import { firingTable } from '../../alert-text.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { printable } from '../../text.js';

interface Told extends BackTest {
  readonly name: string;
}

/** `millrace monitor backtest FILE|NAME`: what would it have done? */
export default class MonitorBackTest extends MillraceCommand {
  static override summary =
    'Tell what a monitor would have done over the last days, before it is saved';
  static override description =
    'Replays the monitors of a file, or one that there is, on the recorded results: how often each would have fired, which recovered alone, and which counts would have told of less.';
  static override examples = [
    '<%= config.bin %> monitor backtest watch.yaml',
    '<%= config.bin %> monitor backtest failing-counties --days 90 --json',
  ];
  static override args = {
    monitor: Args.string({ required: true, description: 'a file of monitors, or a name' }),
  };
  static override flags = {
    days: Flags.integer({ description: 'how far back', default: 30, min: 1, max: 400 }),
    only: Flags.string({ description: 'of a file only the monitor of this name' }),
    limit: Flags.integer({ description: 'firings that are shown of each', default: 20, min: 0 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: Told[] }> {
    const { args, flags } = await this.parse(MonitorBackTest);
    const { days, limit } = flags;
    const items: Told[] = [];
    for (const { name, body } of await this.#asked(args.monitor, flags.only)) {
      const told = await this.client(flags).post<BackTest>(PATHS.backTest, { ...body, days });
      if (items.length > 0) this.log('');
      this.#tell(name, told, limit);
      items.push({ name, ...told });
    }
    return { items };
  }

  async #asked(named: string, only: string | undefined): Promise<{ name: string; body: object }[]> {
    if (!existsSync(named)) return [{ name: named, body: { name: named } }];
    const monitors = await declaredIn(named);
    const found = monitors.filter(({ name }) => only === undefined || name === only);
    if (found.length > 0) {
      return found.map(({ name, written }) => ({ name, body: { monitor: written } }));
    }
    throw new CommandFailure(`${named} declares no monitor ${only ?? ''}`.trim(), {
      ...{ code: 'MILL5006', fix: 'Look for the name in the file.', exitCode: EXIT.usage },
    });
  }

  #tell(name: string, told: BackTest, limit: number): void {
    this.log(`${colors.bold(printable(name))}  ${printable(told.sentence)}`);
    const { series, groups } = told.watched;
    const cut = told.isCut ? ', the oldest of more' : '';
    this.log(colors.dim(`  ${told.heard} results of ${series} series in ${groups} groups${cut}`));
    for (const { words } of told.suggestions) this.log(`  ${colors.cyan(words)}`);
    const shown = told.firings.slice(0, limit);
    if (shown.length > 0) this.log(firingTable(shown));
    const more = told.fired - shown.length;
    if (more > 0) this.log(colors.dim(`  and ${more} more: --limit ${told.fired}, or --json`));
  }
}

async function declaredIn(file: string): Promise<readonly DeclaredMonitor[]> {
  const text = await readFile(file, 'utf8');
  const { monitors, problems } = loadMonitors(file, text);
  if (monitors !== undefined) return monitors;
  throw new CommandFailure(formatProblems(problems, new Map([[file, text]])), {
    ...{ code: 'MILL5006', fix: 'Mend the file.', exitCode: EXIT.usage },
  });
}
