import { Args, Flags } from '@oclif/core';
import type { StepWorking } from '../../../api/catalogue.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { workingText } from '../../rows-text.js';

/** `millrace data steps EXECUTION`: the rows before and after each SQL step. */
export default class DataSteps extends MillraceCommand {
  static override summary = 'Show rows before and after each SQL step of an execution';
  static override description =
    'What a step read is read again, as far as it is still there; what it made stands in its output. Needs the role analyst.';
  static override examples = ['<%= config.bin %> data steps 01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f'];
  static override args = {
    execution: Args.string({ description: 'its id, or PIPELINE/NAME', required: true }),
  };
  static override flags = {
    rows: Flags.integer({ description: 'how many', default: 5, min: 1, max: 1_000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: StepWorking[] }> {
    const { args, flags } = await this.parse(DataSteps);
    const path = pathTo(PATHS.executionWorking, { id: args.execution });
    const found = await this.client(flags).get<{ items: StepWorking[] }>(
      `${path}?limit=${flags.rows}`,
    );
    if (found.items.length === 0) this.say('It has no step of SQL, or none has begun.');
    else this.log(workingText(found.items));
    return found;
  }
}
