import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './json.js';
import { isValid, validateDefinition, validateDefinitionText } from './validate.js';

/** A machine with every type of state, both languages, and a bit of everything. */
const everything: JsonObject = {
  Comment: 'all of it',
  StartAt: 'Prepare',
  TimeoutSeconds: 3600,
  States: {
    Prepare: {
      Type: 'Pass',
      Parameters: { 'a.$': '$.a' },
      ResultPath: '$.prepared',
      Assign: { 'n.$': '$.n' },
      Next: 'Work',
    },
    Work: {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { 'command.$': "States.Array('echo', $.a)" },
      TimeoutSeconds: 60,
      HeartbeatSeconds: 5,
      Retry: [
        {
          ErrorEquals: ['Lambda.Busy'],
          IntervalSeconds: 2,
          MaxAttempts: 3,
          BackoffRate: 1.5,
          MaxDelaySeconds: 60,
          JitterStrategy: 'FULL',
        },
        { ErrorEquals: ['States.ALL'] },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Stop' }],
      Next: 'Decide',
    },
    Decide: {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: '$.n', NumericGreaterThan: 1 },
            { Not: { Variable: '$.s', StringMatches: '*.csv' } },
          ],
          Next: 'Each',
        },
        { Variable: '$.t', TimestampLessThan: '2024-01-01T00:00:00Z', Next: 'Nap' },
      ],
      Default: 'Both',
    },
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 5,
      ItemProcessor: {
        StartAt: 'One',
        States: {
          One: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: '{% $states.input %}',
            QueryLanguage: 'JSONata',
            End: true,
          },
        },
      },
      Next: 'Done',
    },
    Nap: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'L', States: { L: { Type: 'Succeed' } } },
        { StartAt: 'R', States: { R: { Type: 'Pass', End: true } } },
      ],
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
    Stop: {
      Type: 'Fail',
      ErrorPath: '$.failure.Error',
      CausePath: "States.Format('{}', $.failure)",
    },
  },
};

function problems(definition: Json, options?: { machineType?: 'STANDARD' | 'EXPRESS' }): string[] {
  return validateDefinition(definition, options).map(
    ({ location, message }) => `${location} ${message}`,
  );
}

/** A machine of one state, or of several. */
function machine(states: JsonObject, more: JsonObject = {}): JsonObject {
  return { StartAt: Object.keys(states)[0] ?? 'A', States: states, ...more };
}

function state(fields: JsonObject): JsonObject {
  return machine({ A: { ...fields, End: true } });
}

