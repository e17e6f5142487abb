/** The words and places of the service, rule by rule. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json.js';
import { validateDefinition } from '../validate.js';

/** `CODE message at place` of everything wrong, as the service writes it. */
function told(definition: JsonObject): string[] {
  return validateDefinition(definition)
    .filter(({ severity }) => severity === 'ERROR')
    .map(({ code, message, location }) =>
      `${code}: ${message} at ${location || 'null'}`.replace('SCHEMA_VALIDATION_FAILED: ', ''),
    );
}

const machine = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  StartAt: Object.keys(states)[0] ?? 'A',
  States: states,
  ...more,
});
const one = (state: JsonObject, more: JsonObject = {}): JsonObject =>
  machine({ A: { ...state, End: true } }, more);
const jsonata = (state: JsonObject): JsonObject => one(state, { QueryLanguage: 'JSONata' });
const choice = (...rules: JsonObject[]): JsonObject =>
  machine({ A: { Type: 'Choice', Choices: rules, Default: 'B' }, B: { Type: 'Succeed' } });
const INNER = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const distributed = (fields: JsonObject): JsonObject =>
  one({
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      ...INNER,
    },
    ...fields,
  });
const reader = (config: JsonObject): JsonObject =>
  distributed({
    ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: config },
  });

describe('the ways between states', () => {
  test('end somewhere: a loop alone is refused, without a place', () => {
    const loop = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } };
    const end = 'MISSING_END_STATE: Workflow has no terminal state at null';
    expect(told(machine(loop))).toEqual([end]);
    // What nothing leads to is not told then.
    expect(told(machine({ ...loop, C: { Type: 'Pass', Next: 'A' } }))).toEqual([end]);
    expect(told(machine({ ...loop, C: { Type: 'Succeed' } }))).toEqual([
      'MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C',
    ]);
  });

  test('may loop for ever inside of a Map', () => {
    const loop = { StartAt: 'P', States: { P: { Type: 'Pass', Next: 'P' } } };
    expect(told(one({ Type: 'Map', ItemProcessor: loop }))).toEqual([]);
  });

  test('lead to states that exist, and a missing one is told before the missing end', () => {
    expect(told(machine({ A: { Type: 'Pass', Next: 'Nowhere' } }))).toEqual([
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next",
      'MISSING_END_STATE: Workflow has no terminal state at null',
    ]);
  });

  test.each<[JsonObject, string]>([
    [
      { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'X' }], Default: 'B' },
      '/States/A/Choices[0]/Next',
    ],
    [
      { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'B' }], Default: 'X' },
      '/States/A/Default',
    ],
    [
      {
        Type: 'Task',
        Resource: 'millrace:echo',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X' }],
        Next: 'B',
      },
      '/States/A/Catch[0]/Next',
    ],
  ])('are told with the word Next whichever field names the target: %#', (state, place) => {
    expect(told(machine({ A: state, B: { Type: 'Succeed' } }))).toEqual([
      `MISSING_TRANSITION_TARGET: Missing 'Next' target: X at ${place}`,
    ]);
  });

  test('start somewhere: else nothing is reached', () => {
    expect(told({ StartAt: 'X', States: { 'a/b': { Type: 'Succeed' } } })).toEqual([
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt",
      'MISSING_TRANSITION_TARGET: State "a/b" is not reachable. at /States/a/b',
    ]);
  });

  test('are checked inside of branches too', () => {
    const branch = { StartAt: 'B', States: { B: { Type: 'Succeed' }, C: { Type: 'Succeed' } } };
    expect(told(one({ Type: 'Parallel', Branches: [branch] }))).toEqual([
      'MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/A/Branches[0]/States/C',
    ]);
  });
});

