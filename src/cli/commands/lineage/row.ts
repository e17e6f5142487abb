import { Args } from '@oclif/core';
import type { ExecutionLineage } from '../../../api/lineage.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { lineageText } from '../../lineage-text.js';

/** `millrace lineage row EXECUTION`. */
export default class LineageRow extends MillraceCommand {
  static override summary = 'Show which execution made a row, and of what';
  static override description =
    'Takes what the column _millrace_execution of the row says (datasets with stamp: true have it): the id of an execution.';
  static override examples = ['<%= config.bin %> lineage row 01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f'];
  static override args = {
    execution: Args.string({
      description: 'what _millrace_execution says; also PIPELINE@latest',
      required: true,
    }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<ExecutionLineage> {
    const { args, flags } = await this.parse(LineageRow);
    const { execution: id } = args;
    const lineage = await this.client(flags).get<ExecutionLineage>(
      pathTo(PATHS.executionLineage, { id }),
    );
    const { written, read } = lineage;
    if (written.length === 0) this.say('It has written no version of a dataset.');
    for (const { pipeline = '', task = '', codeVersion = '' } of written.slice(0, 1)) {
      this.log(`written by ${pipeline}, state ${task}, version ${codeVersion} of the pipeline\n`);
    }
    const whole = { direction: 'up' as const, hops: 1, edges: [], isCut: false };
    const nodes = [...written, ...read];
    if (nodes.length > 0) this.log(lineageText({ ...whole, nodes }));
    return lineage;
  }
}
