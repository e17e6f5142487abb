import { Flags } from '@oclif/core';
import colors from 'picocolors';
import { PATHS } from '../../../api/paths.js';
import type { IssuedToken } from '../../../api/tokens.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';

/** `millrace token create`: makes a token for a person or program. */
export default class TokenCreate extends MillraceCommand {
  static override summary = 'Make a token for a person, CI or a program; it is printed this once';
  static override description =
    'It sees the things of the teams that it names and nothing else. The token goes to standard output, so that it can be piped into a secret store; put it into MILLRACE_TOKEN, or send it as "Authorization: Bearer".';
  static override examples = [
    '<%= config.bin %> token create --team claims --label "claims dashboard"',
    '<%= config.bin %> token create --team claims --role operator --label ci --expires 30d',
  ];
  static override flags = {
    ...serverFlags,
    team: Flags.string({
      description: 'a team whose things it sees; may be given several times',
      multiple: true,
    }),
    'all-teams': Flags.boolean({
      description: 'it sees everything and, as operator, administers the server',
      exclusive: ['team'],
    }),
    role: Flags.option({
      description: 'viewer may only read; operator may also start, stop, redrive …',
      options: ['viewer', 'operator'] as const,
      default: 'viewer' as const,
    })(),
    label: Flags.string({ description: 'who or what it is for', required: true }),
    expires: Flags.string({
      description: 'after so long it is worth nothing: 12h, 30d … or never',
      default: '90d',
    }),
  };

  async run(): Promise<IssuedToken> {
    const { flags } = await this.parse(TokenCreate);
    const { team, role, label, expires, server, data } = flags;
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