describe('fields', () => {
  test.each([
    ['Pass', 'TimeoutSeconds', 5],
    ['Map', 'TimeoutSeconds', 5],
    ['Pass', 'Catch', []],
    ['Pass', 'Retry', []],
  ])('of a %s have no %s', (Type, field, value) => {
    const processor = Type === 'Map' ? { ItemProcessor: INNER } : {};
    expect(told(one({ Type, ...processor, [field]: value }))).toEqual([
      `Field '${field}' is not supported at /States/A`,
    ]);
  });

  test('of catchers and processors are told at their object', () => {
    const task = {
      Type: 'Task',
      Resource: 'millrace:echo',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B', _comment: 'x' }],
      End: true,
    };
    expect(told(machine({ A: task, B: { Type: 'Succeed' } }))).toEqual([
      "Field '_comment' is not supported at /States/A/Catch[0]",
    ]);
    expect(
      told(one({ Type: 'Map', ItemProcessor: { QueryLanguage: 'JSONata', ...INNER } })),
    ).toEqual(["Field 'QueryLanguage' is not supported at /States/A/ItemProcessor"]);
  });

  test.each<[JsonObject, string]>([
    [
      { Type: 'Pass', Next: 'A' },
      'There should only be one of the following fields: [Next, End] at /States/A',
    ],
    [
      { Type: 'Fail', Error: 'x', ErrorPath: '$.e' },
      'There should only be one of the following fields: [Error, ErrorPath] at /States/A',
    ],
  ])('exclude each other: %j', (state, problem) => {
    expect(told(one(state))).toContain(problem);
  });

  test('of the other query language are told at the state', () => {
    expect(told(jsonata({ Type: 'Pass', InputPath: '$.a' }))).toEqual([
      "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/A",
    ]);
    const inner = {
      StartAt: 'P',
      States: { P: { Type: 'Pass', Output: '{% 1 %}', End: true } },
    };
    // The language of a Map is its own, not that of the states inside of it.
    const map = { Type: 'Map', QueryLanguage: 'JSONata', ItemProcessor: inner };
    expect(told(one(map))).toEqual([
      "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/A/ItemProcessor/States/P",
    ]);
  });

  test('with a few words take no other', () => {
    expect(told(one({ Type: 'Pass' }, { Version: '2.0' }))).toEqual([
      'Value should be one of the following: [1.0] at /Version',
    ]);
    expect(told(one({ Type: 'Pass', QueryLanguage: 'JMESPath' }))).toEqual([
      'Value should be one of the following: [JSONPath, JSONata] at /States/A/QueryLanguage',
    ]);
  });

  test.each<[JsonObject, string]>([
    [{ TimeoutSeconds: 0 }, 'Minimum value is 1 at /States/A/TimeoutSeconds'],
    [{ TimeoutSeconds: 1e8 }, 'Maximum value is 99999999 at /States/A/TimeoutSeconds'],
    [{ TimeoutSeconds: '5' }, 'Expected value of type Integer at /States/A/TimeoutSeconds'],
    [
      { Retry: [{ ErrorEquals: ['X'], MaxDelaySeconds: 31_622_401 }] },
      'Maximum value is 31622400 at /States/A/Retry[0]/MaxDelaySeconds',
    ],
    [
      { Retry: [{ ErrorEquals: ['X'], JitterStrategy: 'SOME' }] },
      'Value should be one of the following: [NONE, FULL] at /States/A/Retry[0]/JitterStrategy',
    ],
    [
      { Retry: [{ MaxAttempts: 1 }] },
      'These fields are required: [ErrorEquals] at /States/A/Retry[0]',
    ],
  ])('have their bounds: %j', (fields, problem) => {
    expect(told(one({ Type: 'Task', Resource: 'millrace:echo', ...fields }))).toEqual([problem]);
  });

  test('may be 0 where the service takes 0', () => {
    const Retry = [{ ErrorEquals: ['X'], IntervalSeconds: 0 }];
    const task = { Type: 'Task', Resource: 'millrace:echo', Retry };
    expect(told(one(task, { TimeoutSeconds: 0 }))).toEqual([]);
  });
});

