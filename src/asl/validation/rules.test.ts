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
