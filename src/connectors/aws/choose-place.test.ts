import { describe, expect, it } from 'vitest';
import type { AwsAccount } from '../../aws/aws.js';
import { choosePlace } from './choose-place.js';

const role = { arn: 'arn:aws:iam::111122223333:role/millrace' };
const LAKE: AwsAccount = {
  name: 'lake',
  account: '111122223333',
  regions: ['eu-central-1', 'us-east-1'],
  role,
  teams: ['parcels'],
};
const SEA: AwsAccount = {
  name: 'sea',
  account: '444455556666',
  regions: ['eu-west-1'],
  teams: '*',
};
const QUIET: AwsAccount = {
  name: 'quiet',
  account: '777788889999',
  regions: ['eu-west-1'],
  teams: [],
};
const ALL = [LAKE, SEA, QUIET];

function chosen(asked: Parameters<typeof choosePlace>[1]): string {
  const place = choosePlace(ALL, asked);
  return 'type' in place ? place.error : `${place.account.name} ${place.region}`;
}

describe('where a task acts', () => {
  it('is the account and region that its pipeline names', () => {
    expect(chosen({ team: 'parcels', account: 'lake' })).toBe('lake eu-central-1');
    expect(chosen({ team: 'parcels', account: 'lake', region: 'us-east-1' })).toBe(
      'lake us-east-1',
    );
    expect(chosen({ team: 'claims', account: 'sea' })).toBe('sea eu-west-1');
  });

  it('is the only account that the team may use when none is named', () => {
    expect(chosen({ team: 'claims' })).toBe('sea eu-west-1');
    expect(chosen({ team: 'parcels' })).toBe('Millrace.UnknownAccount');
    expect(choosePlace(ALL, { team: 'parcels' })).toMatchObject({
      cause: 'The pipeline must name an AWS account; team "parcels" may use lake, sea.',
    });
  });

  it('is the account of the role that its Credentials name', () => {
    expect(chosen({ team: 'parcels', account: 'sea', roleArn: role.arn })).toBe(
      'lake eu-central-1',
    );
    expect(chosen({ team: 'claims', roleArn: role.arn })).toBe('States.Permissions');
    expect(chosen({ team: 'parcels', roleArn: `${role.arn}-admin` })).toBe('States.Permissions');
  });

  it('is nowhere for an account of others, in the words for one that nobody has', () => {
    const cause = (account: string) => {
      const place = choosePlace(ALL, { team: 'claims', account });
      return 'type' in place ? place.cause.replace(account, 'X') : '';
    };
    expect(cause('lake')).toBe(cause('nowhere'));
    expect(cause('quiet')).toBe(cause('nowhere'));
  });

  it('is nowhere in a region that is not the account’s', () => {
    expect(chosen({ team: 'claims', account: 'sea', region: 'us-east-1' })).toBe(
      'Millrace.UnknownRegion',
    );
  });
});
