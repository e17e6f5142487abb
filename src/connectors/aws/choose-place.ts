/**
 * In which account and region a task acts: what its pipeline and its Credentials name, as far as its team may.
 *
 * | named | where |
 * | --- | --- |
 * | a role (the task's Credentials) | the account of that role |
 * | an account | that one |
 * | nothing | the only account that the team may use |
 *
 * What a team may not use is answered like what nobody has.
 * @module
 */
import type { AwsAccount } from '../../aws/aws.js';
import type { RemoteRequest } from '../remote-tasks.js';
import type { Failed } from './integration.js';

export interface Chosen {
  readonly account: AwsAccount;
  readonly region: string;
}

/**
 * @example choosePlace(aws.accounts(), { team: 'parcels', account: 'lake' }) // { account, region: 'eu-central-1' }
 */
export function choosePlace(
  accounts: readonly AwsAccount[],
  asked: Pick<RemoteRequest, 'team' | 'account' | 'region' | 'roleArn'>,
): Chosen | Failed {
  const usable = accounts.filter(({ teams }) => teams === '*' || teams.includes(asked.team));
  const account = accountOf(usable, asked);
  if ('type' in account) return account;
  const [first = ''] = account.regions;
  const region = asked.region ?? first;
  if (account.regions.includes(region)) return { account, region };
  const known = account.regions.join(', ');
  return refused(
    'Millrace.UnknownRegion',
    `Account "${account.name}" is used in ${known}, not in "${region}".`,
  );
}

function accountOf(
  usable: readonly AwsAccount[],
  { team, account: name, roleArn }: Pick<RemoteRequest, 'team' | 'account' | 'roleArn'>,
): AwsAccount | Failed {
  if (roleArn !== undefined) {
    const found = usable.find(({ role }) => role?.arn === roleArn);
    if (found !== undefined) return found;
    const cause = `The role "${roleArn}" is of no account that team "${team}" may use.`;
    return refused('States.Permissions', cause);
  }
  if (name !== undefined) {
    const found = usable.find((one) => one.name === name);
    const cause = `There is no AWS account "${name}" that team "${team}" may use.`;
    return found ?? refused('Millrace.UnknownAccount', cause);
  }
  const [only, another] = usable;
  if (only !== undefined && another === undefined) return only;
  const cause =
    only === undefined
      ? `There is no AWS account that team "${team}" may use: name the team in the accounts file.`
      : `The pipeline must name an AWS account; team "${team}" may use ${usable.map((one) => one.name).join(', ')}.`;
  return refused('Millrace.UnknownAccount', cause);
}

function refused(error: string, cause: string): Failed {
  return { type: 'failed', error, cause };
}
