import { Args } from '@oclif/core';
import colors from 'picocolors';
import type { MetricOutlook, Outlook } from '../../api/outlooks.js';
import { PATHS, pathTo } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { moment, subjectName } from '../monitoring-text.js';
import { printable, table } from '../text.js';

/** `millrace outlook [PIPELINE]`: what is usual, and which limits will be crossed. */
export default class OutlookCommand extends MillraceCommand {
  static override summary = 'Show which limits will be crossed, or what is usual of a pipeline';
  static override description =
    'Limits are those of `expect`: finishes within, rows >=. What is usual is learned from the last thirteen weeks, by weekday and hour; a forecast says about when, with a range.';
  static override examples = ['<%= config.bin %> outlook', '<%= config.bin %> outlook alpine'];
  static override args = {
    pipeline: Args.string({ description: 'name of a pipeline; all that is foreseen when absent' }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: (MetricOutlook | Outlook)[] }> {
    const { args, flags } = await this.parse(OutlookCommand);
    const client = this.client(flags);
    if (args.pipeline === undefined) {
      const found = await client.get<{ items: Outlook[] }>(PATHS.outlooks);
      if (found.items.length === 0) this.say('No limit is foreseen to be crossed.');
      else this.log(outlookTable(found.items));
      return found;
    }
    const path = pathTo(PATHS.outlook, { name: args.pipeline });
    const found = await client.get<{ items: MetricOutlook[] }>(path);
    if (found.items.length === 0) this.say('It has no results yet.');
    for (const { metric, usual, forecast } of found.items) {
      this.log(
        `${colors.bold(metric)}\n  usual     ${printable(usual)}\n  forecast  ${printable(forecast)}`,
      );
    }
    return found;
  }
}

/** Limits that will be crossed, as a table. */
export function outlookTable(items: readonly Outlook[]): string {
  return table(
    ['what', 'limit', 'about', 'forecast'],
    items.map(({ subject, sentence, crossesAt, words }) => [
      subjectName(subject),
      printable(sentence),
      crossesAt === undefined ? '' : moment(crossesAt).slice(0, 10),
      printable(words),
    ]),
  );
}
