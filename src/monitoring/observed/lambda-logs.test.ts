/**
 * Invocations as logs tell them, in text and as JSON; lines as the runtimes write them.
 */
import { describe, expect, it } from 'vitest';
import { lambdaRuns } from './lambda-logs.js';

const AT = 1_795_136_400_000;

function runs(...lines: (string | object)[]) {
  return lambdaRuns(
    'load',
    lines.map((line, index) => ({
      ...{ stream: 's', at: AT + index },
      message: typeof line === 'string' ? line : JSON.stringify(line),
    })),
  );
}

const report = (id: string, more = '') =>
  `REPORT RequestId: ${id}\tDuration: 1500.00 ms\tBilled Duration: 1500 ms\tMemory Size: 512 MB\tMax Memory Used: 40 MB${more}`;
const platform = (type: string, record: object) => ({
  time: 'x',
  type: `platform.${type}`,
  record,
});

describe('an invocation', () => {
  it('that went well tells its time and what it used', () => {
    expect(runs('START RequestId: a Version: 1', report('a'))).toEqual([
      {
        ...{ kind: 'lambda-function', name: 'load', id: `a@${AT + 1}`, attempt: 0 },
        ...{ status: 'SUCCEEDED', startedAt: AT + 1 - 1500, endedAt: AT + 1 },
        units: { gbSeconds: 0.75 },
      },
    ]);
  });

  it.each([
    ['a time-out in its report', [report('a', '\tStatus: timeout')], 'TIMED_OUT', undefined],
    [
      'a time-out in a line of its own',
      ['2026-11-20T01:00:00Z a Task timed out after 3.00 seconds', report('a')],
      ...(['TIMED_OUT', 'Task timed out after 3.00 seconds'] as const),
    ],
    [
      'an error in its report',
      [report('a', '\tStatus: error\tError Type: Runtime.ExitError')],
      ...(['FAILED', 'Runtime.ExitError'] as const),
    ],
    [
      'an exception of Python that nobody caught',
      ['[ERROR] ValueError: no such county\nTraceback (most recent call last):', report('a')],
      ...(['FAILED', 'ValueError: no such county\nTraceback (most recent call last):'] as const),
    ],
    [
      'an exception of Node that nobody caught',
      [
        '2026-11-20T01:00:00Z\ta\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"boom"}',
        report('a'),
      ],
      ...(['FAILED', 'Error: boom'] as const),
    ],
    [
      'a runtime that crashed',
      ['RequestId: a Error: Runtime exited with error: signal: killed', report('a')],
      ...(['FAILED', 'Runtime exited with error: signal: killed'] as const),
    ],
    [
      'a failure in a platform report',
      [
        platform('runtimeDone', { requestId: 'a', status: 'error', errorType: 'Boom' }),
        platform('report', { requestId: 'a', status: 'error', metrics: { durationMs: 3 } }),
      ],
      ...(['FAILED', 'Boom'] as const),
    ],
    [
      'a time-out in a platform report',
      [platform('report', { requestId: 'a', status: 'timeout', metrics: {} })],
      ...(['TIMED_OUT', undefined] as const),
    ],
  ])('with %s', (_, lines, status, cause) => {
    const [run, ...more] = runs(...lines);
    expect(more).toEqual([]);
    expect(run?.status).toBe(status);
    expect(run?.cause).toBe(cause);
  });

  it('that logs an error and goes on has succeeded, with a warning', () => {
    const logged = '[ERROR]\t2026-11-20T01:00:00Z\ta\tcounty skipped';
    expect(runs(logged, report('a'))[0]).toMatchObject({
      ...{ status: 'SUCCEEDED', warning: 'logged an error: county skipped' },
    });
    const json = { level: 'ERROR', message: 'county skipped', requestId: 'a' };
    const done = platform('report', { requestId: 'a', status: 'success', metrics: {} });
    expect(runs(json, done)[0]?.warning).toBe('logged an error: county skipped');
  });

  it('that AWS tried again under its id is a run each time, and the last says so', () => {
    const error = '\tStatus: error';
    const found = runs(report('a', error), report('a', error), report('a'));
    expect(found.map(({ status, warning }) => [status, warning])).toEqual([
      ['FAILED', undefined],
      ['FAILED', undefined],
      ['SUCCEEDED', 'succeeded after 2 retries'],
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
  });
});

describe('lines of several streams', () => {
  it('belong to the invocation of their own stream', () => {
    const found = lambdaRuns('load', [
      { stream: 'one', at: AT, message: '[ERROR] KeyError: x' },
      { stream: 'two', at: AT + 1, message: report('b') },
      { stream: 'one', at: AT + 2, message: report('a') },
    ]);
    expect(found.map(({ id, status }) => `${id[0]} ${status}`)).toEqual([
      'b SUCCEEDED',
      'a FAILED',
    ]);
  });

  it('that are no lines of Lambda tell nothing', () => {
    expect(runs('', '{', '{}', 'REPORT', '{"type":"platform.report"}', 'START')).toEqual([]);
  });
});
