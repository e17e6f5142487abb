import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Json } from '../../src/asl/json.js';
import {
  type ExecutionCase,
  isExecutionCase,
  type Mock,
  readCorpus,
  toExecutionCase,
} from '../../test/conformance/corpus.js';
import { runCase } from '../../test/conformance/drive.js';
import { installLogging } from '../src/open-worker.js';
import { makeBundle } from './support/bundles.js';
import { isMissing } from './support/hosting.js';
import {
  openRecordedCases,
  type RecordedCases,
  reasonToLeaveOut,
} from './support/recorded-cases.js';

const lambda = (next: object): object => ({
  ...{ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' },
  ...{ Parameters: { FunctionName: 'f', Payload: {} } },
  ...next,
});
const ok = (state: string, output: Json, attempt = 0, index?: number): Mock => ({
  ...{ state, attempt, output, outcome: 'succeeded' },
  ...(index === undefined ? {} : { iterations: [{ state: 'Each', index }] }),
});
const wrong = (outcome: Mock['outcome'], state: string, attempt = 0): Mock => ({
  ...{ state, attempt, outcome, error: 'Wrong', cause: 'it is' },
});

/** What it is, its states, answers of its tasks, its input. */
const CASES: [string, object, Mock[], Json?][] = [
  ['a task that succeeds', { A: lambda({ End: true }) }, [ok('A', { n: 1 })]],
  ['a task that fails', { A: lambda({ End: true }) }, [wrong('failed', 'A')]],
  ['a task that cannot be scheduled', { A: lambda({ End: true }) }, [wrong('scheduleFailed', 'A')]],
  ['a task that cannot be started', { A: lambda({ End: true }) }, [wrong('startFailed', 'A')]],
  [
    'a retry, then a catch',
    {
      A: lambda({
        Retry: [{ ErrorEquals: ['Wrong'], IntervalSeconds: 1, MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.caught', Next: 'B' }],
        End: true,
      }),
      B: { Type: 'Pass', End: true },
    },
    [wrong('failed', 'A'), wrong('failed', 'A', 1)],
  ],
  ['a timeout', { A: lambda({ TimeoutSeconds: 5, End: true }) }, [wrong('timedOut', 'A')]],
  [
    'a token',
    {
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
        End: true,
      },
    },
    [{ ...ok('A', 'answered'), submitted: { MessageId: '1' } }],
  ],
  [
    'items one by one',
    {
      Each: {
        ...{ Type: 'Map', MaxConcurrency: 1, End: true },
        ItemProcessor: { StartAt: 'A', States: { A: lambda({ End: true }) } },
      },
    },
    [ok('A', 'first', 0, 0), ok('A', 'second', 0, 1)],
    [1, 2],
  ],
  [
    'items as executions',
    {
      Each: {
        ...{ Type: 'Map', MaxConcurrency: 1, End: true },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...{ StartAt: 'A', States: { A: lambda({ End: true }) } },
        },
      },
    },
    [ok('A', 'first', 0, 0), ok('A', 'second', 0, 1)],
    [1, 2],
  ],
  [
    'JSONata with variables, a choice and a wait',
    {
      A: {
        ...{
          Type: 'Pass',
          QueryLanguage: 'JSONata',
          Assign: { n: '{% $sum([1..5]) %}' },
          Next: 'B',
        },
      },
      B: {
        ...{ Type: 'Choice', QueryLanguage: 'JSONata', Default: 'D' },
        Choices: [{ Condition: '{% $n = 15 %}', Next: 'C' }],
      },
      C: { Type: 'Wait', QueryLanguage: 'JSONata', Seconds: '{% $n %}', Next: 'D' },
      D: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% {"n": $n} %}', End: true },
    },
    [],
  ],
  [
    'branches of which one fails',
    {
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 900, End: true } } },
          { StartAt: 'B', States: { B: lambda({ End: true }) } },
        ],
        End: true,
      },
    },
    [wrong('failed', 'B')],
  ],
];

function caseOf(states: object, mocks: Mock[], input: Json): ExecutionCase {
  return toExecutionCase({
    ...{ name: 'own', family: 'own', input, mocks: mocks as unknown as Json },
    definition: { StartAt: Object.keys(states)[0] ?? '', States: states as Json },
    expected: { status: 'SUCCEEDED' },
  });
}

/** Recordings that lie outside of the repository: `MILLRACE_CONFORMANCE=../conformance`. */
const recordings = `${process.env.MILLRACE_CONFORMANCE ?? ''}/asl-executions.jsonl`;
/** Of so many recorded executions one is run; all of them by `npm run conformance`. */
const EVERY = 25;

describe.skipIf(isMissing)('an execution on Temporal', () => {
  let cases: RecordedCases;
  beforeAll(async () => {
    installLogging('ERROR');
    cases = await openRecordedCases(inject('address'), await makeBundle('index', ['fake-clock']));
  });
  afterAll(() => cases.close());

  it.each(CASES)(
    'comes to the same as the interpreter alone: %s',
    async (_, states, mocks, input = {}) => {
      const row = caseOf(states, mocks, input);
      const alone = await runCase(row);
      const { status, output, error, cause, history } = alone;
      const expected = {
        status,
        ...(output === undefined ? {} : { output }),
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
        history: history.map(({ type }) => ({ type })),
      };
      const verdict = await cases.run({ ...row, expected });
      expect(verdict, verdict.difference).toMatchObject({ result: true, types: true });
    },
  );

  it.skipIf(!existsSync(recordings))('comes to what was recorded', async () => {
    const rows = readCorpus(recordings).filter(isExecutionCase).map(toExecutionCase);
    const some = rows.filter(
      (row, index) => index % EVERY === 0 && reasonToLeaveOut(row) === undefined,
    );
    expect(some.length).toBeGreaterThan(10);
    for (const row of some) {
      const { result, types, difference } = await cases.run(row);
      expect([row.name, difference, result, types ?? true]).toEqual([
        row.name,
        difference,
        true,
        true,
      ]);
    }
  });
});
