import { Args, Flags } from '@oclif/core';
import type { TestReport } from '../../api/test-runs.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { EXIT_HELP } from '../exit-codes.js';
import { FAIL_ON, failedOn, readReport } from '../test-run-report.js';
import { reportText } from '../test-run-text.js';

/** `millrace test-report EXECUTION`. */
export default class TestReportCommand extends MillraceCommand {
  static override summary =
    'Show what a test run would have done, and what differs from what is published';
  static override description =
    `Contracts, schema, rows and values of each dataset that it wrote; what it recorded instead of doing it; who would have been told.\nNeeds the role analyst. Exit codes: ${EXIT_HELP}`;
  static override examples = [
    '<%= config.bin %> test-report 43',
    '<%= config.bin %> test-report 43 --fail-on diff --json',
  ];
  static override args = {
    execution: Args.string({ required: true, description: 'the test run: its id or number' }),
  };
  static override flags = {
    'fail-on': FAIL_ON(),
    limit: Flags.integer({ description: 'examples of each kind', default: 10, min: 0, max: 100 }),
    ...serverFlags,
  };

  async run(): Promise<TestReport> {
    const { args, flags } = await this.parse(TestReportCommand);
    const report = await readReport(this.client(flags), args.execution, flags.limit);
    this.log(reportText(report));
    const failed = failedOn(report, flags['fail-on'] ?? []);
    if (failed !== undefined) process.exitCode = failed;
    return report;
  }
}
