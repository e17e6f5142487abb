import { Args, Flags } from '@oclif/core';
import type { BackfillDetail, BackfillPlan } from '../../../api/backfills.js';
import { PATHS } from '../../../api/paths.js';
import {
  backfillText,
  followBackfill,
  planPrice,
  planSummary,
  planTable,
} from '../../backfill-text.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT, EXIT_HELP } from '../../exit-codes.js';

/** Rows of a plan that is about to run; `--plan` shows all. */
const MOST_ROWS = 40;

/** `millrace backfill PIPELINE --from … --to …`. */
export default class Backfill extends MillraceCommand {
  static override summary = 'Run a pipeline for intervals of the past';
  static override description =
    `One execution for each slot of its schedule (each day when it has none). What has succeeded, runs now or is not due yet is left alone.\nExit codes: ${EXIT_HELP}`;
  static override examples = [
    '<%= config.bin %> backfill listings --from 2026-11-01 --to 2026-11-07 --plan',
    '<%= config.bin %> backfill listings --from 2026-11-01 --to 2026-11-07 --concurrency 2 --wait',
    '<%= config.bin %> backfill listings --from 2026-11-01 --to 2026-11-07 --only failed',
  ];
  static override args = {
    pipeline: Args.string({ required: true, description: 'name of the pipeline' }),
  };
  static override flags = {
    from: Flags.string({ required: true, description: 'first day, hour or time' }),
    to: Flags.string({
      required: true,
      description: 'last day or hour, included; or a time, not included',
    }),
    only: Flags.option({
      options: ['failed'] as const,
      description: 'only intervals whose latest execution failed',
    })(),
    mode: Flags.option({
      options: ['missing', 'all'] as const,
      description: 'all: also run again what has succeeded (default: missing)',
    })(),
    concurrency: Flags.integer({
      min: 1,
      max: 100,
      description: 'executions at a time (default: 1)',
    }),
    plan: Flags.boolean({ description: 'only show what would be started' }),
    wait: Flags.boolean({ char: 'w', description: 'wait for the end and show the progress' }),
    ...serverFlags,
  };

  async run(): Promise<BackfillDetail | BackfillPlan> {
    const { args, flags } = await this.parse(Backfill);
    const { from, to, only, mode, concurrency } = flags;
    const client = this.client(flags);
    const wanted = {
      pipeline: args.pipeline,
      from,
      to,
      ...(only === undefined ? {} : { only }),
      ...(mode === undefined ? {} : { mode }),
      ...(concurrency === undefined ? {} : { concurrency }),
    };
    const plan = await client.post<BackfillPlan>(`${PATHS.backfills}?plan=true`, wanted);
    if (flags.plan) {
      this.log(planTable(plan.slots, plan.slots.length));
      this.say(planSummary(plan.slots) + planPrice(plan));
      return plan;
    }
    this.say(planTable(plan.slots, MOST_ROWS));
    this.say(planSummary(plan.slots) + planPrice(plan));
    // What was shown is what is run, or nothing is.
    const begun = await client.post<BackfillDetail>(PATHS.backfills, {
      ...wanted,
      plan: plan.digest,
    });
    if (!flags.wait) {
      this.log(begun.id);
      this.say(`${backfillText(begun)}\nstop it with: millrace backfill stop ${begun.id}`);
      return begun;
    }
    const detach = (): void => {
      process.stderr.write(`\ndetached; still running: backfill ${begun.id}\n`);
      process.exit(EXIT.interrupted);
    };
    process.once('SIGINT', detach);
    const ended = await followBackfill(client, begun.id, (text) => this.say(text));
    process.off('SIGINT', detach);
    this.say(backfillText(ended));
    if (ended.status !== 'SUCCEEDED') {
      process.exitCode = ended.counts.succeeded > 0 ? EXIT.partlyDone : EXIT.notSuccessful;
    }
    return ended;
  }
}
