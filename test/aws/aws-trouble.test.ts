/**
 * What calls do when a service throttles, breaks, hangs, cuts or says that credentials have expired: a stub of the service
 * over HTTP, AWS's own client, real time in small amounts.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Aws, AwsAnswer, AwsCall } from '../../src/aws/aws.js';
import { type AwsLimits, createAws } from '../../src/aws/create-aws.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type Answer, type Asked, type StubService, startStub } from './stub-service.js';

const QUICK: Partial<AwsLimits> = { firstPause: 1, longestPause: 4, rate: 1_000, mostRate: 1_000 };
const FINE: Answer = { status: 200, json: { JobNames: ['load'] } };
const THROTTLED: Answer = {
  status: 400,
  json: { __type: 'ThrottlingException', message: 'Rate exceeded' },
};

describe('calls to AWS in trouble', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function start(
    answer: (asked: Asked, count: number) => Answer | Promise<Answer>,
    limits: Partial<AwsLimits> = {},
    more: { role?: boolean; now?: () => number } = {},
  ): Promise<{
    stub: StubService;
    aws: Aws;
    secrets: ReturnType<typeof createSecretRegistry>;
    call(more?: Partial<AwsCall>): Promise<AwsAnswer>;
  }> {
    const stub = await startStub(answer);
    const secrets = createSecretRegistry();
    const { role = false, now } = more;
    const aws = createAws({
      environment: { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' },
      secrets,
      accounts: [
        {
          name: 'lake',
          account: '111122223333',
          regions: ['eu-central-1', 'us-east-1'],
          endpoint: stub.url,
          teams: '*',
          ...(role
            ? { role: { arn: 'arn:aws:iam::111122223333:role/millrace', externalId: 'ext-1' } }
            : {}),
        },
      ],
      limits: { ...QUICK, ...limits },
      ...(now === undefined ? {} : { now }),
    });
    closers.push(
      () => aws.close(),
      () => stub.close(),
    );
    const place = { account: 'lake', region: 'eu-central-1' };
    const call = (given: Partial<AwsCall> = {}): Promise<AwsAnswer> =>
      aws.call({ place, service: 'glue', action: 'listJobs', input: {}, ...given });
    return { stub, aws, secrets, call };
  }

  it('asks again when it is throttled, and slower', async () => {
    const { stub, aws, call } = await start((_asked, count) => (count < 3 ? THROTTLED : FINE));
    expect(await call()).toMatchObject({ type: 'answered', output: { JobNames: ['load'] } });
    expect(stub.asked).toHaveLength(3);
    expect(aws.counts()).toEqual([expect.objectContaining({ answered: 1, throttled: 2 })]);
  });

  it('gives up after as many attempts as it may make', async () => {
    const { stub, call } = await start(() => THROTTLED, { attempts: 3 });
    expect(await call()).toMatchObject({ kind: 'throttled', name: 'ThrottlingException' });
    expect(stub.asked).toHaveLength(3);
  });

  it.each<[string, Answer]>([
    ['an error of the service', { status: 500, json: { __type: 'InternalServiceException' } }],
    ['an answer that breaks off', 'cut'],
    ['an answer that is no JSON of AWS', { status: 503, json: [] }],
  ])('asks again after %s when the call changes nothing', async (_what, broken) => {
    const { stub, call } = await start((_asked, count) => (count === 1 ? broken : FINE));
    expect(await call()).toMatchObject({ type: 'answered' });
    expect(stub.asked).toHaveLength(2);
  });

  it.each<[string, Answer, string]>([
    [
      'an error of the service',
      { status: 500, json: { __type: 'InternalServiceException' } },
      'server',
    ],
    ['an answer that breaks off', 'cut', 'unreachable'],
  ])('does not send what begins work twice after %s', async (_what, broken, kind) => {
    const { stub, call } = await start((_asked, count) => (count === 1 ? broken : FINE));
    const begun = { action: 'startJobRun', input: { JobName: 'load' } };
    expect(await call(begun)).toMatchObject({ type: 'refused', kind });
    expect(stub.asked).toHaveLength(1);
    // A token of its own makes it harmless.
    expect(await call({ ...begun, isRepeatable: true })).toMatchObject({ type: 'answered' });
  });

  it('sends what begins work again when it was throttled: it was not begun', async () => {
    const { stub, call } = await start((_asked, count) => (count === 1 ? THROTTLED : FINE));
    const begun = { action: 'startJobRun', input: { JobName: 'load' } };
    expect(await call(begun)).toMatchObject({ type: 'answered' });
    expect(stub.asked).toHaveLength(2);
  });

  it('asks nobody twice about a quota that is full', async () => {
    const { stub, call } = await start(() => ({
      status: 400,
      json: { __type: 'LimitExceededException', message: 'Maximum number of jobs exceeded' },
    }));
    expect(await call()).toMatchObject({ kind: 'invalid', name: 'LimitExceededException' });
    expect(stub.asked).toHaveLength(1);
  });

  it('waits no longer than its deadline for a region that hangs', async () => {
    const { stub, call } = await start(() => 'hang', { callMs: 50, attempts: 2 });
    expect(await call()).toMatchObject({ kind: 'unreachable', name: 'SdkClientException' });
    expect(stub.asked).toHaveLength(2);
  });

  it('says that nobody is there', async () => {
    const { stub, call } = await start(() => FINE, { attempts: 2 });
    await stub.close();
    expect(await call()).toMatchObject({
      kind: 'unreachable',
      message: 'Unable to execute HTTP request: ECONNREFUSED',
    });
  });

  it('is given up when nobody waits any more, in its line and in flight', async () => {
    const { stub, call } = await start(() => 'hang', { placeInFlight: 1 });
    const stop = new AbortController();
    const both = [call({ signal: stop.signal }), call({ signal: stop.signal })];
    await stub.reached(1);
    stop.abort();
    const answers = await Promise.all(both);
    expect(answers.map((one) => one.type === 'refused' && one.kind)).toEqual([
      'aborted',
      'aborted',
    ]);
    expect(stub.asked).toHaveLength(1);
  });

  it('is given up when the server closes', async () => {
    const { aws, stub, call } = await start(() => 'hang');
    const answer = call();
    await stub.reached(1);
    aws.close();
    expect(await answer).toMatchObject({ kind: 'aborted' });
    expect(await call()).toMatchObject({ kind: 'aborted' });
  });

  it('has no more calls in flight in a place than it may, and tasks before looks', async () => {
    let inFlight = 0;
    let most = 0;
    const order: string[] = [];
    const gates: (() => void)[] = [];
    const { stub, call } = await start(
      async ({ body }) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        order.push(String(body.NextToken));
        await new Promise<void>((done) => void gates.push(done));
        inFlight -= 1;
        return FINE;
      },
      { placeInFlight: 2 },
    );
    const ask = (NextToken: string, urgency: 'task' | 'look') =>
      call({ input: { NextToken }, urgency });
    const all = [ask('look 1', 'look'), ask('look 2', 'look')];
    await stub.reached(2);
    all.push(
      ask('look 3', 'look'),
      ask('task 1', 'task'),
      ask('look 4', 'look'),
      ask('task 2', 'task'),
    );
    for (let answered = 0; answered < 6; answered += 1) {
      await stub.reached(Math.min(6, answered + 2));
      gates.shift()?.();
    }
    await Promise.all(all);
    expect(most).toBe(2);
    expect(order.slice(0, 2).sort()).toEqual(['look 1', 'look 2']);
    expect(order.slice(2, 4).sort()).toEqual(['task 1', 'task 2']);
  });

  it('lets a place that hangs hold up no other', async () => {
    const { stub, call } = await start(({ text }) => (text.includes('slow') ? 'hang' : FINE), {
      placeInFlight: 2,
    });
    const stop = new AbortController();
    const slow = Array.from({ length: 5 }, () =>
      call({ input: { NextToken: 'slow' }, signal: stop.signal }),
    );
    await stub.reached(2);
    const elsewhere = { place: { account: 'lake', region: 'us-east-1' } };
    expect(await call(elsewhere)).toMatchObject({ type: 'answered' });
    stop.abort();
    await Promise.all(slow);
  });

  it('refuses calls when too many wait', async () => {
    const { stub, call } = await start(() => 'hang', { placeInFlight: 1, waiting: 1 });
    const stop = new AbortController();
    const first = call({ signal: stop.signal });
    await stub.reached(1);
    const second = call({ signal: stop.signal });
    expect(await call()).toMatchObject({
      kind: 'throttled',
      message: 'Too many calls wait for their turn.',
    });
    stop.abort();
    await Promise.all([first, second]);
  });

  it('refuses an answer that is larger than anybody would take', async () => {
    const { call } = await start(() => ({ status: 200, json: { JobNames: ['x'.repeat(5_000)] } }), {
      answerBytes: 1_000,
      attempts: 1,
    });
    expect(await call()).toMatchObject({
      type: 'refused',
      kind: 'invalid',
      name: 'AnswerTooLarge',
    });
  });

  describe('credentials', () => {
    let now = 1_800_000_000_000;
    let made = 0;
    const assumed = (): Answer => {
      made += 1;
      const until = new Date(now + 3_600_000).toISOString();
      const xml = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>AKIDROLE${made}</AccessKeyId><SecretAccessKey>canary-secret-of-role-${made}</SecretAccessKey><SessionToken>canary-token-of-role-${made}</SessionToken><Expiration>${until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
      return { status: 200, json: { xml }, headers: { 'content-type': 'text/xml' } };
    };
    const isSts = ({ text }: Asked): boolean => text.includes('Action=AssumeRole');
    const began = async (
      answer: (asked: Asked, count: number) => Answer,
      limits: Partial<AwsLimits> = {},
    ) => {
      made = 0;
      return start((asked, count) => (isSts(asked) ? assumed() : answer(asked, count)), limits, {
        role: true,
        now: () => now,
      });
    };

    it('assumes the role once for many calls, with the external id', async () => {
      const { stub, call } = await began(() => FINE);
      await Promise.all(Array.from({ length: 10 }, () => call({ team: 'parcels' })));
      const [asked, ...others] = stub.asked.filter(isSts);
      expect(others).toEqual([]);
      const sent = new URLSearchParams(asked?.text);
      expect(sent.get('ExternalId')).toBe('ext-1');
      expect(sent.get('RoleSessionName')).toBe('millrace-parcels');
      expect(asked?.keyId).toBe('AKIDLOCAL');
      expect(new Set(stub.asked.filter((one) => !isSts(one)).map(({ keyId }) => keyId))).toEqual(
        new Set(['AKIDROLE1']),
      );
    });

    it('assumes it anew 5 minutes before the credentials expire', async () => {
      const { stub, call } = await began(() => FINE);
      await call();
      now += 3_299_000;
      await call();
      expect(stub.asked.filter(isSts)).toHaveLength(1);
      now += 2_000;
      await call();
      expect(stub.asked.at(-1)?.keyId).toBe('AKIDROLE2');
    });

    it.each([
      'ExpiredTokenException',
      'ExpiredToken',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
    ])('assumes it anew when a call says %s', async (__type) => {
      const { stub, call } = await began(({ keyId }) =>
        keyId === 'AKIDROLE1' && now > expiredAt ? { status: 400, json: { __type } } : FINE,
      );
      const expiredAt = now;
      await call();
      now += 60_000;
      const answers = await Promise.all([call(), call(), call()]);
      expect(answers.map(({ type }) => type)).toEqual(['answered', 'answered', 'answered']);
      expect(stub.asked.filter(isSts)).toHaveLength(2);
    });

    it('does not assume a role that was taken away again and again', async () => {
      const { stub, call } = await began(() => ({
        status: 400,
        json: { __type: 'ExpiredTokenException' },
      }));
      now += 60_000;
      for (let times = 0; times < 5; times += 1) {
        expect(await call()).toMatchObject({ kind: 'expired' });
      }
      expect(stub.asked.filter(isSts).length).toBeLessThanOrEqual(2);
    });

    it('says that a role may not be assumed, and does not keep that', async () => {
      let isAllowed = false;
      const denied =
        '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>';
      const { call } = await start(
        (asked) => {
          if (!isSts(asked)) return FINE;
          if (isAllowed) return assumed();
          return { status: 403, json: { xml: denied }, headers: { 'content-type': 'text/xml' } };
        },
        {},
        { role: true },
      );
      expect(await call()).toMatchObject({
        kind: 'denied',
        name: 'AccessDenied',
        message: 'not authorized to perform: sts:AssumeRole',
      });
      isAllowed = true;
      expect(await call()).toMatchObject({ type: 'answered' });
    });

    it('masks what it has got, and forgets it when it has expired', async () => {
      const { secrets, call } = await began(({ keyId }) => ({
        status: 400,
        json: { __type: 'ValidationException', message: `wrong for ${keyId}` },
      }));
      const answer = await call();
      expect(JSON.stringify(answer)).not.toContain('canary');
      expect(secrets.text('a canary-token-of-role-1 b canary-secret-of-role-1')).toBe(
        'a *** b ***',
      );
      now += 3_600_000;
      await call();
      expect(secrets.text('a canary-token-of-role-1 b canary-token-of-role-2')).toBe(
        'a canary-token-of-role-1 b ***',
      );
    });
  });
});
