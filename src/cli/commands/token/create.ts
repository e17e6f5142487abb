import { Flags } from '@oclif/core';
import colors from 'picocolors';
import { PATHS } from '../../../api/paths.js';
import type { IssuedToken } from '../../../api/tokens.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { ROLE_NAMES } from '../../roles-flag.js';

/** `millrace token create`: makes a token for a person or program. */
export default class TokenCreate extends MillraceCommand {
  static override summary = 'Make a token for a person, CI or a program; it is printed this once';
  static override description =
    'It sees the things of the teams that it names and nothing else. The token goes to standard output, so that it can be piped into a secret store; put it into MILLRACE_TOKEN, or send it as "Authorization: Bearer".';
  static override examples = [
    '<%= config.bin %> token create --team claims --label "claims dashboard"',
    '<%= config.bin %> token create --team claims --role operator --label ci --expires 30d',
    '<%= config.bin %> token create --team claims --role editor --for ana',
  ];
  static override flags = {
    ...serverFlags,
    team: Flags.string({
      description: 'a team whose things it sees; may be given several times',
      multiple: true,
    }),
    'all-teams': Flags.boolean({
      description: 'it sees everything and, as admin, administers the server',
      exclusive: ['team'],
    }),
    role: Flags.option({
      description:
        'viewer reads; analyst also reads rows of datasets; operator also starts, stops, redrives …; editor also changes definitions; admin also gives access; worker takes tasks and performs them, nothing else',
      options: [...ROLE_NAMES, 'worker'] as const,
      default: 'viewer' as const,
    })(),
    label: Flags.string({ description: 'who or what it is for (default: the user)' }),
    for: Flags.string({
      description: 'a user whose it is: it gives no more than their roles, and ends with them',
    }),
    expires: Flags.string({
      description: 'after so long it is worth nothing: 12h, 30d … or never',
      default: '90d',
    }),
  };

  async run(): Promise<IssuedToken> {
    const { flags } = await this.parse(TokenCreate);
    const { team, role, expires, server, data } = flags;
    const label = flags.label ?? flags.for;
    if (label === undefined) {
      throw new CommandFailure('Nobody would know whose token it is.', {
        exitCode: EXIT.usage,
        code: 'MILL5073',
        fix: 'Give --label TEXT, or --for USER.',
      });
    }
    if (team === undefined && !flags['all-teams']) {
      throw new CommandFailure('A token needs at least one team.', {
        exitCode: EXIT.usage,
        code: 'MILL5032',
        fix: 'Give --team NAME, or --all-teams for one that sees everything.',
      });
    }
    const teams = team ?? '*';
    const made = await this.client({ server, data }).post<IssuedToken>(PATHS.tokens, {
      teams,
      role,
      label,
      expires,
      ...(flags.for === undefined ? {} : { user: flags.for }),
    });
    this.log(made.token);
    const whose = team === undefined ? 'all teams' : `team ${team.join(', ')}`;
    this.say(
      colors.dim(
        `for ${whose}, role ${role}, expires: ${expires}; revoke it with: millrace token revoke ${made.id}`,
      ),
    );
    return made;
  }
}
