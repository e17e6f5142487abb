import { Args } from '@oclif/core';
import colors from 'picocolors';
import type { ExplainedExpectation } from '../../../api/expectations.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { looks, moment, subjectName } from '../../monitoring-text.js';
import { duration, printable } from '../../text.js';

/** `millrace expect explain NAME`: why does it stand where it stands? */
export default class ExpectExplain extends MillraceCommand {
  static override summary = 'Why does an expectation stand where it stands?';
  static override description =
    'For each expectation of a pipeline: its state, what it is judged by with the numbers, when it is due next, and its last changes.';
  static override examples = ['<%= config.bin %> expect explain alpine'];
  static override args = {
    name: Args.string({
      required: true,
      description: 'name of the pipeline, or of what is watched',
    }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: ExplainedExpectation[] }> {
    const { args, flags } = await this.parse(ExpectExplain);
    const path = `${PATHS.explainExpectations}?name=${encodeURIComponent(args.name)}`;
    const explained = await this.client(flags).get<{ items: ExplainedExpectation[] }>(path);
    for (const [index, one] of explained.items.entries()) {
      if (index > 0) this.log('');
      this.#tell(one);
    }
    return explained;
  }

  #tell({ state, subject, sentence, why, changes, zone }: ExplainedExpectation): void {
    const name = colors.dim(subjectName(subject));
    this.log(`${looks(state)}  ${colors.bold(printable(sentence))}  ${name}`);
    for (const line of why.slice(1)) this.log(`  ${printable(line)}`);
    for (const { at, from, to, words, lateByUs } of changes) {
      const ours = lateByUs > 0 ? colors.dim(` (told ${duration(lateByUs)} late by us)`) : '';
      this.log(
        `  ${colors.dim(moment(at, zone))}  ${from} → ${looks(to)}  ${printable(words)}${ours}`,
      );
    }
  }
}
