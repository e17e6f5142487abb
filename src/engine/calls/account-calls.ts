/**
 * `engine.accounts`: the accounts of AWS that the accounts file names, as far as somebody's teams may use them, and what works there.
 * @module
 */
import type { Aws, AwsAccount } from '../../aws/aws.js';
import { type CheckedPermission, checkAccount } from '../../aws/onboarding/check.js';
import { WATCHED } from '../../aws/onboarding/permissions.js';
import { EngineError } from '../kernel/errors.js';
import { EVERYTHING, type Scope, sees } from '../kernel/scope.js';

export interface AccountSummary {
  readonly name: string;
  readonly account: string;
  readonly regions: readonly string[];
  /** Those of the caller that may use it; absent: all may. */
  readonly teams?: readonly string[];
}

export interface CheckWishes {
  /** Services whose things are watched: names of `SERVICES`. Default: all. */
  readonly watch?: readonly string[];
  /** Services in which work is done. Default: none. */
  readonly drive?: readonly string[];
  /** Default: all of the account. */
  readonly region?: string;
}

export interface AccountCalls {
  /** In the order of the file. */
  list(scope: Scope): AccountSummary[];
  /** Permission by permission; nothing is changed over there. Throws AccountNotFound. */
  check(scope: Scope, name: string, wishes: CheckWishes): Promise<CheckedPermission[]>;
}

export function accountCalls(aws: Aws | undefined): AccountCalls {
  const seen = (scope: Scope): readonly AwsAccount[] =>
    (aws?.accounts() ?? []).filter(({ teams }) => {
      return teams === '*' || scope === EVERYTHING || teams.some((team) => sees(scope, team));
    });
  return {
    list: (scope) =>
      seen(scope).map(({ name, account, regions, teams }) => ({
        ...{ name, account, regions },
        ...(teams === '*' ? {} : { teams: teams.filter((team) => sees(scope, team)) }),
      })),
    async check(scope, name, { watch = WATCHED, drive = [], region }) {
      const found = seen(scope).find((one) => one.name === name);
      if (aws === undefined || found === undefined) {
        throw new EngineError('AccountNotFound', { account: name });
      }
      const regions = found.regions.filter((one) => region === undefined || one === region);
      const checked: CheckedPermission[] = [];
      for (const one of regions) {
        const place = { account: name, region: one };
        checked.push(...(await checkAccount(aws, place, found.account, { watch, drive })));
      }
      return checked;
    },
  };
}