describe('validateDefinition', () => {
  it('finds nothing wrong with a valid machine', () => {
    expect(validateDefinition(everything)).toEqual([]);
  });

  it.each<[unknown, string]>([
    [null, ' Definition must be a valid JSON object'],
    [[], ' Definition must be a valid JSON object'],
    ['text', ' Definition must be a valid JSON object'],
    [{}, '/ These fields are required: [States, StartAt]'],
    [{ States: { A: { Type: 'Succeed' } } }, '/ These fields are required: [StartAt]'],
  ])('%j is no machine', (definition, problem) => {
    expect(problems(definition as Json)).toEqual([problem]);
  });

  it('reports everything at once', () => {
    const definition = machine({
      Extract: { Type: 'Task', Resource: 'millrace:shel', Nxt: 'Load' },
      Load: { Type: 'Tsk', End: true },
    });
    expect(problems(definition)).toEqual([
      "/States/Extract/Resource 'millrace:shel' is not a resource of Millrace; known are millrace:shell, millrace:lambda, millrace:sql, millrace:spark, millrace:dbt, millrace:http, millrace:dataset, millrace:echo, millrace:executions:start, millrace:checks:report, millrace:clusters:take",
      "/States/Extract Field 'Nxt' is not supported",
      '/States/Extract This object should have only one of the following fields: [Next, End]',
      "/States/Load/Type The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]",
      '/States/Load State "Load" is not reachable.',
    ]);
  });

  it.each<[string, JsonObject, string]>([
    [
      'a target that does not exist',
      machine({ Load: { Type: 'Pass', Next: 'Lod' } }),
      "/States/Load/Next Missing 'Next' target: Lod",
    ],
    [
      'a StartAt that does not exist',
      { StartAt: 'B', States: { A: { Type: 'Succeed' } } },
      "/StartAt Missing 'Next' target: B",
    ],
    [
      'a state that nothing leads to',
      machine({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
      '/States/B State "B" is not reachable.',
    ],
    ['a missing Type', state({}), "/States/A The field 'Type' is required but was missing"],
    [
      'a missing Resource',
      state({ Type: 'Task' }),
      '/States/A These fields are required: [Resource]',
    ],
    [
      'a Resource that is none',
      state({ Type: 'Task', Resource: 'shell' }),
      '/States/A/Resource Value is not a valid resource ARN',
    ],
    [
      'Next and End together',
      machine({ A: { Type: 'Pass', Next: 'A', End: true } }),
      '/States/A There should only be one of the following fields: [Next, End]',
    ],
    [
      'a bad path',
      state({ Type: 'Pass', InputPath: '$.a[' }),
      '/States/A/InputPath Value must be a valid JSONPath.',
    ],
    [
      'a bad reference path',
      state({ Type: 'Pass', ResultPath: '$.a[*]' }),
      '/States/A/ResultPath Value is not a Reference Path',
    ],
    [
      'a bad template',
      state({ Type: 'Pass', Parameters: { x: { 'y.$': 'text' } } }),
      "/States/A/Parameters/x The value for the field 'y.$' must be a valid JSONPath or a valid intrinsic function call",
    ],
    [
      'a bad intrinsic',
      state({ Type: 'Pass', Parameters: { 'y.$': 'States.Nope()' } }),
      "/States/A/Parameters The value for the field 'y.$' must be a valid JSONPath or a valid intrinsic function call",
    ],
    [
      'bad JSONata',
      state({ Type: 'Pass', QueryLanguage: 'JSONata', Output: { a: '{% ( %}' } }),
      '/States/A/Output/a Expected ")" before end of expression',
    ],
    [
      'a JSONPath field in a JSONata state',
      state({ Type: 'Pass', QueryLanguage: 'JSONata', InputPath: '$' }),
      "/States/A The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage",
    ],
    [
      'a JSONata field in a JSONPath state',
      state({ Type: 'Pass', Output: 1 }),
      "/States/A The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage",
    ],
    [
      'going back to JSONPath',
      { ...state({ Type: 'Pass', QueryLanguage: 'JSONPath' }), QueryLanguage: 'JSONata' },
      "/States/A 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    ],
    [
      'a name that is used twice',
      machine({
        A: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }],
          End: true,
        },
      }),
      '/States/A/Branches[0]/States/A Duplicate State name: A',
    ],
    [
      'a value beside its Path',
      state({
        Type: 'Task',
        Resource: 'millrace:echo',
        TimeoutSeconds: 1,
        TimeoutSecondsPath: '$.t',
      }),
      '/States/A There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]',
    ],
    [
      'a timeout of nothing',
      state({ Type: 'Task', Resource: 'millrace:echo', TimeoutSeconds: 0 }),
      '/States/A/TimeoutSeconds Minimum value is 1',
    ],
    [
      'a heartbeat beyond the timeout',
      state({ Type: 'Task', Resource: 'millrace:echo', TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      "/States/A/HeartbeatSeconds 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
    ],
    [
      'a Wait for nothing',
      state({ Type: 'Wait' }),
      '/States/A This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]',
    ],
    [
      'a Wait for two things',
      state({ Type: 'Wait', Seconds: 1, Timestamp: '2024-01-01T00:00:00Z' }),
      '/States/A There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]',
    ],
    [
      'a Timestamp that is none',
      state({ Type: 'Wait', Timestamp: '2024-01-01' }),
      '/States/A/Timestamp String does not match RFC3339 timestamp',
    ],
    [
      'States.ALL beside others',
      state({
        Type: 'Task',
        Resource: 'millrace:echo',
        Retry: [{ ErrorEquals: ['States.ALL', 'X'] }],
      }),
      '/States/A/Retry[0]/ErrorEquals States.ALL must appear alone and at end of list',
    ],
    [
      'States.ALL before others',
      state({
        Type: 'Task',
        Resource: 'millrace:echo',
        Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }],
      }),
      '/States/A/Retry[0]/ErrorEquals States.ALL must appear alone and at end of list',
    ],
    [
      'no error names',
      state({ Type: 'Task', Resource: 'millrace:echo', Retry: [{ ErrorEquals: [] }] }),
      '/States/A/Retry[0]/ErrorEquals Value cannot be empty',
    ],
    [
      'a backoff that shrinks',
      state({
        Type: 'Task',
        Resource: 'millrace:echo',
        Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }],
      }),
      '/States/A/Retry[0]/BackoffRate Minimum value is 1.0',
    ],
    [
      'credentials without a role',
      state({ Type: 'Task', Resource: 'millrace:echo', Credentials: {} }),
      "/States/A/Credentials The field 'RoleArn' is required but was missing",
    ],
    [
      'no choices',
      machine({ A: { Type: 'Choice', Choices: [], Default: 'B' }, B: { Type: 'Succeed' } }),
      '/States/A/Choices Value cannot be empty',
    ],
    [
      'a choice without a target',
      machine({
        A: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true }], Default: 'B' },
        B: { Type: 'Succeed' },
      }),
      '/States/A/Choices[0] These fields are required: [Next]',
    ],
    [
      'an unknown operator',
      machine({
        A: {
          Type: 'Choice',
          Choices: [{ Variable: '$.a', StringEqual: 'x', Next: 'B' }],
          Default: 'B',
        },
        B: { Type: 'Succeed' },
      }),
      "/States/A/Choices[0] Field 'StringEqual' is not supported",
    ],
    [
      'an operand of the wrong type',
      machine({
        A: {
          Type: 'Choice',
          Choices: [{ Variable: '$.a', NumericEquals: '1', Next: 'B' }],
          Default: 'B',
        },
        B: { Type: 'Succeed' },
      }),
      '/States/A/Choices[0]/NumericEquals Expected value of type Number',
    ],
    [
      'a Condition without braces',
      {
        ...machine({
          A: { Type: 'Choice', Choices: [{ Condition: '$x', Next: 'B' }], Default: 'B' },
          B: { Type: 'Succeed' },
        }),
        QueryLanguage: 'JSONata',
      },
      '/States/A/Choices[0]/Condition JSONata string must start with {% and end with %}',
    ],
    [
      'a Map without a processor',
      state({ Type: 'Map' }),
      '/States/A This object should have only one of the following fields: [ItemProcessor, Iterator]',
    ],
    [
      'a reader in an inline Map',
      state({
        Type: 'Map',
        ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Succeed' } } },
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject' },
      }),
      "/States/A Field 'ItemReader' is not supported",
    ],
    [
      'a label with a blank',
      state({
        Type: 'Map',
        Label: 'a b',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'B',
          States: { B: { Type: 'Succeed' } },
        },
      }),
      "/States/A/Label Label contains invalid character: ' '",
    ],
    [
      'a reserved variable',
      state({ Type: 'Pass', Assign: { states: 1 } }),
      "/States/A/Assign/states Cannot assign to reserved variable '$states'.",
    ],
    [
      'a variable that is no name',
      state({ Type: 'Pass', Assign: { 'a-b.$': '$' } }),
      "/States/A/Assign/a-b.$ Invalid variable name 'a-b': the variable name contains invalid characters.",
    ],
    [
      'too long a name',
      machine({ ['x'.repeat(81)]: { Type: 'Succeed' } }),
      `/States/${'x'.repeat(81)} The state name '${'x'.repeat(81)}' exceeds the 80-character limit allowed by the service`,
    ],
  ])('reports %s', (_, definition, problem) => {
    expect(problems(definition)).toContain(problem);
  });

  it('keeps Express machines from waiting', () => {
    const definition = state({
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    });
    expect(problems(definition)).toEqual([]);
    expect(problems(definition, { machineType: 'EXPRESS' })).toEqual([
      "/States/A/Resource Express state machine does not support '.waitForTaskToken' service integration ",
    ]);
  });

  it('warns without refusing', () => {
    const definition = machine({
      A: {
        Type: 'Task',
        Resource: 'millrace:echo',
        Parameters: { file: '$.file' },
        Catch: [{ ErrorEquals: ['States.Timeuot'], Next: 'A' }],
        End: true,
      },
    });
    const diagnostics = validateDefinition(definition);
    expect(diagnostics.map(({ code, location }) => [code, location])).toEqual([
      ['NO_DOLLAR', '/States/A/Parameters/file'],
      ['UNKNOWN_ERROR_NAME', '/States/A/Catch[0]/ErrorEquals[0]'],
    ]);
    expect(isValid(diagnostics)).toBe(true);
  });
});

