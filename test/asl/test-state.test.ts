/**
 * Tests of single states: what each type answers, and what it shows of its data flow.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { TestStateRequest } from '../../src/asl/test-state/request.js';
import { type TaskOutcome, TEST_TIMEOUT_MS } from '../../src/asl/test-state/test-state.js';
import { tryState } from './try-state.js';

/** One state, as a request holds it. */
const one = (state: object, input?: object, more: Partial<TestStateRequest> = {}) => ({
  definition: JSON.stringify(state),
  ...(input === undefined ? {} : { input: JSON.stringify(input) }),
  ...more,
});

const DEBUG = { inspectionLevel: 'DEBUG' } as const;

describe('a state that computes', () => {
  it('answers with its output and where it would go, though there is no such state', async () => {
    const pass = { Type: 'Pass', Parameters: { sum: 3 }, ResultPath: '$.made', Next: 'Load' };
    expect(await tryState(one(pass, { day: 'Monday' }))).toEqual({
      status: 'SUCCEEDED',
      output: { day: 'Monday', made: { sum: 3 } },
      nextState: 'Load',
    });
  });

  it('takes {} for an input that is left out', async () => {
    expect(await tryState(one({ Type: 'Succeed' }))).toEqual({ status: 'SUCCEEDED', output: {} });
  });

  it('shows the stages of JSONPath in order', async () => {
    const pass = {
      Type: 'Pass',
      InputPath: '$.order',
      Parameters: { 'total.$': 'States.MathAdd($.net, $.tax)' },
      ResultPath: '$.bill',
      OutputPath: '$.bill',
      End: true,
    };
    const input = { order: { net: 100, tax: 19 } };
    const { output, inspectionData } = await tryState(one(pass, input, DEBUG));
    expect(output).toEqual({ total: 119 });
    expect(inspectionData).toEqual({
      input,
      afterInputPath: { net: 100, tax: 19 },
      afterParameters: { total: 119 },
      afterResultSelector: { total: 119 },
      afterResultPath: { order: { net: 100, tax: 19 }, bill: { total: 119 } },
    });
  });

  it('shows a fixed result instead of what it was not computed from', async () => {
    const pass = { Type: 'Pass', InputPath: '$.gone', Result: [1], End: true };
    const { inspectionData } = await tryState(one(pass, {}, { inspectionLevel: 'TRACE' }));
    expect(inspectionData).toEqual({
      input: {},
      result: [1],
      afterResultSelector: [1],
      afterResultPath: [1],
    });
  });

  it('evaluates JSONata and keeps the variables of the request beside assigned ones', async () => {
    const pass = {
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Assign: { twice: '{% $rate * 2 %}' },
      Output: '{% $states.input.amount * $rate %}',
      End: true,
    };
    const request = one(pass, { amount: 4 }, { variables: '{"rate":3}', ...DEBUG });
    expect(await tryState(request)).toEqual({
      status: 'SUCCEEDED',
      output: 12,
      inspectionData: { input: { amount: 4 }, variables: { rate: 3, twice: 6 } },
    });
  });

  it('chooses', async () => {
    const choice = {
      Type: 'Choice',
      Choices: [{ Variable: '$.rows', NumericEquals: 0, Next: 'Nothing' }],
      Default: 'Load',
    };
    expect((await tryState(one(choice, { rows: 0 }))).nextState).toBe('Nothing');
    expect((await tryState(one(choice, { rows: 9 }))).nextState).toBe('Load');
  });

  it('fails as a Fail state says', async () => {
    const fail = { Type: 'Fail', Error: 'NoRows', CausePath: '$.why' };
    expect(await tryState(one(fail, { why: 'The file is empty.' }, DEBUG))).toEqual({
      status: 'FAILED',
      error: 'NoRows',
      cause: 'The file is empty.',
      inspectionData: {
        input: { why: 'The file is empty.' },
        afterInputPath: { why: 'The file is empty.' },
      },
    });
  });

  it('fails with the words of an execution when a path leads nowhere', async () => {
    const answer = await tryState(one({ Type: 'Pass', InputPath: '$.gone', End: true }, {}));
    expect(answer).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(answer.cause).toContain("the state 'StateName'");
  });

  it('does not wait, but notices a wait that is longer than a test', async () => {
    const wait = (Seconds: number) => one({ Type: 'Wait', Seconds, Next: 'Load' }, { a: 1 });
    const longest = TEST_TIMEOUT_MS / 1000;
    expect(await tryState(wait(longest))).toEqual({
      status: 'SUCCEEDED',
      output: { a: 1 },
      nextState: 'Load',
    });
    expect(await tryState(wait(longest + 1))).toEqual({
      status: 'FAILED',
      error: 'States.Timeout',
    });
  });
});

