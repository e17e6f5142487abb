import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { Execution } from '../../api/executions.js';
import { PATHS } from '../../api/paths.js';
import type { Page } from '../../api/values.js';
import { pagesOf } from '../all-pages.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { duration, firstLine, statusOf, table, time } from '../text.js';

/** `millrace executions`: lists executions. */
export default class Executions extends MillraceCommand {
  static override summary = 'List executions, newest first';
  static override examples = [
    '<%= config.bin %> executions --status FAILED',
    '<%= config.bin %> executions --pipeline weather --json',
    `<%= config.bin %> executions -q 'status:failed started:>24h error:"AccessDenied"'`,
  ];
  static override flags = {
    pipeline: Flags.string({ char: 'p', description: 'only of this pipeline' }),
    status: Flags.string({
      char: 's',
      description: 'only with this status',
      options: ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
    }),
    query: Flags.string({
      char: 'q',
      description: 'a search: status:failed tag.county:monroe -env:dev started:>24h "AccessDenied"',
    }),
    'test-runs': Flags.string({
      description: 'whether test runs are listed',
      options: ['with', 'without', 'only'],
    }),
    limit: Flags.integer({ char: 'n', description: 'how many', default: 20, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<Page<Execution>> {
    const { flags } = await this.parse(Executions);
    const query = new URLSearchParams({ limit: String(flags.limit) });
    if (flags.pipeline !== undefined) query.set('pipeline', flags.pipeline);
    if (flags.status !== undefined) query.set('status', flags.status);
    if (flags.query !== undefined) query.set('q', flags.query);
    if (flags['test-runs'] !== undefined) query.set('testRuns', flags['test-runs']);
    const client = this.client(flags);
    const page = await pagesOf<Execution>(flags.limit, async (cursor) => {
      if (cursor !== undefined) query.set('cursor', cursor);
      return await client.get<Page<Execution>>(`${PATHS.executions}?${query}`);
    });
    if (page.items.length === 0) {
      this.say('There are no such executions. Start one with: millrace run PIPELINE');
      return page;
    }
    const rows = page.items.map((one) => [
      `#${one.number}`,
      one.id,
      one.testRun === undefined ? one.pipeline : `${one.pipeline} ${colors.dim('(test run)')}`,
      statusOf(one),
      time(one.startedAt),
      one.stoppedAt === undefined ? '' : duration(one.stoppedAt - one.startedAt),
      firstLine(one.error ?? one.queued ?? '', 50),
    ]);
    this.log(table(['no', 'id', 'pipeline', 'status', 'started', 'took', 'error'], rows));
    if (page.next !== undefined) this.say(colors.dim('… and older ones: use --limit'));
    return page;
  }
}
