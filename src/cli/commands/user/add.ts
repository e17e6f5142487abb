import { Args, Flags } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import type { LoginLink } from '../../../api/sessions.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { rolesIn, rolesText } from '../../roles-flag.js';

/** `millrace user add NAME --role TEAM=ROLE`. */
export default class UserAdd extends MillraceCommand {
  static override summary = 'Make a user, or give other roles to one, and print a login link';
  static override description =
    'viewer reads; analyst also reads rows of datasets; operator acts on executions; editor changes definitions, and so may use the secrets of the team; admin gives access. The roles replace those that the user has in the teams to which you give access.';
  static override examples = [
    '<%= config.bin %> user add ana --role parcels=editor --email ana@example.com',
    "<%= config.bin %> user add ben --role parcels=operator --role '*=viewer'",
  ];
  static override args = { name: Args.string({ required: true, description: 'name of the user' }) };
  static override flags = {
    server: serverFlags.server,
    data: serverFlags.data,
    role: Flags.string({
      description: 'a role in a team, as TEAM=ROLE; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      required: true,
    }),
    email: Flags.string({ description: 'where they are written to' }),
    link: Flags.boolean({ description: 'print a login link', default: true, allowNo: true }),
  };

  async run(): Promise<{ name: string; url?: string }> {
    const { args, flags } = await this.parse(UserAdd);
    const { name } = args;
    const { email, role, server, data } = flags;
    const roles = rolesIn(role);
    const client = this.client({ server, data });
    await client.put(pathTo(PATHS.user, { name }), {
      roles,
      ...(email === undefined ? {} : { email }),
    });
    this.say(`${name} has ${rolesText(roles)}`);
    if (!flags.link) return { name };
    const { path } = await client.post<LoginLink>(pathTo(PATHS.userLink, { name }));
    const url = `${client.url}${path}`;
    this.log(url);
    return { name, url };
  }
}
