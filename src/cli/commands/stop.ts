import { Args, Flags } from '@oclif/core';
import type { Execution } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { outcomeText } from '../follow.js';

/** `millrace stop ID`. */
export default class Stop extends MillraceCommand {
  static override summary = 'Stop a running execution and end its tasks';
  static override examples = ['<%= config.bin %> stop latest --cause "wrong day"'];
  static override args = {
    execution: Args.string({ required: true, description: 'id, number, latest, PIPELINE@latest' }),
  };
  static override flags = {
    cause: Flags.string({ description: 'why; kept with the execution' }),
    error: Flags.string({ description: 'an error name; kept with the execution' }),
    ...serverFlags,
  };

  async run(): Promise<Execution> {
    const { args, flags } = await this.parse(Stop);
    const stopped = await this.client(flags).post<Execution>(
      pathTo(PATHS.stop, { id: args.execution }),
      {
        ...(flags.cause === undefined ? {} : { cause: flags.cause }),
        ...(flags.error === undefined ? {} : { error: flags.error }),
      },
    );
    this.say(outcomeText(stopped));
    return stopped;
  }
}
