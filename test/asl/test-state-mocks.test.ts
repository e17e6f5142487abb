/**
 * Mocked states: Map and Parallel, Context Objects, and requests that are refused.
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestStateRefused, type TestStateRequest } from '../../src/asl/test-state/request.js';
import { tryState } from './try-state.js';

const DEBUG = { inspectionLevel: 'DEBUG' } as const;
const result = (value: unknown) => ({ mock: { result: JSON.stringify(value) } });
const failing = { mock: { errorOutput: { error: 'Broken', cause: 'why' } } };

const tested = (state: object, input: unknown, more: Partial<TestStateRequest> = {}) =>
  tryState({ definition: JSON.stringify(state), input: JSON.stringify(input), ...more });

/** The refusal's code and message. */
async function refused(state: unknown, more: Partial<TestStateRequest> = {}): Promise<string> {
  const definition = typeof state === 'string' ? state : JSON.stringify(state);
  try {
    await tryState({ definition, ...more });
  } catch (error) {
    if (error instanceof TestStateRefused) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('The request was not refused');
}

const PROCESSOR = { StartAt: 'Each', States: { Each: { Type: 'Pass', End: true } } };
const OTHER = { StartAt: 'Other', States: { Other: { Type: 'Succeed' } } };
const MAP = {
  Type: 'Map',
  ItemsPath: '$.rows',
  ItemSelector: { 'row.$': '$$.Map.Item.Value', 'of.$': '$.table' },
  MaxConcurrency: 2,
  ItemProcessor: PROCESSOR,
  ResultPath: '$.loaded',
  End: true,
};
const DISTRIBUTED = {
  ...MAP,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
    ...PROCESSOR,
  },
};
const ROWS = { table: 't', rows: [1, 2, 3] };
const PARALLEL = { Type: 'Parallel', Branches: [PROCESSOR, OTHER], Next: 'Join' };
const TASK = { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true };

