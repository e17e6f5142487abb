import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { convertRules } from '../../../monitoring/rule-conversion/convert-rules.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';

/** `millrace metrics convert`: rules of Prometheus 1.x as 2.x reads them. */
export default class MetricsConvert extends MillraceCommand {
  static override enableJsonFlag = false;
  static override summary = 'Convert Prometheus 1.x rules (ALERT … IF … FOR …) to YAML';
  static override description =
    'Reads alerts and recording rules of 1.x, and what 0.x wrote instead, and writes one group to standard output. Expressions are kept as they are: check the result with `promtool check rules`. Nothing is written when anything is wrong.';
  static override examples = [
    '<%= config.bin %> metrics convert jobs.rules > jobs.yaml',
    '<%= config.bin %> metrics convert - --group jobs < jobs.rules',
  ];
  static override args = {
    file: Args.string({ description: 'file of rules; - reads standard input', required: true }),
  };
  static override flags = {
    group: Flags.string({ description: "name of the group (default: the file's name)" }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(MetricsConvert);
    const { file } = args;
    const stem = file === '-' ? 'rules' : basename(file, extname(file));
    const result = convertRules(read(file), flags.group ?? stem);
    if (result.type === 'converted') {
      process.stdout.write(result.yaml);
      this.say(`converted ${result.alerts} alerts and ${result.records} recording rules`);
      return;
    }
    const shown = file === '-' ? 'standard input' : file;
    for (const { line, column, message, fix } of result.problems) {
      this.say(`${shown}:${line}:${column} ${message} – ${fix}`);
    }
    throw new CommandFailure(`${shown} cannot be converted.`, {
      exitCode: EXIT.invalidDefinition,
      code: 'MILL5061',
      fix: 'Mend what is named above, and convert it again.',
    });
  }
}

/** @throws CommandFailure when it cannot be read */
function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, {
      exitCode: EXIT.notFound,
      code: 'MILL5062',
      fix: 'Name a file of Prometheus rules, or - for standard input.',
    });
  }
}
