import { describe, expect, it } from 'vitest';
import { causeWords } from './cause-words.js';

describe('the words of a cause', () => {
  it.each<[string, object, string]>([
    [
      'a run of Glue',
      { JobName: 'load', JobRunState: 'FAILED', ErrorMessage: 'no disk' },
      'no disk',
    ],
    [
      'a job of Batch',
      {
        ...{ JobName: 'load', Status: 'FAILED', StatusReason: 'Essential container exited' },
        Attempts: [{ Container: { ExitCode: 1, Reason: 'OutOfMemory' }, StatusReason: 'x' }],
      },
      'Essential container exited',
    ],
    [
      'a query of Athena',
      {
        QueryExecution: {
          Query: 'SELECT',
          Status: { State: 'FAILED', StateChangeReason: 'no table' },
        },
      },
      'no table',
    ],
    [
      'a step of EMR',
      {
        Step: {
          Status: { State: 'FAILED', FailureDetails: { Reason: 'exit 1', Message: 'bad jar' } },
        },
      },
      'exit 1',
    ],
    [
      'a cluster of EMR',
      { Cluster: { Status: { State: 'TERMINATED', StateChangeReason: { Message: 'no room' } } } },
      'no room',
    ],
    [
      'a training of SageMaker',
      { TrainingJobStatus: 'Failed', FailureReason: 'no data' },
      'no data',
    ],
    [
      'a function',
      { errorMessage: 'not a county', errorType: 'Error', trace: ['at x'] },
      'not a county',
    ],
    [
      'an execution that another one waited for',
      { Status: 'FAILED', Error: 'Broken', Cause: '{"errorMessage":"deep inside"}' },
      'deep inside',
    ],
    [
      'a job that does not say why',
      { JobName: 'load', JobRunState: 'STOPPED' },
      'it ended STOPPED',
    ],
  ])('of %s say why', (_, cause, words) => {
    expect(causeWords(JSON.stringify(cause))).toBe(words);
  });

  it.each([
    '',
    'no such table',
    '{not json}',
    '{}',
    '{"rows":3}',
    '[1]',
    '{"ErrorMessage":""}',
    '{"a":{"b":null}}',
  ])('are the cause itself when it says nothing else: %j', (cause) => {
    expect(causeWords(cause)).toBe(cause);
  });

  it('are found in bounded time, however much there is', () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    expect(causeWords(deep)).toBe(deep);
    const wide = JSON.stringify({
      all: Array.from({ length: 50_000 }, () => 1),
      ErrorMessage: 'x',
    });
    expect(causeWords(wide)).toBe('x');
  });
});