describe('a Choice rule', () => {
  test.each<[JsonObject, string]>([
    [
      { Variable: '$.a', IsNull: true },
      'These fields are required: [Next] at /States/A/Choices[0]',
    ],
    [
      { And: [{ Variable: '$.a', IsNull: true, Next: 'B' }], Next: 'B' },
      "Field 'Next' is not supported at /States/A/Choices[0]/And[0]",
    ],
    [
      { Not: { Variable: '$.a', IsNull: true, Next: 'B' }, Next: 'B' },
      "Field 'Next' is not supported at /States/A/Choices[0]/Not",
    ],
    [
      { Next: 'B' },
      'The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/A/Choices[0]',
    ],
    [
      { Variable: 'a', IsNull: true, Next: 'B' },
      "Value is not a Reference Path: Reference path didn't start with '$' at /States/A/Choices[0]/Variable",
    ],
  ])('%j is refused', (rule, problem) => {
    expect(told(choice(rule))).toEqual([problem]);
  });

  test('with two operators is told all operators that there are', () => {
    const [problem] = told(choice({ Variable: '$.a', IsNull: true, IsString: true, Next: 'B' }));
    expect(problem).toMatch(/^There should only be one of the following fields: \[/);
    expect(problem).toMatch(/\] at \/States\/A\/Choices\[0\]$/);
    expect(problem?.split(', ')).toHaveLength(39);
  });

  test('belongs to one query language', () => {
    const rule = { Variable: '$.a', IsNull: true, Next: 'B' };
    expect(told({ ...choice(rule), QueryLanguage: 'JSONata' })[0]).toBe(
      "The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage at /States/A/Choices[0]",
    );
    expect(told(choice({ Condition: '{% true %}', Next: 'B' }))).toEqual([
      "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage at /States/A/Choices[0]",
    ]);
  });
});

describe('an expression', () => {
  test.each<[string, string]>([
    ['{% 1 + %}', 'INVALID_JSONATA_EXPRESSION: Unexpected end of expression'],
    ['{% 1', 'JSONata string must start with {% and end with %}'],
    [
      '{% phone %}',
      "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported.",
    ],
    ['{% $$.a %}', "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported."],
    [
      '{% $states.errorOutput.Cause %}',
      "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist.",
    ],
  ])('%s is refused where it stands', (expression, problem) => {
    expect(told(jsonata({ Type: 'Pass', Output: { list: [expression] } }))).toEqual([
      `${problem} at /States/A/Output/list[0]`,
    ]);
  });

  test('reads the error in what a catcher computes', () => {
    const catcher = {
      ErrorEquals: ['States.ALL'],
      Assign: { cause: '{% $states.errorOutput.Cause %}' },
      Output: '{% $states.errorOutput %}',
      Next: 'B',
    };
    const task = { Type: 'Task', Resource: 'millrace:echo', Catch: [catcher], End: true };
    const definition = machine({ A: task, B: { Type: 'Succeed' } }, { QueryLanguage: 'JSONata' });
    expect(told(definition)).toEqual([]);
  });

  test.each([
    ['states', "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'."],
    [
      '1st',
      "INVALID_VARIABLE_NAME: Invalid variable name '1st': the variable name contains invalid characters.",
    ],
  ])('is not assigned to %s', (name, problem) => {
    expect(told(one({ Type: 'Pass', Assign: { [name]: 1 } }))).toEqual([
      `${problem} at /States/A/Assign/${name}`,
    ]);
  });
});

