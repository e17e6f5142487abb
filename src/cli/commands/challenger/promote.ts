import { rename, stat, writeFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import type { Challenge, ChallengeDetail } from '../../../api/challengers.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { challengeNumber, challengeText } from '../../challenger-text.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';

/** `millrace challenger promote NUMBER [--write FILE]`. */
export default class ChallengerPromote extends MillraceCommand {
  static override summary = 'Make the candidate the current version of its pipeline';
  static override description =
    `Whatever verdict there is, also before there is one. The file of the pipeline still says what was before: the server keeps what was promoted until that file changes, and tells that they differ. --write puts the candidate into the file, so that they do not.
Needs the role admin of all teams, as deploying does.`;
  static override examples = [
    '<%= config.bin %> challenger promote 1 --write pipelines/parcels.yaml',
  ];
  static override args = { number: Args.string({ required: true, description: 'its number' }) };
  static override flags = {
    write: Flags.string({
      description: 'the file of the pipeline, which is replaced by that of the candidate',
      helpValue: 'FILE',
    }),
    ...serverFlags,
  };

  async run(): Promise<Challenge> {
    const { args, flags } = await this.parse(ChallengerPromote);
    const number = challengeNumber(args.number);
    const client = this.client(flags);
    const { write: file } = flags;
    if (file !== undefined) await mustBeThere(file);
    const promoted = await client.post<Challenge>(pathTo(PATHS.challengerPromote, { number }));
    this.log(challengeText(promoted));
    if (file === undefined) {
      this.say(
        `The file of the pipeline says what was before. Write the candidate into it: millrace challenger show ${number} --text > FILE`,
      );
      return promoted;
    }
    const { candidateText } = await client.get<ChallengeDetail>(
      pathTo(PATHS.challenger, { number }),
    );
    await replace(file, candidateText);
    this.say(`${file} says what was promoted.`);
    return promoted;
  }
}

/** Before anything is promoted: a name with a mistake in it would make a second file of the pipeline. */
async function mustBeThere(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return;
  throw new CommandFailure(`There is no file ${file}.`, {
    exitCode: EXIT.usage,
    code: 'MILL5762',
    fix: 'Name the file of the pipeline that is to be replaced.',
  });
}

/** As a whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.promoted~`;
  await writeFile(beside, text);
  await rename(beside, file);
}