describe('a Task', () => {
  const TASK = {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage',
    Parameters: { QueueUrl: 'q', 'MessageBody.$': '$.text' },
    ResultSelector: { 'id.$': '$.MessageId' },
    ResultPath: '$.sent',
    End: true,
  };
  const run = (outcome: TaskOutcome, state: object = TASK) =>
    tryState(
      one(state, { text: 'hello' }, { roleArn: 'arn:aws:iam::1:role/r', ...DEBUG }),
      outcome,
    );

  it('without a mock is given to whoever performs it', async () => {
    const { asked, ...answer } = await run({ output: { MessageId: 'm-1' } });
    expect(asked).toMatchObject([
      { resource: TASK.Resource, arguments: { QueueUrl: 'q', MessageBody: 'hello' } },
    ]);
    expect(answer).toEqual({
      status: 'SUCCEEDED',
      output: { text: 'hello', sent: { id: 'm-1' } },
      inspectionData: {
        input: { text: 'hello' },
        afterInputPath: { text: 'hello' },
        afterParameters: { QueueUrl: 'q', MessageBody: 'hello' },
        result: { MessageId: 'm-1' },
        afterResultSelector: { id: 'm-1' },
        afterResultPath: { text: 'hello', sent: { id: 'm-1' } },
      },
    });
  });

  it('that fails is retried, caught or fails, with the handler that answered', async () => {
    const state = {
      ...TASK,
      Retry: [
        { ErrorEquals: ['Busy'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 },
        { ErrorEquals: ['Down'], MaxAttempts: 0 },
      ],
      Catch: [{ ErrorEquals: ['Down'], ResultPath: '$.problem', Next: 'Repair' }],
    };
    const busy = await run({ error: 'Busy', cause: 'c' }, state);
    expect(busy).toMatchObject({ status: 'RETRIABLE', error: 'Busy', cause: 'c' });
    expect(busy).not.toHaveProperty('output');
    expect(busy.inspectionData?.errorDetails).toEqual({
      retryIndex: 0,
      retryBackoffIntervalSeconds: 3,
    });
    const down = await run({ error: 'Down', cause: 'c' }, state);
    expect(down).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'Repair',
      output: { text: 'hello', problem: { Error: 'Down', Cause: 'c' } },
    });
    expect(down.inspectionData?.errorDetails).toEqual({ retryIndex: 1, catchIndex: 0 });
    const other = await run({ error: 'Other' }, state);
    expect(other).toMatchObject({ status: 'FAILED', error: 'Other' });
    expect(other.inspectionData).not.toHaveProperty('errorDetails');
  });

  it('over HTTP shows its request and the response at level TRACE', async () => {
    const state = {
      Type: 'Task',
      Resource: 'arn:aws:states:::http:invoke',
      Parameters: {
        ApiEndpoint: 'https://example.com/orders?all',
        Method: 'POST',
        QueryParameters: { day: ['Mon', 'T&e\ud800'] },
        Headers: { Accept: 'text/plain' },
        'RequestBody.$': '$',
      },
      End: true,
    };
    const result = {
      StatusCode: 200,
      StatusText: 'OK',
      Headers: { via: ['x'] },
      ResponseBody: 'b',
    };
    const trace = { roleArn: 'arn:aws:iam::1:role/r', inspectionLevel: 'TRACE' } as const;
    const answer = await tryState(one(state, { a: 1 }, trace), { output: result });
    expect(answer.inspectionData).toMatchObject({
      request: {
        protocol: 'https',
        method: 'POST',
        url: 'https://example.com/orders?all&day=Mon&day=T%26e%EF%BF%BD',
        headers: '{"Accept":"text/plain"}',
        body: '{"a":1}',
      },
      response: {
        protocol: 'https',
        statusCode: '200',
        statusMessage: 'OK',
        headers: '{"via":["x"]}',
        body: 'b',
      },
    });
    const { inspectionData } = await tryState(one(state, { a: 1 }, { ...trace, ...DEBUG }));
    expect(inspectionData).not.toHaveProperty('request');
  });

  it('counts the retries that the request says were made', async () => {
    const state = {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { 'n.$': '$$.State.RetryCount' },
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 3, MaxAttempts: 3 }],
      End: true,
    };
    const after = (retrierRetryCount: number) =>
      tryState(
        one(
          state,
          {},
          {
            mock: { errorOutput: { error: 'E' } },
            stateConfiguration: { retrierRetryCount },
            ...DEBUG,
          },
        ),
      );
    const second = await after(2);
    expect(second.status).toBe('RETRIABLE');
    expect(second.inspectionData).toMatchObject({
      afterParameters: { n: 2 },
      errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 9 },
    });
    const last = await after(3);
    expect(last.status).toBe('FAILED');
    expect(last.inspectionData?.errorDetails).toEqual({ retryIndex: 0 });
  });
});
