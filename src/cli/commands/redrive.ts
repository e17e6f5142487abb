import { Args, Flags } from '@oclif/core';
import type { ExecutionDetail, RedriveNote, RedrivenExecution } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import type { StateVisit } from '../../api/traces.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { errorBox } from '../error-box.js';
import { EXIT } from '../exit-codes.js';
import { followExecution, outcomeText } from '../follow.js';
import { printable, table } from '../text.js';

/** `millrace redrive ID`. */
export default class Redrive extends MillraceCommand {
  static override summary = 'Go on with a failed execution; what has finished is not done again';
  static override examples = [
    '<%= config.bin %> redrive latest-failed',
    '<%= config.bin %> redrive latest-failed --with-current --wait',
    '<%= config.bin %> redrive 42 --from transform',
  ];
  static override args = {
    execution: Args.string({
      required: true,
      description: 'id, number, latest-failed, PIPELINE@latest-failed',
    }),
  };
  static override flags = {
    from: Flags.string({ description: 'go back to this state instead of the failed one' }),
    'with-current': Flags.boolean({
      description: 'go on with the pipeline as it is now: with the fix',
    }),
    plan: Flags.boolean({ description: 'only say what would be done again and what is kept' }),
    wait: Flags.boolean({ char: 'w', description: 'wait for the end and show the progress' }),
    ...serverFlags,
  };

  async run(): Promise<RedrivenExecution | ExecutionDetail | { notes: RedriveNote[] }> {
    const { args, flags } = await this.parse(Redrive);
    const client = this.client(flags);
    // The fix may have been saved a moment ago; do not race against the watcher of the folder.
    if (flags['with-current']) await client.post(PATHS.reload);
    if (flags.plan) {
      const query = new URLSearchParams(flags['with-current'] ? { definition: 'current' } : {});
      if (flags.from !== undefined) query.set('from', flags.from);
      const path = `${pathTo(PATHS.redrivePlan, { id: args.execution })}?${query}`;
      const { items } = await client.get<{ items: RedriveNote[] }>(path);
      this.log(noteTable(items));
      return { notes: items };
    }
    const redriven = await client.post<RedrivenExecution>(
      pathTo(PATHS.redrive, { id: args.execution }),
      {
        ...(flags.from === undefined ? {} : { from: flags.from }),
        ...(flags['with-current'] ? { definition: 'current' } : {}),
      },
    );
    const surprising = redriven.notes.filter(
      ({ effect }) => effect === 'changed' || effect === 'not-reused',
    );
    if (surprising.length > 0) this.say(noteTable(surprising));
    if (!flags.wait) {
      this.say(`${outcomeText(redriven)}\nlook with: millrace show ${redriven.id}`);
      return redriven;
    }
    const ended = await followExecution(client, redriven.id, {
      timeoutMs: undefined,
      logs: false,
      write: (text) => this.say(text),
    });
    this.say(outcomeText(ended));
    if (ended.status !== 'SUCCEEDED') {
      process.exitCode = EXIT.notSuccessful;
      const { items } = await client.get<{ items: StateVisit[] }>(
        `${pathTo(PATHS.states, { id: ended.id })}?data=none`,
      );
      this.say(errorBox(ended, items));
    }
    return ended;
  }
}

function noteTable(notes: readonly RedriveNote[]): string {
  return table(
    ['state', 'effect', 'reason'],
    notes.map(({ state, effect, reason }) => [printable(state), effect, reason]),
  );
}
