import { describe, expect, it, test } from 'vitest';
import type { AwsAnswer, AwsCall } from '../aws.js';
import { checkAccount, verdictOf } from './check.js';
import { actionsOf, DRIVEN, SERVICES, WATCHED } from './permissions.js';

const ACCOUNT = '111122223333';
const PLACE = { account: 'lake', region: 'eu-central-1' };
const answered = (output: { [field: string]: string }): AwsAnswer => ({
  ...{ type: 'answered', output },
  metadata: { requestId: 'r', statusCode: 200, headers: {} },
});
const refused = (
  kind: Extract<AwsAnswer, { type: 'refused' }>['kind'],
  statusCode?: number,
): AwsAnswer => ({
  ...{ type: 'refused', name: 'Refused', message: 'no', kind },
  ...(statusCode === undefined ? {} : { statusCode }),
});
const works = answered({ Account: ACCOUNT });

/** An account in which each action is answered as it says; others work. */
function account(answers: { [action: string]: AwsAnswer }, asked: AwsCall[] = []) {
  return {
    async call(call: AwsCall): Promise<AwsAnswer> {
      asked.push(call);
      return answers[call.action] ?? works;
    },
  };
}

describe('the check of an account', () => {
  test.each([
    ['works', answered({})],
    ['works', refused('missing', 400)],
    ['works', refused('invalid', 400)],
    ['denied', refused('denied', 403)],
    ['denied', refused('expired', 403)],
    ['unknown', refused('throttled', 400)],
    ['unknown', refused('server', 500)],
    ['unknown', refused('unreachable')],
    // The request never left: a package is missing, for example.
    ['unknown', refused('invalid')],
  ] as const)('says %s of %j', (state, answer) => {
    expect(verdictOf(answer).state).toBe(state);
  });

  it('tells permission by permission, and what cannot be tried', async () => {
    const aws = account({ listJobs: refused('denied', 403) });
    const checked = await checkAccount(aws, PLACE, ACCOUNT, { watch: ['glue'], drive: ['sns'] });
    const states = new Map(checked.map(({ action, state }) => [action, state]));
    expect(states.get('sts:AssumeRole')).toBe('works');
    expect(states.get('glue:ListJobs')).toBe('denied');
    expect(states.get('glue:GetJobRuns')).toBe('works');
    expect(states.get('sns:Publish')).toBe('untried');
    expect(checked.map(({ region }) => region)).toEqual(checked.map(() => PLACE.region));
  });

  it('goes no further when nobody is let in, or into another account', async () => {
    for (const answer of [refused('denied', 403), answered({ Account: '999999999999' })]) {
      const asked: AwsCall[] = [];
      const aws = account({ getCallerIdentity: answer }, asked);
      const checked = await checkAccount(aws, PLACE, ACCOUNT, { watch: WATCHED, drive: DRIVEN });
      expect(checked.map(({ state }) => state)).toEqual(['denied']);
      expect(asked).toHaveLength(1);
    }
  });

  it('calls nothing that could do something: it lists, describes, or names what nobody has', async () => {
    const asked: AwsCall[] = [];
    await checkAccount(account({}, asked), PLACE, ACCOUNT, { watch: WATCHED, drive: DRIVEN });
    const acting = asked.filter(
      ({ action }) => !/^(get|list|describe|batchGet|filter)/.test(action),
    );
    expect(acting.length).toBeGreaterThan(5);
    for (const { action, input } of acting) {
      const text = JSON.stringify(input);
      expect(`${action} ${/millrace-permission-check|"[js]-0"|"00"|0{8}-/.test(text)}`).toBe(
        `${action} true`,
      );
    }
  });
});

describe('the permissions', () => {
  it('are those of services that are known by one name each', () => {
    const names = SERVICES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(actionsOf(['athena'], 'watch')).not.toContain('athena:StartQueryExecution');
    expect(actionsOf(['no-such'], 'watch')).toEqual([]);
  });
});
