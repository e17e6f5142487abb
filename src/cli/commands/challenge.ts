import { readFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import type { Challenge } from '../../api/challengers.js';
import { PATHS, pathTo } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { challengeFlags } from '../challenge-flags.js';
import { challengeText } from '../challenger-text.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** `millrace challenge NAME --file changed.yaml`. */
export default class ChallengePipeline extends MillraceCommand {
  static override summary = 'Run a changed pipeline file beside the current version, and compare';
  static override description =
    `For each execution of the pipeline that begins, a test run of the changed file begins with the same input and reads the same versions of datasets. What both write is compared by rules, until enough comparisons are decided.
Rules: "schema same", "schema compatible", "rows within 1 %", "values same", "values differ at most 0.1 %", "contract not worse", "duration at most 1.5 x", "cost at most 2 x", "$.precision at least champion", "$.precision at least 0.9", "$.rows within 5 %"; those of data may end with "of DATASET".
Without --rule: schema compatible, rows within 1 %, contract not worse, duration at most 2 x.
Needs the role admin of all teams, as deploying does.`;
  static override examples = [
    '<%= config.bin %> challenge parcels --file parcels.new.yaml --executions 5',
    '<%= config.bin %> challenge parcels --file parcels.new.yaml --rule "values differ at most 0.1 %" --rule "duration at most 1.5 x" --promote automatically',
  ];
  static override args = {
    pipeline: Args.string({ required: true, description: 'name of the pipeline' }),
  };
  static override flags = {
    file: Flags.string({ required: true, description: 'the changed pipeline file' }),
    ...challengeFlags,
    promote: Flags.string({
      description: 'who makes it the current version when it has won',
      options: ['by command', 'automatically'],
      default: 'by command',
    }),
    backfills: Flags.boolean({ description: 'challenge executions of backfills, too' }),
    ...serverFlags,
  };

  async run(): Promise<Challenge> {
    const { args, flags } = await this.parse(ChallengePipeline);
    const path = pathTo(PATHS.pipelineChallengers, { name: args.pipeline });
    const started = await this.client(flags).post<Challenge>(path, {
      text: await textOf(flags.file),
      executions: flags.executions,
      ...(flags.rule === undefined ? {} : { rules: flags.rule }),
      promote: flags.promote,
      backfills: flags.backfills ? 'with' : 'without',
    });
    this.log(challengeText(started));
    this.say(
      `It begins with the next execution. See it with: millrace challenger show ${started.number}`,
    );
    return started;
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}.`, {
      exitCode: EXIT.usage,
      code: 'MILL5760',
      fix: 'Name a pipeline file: --file changed.yaml',
    });
  }
}
