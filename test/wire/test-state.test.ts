/**
 * TestState over AWS's wire API: tasks without a mock are really performed.
 * @module
 */

import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

let it: WireServer;
let client: sfn.SFNClient;

beforeAll(async () => {
  it = await openWireServer({ allowCodeOverApi: true });
  client = await it.open();
});

afterAll(() => it.close());

const tested = (
  state: object,
  more: Partial<sfn.TestStateCommandInput> = {},
): Promise<sfn.TestStateCommandOutput> =>
  client.send(new sfn.TestStateCommand({ definition: JSON.stringify(state), ...more }));

const task = (Resource: string, Parameters: object) => ({
  Type: 'Task',
  Resource,
  Parameters,
  End: true,
});

describe('TestState', () => {
  test('answers JSON texts', async () => {
    const state = { Type: 'Pass', Parameters: { 'b.$': '$.a' }, Next: 'Load' };
    const answer = await tested(state, { input: '{"a": 1}', inspectionLevel: 'DEBUG' });
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"b":1}',
      nextState: 'Load',
      inspectionData: { input: '{"a":1}', afterParameters: '{"b":1}' },
    });
  });

  test('performs a task by its connector and leaves no execution behind', async () => {
    const state = { ...task('millrace:echo', { 'said.$': '$.word' }), ResultPath: '$.heard' };
    const answer = await tested(state, {
      input: '{"word": "hello"}',
      roleArn: ROLE,
      inspectionLevel: 'TRACE',
    });
    expect(answer.status).toBe('SUCCEEDED');
    expect(JSON.parse(answer.output ?? '')).toEqual({ word: 'hello', heard: { said: 'hello' } });
    expect(answer.inspectionData?.result).toBe('{"said":"hello"}');
    expect((await it.server.engine.executions.list(EVERYTHING)).items).toEqual([]);
  });

  test('ends a task at its timeout', async () => {
    const state = {
      ...task('millrace:shell', { command: ['sleep', '60'] }),
      TimeoutSeconds: 1,
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
    };
    const answer = await tested(state, { roleArn: ROLE });
    expect(answer).toMatchObject({
      status: 'CAUGHT_ERROR',
      error: 'States.Timeout',
      nextState: 'Late',
    });
  });

  test('fails a task that nobody is bound to, as an execution would', async () => {
    const state = task('arn:aws:states:::lambda:invoke', { FunctionName: 'ship' });
    const answer = await tested(state, { roleArn: ROLE });
    expect(answer).toMatchObject({ status: 'FAILED', error: 'Millrace.UnboundResource' });
    expect(answer.cause).toContain("'ship'");
  });

  test('starts the execution that a state asks for', async () => {
    const { stateMachineArn } = await client.send(
      new sfn.CreateStateMachineCommand({ name: 'started', definition: PASS, roleArn: ROLE }),
    );
    const state = task('arn:aws:states:::states:startExecution', {
      StateMachineArn: stateMachineArn,
      Name: 'one',
    });
    const answer = await tested(state, { roleArn: ROLE });
    expect(JSON.parse(answer.output ?? '{}').ExecutionArn).toMatch(/:execution:started:one$/);
  });

  test('refuses with the exceptions of the service', async () => {
    await expect(tested({ Type: 'Party' })).rejects.toBeInstanceOf(sfn.InvalidDefinition);
    await expect(tested({ Type: 'Succeed' }, { input: '{' })).rejects.toBeInstanceOf(
      sfn.InvalidExecutionInput,
    );
    await expect(tested({ Type: 'Succeed' }, { mock: { result: '1' } })).rejects.toBeInstanceOf(
      sfn.ValidationException,
    );
    const viewer = await it.open({ role: 'viewer' });
    const command = new sfn.TestStateCommand({ definition: '{"Type":"Succeed"}' });
    await expect(viewer.send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
