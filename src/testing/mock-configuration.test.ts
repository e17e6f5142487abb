import { describe, expect, it } from 'vitest';
import type { Problem } from '../pipelines/problem.js';
import { type MockConfiguration, readMockConfiguration, responseTo } from './mock-configuration.js';

const SOUND = {
  StateMachines: {
    orders: { TestCases: { Happy: { Load: 'Loaded' }, Retry: { Load: 'BusyTwice' } } },
  },
  MockedResponses: {
    Loaded: { '0': { Return: { rows: 3 } } },
    BusyTwice: {
      '2-4': { Return: null },
      '0-1': { Throw: { Error: 'Busy', Cause: 'come again' } },
    },
  },
};

function read(value: unknown): {
  configuration: MockConfiguration | undefined;
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return { configuration: readMockConfiguration('mocks.json', text, problems), problems };
}

function withResponses(responses: unknown): unknown {
  return {
    StateMachines: { m: { TestCases: { c: { Load: 'R' } } } },
    MockedResponses: { R: responses },
  };
}

describe('a mock configuration file', () => {
  it('says which answer each attempt gets, whatever the order of its ranges', () => {
    const { configuration, problems } = read(SOUND);
    expect(problems).toEqual([]);
    const response = configuration?.machines.get('orders')?.get('Retry')?.get('Load');
    const outcomes = [0, 1, 2, 4, 5].map((attempt) => response && responseTo(response, attempt));
    const busy = { type: 'failed', error: 'Busy', cause: 'come again' };
    const done = { type: 'succeeded', output: null };
    expect(outcomes).toEqual([busy, busy, done, done, undefined]);
  });

  it.each([
    [
      'a response that is not there',
      { ...SOUND, MockedResponses: { Loaded: SOUND.MockedResponses.Loaded } },
      'MILL1502',
      /no "BusyTwice"/,
    ],
    [
      'a gap before the first attempt',
      withResponses({ '1': { Return: 1 } }),
      'MILL1503',
      /attempt 0 has no answer/,
    ],
    [
      'a gap between ranges',
      withResponses({ '0-1': { Return: 1 }, '3': { Return: 1 } }),
      'MILL1503',
      /attempt 2 has no answer/,
    ],
    [
      'ranges that overlap',
      withResponses({ '0-2': { Return: 1 }, '2-3': { Return: 1 } }),
      'MILL1503',
      /attempt 2 has two answers/,
    ],
    [
      'a range that runs backwards',
      withResponses({ '0': { Return: 1 }, '3-1': { Return: 1 } }),
      'MILL1503',
      /"3-1" is no number/,
    ],
    [
      'an attempt that is no number',
      withResponses({ first: { Return: 1 } }),
      'MILL1503',
      /"first" is no number/,
    ],
    ['a response without any answer', withResponses({}), 'MILL1503', /"R" has no answer/],
    ['neither Return nor Throw', withResponses({ '0': {} }), 'MILL1103', /either Return or Throw/],
    [
      'both Return and Throw',
      withResponses({ '0': { Return: 1, Throw: { Error: 'E' } } }),
      'MILL1103',
      /either Return or Throw/,
    ],
    [
      'a Throw without Error',
      withResponses({ '0': { Throw: { Cause: 'because' } } }),
      'MILL1102',
      /"Error" is missing/,
    ],
    [
      'a misspelt field',
      withResponses({ '0': { Retrun: 1 } }),
      'MILL1101',
      /did you mean "Return"/,
    ],
    [
      'a misspelt section',
      { ...SOUND, StateMachine: {} },
      'MILL1101',
      /did you mean "StateMachines"/,
    ],
    ['a missing section', { StateMachines: {} }, 'MILL1102', /"MockedResponses" is missing/],
    ['a list', [1], 'MILL1103', /mapping/],
    ['something that is not JSON', '{ "StateMachines": ', 'MILL1002', /./],
  ])('is refused with %s', (_what, value, code, message) => {
    const { configuration, problems } = read(value);
    expect(configuration).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toContain(code);
    const found = problems.find((problem) => problem.code === code);
    expect(found?.message).toMatch(message);
    expect(found?.line).toBeGreaterThan(0);
  });

  it('tells all problems at once, each at its place', () => {
    const text = `{
  "StateMachines": { "m": { "TestCases": { "c": { "Load": "Nothing" } } } },
  "MockedResponses": {
    "R": { "1": { "Return": 1 } },
    "S": { "0": { "Return": 1, "Throw": { "Error": "E" } } }
  }
}`;
    const { problems } = read(text);
    expect(problems.map(({ line }) => line).toSorted()).toEqual([5]);
    const mended = text.replace('"Return": 1, "Throw"', '"Throw"');
    expect(
      read(mended)
        .problems.map(({ line, code }) => [line, code])
        .toSorted(),
    ).toEqual([
      [2, 'MILL1502'],
      [4, 'MILL1503'],
    ]);
  });
});