describe('hostile definitions', () => {
  it('are refused when they nest too deep', () => {
    let deep: Json = 'end';
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(problems({ StartAt: 'A', States: deep })).toEqual([
      '/ A definition nests at most 512 levels deep',
    ]);
    const cyclic: JsonObject = {};
    cyclic.States = cyclic;
    expect(problems(cyclic)).toEqual(['/ A definition nests at most 512 levels deep']);
  });

  it('are refused when they are too large', () => {
    expect(problems({ Comment: 'x'.repeat(2_000_000) })).toEqual([
      '/ A definition has at most 1048576 bytes',
    ]);
  });

  it('are refused when they carry __proto__', () => {
    const definition = JSON.parse(
      '{"StartAt":"A","States":{"A":{"Type":"Succeed","__proto__":{"x":1}}}}',
    );
    expect(problems(definition)).toContain("/States/A The key '__proto__' is not allowed");
  });

  it('are refused when they are no JSON', () => {
    expect(problems({ StartAt: (() => 1) as unknown as Json })).toEqual([
      '/StartAt A function is not JSON',
    ]);
    expect(validateDefinitionText('not json').diagnostics).toEqual([
      expect.objectContaining({ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION' }),
    ]);
    expect(validateDefinitionText(' ').diagnostics).toEqual([
      {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message: 'Definition must be a valid JSON object',
        location: '',
        pointer: '',
      },
    ]);
  });

  it('never make the validator throw: any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => void validateDefinition(value)),
    );
  });

  it('never make the validator throw: a valid machine with one part replaced', () => {
    const pointers = allPointers(everything);
    const replacement = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<Json>(
        '$',
        '$.a[',
        '{% ( %}',
        'States.',
        'Prepare',
        {},
        [],
        [{}],
        { States: {} },
        -1,
        1e300,
        '',
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...pointers), replacement, (pointer, value) => {
        const mutated = structuredClone(everything);
        replaceAt(mutated, pointer, value as Json);
        for (const diagnostic of validateDefinition(mutated))
          expect(diagnostic.message).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });
});

function allPointers(value: Json, path: string[] = []): string[][] {
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [
    ...(path.length > 0 ? [path] : []),
    ...children.flatMap(([key, child]) => allPointers(child as Json, [...path, key])),
  ];
}

function replaceAt(root: JsonObject, path: string[], value: Json): void {
  let holder = root;
  for (const key of path.slice(0, -1)) holder = holder[key] as JsonObject;
  holder[path.at(-1) as string] = value;
}
