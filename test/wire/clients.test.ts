/**
 * Unmodified clients of AWS, each against a server of its own: create, run, fail, redrive, read the history.
 *
 * The worker that the pipeline waits for is the client too: it takes the task, fails it, and after the redrive does it.
 * @module
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as sfn from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';
import { type Key, machineOf, openWireServer, ROLE, type WireServer } from './wire-server.js';

const run = promisify(execFile);

/** What each client must have seen. */
const SEEN = {
  input: { rows: 2 },
  failed: ['FAILED', 'Load.Locked', 'the table is locked'],
  succeeded: ['SUCCEEDED', { loaded: 2 }, 1],
  types: [
    'ExecutionStarted',
    'PassStateEntered',
    'PassStateExited',
    'TaskStateEntered',
    'ActivityScheduled',
    'ActivityStarted',
    'ActivityFailed',
    'ExecutionFailed',
    'ExecutionRedriven',
    'TaskStateEntered',
    'ActivityScheduled',
    'ActivityStarted',
    'ActivitySucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ],
};

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

function definitionWith(activity: string): string {
  return machineOf({
    Extract: { Type: 'Pass', Result: { rows: 2 }, Next: 'Load' },
    Load: { Type: 'Task', Resource: activity, End: true },
  } as never);
}

describe('the AWS CLI', () => {
  const { missing } = requirement('aws');

  async function aws(...args: string[]): Promise<Record<string, never>> {
    const command = ['stepfunctions', ...args, '--endpoint-url', it.server.url, '--output', 'json'];
    const { stdout } = await run('aws', command, { env: environment(), timeout: 60_000 });
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, never>);
  }

  test.skipIf(missing)(
    'creates, runs, fails, redrives and reads the history',
    async () => {
      const { activityArn: activity } = await aws('create-activity', '--name', 'load');
      const definition = definitionWith(activity as unknown as string);
      const { stateMachineArn: machine } = await aws(
        ...['create-state-machine', '--name', 'orders', '--role-arn', ROLE],
        ...['--definition', definition],
      );
      const { executionArn: execution } = await aws(
        ...['start-execution', '--state-machine-arn', String(machine), '--input', '{}'],
      );
      const ended = (): Promise<Record<string, never>> =>
        until(
          () => aws('describe-execution', '--execution-arn', String(execution)),
          ({ status }) => status !== 'RUNNING',
        );

      const first = await aws('get-activity-task', '--activity-arn', String(activity));
      await aws(
        ...['send-task-failure', '--task-token', String(first.taskToken)],
        ...['--error', 'Load.Locked', '--cause', 'the table is locked'],
      );
      const failed = await ended();
      await aws('redrive-execution', '--execution-arn', String(execution));
      const second = await aws('get-activity-task', '--activity-arn', String(activity));
      await aws(
        ...['send-task-success', '--task-token', String(second.taskToken)],
        ...['--task-output', '{"loaded":2}'],
      );
      const succeeded = await ended();
      const { events } = await aws(
        ...['get-execution-history', '--execution-arn', String(execution), '--page-size', '4'],
      );
      expect({
        input: JSON.parse(String(first.input)),
        failed: [failed.status, failed.error, failed.cause],
        succeeded: [succeeded.status, JSON.parse(String(succeeded.output)), succeeded.redriveCount],
        types: (events as unknown as { type: string }[]).map(({ type }) => type),
      }).toEqual(SEEN);

      const refused = aws('describe-execution', '--execution-arn', `${String(execution)}-none`);
      await expect(refused).rejects.toMatchObject({
        stderr: expect.stringContaining(
          'An error occurred (ExecutionDoesNotExist) when calling the DescribeExecution operation: Execution Does Not Exist',
        ),
      });
    },
    120_000,
  );
});

describe('boto3', () => {
  const { missing } = requirement('boto3');

  test.skipIf(missing)(
    'creates, runs, fails, redrives and reads the history',
    async () => {
      const script = fileURLToPath(new URL('clients/flow.py', import.meta.url));
      const { stdout } = await run('python3', [script, it.server.url], {
        env: environment(),
        timeout: 60_000,
      });
      expect(JSON.parse(stdout)).toEqual({
        ...SEEN,
        error: 'StateMachineDoesNotExist',
        caught: true,
      });
    },
    120_000,
  );
});

describe('the AWS SDK for JavaScript', () => {
  test('creates, runs, fails, redrives and reads the history', async () => {
    const client = it.client(key);
    const { activityArn = '' } = await client.send(new sfn.CreateActivityCommand({ name: 'load' }));
    const { stateMachineArn } = await client.send(
      new sfn.CreateStateMachineCommand({
        name: 'orders',
        definition: definitionWith(activityArn),
        roleArn: ROLE,
      }),
    );
    const { executionArn } = await client.send(
      new sfn.StartExecutionCommand({ stateMachineArn, input: '{}' }),
    );
    const ended = (): Promise<sfn.DescribeExecutionCommandOutput> =>
      until(
        () => client.send(new sfn.DescribeExecutionCommand({ executionArn })),
        ({ status }) => status !== 'RUNNING',
      );

    const first = await client.send(new sfn.GetActivityTaskCommand({ activityArn }));
    await client.send(
      new sfn.SendTaskFailureCommand({
        taskToken: first.taskToken,
        error: 'Load.Locked',
        cause: 'the table is locked',
      }),
    );
    const failed = await ended();
    await client.send(new sfn.RedriveExecutionCommand({ executionArn }));
    const second = await client.send(new sfn.GetActivityTaskCommand({ activityArn }));
    await client.send(
      new sfn.SendTaskSuccessCommand({ taskToken: second.taskToken, output: '{"loaded":2}' }),
    );
    const succeeded = await ended();
    const types: (string | undefined)[] = [];
    const pages = sfn.paginateGetExecutionHistory({ client, pageSize: 4 }, { executionArn });
    for await (const { events = [] } of pages) types.push(...events.map(({ type }) => type));
    expect({
      input: JSON.parse(first.input ?? ''),
      failed: [failed.status, failed.error, failed.cause],
      succeeded: [succeeded.status, JSON.parse(succeeded.output ?? ''), succeeded.redriveCount],
      types,
    }).toEqual(SEEN);

    const describing = client.send(
      new sfn.DescribeExecutionCommand({ executionArn: `${executionArn}-none` }),
    );
    await expect(describing).rejects.toBeInstanceOf(sfn.ExecutionDoesNotExist);
  });

  test('finds the server by its usual environment variable', async () => {
    const script =
      "import('@aws-sdk/client-sfn').then(async ({ SFNClient, ListStateMachinesCommand }) => console.log(JSON.stringify((await new SFNClient().send(new ListStateMachinesCommand())).stateMachines)))";
    const { stdout } = await run(process.execPath, ['-e', script], {
      env: { ...environment(), AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: it.server.url },
      timeout: 30_000,
    });
    expect(stdout.trim()).toBe('[]');
  });
});
