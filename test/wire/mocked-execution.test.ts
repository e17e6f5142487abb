/**
 * A server with a mock configuration file answers executions that are started on `ARN#CASE`, as Step Functions Local does,
 * and one with a file of bindings performs what machines without a file ask for.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../src/server.js';
import { until } from '../support/until.js';
import { machineOf, openWireServer, ROLE, type WireServer } from './wire-server.js';

let folder: string;
let it: WireServer;
let client: sfn.SFNClient;
let machine: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-mocked-'));
  const file = join(folder, 'MockConfigFile.json');
  writeFileSync(
    file,
    JSON.stringify({
      StateMachines: {
        orders: { TestCases: { paid: { Charge: 'Paid' }, refused: { Charge: 'Refused' } } },
      },
      MockedResponses: {
        Paid: { '0': { Return: { StatusCode: 200, Payload: { paid: true } } } },
        Refused: { '0': { Throw: { Error: 'Card', Cause: 'expired' } } },
      },
    }),
  );
  const bindings = join(folder, 'bindings.yaml');
  writeFileSync(
    bindings,
    [
      'charge: { shell: [sh, charge.sh], teams: [default] }',
      'arn:aws:states:::sns:publish: { mock: { MessageId: "1" }, teams: [default] }',
      '',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'charge.sh'), 'echo \'{"paid":"really"}\' > "$MILLRACE_OUTPUT"\n');
  it = await openWireServer({ mockConfig: file, bindings });
  client = await it.open();
  const created = await client.send(
    new sfn.CreateStateMachineCommand({
      name: 'orders',
      roleArn: ROLE,
      definition: machineOf({
        Charge: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Parameters: { FunctionName: 'charge', 'Payload.$': '$' },
          OutputPath: '$.Payload',
          Next: 'Tell',
        },
        Tell: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: { TopicArn: 't', Message: 'm' },
          ResultPath: '$.told',
          End: true,
        },
      } as never),
    }),
  );
  machine = created.stateMachineArn ?? '';
});

afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(stateMachineArn: string): Promise<sfn.DescribeExecutionCommandOutput> {
  const { executionArn } = await client.send(new sfn.StartExecutionCommand({ stateMachineArn }));
  return until(
    () => client.send(new sfn.DescribeExecutionCommand({ executionArn })),
    ({ status }) => status !== 'RUNNING',
  );
}

describe('an execution on a test case', () => {
  test('gets the answers of the case', async () => {
    expect(await run(`${machine}#paid`)).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"paid":true,"told":{"MessageId":"1"}}',
      stateMachineArn: machine,
    });
    expect(await run(`${machine}#refused`)).toMatchObject({ status: 'FAILED', error: 'Card' });
  });

  test('that does not exist is refused', async () => {
    await expect(run(`${machine}#none`)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

test('an execution on no test case is performed by the bindings of the server', async () => {
  expect(await run(machine)).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"paid":"really","told":{"MessageId":"1"}}',
  });
});

describe('a file of bindings', () => {
  test.each([
    ['that is missing', undefined, 'cannot be read'],
    ['with a binding to nothing', 'charge: { lamda: x }', 'give exactly one of'],
    ['that is a list', '- a', 'bindings.yaml'],
  ])('%s keeps the server from starting, and says why', async (_, text, told) => {
    const file = join(folder, 'wrong', 'bindings.yaml');
    const at = text === undefined ? file : join(folder, 'wrong-bindings.yaml');
    if (text !== undefined) writeFileSync(at, `${text}\n`);
    const data = mkdtempSync(join(tmpdir(), 'millrace-bindings-'));
    try {
      await expect(startServer({ data, port: 0, bindings: at })).rejects.toThrow(told);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});
