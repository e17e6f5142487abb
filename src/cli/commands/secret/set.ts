import { Args } from '@oclif/core';
import colors from 'picocolors';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { readSecret } from '../../read-secret.js';

/** `millrace secret set NAME`: the value is read, never given as an argument. */
export default class SecretSet extends MillraceCommand {
  static override summary =
    'Set a secret of a team; its value is read from standard input or asked for';
  static override description =
    'Tasks of the team use it as { secret: NAME }. Nobody can read it back: it lies encrypted, and is masked in logs, histories, messages and answers.';
  static override examples = [
    '<%= config.bin %> secret set county-api --team parcels',
    'printf %s "$TOKEN" | <%= config.bin %> secret set county-api --team parcels',
  ];
  static override args = {
    name: Args.string({ required: true, description: 'name of the secret' }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ name: string; team: string }> {
    const { args, flags } = await this.parse(SecretSet);
    const client = this.client(flags);
    const value = await readSecret(`Value of ${args.name} (it is not shown): `);
    await client.put(pathTo(PATHS.secret, { name: args.name }), { value });
    const team = flags.team ?? 'default';
    this.log(`set ${args.name}`);
    this.say(colors.dim(`tasks of ${team} use it as { secret: ${args.name} }`));
    return { name: args.name, team };
  }
}
