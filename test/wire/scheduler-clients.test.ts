/**
 * Unmodified clients of AWS make schedules: the AWS CLI and boto3, each against a server of its own.
 * @module
 */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';
import { minutesAhead, onceAt, reach, releaseWallClock } from '../support/wall-clock.js';
import { type Key, openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

const run = promisify(execFile);

let it: WireServer;
let key: Key;

beforeEach(async () => {
  it = await openWireServer();
  key = await it.key();
});

afterEach(async () => {
  releaseWallClock();
  await it.close();
});

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

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders';

async function aws(...args: string[]): Promise<Record<string, unknown>> {
  const command = ['scheduler', ...args, '--endpoint-url', it.server.url, '--output', 'json'];
  const { stdout } = await run('aws', command, { env: environment(), timeout: 60_000 });
  return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

test.skipIf(requirement('aws').missing)(
  'the AWS CLI makes, reads, lists and deletes a schedule, which starts its target',
  async () => {
    await it.server.engine.stateMachines.create({
      name: 'orders',
      team: 'default',
      tags: {},
      definition: JSON.parse(PASS),
      attributes: { type: 'STANDARD', roleArn: ROLE, definitionText: PASS },
    });
    // Signatures of the client, which sees the real time, hold for five minutes.
    const at = minutesAhead(2);
    const { ScheduleArn } = await aws(
      ...['create-schedule', '--name', 'soon', '--schedule-expression', onceAt(at)],
      ...['--flexible-time-window', 'Mode=OFF'],
      ...['--target', JSON.stringify({ Arn: MACHINE, RoleArn: ROLE, Input: '{"a":1}' })],
    );
    expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/default/soon');
    const read = await aws('get-schedule', '--name', 'soon');
    expect(read).toMatchObject({ State: 'ENABLED', FlexibleTimeWindow: { Mode: 'OFF' } });
    const { Schedules } = await aws('list-schedules', '--name-prefix', 'so', '--page-size', '1');
    expect(Schedules).toMatchObject([{ Name: 'soon', Target: { Arn: MACHINE } }]);
    await reach(it.server.engine, at);
    const list = () => it.server.engine.executions.list(EVERYTHING, { pipeline: 'orders' });
    const { items } = await until(list, (page) => page.items.length > 0);
    expect(items).toMatchObject([
      { triggeredBy: { at: new Date(at).toISOString(), schedule: ScheduleArn } },
    ]);
    await aws('delete-schedule', '--name', 'soon');
    await expect(aws('get-schedule', '--name', 'soon')).rejects.toMatchObject({
      stderr: expect.stringContaining(
        'An error occurred (ResourceNotFoundException) when calling the GetSchedule operation: Schedule soon does not exist.',
      ),
    });
  },
  120_000,
);

test.skipIf(requirement('boto3').missing)(
  'boto3 makes, tags, reads, changes, lists and deletes',
  async () => {
    const script = fileURLToPath(new URL('clients/scheduler.py', import.meta.url));
    const { stdout } = await run('python3', [script, it.server.url], {
      env: environment(),
      timeout: 60_000,
    });
    expect(JSON.parse(stdout)).toEqual({
      tags: [{ Key: 'a b', Value: 'c' }],
      arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/boto3/nightly',
      read: [
        'cron(0 3 * * ? *)',
        { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
        'ENABLED',
        '{"a": 1}',
      ],
      listed: ['nightly'],
      error: { Code: 'ConflictException', Message: 'Schedule nightly already exists.' },
      caught: true,
      groups: ['default'],
    });
  },
  120_000,
);
