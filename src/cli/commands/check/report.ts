import { Args, Flags } from '@oclif/core';
import type { CheckResult } from '../../../api/checks.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { looks, subjectName } from '../../monitoring-text.js';

/** `millrace check report NAME --status OK`: any script can report a check. */
export default class CheckReport extends MillraceCommand {
  static override summary = 'Report a check';
  static override description =
    'It counts like the result of an execution, on boards and in monitors. Durable when the command ends.';
  static override examples = [
    '<%= config.bin %> check report permits --status OK --rows 12 --tag county=alpine',
    '<%= config.bin %> check report permits --status CRITICAL --cause "no answer from the county"',
  ];
  static override args = {
    name: Args.string({ required: true, description: 'what was checked' }),
  };
  static override flags = {
    status: Flags.option({
      required: true,
      options: ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const,
      description: 'how it stands',
    })(),
    cause: Flags.string({ description: 'why, in words' }),
    tag: Flags.string({ multiple: true, description: 'KEY=VALUE' }),
    rows: Flags.integer({ min: 0, description: 'new rows' }),
    bytes: Flags.integer({ min: 0, description: 'new bytes' }),
    files: Flags.integer({ min: 0, description: 'new files' }),
    duration: Flags.integer({ min: 0, description: 'milliseconds that it took' }),
    ...serverFlags,
  };

  async run(): Promise<CheckResult> {
    const { args, flags } = await this.parse(CheckReport);
    const { status, cause, rows, bytes, files, duration } = flags;
    const result = await this.client(flags).post<CheckResult>(PATHS.checks, {
      name: args.name,
      status,
      tags: tagsOf(flags.tag ?? []),
      ...(cause === undefined ? {} : { cause }),
      ...(rows === undefined ? {} : { rows }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(files === undefined ? {} : { files }),
      ...(duration === undefined ? {} : { duration }),
    });
    this.say(`${looks(result.status)} ${subjectName(result.subject)}`);
    return result;
  }
}

function tagsOf(written: readonly string[]): { [tag: string]: string } {
  return Object.fromEntries(
    written.map((tag) => {
      const at = tag.search(/[=:]/);
      if (at > 0) return [tag.slice(0, at), tag.slice(at + 1)];
      throw new CommandFailure(`'${tag}' is no tag`, {
        code: 'MILL5004',
        fix: 'Write KEY=VALUE.',
        exitCode: EXIT.usage,
      });
    }),
  );
}
