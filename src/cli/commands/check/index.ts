import { Flags } from '@oclif/core';
import type { CheckResult } from '../../../api/checks.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { looks, moment, subjectName, tagQuery } from '../../monitoring-text.js';
import { duration, firstLine, table } from '../../text.js';

/** `millrace check`: what came of executions and scripts. */
export default class Check extends MillraceCommand {
  static override summary = 'List check results, the newest first';
  static override description =
    'One for each execution that has ended, and those that scripts report. OK: it produced data. WARNING: it ran, and there was no new data. CRITICAL: it failed.';
  static override examples = [
    '<%= config.bin %> check',
    '<%= config.bin %> check --status CRITICAL --tag county:alpine',
    '<%= config.bin %> check report permits --status OK --rows 12',
  ];
  static override flags = {
    status: Flags.option({
      options: ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const,
      description: 'only those',
    })(),
    query: Flags.string({
      char: 'q',
      description: 'a search: status:critical tag.county:alpine since:7d',
    }),
    pipeline: Flags.string({ description: 'only of this pipeline' }),
    tag: Flags.string({ multiple: true, description: 'only what has it: KEY:VALUE, or KEY' }),
    limit: Flags.integer({ description: 'at most so many', default: 50, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: CheckResult[]; next?: string }> {
    const { flags } = await this.parse(Check);
    const status = flags.status ? `&status=${flags.status}` : '';
    const pipeline = flags.pipeline ? `&pipeline=${encodeURIComponent(flags.pipeline)}` : '';
    const path = `${PATHS.checks}?limit=${flags.limit}${status}${pipeline}${tagQuery(flags.tag, flags.query)}`;
    const found = await this.client(flags).get<{ items: CheckResult[]; next?: string }>(path);
    if (found.items.length === 0) {
      this.say(
        'None yet. Each execution that ends leaves one; scripts report theirs with `millrace check report`.',
      );
      return found;
    }
    const rows = found.items.map((one) => [
      looks(one.status),
      subjectName(one.subject),
      moment(one.at),
      one.duration === undefined ? '' : duration(one.duration),
      one.rows === undefined ? '' : String(one.rows),
      firstLine(one.cause, 80),
    ]);
    this.log(table(['status', 'what', 'at', 'took', 'rows', 'cause'], rows));
    return found;
  }
}
