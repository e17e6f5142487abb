import { Args, Flags } from '@oclif/core';
import type { ChallengeDetail } from '../../../api/challengers.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { challengeDetailText, challengeNumber } from '../../challenger-text.js';

/** `millrace challenger show NUMBER`. */
export default class ChallengerShow extends MillraceCommand {
  static override summary =
    'Show a challenge: each comparison, what differs, and what came of each rule';
  static override examples = [
    '<%= config.bin %> challenger show 1',
    '<%= config.bin %> challenger show 1 --text > pipelines/parcels.yaml',
  ];
  static override args = { number: Args.string({ required: true, description: 'its number' }) };
  static override flags = {
    text: Flags.boolean({ description: 'nothing but the file of the candidate' }),
    ...serverFlags,
  };

  async run(): Promise<ChallengeDetail> {
    const { args, flags } = await this.parse(ChallengerShow);
    const path = pathTo(PATHS.challenger, { number: challengeNumber(args.number) });
    const found = await this.client(flags).get<ChallengeDetail>(path);
    this.log(flags.text ? found.candidateText.trimEnd() : challengeDetailText(found));
    return found;
  }
}
