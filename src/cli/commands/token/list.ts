import { PATHS } from '../../../api/paths.js';
import type { Token } from '../../../api/tokens.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { printable, table } from '../../text.js';

/** `millrace token list`. */
export default class TokenList extends MillraceCommand {
  static override summary = 'List the tokens and sessions that are good';
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: Token[] }> {
    const { flags } = await this.parse(TokenList);
    const { items } = await this.client(flags).get<{ items: Token[] }>(PATHS.tokens);
    const rows = items.map(({ id, kind, label, role, teams, createdAt, expiresAt }) => [
      id,
      kind,
      teams === undefined ? '(all)' : teams.join(', '),
      role,
      minute(createdAt),
      expiresAt === undefined ? 'never' : minute(expiresAt),
      printable(label),
    ]);
    this.log(table(['id', 'kind', 'teams', 'role', 'made', 'expires', 'label'], rows));
    return { items };
  }
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
