import { describe, expect, it } from 'vitest';
import { loadAccounts, openAccountsFile } from './accounts-file.js';

function problems(text: string): string[] {
  return loadAccounts('accounts.yaml', text).problems.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  );
}

describe('a file of accounts', () => {
  it('names accounts with their regions, role and teams', () => {
    const text = `accounts:
  - name: lake
    account: "111122223333"
    regions: [eu-central-1, us-east-1]
    role: arn:aws:iam::111122223333:role/millrace
    externalId: 6f1c-77
    teams: [parcels]
    events: { queue: "https://sqs.eu-central-1.amazonaws.com/111122223333/millrace-events" }
  - { name: sandbox, account: "444455556666", region: us-gov-west-1, endpoint: "http://127.0.0.1:4566/", teams: "*" }
  - { name: quiet, account: "777788889999", region: eu-west-1, profile: quiet }`;
    expect(loadAccounts('accounts.yaml', text)).toEqual({
      problems: [],
      accounts: [
        {
          name: 'lake',
          account: '111122223333',
          regions: ['eu-central-1', 'us-east-1'],
          role: { arn: 'arn:aws:iam::111122223333:role/millrace', externalId: '6f1c-77' },
          teams: ['parcels'],
          events: {
            queue: 'https://sqs.eu-central-1.amazonaws.com/111122223333/millrace-events',
            region: 'eu-central-1',
          },
        },
        {
          name: 'sandbox',
          account: '444455556666',
          regions: ['us-gov-west-1'],
          endpoint: 'http://127.0.0.1:4566',
          teams: '*',
        },
        {
          name: 'quiet',
          account: '777788889999',
          regions: ['eu-west-1'],
          profile: 'quiet',
          teams: [],
        },
      ],
    });
  });

  it('says everything that is wrong, each at its place', () => {
    const text = `accounts:
  - name: lake one
    account: 111122223333
    region: Frankfurt
    roll: x
  - name: other
    account: "111122223333"
    role: arn:aws:iam::444455556666:role/millrace
    externalId: "a b"
    endpoint: ftp://x`;
    expect(problems(text)).toEqual([
      expect.stringMatching(/^2:11 MILL1103 /),
      expect.stringMatching(/^3:14 MILL1103 /),
      expect.stringMatching(/^4:13 MILL1103 .*expected a region/),
      expect.stringMatching(/^5:5 MILL1101 .*roll/),
      expect.stringMatching(/^9:17 MILL1103 .*expected 2 to 1224/),
      expect.stringMatching(/^10:15 MILL1103 .*http:\/\//),
      expect.stringMatching(/^6:5 MILL1103 .*expected the regions/),
      expect.stringMatching(/^8:11 MILL1103 .*expected a role of account 111122223333/),
    ]);
  });

  it('refuses regions that are missing or doubled, and a role of another account', () => {
    const text = `accounts:
  - { name: a, account: "111122223333" }
  - { name: b, account: "111122223333", region: eu-west-1, regions: [eu-west-1] }
  - { name: c, account: "111122223333", regions: [eu-west-1, eu-west-1] }
  - { name: d, account: "111122223333", region: eu-west-1, role: "arn:aws:iam::444455556666:role/x" }
  - { name: e, account: "111122223333", region: eu-west-1, externalId: abc }`;
    const found = problems(text).join('\n');
    expect(found).toContain('expected the regions of the account');
    expect(found).toContain('expected either region or regions');
    expect(found).toContain('expected each region once');
    expect(found).toContain('expected a role of account 111122223333');
    expect(found).toContain('there is no role');
  });

  it('refuses two accounts of one name, and one account and region under two names', () => {
    const text = `accounts:
  - { name: lake, account: "111122223333", regions: [eu-west-1, us-east-1] }
  - { name: lake, account: "444455556666", region: eu-west-1 }
  - { name: sea, account: "111122223333", regions: [eu-west-2, us-east-1] }`;
    expect(problems(text)).toEqual([
      expect.stringMatching(/^3:13 MILL1103 two accounts are named lake/),
      expect.stringMatching(
        /^4:64 MILL1103 account 111122223333 in us-east-1 is already named lake/,
      ),
    ]);
  });

  it('says that there is none', () => {
    expect(() => openAccountsFile('/nowhere/accounts.yaml')).toThrow(
      /^The accounts cannot be read: ENOENT/,
    );
  });
});
