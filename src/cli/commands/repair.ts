import { Args, Flags } from '@oclif/core';
import type { ExecutionDetail, RepairPlan, StartedExecution } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { followExecution, outcomeText } from '../follow.js';
import { printable, table } from '../text.js';

/** `millrace repair EXECUTION`. */
export default class Repair extends MillraceCommand {
  static override summary = 'Run again what was made from an older outcome of an execution';
  static override description =
    'Shows which pipelines that depend on it have worked on the same interval before it ended, and runs them in order.';
  static override examples = [
    '<%= config.bin %> repair listings@latest --plan',
    '<%= config.bin %> repair listings@latest',
  ];
  static override args = {
    execution: Args.string({ required: true, description: 'id, number, PIPELINE@latest' }),
  };
  static override flags = {
    plan: Flags.boolean({ description: 'only show what would run again' }),
    ...serverFlags,
  };

  async run(): Promise<RepairPlan & { ran: ExecutionDetail[] }> {
    const { args, flags } = await this.parse(Repair);
    const client = this.client(flags);
    const look = (id: string): Promise<RepairPlan> => client.get(pathTo(PATHS.repairPlan, { id }));
    const first = await look(args.execution);
    const shown = planTable(first);
    if (flags.plan) this.log(shown);
    else this.say(shown);
    const ran: ExecutionDetail[] = [];
    // Looked at anew after each step: pipelines that follow by themselves have begun, and are only waited for.
    let plan = first;
    while (!flags.plan) {
      const item = plan.items.find(({ action }) => action === 'start' || action === 'wait');
      if (item === undefined) break;
      const { pipeline, latest, name } = item;
      const body = { pipeline, interval: plan.interval, name };
      const start = `${PATHS.executions}?team=${encodeURIComponent(item.team)}`;
      const id =
        name === undefined ? latest : (await client.post<StartedExecution>(start, body)).id;
      const ended = await followExecution(client, id, {
        timeoutMs: undefined,
        logs: false,
        write: (text) => this.say(text),
      });
      this.say(outcomeText(ended));
      ran.push(ended);
      plan = await look(first.execution);
    }
    if (
      !flags.plan &&
      (plan.items.length > 0 || ran.some(({ status }) => status !== 'SUCCEEDED'))
    ) {
      this.say(planTable(plan));
      process.exitCode = EXIT.partlyDone;
    }
    return { ...first, ran };
  }
}

function planTable({ items, interval, problem }: RepairPlan): string {
  if (problem !== undefined) return `nothing follows from this execution: ${problem}`;
  if (items.length === 0) return `nothing has to run again for ${printable(interval ?? '')}`;
  return table(
    ['pipeline', 'action', 'reason'],
    items.map(({ pipeline, action, reason }) => [printable(pipeline), action, printable(reason)]),
  );
}
