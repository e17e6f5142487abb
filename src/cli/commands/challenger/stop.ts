import { Args } from '@oclif/core';
import type { Challenge } from '../../../api/challengers.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { challengeNumber, challengeText } from '../../challenger-text.js';

/** `millrace challenger stop NUMBER`. */
export default class ChallengerStop extends MillraceCommand {
  static override summary = 'End a challenge without a verdict; what has begun ends by itself';
  static override examples = ['<%= config.bin %> challenger stop 1'];
  static override args = { number: Args.string({ required: true, description: 'its number' }) };
  static override flags = { ...serverFlags };

  async run(): Promise<Challenge> {
    const { args, flags } = await this.parse(ChallengerStop);
    const path = pathTo(PATHS.challengerStop, { number: challengeNumber(args.number) });
    const stopped = await this.client(flags).post<Challenge>(path);
    this.log(challengeText(stopped));
    return stopped;
  }
}
