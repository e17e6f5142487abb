import { describe, expect, it } from 'vitest';
import { fastestOf3, testScope } from '../../../test/asl/test-scope.js';
import type { Json, JsonObject } from '../json.js';
import { compileChoiceRule, matchesChoiceRule } from './choice-rule.js';

const input: Json = {
  n: 10,
  m: 10,
  s: 'log-2024.txt',
  t: '2024-02-29T12:00:00Z',
  later: '2024-02-29T13:30:00.5+01:00',
  yes: true,
  none: null,
  list: [],
};

function matches(rule: JsonObject): boolean {
  return matchesChoiceRule(compileChoiceRule(rule), testScope(input));
}

describe('a choice rule', () => {
  it.each<[JsonObject, boolean]>([
    [{ Variable: '$.n', NumericEquals: 10 }, true],
    [{ Variable: '$.n', NumericEquals: 10.0 }, true],
    [{ Variable: '$.n', NumericLessThan: 10 }, false],
    [{ Variable: '$.n', NumericLessThanEquals: 10 }, true],
    [{ Variable: '$.n', NumericGreaterThanPath: '$.m' }, false],
    [{ Variable: '$.n', NumericGreaterThanEqualsPath: '$.m' }, true],
    [{ Variable: '$.s', NumericEquals: 10 }, false],
    [{ Variable: '$.n', StringEquals: '10' }, false],
    [{ Variable: '$.s', StringEquals: 'log-2024.txt' }, true],
    [{ Variable: '$.s', StringGreaterThan: 'log' }, true],
    [{ Variable: '$.s', StringMatches: 'log-*.txt' }, true],
    [{ Variable: '$.s', StringMatches: '*2024*' }, true],
    [{ Variable: '$.s', StringMatches: 'log-\\*.txt' }, false],
    [{ Variable: '$.s', StringMatches: 'log' }, false],
    [{ Variable: '$.yes', BooleanEquals: true }, true],
    [{ Variable: '$.n', BooleanEquals: true }, false],
    [{ Variable: '$.t', TimestampLessThanPath: '$.later' }, true],
    [{ Variable: '$.t', TimestampEquals: '2024-02-29T13:00:00+01:00' }, true],
    [{ Variable: '$.t', TimestampGreaterThan: '2024-02-29T12:00:00.001Z' }, false],
    [{ Variable: '$.s', TimestampEquals: '2024-02-29T12:00:00Z' }, false],
    [{ Variable: '$.none', IsNull: true }, true],
    [{ Variable: '$.none', IsPresent: true }, true],
    [{ Variable: '$.absent', IsPresent: true }, false],
    [{ Variable: '$.absent', IsPresent: false }, true],
    [{ Variable: '$.list[*].x', IsPresent: true }, false],
    [{ Variable: '$.t', IsTimestamp: true }, true],
    [{ Variable: '$.s', IsTimestamp: false }, true],
    [{ Variable: '$.n', IsString: false }, true],
    [
      {
        And: [
          { Variable: '$.n', IsNumeric: true },
          { Variable: '$.yes', IsBoolean: true },
        ],
      },
      true,
    ],
    [
      {
        Or: [
          { Variable: '$.n', IsString: true },
          { Variable: '$.n', NumericEquals: 10 },
        ],
      },
      true,
    ],
    [{ Not: { Variable: '$.n', NumericEquals: 10 } }, false],
  ])('%j is %s', (rule, expected) => {
    expect(matches(rule)).toBe(expected);
  });

  it('fails when its variable is not there', () => {
    expect(() => matches({ Variable: '$.absent', NumericEquals: 1 })).toThrow(
      expect.objectContaining({
        error: 'States.Runtime',
        message:
          "Invalid path '$.absent': The choice state's condition path references an invalid value.",
      }),
    );
  });

  it('does not look further than And and Or need to', () => {
    const guarded = {
      And: [
        { Variable: '$.absent', IsPresent: true },
        { Variable: '$.absent', NumericEquals: 1 },
      ],
    };
    expect(matches(guarded)).toBe(false);
  });

  it('matches hostile patterns in bounded time', () => {
    const rule = compileChoiceRule({ Variable: '$', StringMatches: `${'*a'.repeat(1_000)}*b` });
    const text = testScope('a'.repeat(100_000));
    const compare = (): void => expect(matchesChoiceRule(rule, text)).toBe(false);
    expect(fastestOf3(compare)).toBeLessThan(50);
  });
});
