import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMachineDefinition, validateStateMachineDefinition } from './definition-verdict.js';

const VALID = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';
/** Two errors and a warning. */
const WRONG = JSON.stringify({
  StartAt: 'A',
  States: {
    A: { Type: 'Pass', Parameters: { x: '$.y' }, Next: 'Nowhere' },
    Lost: { Type: 'Succeed' },
  },
});

describe('ValidateStateMachineDefinition', () => {
  test('answers OK without diagnostics for what can be started', () => {
    expect(validateStateMachineDefinition(VALID)).toEqual({
      result: 'OK',
      diagnostics: [],
      truncated: false,
    });
  });

  test('lists errors with code, message and place, in the order of the definition', () => {
    expect(validateStateMachineDefinition(WRONG)).toEqual({
      result: 'FAIL',
      diagnostics: [
        {
          severity: 'ERROR',
          code: 'MISSING_TRANSITION_TARGET',
          message: "Missing 'Next' target: Nowhere",
          location: '/States/A/Next',
        },
        {
          severity: 'ERROR',
          code: 'MISSING_TRANSITION_TARGET',
          message: 'State "Lost" is not reachable.',
          location: '/States/Lost',
        },
      ],
      truncated: false,
    });
  });

  test('lists warnings when they are asked for, which make nothing invalid', () => {
    const warned =
      '{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"x":"$.y"},"End":true}}}';
    expect(validateStateMachineDefinition(warned).diagnostics).toEqual([]);
    expect(validateStateMachineDefinition(warned, { severity: 'WARNING' })).toMatchObject({
      result: 'OK',
      diagnostics: [{ severity: 'WARNING', code: 'NO_DOLLAR', location: '/States/A/Parameters/x' }],
    });
  });

  test('lists no more than asked for, and says so', () => {
    const { diagnostics, truncated } = validateStateMachineDefinition(WRONG, { maxResults: 1 });
    expect(diagnostics).toHaveLength(1);
    expect(truncated).toBe(true);
    expect(validateStateMachineDefinition(WRONG, { maxResults: 2 }).truncated).toBe(false);
  });

  test('knows what express machines may not do', () => {
    const text = JSON.stringify({
      StartAt: 'A',
      States: {
        A: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun.sync', End: true },
      },
    });
    expect(validateStateMachineDefinition(text, { type: 'STANDARD' }).result).toBe('OK');
    expect(validateStateMachineDefinition(text, { type: 'EXPRESS' }).result).toBe('FAIL');
  });
});

describe('a definition for a state machine', () => {
  test('is answered when it is valid', () => {
    expect(readMachineDefinition(VALID, 'STANDARD')).toEqual({ definition: JSON.parse(VALID) });
  });

  test('is refused with all its errors in one message', () => {
    expect(readMachineDefinition(WRONG, 'STANDARD')).toEqual({
      refusal:
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next, MISSING_TRANSITION_TARGET: State \"Lost\" is not reachable. at /States/Lost'",
    });
  });

  test('is refused beyond a mebibyte without being read', () => {
    const large = `{"Comment":"${'x'.repeat(1_048_576)}"}`;
    expect(readMachineDefinition(large, 'STANDARD')).toEqual({
      refusal:
        "Invalid State Machine Definition: 'LIMIT_EXCEEDED: A definition has at most 1048576 bytes at /'",
    });
  });

  test.each([
    ['a/b:c', '"Label contains invalid character: \':\'"'],
    ['tab\there', '"Label contains invalid character: \'\\\\t\'"'],
    ['bell\u0007', '"Label contains invalid character: \'\\\\x07\'"'],
    ['a"b', "'Label contains invalid character: \\'\"\\''"],
    ['x'.repeat(41), "'Label cannot exceed 40 characters'"],
  ])('with the label %j is refused in the recorded form', (label, told) => {
    const text = JSON.stringify({
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          Label: label,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'P',
            States: { P: { Type: 'Pass', End: true } },
          },
          End: true,
        },
      },
    });
    expect(readMachineDefinition(text, 'STANDARD')).toEqual({
      refusal: `Error=ValueError Args=[${told}] in definition '${text}'.`,
    });
    expect(validateStateMachineDefinition(text).diagnostics).toMatchObject([
      { code: 'INVALID_LABEL_NAME', location: '/States/M/Label' },
    ]);
  });
});