describe('a mocked Map', () => {
  it('shows what its iterations would get, and runs none', async () => {
    for (const state of [MAP, DISTRIBUTED]) {
      const answer = await tested(state, ROWS, { ...result(['a', 'b', 'c']), ...DEBUG });
      expect(answer).toEqual({
        status: 'SUCCEEDED',
        output: { ...ROWS, loaded: ['a', 'b', 'c'] },
        inspectionData: {
          input: ROWS,
          afterInputPath: ROWS,
          afterItemsPath: [1, 2, 3],
          afterItemSelector: [
            { row: 1, of: 't' },
            { row: 2, of: 't' },
            { row: 3, of: 't' },
          ],
          maxConcurrency: 2,
          afterResultSelector: ['a', 'b', 'c'],
          afterResultPath: { ...ROWS, loaded: ['a', 'b', 'c'] },
        },
      });
    }
  });

  it('counts batches as its iterations', async () => {
    const state = { ...DISTRIBUTED, ItemBatcher: { MaxItemsPerBatch: 2 } };
    const configured = (mapIterationFailureCount: number) => ({
      ...result([]),
      ...DEBUG,
      stateConfiguration: { mapIterationFailureCount },
    });
    const { inspectionData } = await tested(state, ROWS, configured(2));
    expect(inspectionData?.afterItemBatcher).toEqual([
      {
        Items: [
          { row: 1, of: 't' },
          { row: 2, of: 't' },
        ],
      },
      { Items: [{ row: 3, of: 't' }] },
    ]);
    await expect(tested(state, ROWS, configured(3))).rejects.toThrow(
      'Map iteration failure count must be less than or equal to the number of Map iterations',
    );
  });

  it('fails when more iterations failed than it tolerates', async () => {
    const state = { ...DISTRIBUTED, ToleratedFailurePercentage: 34 };
    const failed = (mapIterationFailureCount: number) =>
      tested(state, ROWS, { ...result([]), stateConfiguration: { mapIterationFailureCount } });
    expect((await failed(1)).status).toBe('SUCCEEDED');
    expect(await failed(2)).toEqual({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    });
  });

  it('takes the items of a reader from the request', async () => {
    const { ItemsPath: _itemsPath, ...rest } = DISTRIBUTED;
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON', MaxItems: 2, ItemsPointer: '/of/day' },
      Parameters: { Bucket: 'b', Key: 'k' },
    };
    const { inspectionData } = await tested({ ...rest, ItemReader }, ROWS, {
      ...result([]),
      ...DEBUG,
      stateConfiguration: { mapItemReaderData: '{"of":{"day":[7, 8, 9]}}' },
    });
    expect(inspectionData?.afterItemsPointer).toEqual([7, 8, 9]);
    expect(inspectionData?.afterItemSelector).toEqual([
      { row: 7, of: 't' },
      { row: 8, of: 't' },
    ]);
  });

  it('does not compute more than can be shown', async () => {
    const state = { ...DISTRIBUTED, ItemSelector: { 'all.$': '$' } };
    const many = { rows: Array.from({ length: 50_000 }, () => 1) };
    const { status, inspectionData } = await tested(state, many, { ...result([]), ...DEBUG });
    expect(status).toBe('SUCCEEDED');
    expect(inspectionData).toHaveProperty('afterItemsPath');
    expect(inspectionData).not.toHaveProperty('afterItemSelector');
  });

  it('fails by its own expressions before the mock matters', async () => {
    const answer = await tested(MAP, { rows: 1 }, { ...result([]), ...DEBUG });
    expect(answer).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    const selected = { ...DISTRIBUTED, ItemSelector: { 'x.$': '$.gone' } };
    const second = await tested(selected, ROWS, result([]));
    expect(second).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('a mocked Parallel', () => {
  it('answers with one result a branch', async () => {
    const answer = await tested(PARALLEL, { a: 1 }, result([1, 2]));
    expect(answer).toEqual({ status: 'SUCCEEDED', output: [1, 2], nextState: 'Join' });
    expect(await refused(PARALLEL, result([1]))).toContain('number of Parallel branches');
  });

  it('fails with the mocked error of a state in it', async () => {
    const stateConfiguration = { errorCausedByState: 'Each' };
    const Catch = [{ ErrorEquals: ['Broken'], Next: 'Repair' }];
    const answer = await tested({ ...PARALLEL, Catch }, {}, { ...failing, stateConfiguration });
    expect(answer).toEqual({
      status: 'CAUGHT_ERROR',
      error: 'Broken',
      cause: 'why',
      nextState: 'Repair',
      output: { Error: 'Broken', Cause: 'why' },
    });
    const nobody = { errorCausedByState: 'Nobody' };
    expect(await refused(PARALLEL, { ...failing, stateConfiguration: nobody })).toBe(
      'ValidationException: State not found in definition',
    );
  });
});

describe('a state of a whole definition', () => {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'All',
    States: {
      All: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'Each',
          States: {
            Each: { Type: 'Pass', Output: '{% $states.input + 1 %}', Next: 'Done' },
            Done: { Type: 'Succeed' },
          },
        },
        End: true,
      },
    },
  });

  it('is found by its name, also inside a Map, and speaks the query language of the definition', async () => {
    const answer = await tryState({ definition, stateName: 'Each', input: '41' });
    expect(answer).toEqual({ status: 'SUCCEEDED', output: 42, nextState: 'Done' });
  });

  it('must be there', async () => {
    expect(await refused(definition, { stateName: 'None' })).toBe(
      'ValidationException: State not found in definition',
    );
  });
});

describe('the Context Object of a test', () => {
  const state = { ...TASK, Parameters: { QueueUrl: 'q', MessageBody: 'm', 'all.$': '$$' } };
  const contextOf = async (more: Partial<TestStateRequest>) => {
    const { inspectionData } = await tested(
      state,
      { a: 1 },
      { mock: { result: '{}', fieldValidationMode: 'NONE' }, ...DEBUG, ...more },
    );
    return (inspectionData as { afterParameters: { all: unknown } }).afterParameters.all;
  };

  it('is that of an express execution', async () => {
    expect(await contextOf({})).toEqual({
      Execution: {
        Id: 'arn:aws:states:us-east-1:000000000000:express:machine:execution',
        Input: { a: 1 },
        Name: 'execution',
        RoleArn: null,
        StartTime: '2030-01-01T00:00:00.000Z',
      },
      StateMachine: {
        Id: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
        Name: 'machine',
      },
      State: { Name: 'StateName', EnteredTime: '2030-01-01T00:00:00.000Z', RetryCount: 0 },
    });
  });

  it('is replaced, section by section, by what the request gives', async () => {
    const context = JSON.stringify({ Execution: { Name: 'mine' }, Task: { Token: 't' } });
    expect(await contextOf({ context })).toMatchObject({
      Execution: { Name: 'mine' },
      StateMachine: { Name: 'machine' },
      Task: { Token: 't' },
    });
  });

  it.each([
    ['{"Execution":{"Id":7}}', 'Execution.Id must be a string'],
    ['{"State":{"RetryCount":"1"}}', 'State.RetryCount must be a number'],
    ['{"Execution":{"Colour":"red"}}', "Field 'Colour' is not allowed"],
    ['{"constructor":{}}', "Field 'constructor' is not allowed"],
    ['{"Task":1}', 'Task must be an object'],
    ['[]', 'must be a JSON object'],
    ['{', 'must be valid JSON'],
  ])('%s is refused', async (context, reason) => {
    expect(
      await refused(TASK, { ...result({ MessageId: 'm', MD5OfMessageBody: 'x' }), context }),
    ).toBe(`ValidationException: Invalid Context object provided: ${reason}`);
  });
});

