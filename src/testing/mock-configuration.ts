/**
 * The mock configuration file of Step Functions Local: which states of which test case get which answers.
 *
 *     { "StateMachines": { MACHINE: { "TestCases": { CASE: { STATE: RESPONSE } } } },
 *       "MockedResponses": { RESPONSE: { "0": { "Throw": { "Error", "Cause" } }, "1-2": { "Return": … } } } }
 *
 * Invocations are counted as Step Functions Local counts them: one count for each state of an execution, which retries, further
 * visits and the iterations of an inline Map go on with. The answer is the result of the service itself, before
 * ResultSelector. States inside of Map and Parallel are named like any other.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
 * @module
 */
import { z } from 'zod';
import type { Json } from '../asl/json.js';
import { suggest } from '../asl/validate.js';
import type { AttemptOutcome } from '../engine/kernel/ports.js';
import type { Problem } from '../pipelines/problem.js';
import { checked } from '../pipelines/schema-problems.js';
import { problemAt, readSource, type SourceFile } from '../pipelines/source-file.js';

/** Answers of one mocked response, by invocation. */
export interface MockedResponse {
  readonly name: string;
  /** Both ends included, in ascending order, without gaps from 0. */
  readonly ranges: readonly { from: number; to: number; outcome: AttemptOutcome }[];
}

/** Mocked states of a test case, by name. */
export type MockedStates = ReadonlyMap<string, MockedResponse>;

export interface MockConfiguration {
  /** Test cases by state machine and name. */
  readonly machines: ReadonlyMap<string, ReadonlyMap<string, MockedStates>>;
}

interface MockFile {
  StateMachines: {
    [machine: string]: { TestCases: { [name: string]: { [state: string]: string } } };
  };
  MockedResponses: {
    [name: string]: {
      [attempts: string]: {
        Return?: Json | undefined;
        Throw?: { Error: string; Cause?: string | undefined } | undefined;
      };
    };
  };
}

/** Attempts beyond this are a mistake: Step Functions itself retries at most 99,999,999 times, nobody waits for it. */
const MOST_ATTEMPTS = 1_000_000;
const ATTEMPTS = /^(\d{1,7})(?:-(\d{1,7}))?$/;

const answer = z
  .strictObject({
    Return: z.json().optional(),
    Throw: z.strictObject({ Error: z.string().min(1), Cause: z.string().optional() }).optional(),
  })
  .refine((value) => 'Return' in value !== 'Throw' in value, {
    message: 'give either Return or Throw',
  });

const mockFileSchema: z.ZodType<MockFile> = z.strictObject({
  StateMachines: z.record(
    z.string().min(1),
    z.strictObject({ TestCases: z.record(z.string().min(1), z.record(z.string(), z.string())) }),
  ),
  MockedResponses: z.record(z.string().min(1), z.record(z.string(), answer)),
});

const FILE_KIND = {
  name: 'mock configuration',
  begin: '{ "StateMachines": …',
  fields: ([top, _name, inner, ...more]: readonly (string | number)[]): readonly string[] => {
    if (top === undefined) return ['StateMachines', 'MockedResponses'];
    if (top === 'StateMachines') return inner === undefined ? ['TestCases'] : [];
    if (inner === undefined) return [];
    return more.length === 0 ? ['Return', 'Throw'] : ['Error', 'Cause'];
  },
};

/**
 * Reads a mock configuration file. Problems are added to the list; with an error there is no configuration.
 * @param file its path, for the problems
 * @example readMockConfiguration('mocks.json', text, problems)?.machines.get('orders')?.has('HappyPath')
 */