describe('a distributed Map', () => {
  test.each<[JsonObject, string]>([
    [
      { InputType: 'CSV' },
      "The field 'CSVHeaderLocation' is required at /States/A/ItemReader/ReaderConfig",
    ],
    [
      { InputType: 'CSV', CSVHeaderLocation: 'GIVEN' },
      'These fields are required: [CSVHeaders] at /States/A/ItemReader/ReaderConfig',
    ],
    [
      { InputType: 'JSON', CSVHeaderLocation: 'FIRST_ROW' },
      "Field 'CSVHeaderLocation' is not supported at /States/A/ItemReader/ReaderConfig",
    ],
  ])('reads with %j not', (config, problem) => {
    expect(told(reader(config))).toEqual([problem]);
  });

  test('says how its items run, an inline one does not', () => {
    const map = (config: JsonObject): JsonObject =>
      one({ Type: 'Map', ItemProcessor: { ProcessorConfig: config, ...INNER } });
    expect(told(map({ Mode: 'DISTRIBUTED' }))).toEqual([
      'These fields are required: [ExecutionType] at /States/A/ItemProcessor/ProcessorConfig',
    ]);
    expect(told(map({ Mode: 'INLINE', ExecutionType: 'STANDARD' }))).toEqual([
      "Field 'ExecutionType' is not supported at /States/A/ItemProcessor/ProcessorConfig",
    ]);
  });

  test('has a label of its own', () => {
    const map = (inner: string): JsonObject => ({
      Type: 'Map',
      Label: 'rows',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: inner,
        States: { [inner]: { Type: 'Pass', End: true } },
      },
    });
    const two = machine({ A: { ...map('P'), Next: 'B' }, B: { ...map('Q'), End: true } });
    expect(told(two)).toEqual([
      'DUPLICATE_LABEL_NAME: Duplicate Label name: rows at /States/B/Label',
    ]);
  });
});

test.each([
  ['lambda:invoke.sync', false],
  ['glue:startJobRun.waitForTaskToken', false],
  ['ecs:runTask.sync:2', false],
  ['aws-sdk:s3:getObject.sync', false],
  ['lambda:invoke.waitForTaskToken', true],
  ['aws-sdk:s3:getObject.waitForTaskToken', true],
  ['glue:startJobRun.sync', true],
  ['states:startExecution.sync:2', true],
])('the integration %s exists: %s', (action, exists) => {
  const resource = `arn:aws:states:::${action}`;
  const problem = `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/A/Resource`;
  expect(told(one({ Type: 'Task', Resource: resource }))).toEqual(exists ? [] : [problem]);
});

describe('the parameters of an integration', () => {
  const call = (fields: JsonObject): JsonObject => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    ...fields,
  });

  test('are told when one is missing where they are written down', () => {
    expect(told(one(call({ Parameters: { 'Payload.$': '$' } })))).toEqual([
      "The field 'FunctionName' is required but was missing at /States/A/Parameters",
    ]);
    expect(told(jsonata(call({ Arguments: { Payload: 1 } })))).toEqual([
      "The field 'FunctionName' is required but was missing at /States/A/Arguments",
    ]);
  });

  test('may be computed, one by one or as a whole', () => {
    expect(told(one(call({ Parameters: { 'FunctionName.$': '$.f' } })))).toEqual([]);
    expect(told(one(call({})))).toEqual([]);
    expect(told(jsonata(call({ Arguments: '{% $states.input %}' })))).toEqual([]);
  });
});

describe('a warning', () => {
  const warned = (state: JsonObject): string[] =>
    validateDefinition(machine({ A: state })).map(
      ({ severity, code, location }) => `${severity} ${code} ${location}`,
    );

  test('tells a result that looks computed', () => {
    const result = ['WARNING PASS_RESULT_IS_STATIC /States/A/Result'];
    expect(warned({ Type: 'Pass', Result: { 'a.$': '$.a' }, End: true })).toEqual(result);
    expect(warned({ Type: 'Pass', Result: ['$.a'], End: true })).toEqual(result);
    expect(warned({ Type: 'Pass', Result: { a: 'costs $5' }, End: true })).toEqual([]);
  });

  test('tells a path in a field that takes none', () => {
    expect(warned({ Type: 'Fail', Error: '$.error', Cause: "States.Format('{}', $.a)" })).toEqual([
      'WARNING NO_PATH /States/A/Error',
      'WARNING NO_PATH /States/A/Cause',
    ]);
    expect(warned({ Type: 'Fail', ErrorPath: '$.error' })).toEqual([]);
  });
});