describe('a request that makes no sense', () => {
  const unsupported = (name: string) =>
    `ValidationException: TestState does not support ${name} when a mock is not specified.`;

  it.each<[string, unknown, Partial<TestStateRequest>]>([
    [
      "ValidationException: State type 'Wait' is not supported when a mock is specified",
      { Type: 'Wait', Seconds: 1, End: true },
      result(1),
    ],
    ['ValidationException: Mocked result must be valid JSON', TASK, { mock: { result: 'no' } }],
    ['ValidationException: Mocked result must be an array.', MAP, result({})],
    [
      'ValidationException: An error was not specified in the mocked error output.',
      TASK,
      { mock: { errorOutput: {} } },
    ],
    [
      'ValidationException: A test mock should have only one of the following fields: [result, errorOutput].',
      TASK,
      { mock: { result: '1', ...failing.mock } },
    ],
    [
      'ValidationException: TestState does not support RevealSecrets when a mock is specified.',
      TASK,
      { ...failing, revealSecrets: true },
    ],
    ['ValidationException: RoleArn must be specified when testing a Task state', TASK, {}],
    [
      unsupported('MapIterationFailureCount'),
      MAP,
      { stateConfiguration: { mapIterationFailureCount: 0 } },
    ],
    [unsupported('RetrierRetryCount'), TASK, { stateConfiguration: { retrierRetryCount: 1 } }],
    [unsupported('Context'), TASK, { context: '{}' }],
    [
      'InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      PARALLEL,
      {},
    ],
  ])('%s', async (expected, state, more) => {
    expect(await refused(state, more)).toBe(expected);
  });

  it('is refused when a task without a mock waits for its outcome', async () => {
    for (const suffix of ['.sync', '.waitForTaskToken']) {
      const Resource = `arn:aws:states:::sqs:sendMessage${suffix}`;
      const message = await refused({ ...TASK, Resource }, { roleArn: 'arn:aws:iam::1:role/r' });
      expect(message).toMatch(/^InvalidDefinition: /);
    }
  });

  it('is refused for every text that is no state, input or set of variables', async () => {
    for (const definition of ['', 'x', '[]', '{}', '{"Type":"Party"}']) {
      expect(await refused(definition)).toMatch(/^InvalidDefinition: Invalid State Machine Def/);
    }
    const pass = { Type: 'Pass', End: true };
    expect(await refused(pass, { input: '{' })).toMatch(/^InvalidExecutionInput: /);
    expect(await refused(pass, { variables: '[]' })).toMatch(/^ValidationException: Variables/);
  });

  it('never ends in anything but an answer or a refusal', async () => {
    const value = fc.oneof(fc.json(), fc.string(), fc.constantFrom('null', '{}', '[]', '1'));
    const state = fc.oneof(
      value,
      fc.constantFrom(MAP, DISTRIBUTED, PARALLEL, TASK).map((one) => JSON.stringify(one)),
      fc
        .dictionary(
          fc.constantFrom('Type', 'Next', 'End', '__proto__', 'Choices', 'Resource'),
          fc.jsonValue(),
        )
        .map((one) => JSON.stringify(one)),
    );
    const request = fc.record(
      {
        definition: state,
        input: value,
        variables: value,
        context: value,
        stateName: fc.string(),
        mock: fc.record({ result: value }, { requiredKeys: [] }),
        stateConfiguration: fc.record(
          {
            mapIterationFailureCount: fc.nat(4),
            mapItemReaderData: fc.constant('[1]'),
            retrierRetryCount: fc.nat(4),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['definition'] },
    );
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        try {
          const { status } = await tryState(given);
          expect(['SUCCEEDED', 'FAILED', 'RETRIABLE', 'CAUGHT_ERROR']).toContain(status);
        } catch (error) {
          if (!(error instanceof TestStateRefused)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });
});