export function readMockConfiguration(
  file: string,
  text: string,
  problems: Problem[],
): MockConfiguration | undefined {
  const before = problems.length;
  const source = readSource(file, text, problems);
  if (source === undefined) return undefined;
  const { StateMachines, MockedResponses } = checked(mockFileSchema, source, FILE_KIND, problems);
  const responses = responsesOf(MockedResponses ?? {}, source, problems);
  const machines = new Map<string, Map<string, MockedStates>>();
  for (const [machine, { TestCases }] of Object.entries(StateMachines ?? {})) {
    const cases = new Map<string, MockedStates>();
    machines.set(machine, cases);
    for (const [name, states] of Object.entries(TestCases)) {
      const mocked = new Map<string, MockedResponse>();
      cases.set(name, mocked);
      for (const [state, response] of Object.entries(states)) {
        const found = responses.get(response);
        if (found !== undefined) mocked.set(state, found);
        else if (MockedResponses !== undefined) {
          const path = ['StateMachines', machine, 'TestCases', name, state];
          problems.push(unknownResponse(response, [...responses.keys()], source, path));
        }
      }
    }
  }
  const isSound = problems.slice(before).every(({ severity }) => severity !== 'error');
  return isSound ? { machines } : undefined;
}

function unknownResponse(
  response: string,
  known: readonly string[],
  source: SourceFile,
  path: readonly string[],
): Problem {
  const meant = suggest(response, known);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  const message = `there is no "${response}" in MockedResponses${hint}`;
  return problemAt(source, path, 'MILL1502', message, {
    fix: meant === undefined ? `add "${response}" to MockedResponses` : `write "${meant}"`,
    ...(meant === undefined ? {} : { suggestion: meant }),
  });
}

function responsesOf(
  given: MockFile['MockedResponses'],
  source: SourceFile,
  problems: Problem[],
): Map<string, MockedResponse> {
  const responses = new Map<string, MockedResponse>();
  for (const [name, attempts] of Object.entries(given)) {
    const ranges = Object.entries(attempts)
      .flatMap(([key, answered]) => {
        const range = rangeOf(key);
        const path = ['MockedResponses', name, key];
        if (range !== undefined) return [{ ...range, path, outcome: outcomeOf(answered) }];
        const message = `"${key}" is no number of an attempt and no range`;
        problems.push(
          problemAt(source, path, 'MILL1503', message, {
            mark: 'key',
            fix: 'write "0", or "1-3" for attempts 1, 2 and 3',
          }),
        );
        return [];
      })
      .toSorted((a, b) => a.from - b.from);
    let next = 0;
    for (const { from, to, path } of ranges) {
      if (from !== next) {
        const key = path.at(-1);
        const [message, fix] =
          from < next
            ? [
                `attempt ${from} has two answers: "${key}" overlaps another range`,
                'make the ranges follow each other',
              ]
            : [
                `attempt ${next} has no answer: the ranges have a gap before "${key}"`,
                `begin with "${next}"`,
              ];
        problems.push(problemAt(source, path, 'MILL1503', message, { mark: 'key', fix }));
      }
      next = Math.max(next, to + 1);
    }
    if (Object.keys(attempts).length === 0) {
      const message = `"${name}" has no answer`;
      const fix = 'add "0": { "Return": … }';
      problems.push(problemAt(source, ['MockedResponses', name], 'MILL1503', message, { fix }));
    }
    responses.set(name, { name, ranges });
  }
  return responses;
}

function rangeOf(key: string): { from: number; to: number } | undefined {
  const [, first, last] = ATTEMPTS.exec(key) ?? [];
  if (first === undefined) return undefined;
  const from = Number(first);
  const to = last === undefined ? from : Number(last);
  return to < from || to > MOST_ATTEMPTS ? undefined : { from, to };
}

function outcomeOf(answered: MockFile['MockedResponses'][string][string]): AttemptOutcome {
  const { Return, Throw } = answered;
  if (Throw === undefined) return { type: 'succeeded', output: Return ?? null };
  return { type: 'failed', error: Throw.Error, cause: Throw.Cause ?? '' };
}

/** The answer of an invocation; undefined when the response has none for it. */
export function responseTo(
  response: MockedResponse,
  invocation: number,
): AttemptOutcome | undefined {
  return response.ranges.find(({ from, to }) => from <= invocation && invocation <= to)?.outcome;
}

/** Names of what is in an object, for messages; at most a few. */
export function listed(names: Iterable<string>): string {
  const all = [...names];
  return all.length === 0 ? 'none' : all.slice(0, 10).join(', ') + (all.length > 10 ? ', …' : '');
}
