import { Flags } from '@oclif/core';
import type { StandingExpectation } from '../../../api/expectations.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { expectationTable, tagQuery } from '../../monitoring-text.js';

/** `millrace expect`: what must happen by when. */
export default class Expect extends MillraceCommand {
  static override summary = 'List what is expected, and where it stands, the worst first';
  static override description =
    'States: EXPECTED (as it should be), DUE (within the hour), LATE (due, and still under way), MISSING (it did not come), ARRIVED LATE (it came after all).';
  static override examples = [
    '<%= config.bin %> expect',
    '<%= config.bin %> expect --state MISSING --tag county:alpine',
    '<%= config.bin %> expect explain alpine',
  ];
  static override flags = {
    state: Flags.option({
      options: ['EXPECTED', 'DUE', 'LATE', 'MISSING', 'ARRIVED LATE'] as const,
      description: 'only those in this state',
    })(),
    query: Flags.string({ char: 'q', description: 'a search: state:missing tag.county:alpine' }),
    pipeline: Flags.string({ description: 'only what this pipeline declares' }),
    tag: Flags.string({ multiple: true, description: 'only what has it: KEY:VALUE, or KEY' }),
    limit: Flags.integer({ description: 'at most so many', default: 100, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: StandingExpectation[]; next?: string }> {
    const { flags } = await this.parse(Expect);
    const state = flags.state ? `&state=${encodeURIComponent(flags.state)}` : '';
    const pipeline = flags.pipeline ? `&pipeline=${encodeURIComponent(flags.pipeline)}` : '';
    const path = `${PATHS.expectations}?limit=${flags.limit}${state}${pipeline}${tagQuery(flags.tag, flags.query)}`;
    const found = await this.client(flags).get<{ items: StandingExpectation[]; next?: string }>(
      path,
    );
    if (found.items.length === 0)
      this.say('None. A pipeline file says what it expects with `expect`.');
    else this.log(expectationTable(found.items));
    if (found.next !== undefined) this.say(`There are more: --limit ${flags.limit * 10}`);
    return found;
  }
}
