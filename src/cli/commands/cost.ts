import { Args, Flags } from '@oclif/core';
import type { CostSum } from '../../api/costs.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { money } from '../money.js';
import { subjectName } from '../monitoring-text.js';
import { printable, table } from '../text.js';

/** `millrace cost`: what executions and watched runs have cost, by team, pipeline or day. */
export default class Cost extends MillraceCommand {
  static override summary =
    'Show what executions and watched runs have cost, by pipeline, team or day';
  static override description =
    'Prices are those of the rate card (millrace up --rates FILE) at the end of each execution. Days are those of UTC; without --from the last 30.';
  static override examples = [
    '<%= config.bin %> cost',
    '<%= config.bin %> cost --by team --from 2026-11-01 --to 2026-11-30',
    '<%= config.bin %> cost alpine --by day',
  ];
  static override args = {
    pipeline: Args.string({ description: 'only of this pipeline' }),
  };
  static override flags = {
    by: Flags.option({
      options: ['pipeline', 'team', 'day'] as const,
      description: 'what is summed',
      default: 'pipeline',
    })(),
    from: Flags.string({ description: 'first day: 2026-11-01' }),
    to: Flags.string({ description: 'last day, included (default: today)' }),
    ...serverFlags,
  };

  async run(): Promise<{ items: CostSum[] }> {
    const { args, flags } = await this.parse(Cost);
    const query = new URLSearchParams({ by: flags.by });
    for (const name of ['from', 'to'] as const) {
      const value = flags[name];
      if (value !== undefined) query.set(name, value);
    }
    if (args.pipeline !== undefined) query.set('pipeline', args.pipeline);
    const found = await this.client(flags).get<{ items: CostSum[] }>(`${PATHS.costs}?${query}`);
    if (found.items.length === 0) {
      this.say(
        'Nothing was priced in these days. Prices come from a rate card: millrace up --rates FILE',
      );
      return found;
    }
    this.log(costTable(found.items, flags.by));
    return found;
  }
}

/** Sums as a table, with a sum of all for each currency. */
function costTable(items: readonly CostSum[], by: string): string {
  const currencies = [...new Set(items.map(({ currency }) => currency))];
  const rows = items.map((one) => [
    ...(by === 'day' ? [new Date(one.day ?? 0).toISOString().slice(0, 10)] : []),
    printable(one.team),
    ...(by === 'team'
      ? []
      : [one.subject === undefined ? printable(one.pipeline ?? '') : subjectName(one.subject)]),
    String(one.executions),
    String(one.retries),
    money(one.cost, one.currency),
    money(Math.round(one.cost / Math.max(1, one.executions)), one.currency),
  ]);
  const sums = currencies.map((currency) => {
    const of = items.filter((one) => one.currency === currency);
    const sum = (count: 'executions' | 'retries' | 'cost'): number =>
      of.reduce((total, one) => total + one[count], 0);
    return [
      ...(by === 'day' ? ['all'] : []),
      by === 'day' ? '' : 'all',
      ...(by === 'team' ? [] : ['']),
      ...[String(sum('executions')), String(sum('retries')), money(sum('cost'), currency), ''],
    ];
  });
  const head = [
    ...(by === 'day' ? ['day'] : []),
    'team',
    ...(by === 'team' ? [] : ['pipeline']),
    ...['executions', 'retries', 'cost', 'each'],
  ];
  return table(head, [...rows, ...sums]);
}