describe('paths of numbers and times', () => {
  const machineOf = (field: string, value: string): JsonObject => {
    const inPart = (part: JsonObject): JsonObject => ({ ...part, [field]: value });
    if (field === 'SecondsPath' || field === 'TimestampPath') return one(inPart({ Type: 'Wait' }));
    if (field === 'TimeoutSecondsPath' || field === 'HeartbeatSecondsPath') {
      return one(inPart({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' }));
    }
    if (field === 'MaxItemsPath') return reader(inPart({ InputType: 'JSON' }));
    if (field.endsWith('PerBatchPath')) return distributed({ ItemBatcher: inPart({}) });
    return distributed(inPart({}));
  };
  const fields = [
    'SecondsPath',
    'TimestampPath',
    'TimeoutSecondsPath',
    'HeartbeatSecondsPath',
    'MaxConcurrencyPath',
    'ToleratedFailureCountPath',
    'ToleratedFailurePercentagePath',
    'MaxItemsPath',
    'MaxItemsPerBatchPath',
    'MaxInputBytesPerBatchPath',
  ];

  test.each(fields)('%s names one place of the input or of a variable', (field) => {
    for (const path of ['$', '$.a.b', "$['a b'][0]", '$limit', '$limit.of[1]']) {
      expect(told(machineOf(field, path))).toEqual([]);
    }
    const problem = expect.stringContaining('Value is not a Reference Path at');
    for (const path of ['$$.Execution.Input.n', '$..n', '$.n[*]', '$.n[0:2]', '$.n[?(@.a)]']) {
      expect(told(machineOf(field, path))).toEqual([problem]);
    }
    expect(told(machineOf(field, 'n'))).toEqual([
      expect.stringContaining("Reference path didn't start with '$'"),
    ]);
  });

  test('ItemsPath may read the context object', () => {
    expect(told(distributed({ ItemsPath: '$$.Execution.Input.rows' }))).toEqual([]);
  });
});

describe('bounds of a Map', () => {
  test.each<[JsonObject, string | undefined]>([
    [reader({ MaxItems: 100_000_000 }), undefined],
    [reader({ MaxItems: 100_000_001 }), 'Maximum value is 100000000'],
    [reader({ MaxItems: -1 }), 'Minimum value is 0'],
    [distributed({ ItemBatcher: { MaxItemsPerBatch: 0 } }), undefined],
    [distributed({ ItemBatcher: { MaxItemsPerBatch: -1 } }), 'Minimum value is 0'],
    [distributed({ ItemBatcher: { MaxInputBytesPerBatch: -1 } }), 'Minimum value is 0'],
    [distributed({ ItemBatcher: { MaxInputBytesPerBatch: 262_145 } }), 'Maximum value is 262144'],
    [distributed({ ToleratedFailurePercentage: -0.5 }), 'Minimum value is 0.0'],
    [distributed({ ToleratedFailurePercentage: 101 }), 'Maximum value is 100.0'],
    [distributed({ ToleratedFailureCount: -1 }), 'Minimum value is 0'],
    [distributed({ MaxConcurrency: -1 }), 'Minimum value is 0'],
    [
      distributed({ ItemBatcher: { MaxInputBytesPerBatch: 1, MaxInputBytesPerBatchPath: '$.n' } }),
      'There should only be one of the following fields: [MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]',
    ],
  ])('%#: %s', (definition, problem) => {
    expect(told(definition)).toEqual(
      problem === undefined ? [] : [expect.stringContaining(`${problem} at`)],
    );
  });
});