/** A machine with most of the language in it, for mutations. */
const RICH = {
  Comment: 'everything',
  QueryLanguage: 'JSONPath',
  StartAt: 'Extract',
  TimeoutSeconds: 60,
  States: {
    Extract: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'f', 'Payload.$': "States.Format('{}', $.a)" },
      ResultPath: '$.result',
      Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, BackoffRate: 2 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Bad', ResultPath: '$.error' }],
      Next: 'Choose',
    },
    Choose: {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: '$.a', NumericGreaterThan: 1 },
            { Not: { Variable: '$.b', IsNull: true } },
          ],
          Next: 'Each',
        },
        { Variable: '$.t', TimestampLessThan: '2026-01-01T00:00:00Z', Next: 'Both' },
      ],
      Default: 'Hold',
    },
    Hold: { Type: 'Wait', SecondsPath: '$.s', Next: 'Jsonata' },
    Jsonata: {
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Output: { sum: '{% $sum($states.input.items) %}' },
      Assign: { total: '{% 1 + 2 %}' },
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [{ StartAt: 'B', States: { B: { Type: 'Succeed' } } }],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', MaxItems: 10 },
        Parameters: { Bucket: 'b', Key: 'k' },
      },
      ItemBatcher: { MaxItemsPerBatch: 3, BatchInput: { 'x.$': '$.x' } },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'I',
        States: { I: { Type: 'Pass', End: true } },
      },
      ToleratedFailurePercentage: 5,
      ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } },
      End: true,
    },
    Bad: { Type: 'Fail', ErrorPath: '$.error.Error', Cause: 'x' },
  },
};

test('the definition that is mutated is valid', () => {
  expect(readMachineDefinition(JSON.stringify(RICH), 'STANDARD')).toHaveProperty('definition');
});

describe('a mutated definition', () => {
  const paths: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    paths.push(path);
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...path, index]);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    }
  };
  walk(RICH, []);

  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1e308,
      '',
      '$',
      '$.',
      '$[',
      '$..*[?(@)]',
      '{%',
      '{% %}',
      '{% ( %}',
      'States.',
      'States.Format(',
      "States.Format('{}',",
      '$$.Task.Token',
      '\u0000',
      '\ud800',
      'arn:',
      'arn:aws:states:::',
      [],
      {},
      [[]],
      { '.$': '$' },
      { __proto__x: 1 },
      'constructor',
      '__proto__',
      'toString',
    ),
  );

  /** The definition with the value at one place replaced, renamed or taken away. */
  function changed(path: (string | number)[], value: unknown, how: number): unknown {
    if (path.length === 0) return value;
    const copy = structuredClone(RICH) as unknown;
    let holder = copy as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
    const last = path.at(-1) as string | number;
    if (how === 0) delete holder[last];
    else if (how === 1) holder[String(JSON.stringify(value)).slice(0, 100)] = holder[last];
    else holder[last] = value;
    return copy;
  }

  test('is judged, whatever is in its place: nothing throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), odd, fc.nat(5), (path, value, how) => {
        const text = JSON.stringify(changed(path, value, how)) ?? '';
        const report = validateStateMachineDefinition(text, { severity: 'WARNING' });
        const read = readMachineDefinition(text, 'STANDARD');
        // Both say the same, and a refusal says why.
        expect('definition' in read).toBe(report.result === 'OK');
        if (report.result === 'FAIL') expect(report.diagnostics.length).toBeGreaterThan(0);
        for (const { message, code } of report.diagnostics) {
          expect(message).not.toBe('');
          expect(code).toMatch(/^[A-Z_]+$/);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('is judged when bytes of its text were changed', () => {
    const text = JSON.stringify(RICH);
    const bytes = fc.constantFrom(
      '',
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\\',
      '$',
      '%',
      '\u0000',
      'é',
      '0',
    );
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), bytes, (at, length, inserted) => {
        const mutated = text.slice(0, at) + inserted + text.slice(at + length);
        const { result, diagnostics } = validateStateMachineDefinition(mutated);
        expect(result === 'OK' || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['nested lists', `{"StartAt":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['nested machines', nested(600)],
    [
      'a key that no object may have',
      '{"__proto__":{"a":1},"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
    ],
    [
      'a number beyond all bounds',
      '{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1e999,"End":true}}}',
    ],
    [
      'many states that lead nowhere',
      JSON.stringify({
        StartAt: 'S0',
        States: Object.fromEntries(
          Array.from({ length: 20_000 }, (_, index) => [
            `S${index}`,
            { Type: 'Pass', Next: `S${index + 2}` },
          ]),
        ),
      }),
    ],
  ])('with %s is refused', (_, text) => {
    expect(readMachineDefinition(text, 'STANDARD')).toHaveProperty('refusal');
  });
});

function nested(depth: number): string {
  let machine = '{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}';
  for (let level = 0; level < depth; level += 1) {
    machine = `{"StartAt":"M${level}","States":{"M${level}":{"Type":"Map","ItemProcessor":${machine},"End":true}}}`;
  }
  return machine;
}
