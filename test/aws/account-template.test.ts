/**
 * The template that makes an account ready: as cfn-lint judges it, and as CloudFormation carries it out (moto's).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DRIVEN, WATCHED } from '../../src/aws/onboarding/permissions.js';
import {
  accountTemplate,
  accountTemplateText,
  type TemplateWishes,
} from '../../src/aws/onboarding/template.js';
import { type Moto, startMoto } from '../engine/moto.js';
import { requirement } from '../requirements.js';

const ACCOUNT = '123456789012';
const WISHES: TemplateWishes = {
  name: 'lake',
  account: ACCOUNT,
  regions: ['eu-central-1'],
  trusts: '444455556666',
  externalId: 'kX3-not-guessed',
  watch: WATCHED,
  drive: [],
  passRoles: [],
};

const lint = requirement('cfn-lint');
const moto = requirement('moto');
const client = requirement('aws');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-template-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(wishes: TemplateWishes): string {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, accountTemplateText(wishes));
  return file;
}

describe('the template of an account', () => {
  test.skipIf(lint.missing).each<[string, Partial<TemplateWishes>]>([
    ['that is watched', {}],
    ['in two regions', { regions: ['eu-central-1', 'us-east-1'] }],
    [
      'in which everything is done',
      { drive: DRIVEN, passRoles: [`arn:aws:iam::${ACCOUNT}:role/jobs-*`] },
    ],
    ['of which only functions are watched, which tell no events', { watch: ['lambda'] }],
  ])(
    '%s is taken by cfn-lint without a word',
    (_, more) => {
      const file = written({ ...WISHES, ...more });
      const regions = more.regions ?? WISHES.regions;
      const said = execFileSync('cfn-lint', ['--regions', ...regions, '--', file], {
        encoding: 'utf8',
        timeout: 120_000,
      });
      expect(said.trim()).toBe('');
    },
    150_000,
  );

  test('allows nothing but reading where nothing is done, and names every action', () => {
    const text = JSON.stringify(accountTemplate(WISHES));
    const actions = [...text.matchAll(/"([a-z-]+:[A-Z][A-Za-z]+)"/g)].map(([, action]) => action);
    const acting = actions.filter(
      (action) =>
        !/:(Get|List|Describe|BatchGet|Filter|AssumeRole|SourceArn|ExternalId)/.test(action ?? ''),
    );
    // Its own queue: what has been read is taken out.
    expect([...new Set(acting)].sort()).toEqual([
      'sqs:DeleteMessage',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
    expect(text).not.toContain(':*"');
  });

  describe.skipIf(moto.missing || client.missing)('as CloudFormation carries it out', () => {
    let server: Moto;
    beforeAll(async () => {
      server = await startMoto();
    }, 180_000);
    afterAll(() => server?.close());

    const aws = (region: string, ...args: string[]): string =>
      execFileSync('aws', ['--endpoint-url', server.url, '--region', region, ...args], {
        encoding: 'utf8',
        timeout: 60_000,
        env: { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      });

    test('makes the role that is trusted, and the queue that gets the events', () => {
      const file = written({ ...WISHES, drive: ['batch'] });
      const deploy = ['cloudformation', 'deploy', '--stack-name', 'millrace'];
      aws(
        'eu-central-1',
        ...deploy,
        '--template-file',
        file,
        '--capabilities',
        'CAPABILITY_NAMED_IAM',
      );
      const role = JSON.parse(
        aws('eu-central-1', 'iam', 'get-role', '--role-name', 'millrace'),
      ).Role;
      expect(role.Arn).toBe(`arn:aws:iam::${ACCOUNT}:role/millrace`);
      const [trust] = role.AssumeRolePolicyDocument.Statement;
      expect(trust.Principal).toEqual({ AWS: 'arn:aws:iam::444455556666:root' });
      expect(trust.Condition).toEqual({ StringEquals: { 'sts:ExternalId': 'kX3-not-guessed' } });
      const policy = aws(
        'eu-central-1',
        ...['iam', 'get-role-policy', '--role-name', 'millrace', '--policy-name', 'millrace'],
      );
      expect(policy).toContain('batch:SubmitJob');
      expect(policy).not.toContain('iam:PassRole');
      const event = {
        Source: 'aws.glue',
        DetailType: 'Glue Job State Change',
        Detail: '{"jobName": "load"}',
      };
      const other = { ...event, Source: 'shop' };
      aws('eu-central-1', 'events', 'put-events', '--entries', JSON.stringify([event, other]));
      const url = aws(
        'eu-central-1',
        ...['sqs', 'get-queue-url', '--queue-name', 'millrace-events', '--query', 'QueueUrl'],
      );
      const { Messages: messages = [] } = JSON.parse(
        aws(
          'eu-central-1',
          ...[
            'sqs',
            'receive-message',
            '--queue-url',
            JSON.parse(url),
            '--max-number-of-messages',
            '10',
          ],
        ),
      );
      expect(messages.map(({ Body }: { Body: string }) => JSON.parse(Body).source)).toEqual([
        'aws.glue',
      ]);
    }, 180_000);
  });
});
