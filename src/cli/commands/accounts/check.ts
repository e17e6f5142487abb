import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { Account, CheckedPermission } from '../../../api/accounts.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { accountFlags, watchedOf } from '../../account-flags.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { printable } from '../../text.js';

interface Checked {
  readonly account: string;
  readonly permissions: CheckedPermission[];
}

const MARKS = {
  works: colors.green('✓'),
  denied: colors.red('✗'),
  untried: colors.dim('·'),
  unknown: colors.yellow('?'),
};

/** `millrace accounts check`: what works in an account, permission by permission. */
export default class AccountsCheck extends MillraceCommand {
  static override summary = 'Say permission by permission what works in an account of AWS';
  static override description =
    'Lists one thing of each kind, or asks for something that nobody has: nothing is changed over there. What cannot be tried without doing something is said to be untried.';
  static override examples = [
    '<%= config.bin %> accounts check',
    '<%= config.bin %> accounts check lake --drive batch --drive athena',
  ];
  static override args = {
    name: Args.string({ description: 'the account (default: all that your teams may use)' }),
  };
  static override flags = {
    ...serverFlags,
    ...accountFlags,
    region: Flags.string({ description: 'only this region' }),
  };

  async run(): Promise<{ items: Checked[] }> {
    const { args, flags } = await this.parse(AccountsCheck);
    const client = this.client(flags);
    const names =
      args.name === undefined
        ? (await client.get<{ items: Account[] }>(PATHS.accounts)).items.map(({ name }) => name)
        : [args.name];
    if (names.length === 0) this.say('There is none. Add one with: millrace accounts add NAME …');
    const watch = watchedOf(flags.watch);
    const items: Checked[] = [];
    for (const name of names) {
      const { items: permissions } = await client.post<{ items: CheckedPermission[] }>(
        pathTo(PATHS.checkAccount, { name }),
        {
          ...(watch === undefined ? {} : { watch }),
          drive: flags.drive,
          ...(flags.region === undefined ? {} : { region: flags.region }),
        },
      );
      items.push({ account: name, permissions });
      if (!this.jsonEnabled()) this.#show(name, permissions);
    }
    const denied = items.flatMap(({ permissions }) =>
      permissions.filter((one) => one.state === 'denied'),
    );
    if (denied.length === 0) return { items };
    throw new CommandFailure(`${denied.length} permissions are denied.`, {
      code: 'MILL5087',
      exitCode: EXIT.checkFailed,
      fix: 'Deploy the template anew (millrace accounts add NAME --template-only …), or give the role what is missing.',
      details: denied.map(({ action, region, words = 'denied' }) => ({
        path: `${region} ${action}`,
        message: words,
      })),
    });
  }

  #show(name: string, permissions: readonly CheckedPermission[]): void {
    this.log(colors.bold(name));
    for (const { region, action, use, state, words } of permissions) {
      const said = words === undefined ? '' : ` ${colors.dim(printable(words).slice(0, 120))}`;
      this.log(
        `  ${MARKS[state]} ${region.padEnd(14)} ${use.padEnd(5)} ${action.padEnd(40)} ${state}${said}`,
      );
    }
  }
}
