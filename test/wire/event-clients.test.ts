/**
 * Unmodified clients of AWS make buses, rules and targets, and put events.
 * @module
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requirement } from '../requirements.js';
import { type Key, openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

const run = promisify(execFile);

let it: WireServer;
let key: Key;

beforeEach(async () => {
  it = await openWireServer();
  key = await it.key();
});

afterEach(() => it.close());

/** The environment of a client whose only configuration is the key. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
}

describe('the AWS CLI', () => {
  const { missing } = requirement('aws');

  async function aws(service: string, ...args: string[]): Promise<{ [member: string]: unknown }> {
    const command = [service, ...args, '--endpoint-url', it.server.url, '--output', 'json'];
    const { stdout } = await run('aws', command, { env: environment(), timeout: 60_000 });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  }

  test.skipIf(missing)(
    'makes a rule that starts a state machine, and puts events',
    async () => {
      const { stateMachineArn } = await aws(
        ...(['stepfunctions', 'create-state-machine', '--name', 'orders'] as const),
        ...['--definition', PASS, '--role-arn', ROLE],
      );
      const pattern = '{"detail":{"amount":[{"numeric":[">",100]}]}}';
      const rule = ['--name', 'large', '--event-pattern', pattern, '--tags', 'Key=team,Value=shop'];
      expect(await aws('events', 'put-rule', ...rule)).toEqual({
        RuleArn: 'arn:aws:events:us-east-1:000000000000:rule/large',
      });
      expect(
        await aws(
          ...(['events', 'put-targets', '--rule', 'large'] as const),
          ...['--targets', `Id=run,Arn=${stateMachineArn},InputPath=$.detail`],
        ),
      ).toEqual({ FailedEntryCount: 0, FailedEntries: [] });
      const entries = [20, 120].map((amount) => ({
        Source: 'shop',
        DetailType: 'Order',
        Detail: JSON.stringify({ amount }),
      }));
      expect(await aws('events', 'put-events', '--entries', JSON.stringify(entries))).toMatchObject(
        { FailedEntryCount: 0 },
      );
      const { executions } = await aws(
        ...(['stepfunctions', 'list-executions'] as const),
        ...['--state-machine-arn', String(stateMachineArn)],
      );
      expect(executions).toHaveLength(1);
      const event = '{"detail":{"amount":101}}';
      expect(
        await aws('events', 'test-event-pattern', '--event-pattern', pattern, '--event', event),
      ).toEqual({ Result: true });
      expect(await aws('events', 'list-targets-by-rule', '--rule', 'large')).toMatchObject({
        Targets: [{ Id: 'run', InputPath: '$.detail' }],
      });
      await expect(aws('events', 'delete-rule', '--name', 'large')).rejects.toMatchObject({
        stderr: expect.stringContaining("Rule can't be deleted since it has targets."),
      });
    },
    120_000,
  );
});

describe('boto3', () => {
  const { missing } = requirement('boto3');

  test.skipIf(missing)(
    'makes a bus, a rule and an archive, puts events and replays them',
    async () => {
      const script = fileURLToPath(new URL('clients/events.py', import.meta.url));
      const { stdout } = await run('python3', [script, it.server.url], {
        env: environment(),
        timeout: 60_000,
      });
      expect(JSON.parse(stdout)).toEqual({
        failed: 0,
        put: 0,
        inputs: ['{"amount":120}'],
        replayed: ['{"amount":120}', '{"amount":120}'],
        matches: true,
        error: 'Rule none does not exist on EventBus default.',
        caught: true,
      });
    },
    120_000,
  );
});
