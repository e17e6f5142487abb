import { describe, expect, it } from 'vitest';
import { validateDefinition } from '../asl/validate.js';
import {
  branch,
  choice,
  fail,
  forEach,
  parallel,
  pass,
  pipeline,
  succeed,
  task,
  wait,
} from './builder.js';

describe('the builder', () => {
  it('makes a valid definition', () => {
    const definition = pipeline('orders')
      .states({
        Extract: task(
          'millrace:shell',
          { command: ['python3', 'extract.py'], 'input.$': '$' },
          {
            next: 'Enough',
            resultPath: '$.extract',
            timeoutSeconds: 60,
            retry: [{ errors: ['Shell.ExitCode.1'], maxAttempts: 2, intervalSeconds: 5 }],
            catch: [{ next: 'Sorry', resultPath: '$.error' }],
          },
        ),
        Enough: choice(
          [{ condition: '{% $states.input.extract.rows > 10 %}', next: 'Both' }],
          'Nap',
        ),
        Nap: wait(60, { next: 'Extract' }),
        Both: parallel(
          [
            branch()
              .states({ Left: pass({ result: 1, end: true }) })
              .startAt('Left'),
            branch()
              .states({ Right: pass({ parameters: { 'a.$': '$' }, end: true }) })
              .startAt('Right'),
          ],
          { next: 'Each' },
        ),
        Each: forEach('$', branch().states({ One: succeed() }).startAt('One'), {
          concurrency: 2,
          next: 'Done',
        }),
        Done: succeed(),
        Sorry: fail('Orders.NotLoaded', 'see the error above'),
      })
      .startAt('Extract')
      .toASL();
    expect(validateDefinition(definition)).toEqual([]);
    expect(definition.States.Extract).toEqual({
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { command: ['python3', 'extract.py'], 'input.$': '$' },
      ResultPath: '$.extract',
      TimeoutSeconds: 60,
      Retry: [{ ErrorEquals: ['Shell.ExitCode.1'], MaxAttempts: 2, IntervalSeconds: 5 }],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Sorry' }],
      Next: 'Enough',
    });
  });

  it('does not compile when a state goes to an unknown one', () => {
    const typo = pipeline('orders').states({
      // @ts-expect-error there is no state Laod
      Extract: task('millrace:echo', {}, { next: 'Laod' }),
      Load: succeed(),
    });
    // @ts-expect-error there is no state Extrac
    const wrongStart = typo.startAt('Extrac');
    const wrongDefault = pipeline('orders').states({
      // @ts-expect-error there is no state Nowhere
      Decide: choice([{ condition: '{% true %}', next: 'Done' }], 'Nowhere'),
      Done: succeed(),
    });
    const wrongCatch = pipeline('orders').states({
      // @ts-expect-error there is no state Gone
      Work: task('millrace:echo', {}, { next: 'Done', catch: [{ next: 'Gone' }] }),
      Done: succeed(),
    });
    const codes = [wrongStart, wrongDefault.startAt('Decide'), wrongCatch.startAt('Work')].map(
      (machine) => validateDefinition(machine.toASL()).map(({ code }) => code)[0],
    );
    expect(codes).toEqual([
      'MISSING_TRANSITION_TARGET',
      'MISSING_TRANSITION_TARGET',
      'MISSING_TRANSITION_TARGET',
    ]);
  });
});
