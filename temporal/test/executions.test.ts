import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hosting, isMissing, openHosting } from './support/hosting.js';

const echo = (next: object): object => ({
  Type: 'Task',
  Resource: 'millrace:echo',
  ...next,
});

const map = {
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      MaxConcurrency: 5,
      ItemProcessor: {
        StartAt: 'Work',
        States: { Work: echo({ End: true }) },
      },
      End: true,
    },
  },
};

const token = {
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'millrace:echo.waitForTaskToken',
      Parameters: { 'token.$': '$$.Task.Token' },
      TimeoutSeconds: 600,
      End: true,
    },
  },
};

describe.skipIf(isMissing)('an execution on Temporal', () => {
  let hosting: Hosting;
  beforeAll(async () => {
    hosting = await openHosting();
  });
  afterAll(() => hosting.close());

  it('runs states of both query languages, branches, items and waits, and replays the same', async () => {
    const definition = {
      StartAt: 'Shape',
      States: {
        Shape: {
          Type: 'Pass',
          QueryLanguage: 'JSONata',
          Output:
            '{% { "numbers": [1..4], "sum": $sum([1..4]), "random": $random() < 1, "id": $length($uuid()) } %}',
          Next: 'Both',
        },
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'A', States: { A: { Type: 'Pass', InputPath: '$.sum', End: true } } },
            {
              StartAt: 'Each',
              States: {
                Each: {
                  Type: 'Map',
                  ItemsPath: '$.numbers',
                  ItemProcessor: {
                    StartAt: 'Work',
                    States: {
                      Work: echo({ Parameters: { 'n.$': '$' }, OutputPath: '$.n', End: true }),
                    },
                  },
                  End: true,
                },
              },
            },
          ],
          Next: 'Rest',
        },
        Rest: { Type: 'Wait', Seconds: 1, End: true },
      },
    };
    const ended = await hosting.run(definition);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: [10, [1, 2, 3, 4]] });
    const types = await hosting.types(ended.workflowId);
    expect(types[0]).toBe('ExecutionStarted');
    expect(types.filter((type) => type === 'TaskSucceeded')).toHaveLength(4);
    expect(types.at(-1)).toBe('ExecutionSucceeded');
    expect(await hosting.replay(ended.workflowId)).toBe(1);
  });

  it('tries again as Retry says, and then fails with the error and cause of the task', async () => {
    const ended = await hosting.run({
      StartAt: 'Fails',
      States: {
        Fails: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Parameters: { command: ['sh', '-c', 'echo broken >&2; exit 3'] },
          Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }],
          End: true,
        },
      },
    });
    expect(ended.status).toBe('FAILED');
    expect(ended.error).toMatch(/^Shell\./);
    const types = await hosting.types(ended.workflowId);
    expect(types.filter((type) => type === 'TaskScheduled')).toHaveLength(2);
    expect(await hosting.replay(ended.workflowId)).toBe(1);
  });

  it('ends a task by its own clock, and its process with it', async () => {
    const ended = await hosting.run({
      StartAt: 'Slow',
      States: {
        Slow: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Parameters: { command: ['sleep', '600'] },
          TimeoutSeconds: 1,
          End: true,
        },
      },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(await hosting.types(ended.workflowId)).toContain('TaskTimedOut');
  });

  it('takes the answer of a task token once, and refuses what is no token or waits no longer', async () => {
    const workflowId = await hosting.start(token);
    const { waiting } = await hosting.until(workflowId, ({ waiting }) => waiting.length === 1);
    const taskToken = waiting[0]?.taskToken ?? '';
    const answer = { taskToken, type: 'TaskSucceeded', output: { n: 1 } } as const;
    await hosting.executions.answer({ taskToken, type: 'TaskHeartbeat' });
    await hosting.executions.answer(answer);
    const ended = await hosting.executions.ended(workflowId);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 } });
    await expect(hosting.executions.answer(answer)).rejects.toMatchObject({ code: 'MILL5545' });
    const wrong = { ...answer, taskToken: 'nothing' };
    await expect(hosting.executions.answer(wrong)).rejects.toMatchObject({ code: 'MILL5545' });
    const types = await hosting.types(workflowId);
    expect(types.slice(2, 6)).toEqual([
      ...['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
    ]);
    await hosting.replay(workflowId);
  });

  it('stops, with what runs for it, and says so', async () => {
    const workflowId = await hosting.start(token);
    await hosting.until(workflowId, ({ waiting }) => waiting.length === 1);
    await hosting.executions.stop(workflowId, { error: 'Enough', cause: 'not needed' });
    const ended = await hosting.executions.ended(workflowId);
    expect(ended).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'not needed' });
    await hosting.replay(workflowId);
  });

  it('is stopped by a cancellation of its workflow', async () => {
    const workflowId = await hosting.start(token);
    await hosting.until(workflowId, ({ waiting }) => waiting.length === 1);
    await hosting.client.workflow.getHandle(workflowId).cancel();
    expect(await hosting.executions.ended(workflowId)).toMatchObject({ status: 'ABORTED' });
    await hosting.replay(workflowId);
  });

  it('is redriven from where it failed, with its finished work and a changed definition', async () => {
    const definition = (resource: string): object => ({
      StartAt: 'First',
      States: {
        First: echo({ Parameters: { kept: true }, Next: 'Second' }),
        Second: { Type: 'Task', Resource: resource, End: true },
      },
    });
    const ended = await hosting.run(definition('millrace:nothing-performs-it'));
    expect(ended.status).toBe('FAILED');
    const changed = { ...deployment, definition: definition('millrace:echo') as never };
    await hosting.executions.redrive(ended.workflowId, { deployment: changed });
    const again = await hosting.executions.ended(ended.workflowId);
    expect(again).toMatchObject({ status: 'SUCCEEDED', output: { kept: true } });
    const types = await hosting.types(ended.workflowId);
    expect(types[0]).toBe('ExecutionRedriven');
    expect(types.filter((type) => type === 'TaskScheduled')).toHaveLength(1);
    const refused = hosting.executions.redrive(ended.workflowId, {});
    await expect(refused).rejects.toMatchObject({ code: 'MILL5546' });
    await hosting.replay(ended.workflowId);
  });

  it('gives a name once', async () => {
    await hosting.run({ StartAt: 'A', States: { A: { Type: 'Succeed' } } }, { name: 'only' });
    const again = hosting.start(
      { StartAt: 'A', States: { A: { Type: 'Succeed' } } },
      { name: 'only' },
    );
    await expect(again).rejects.toMatchObject({ code: 'MILL5543' });
  });

  it('refuses what Temporal could not carry', async () => {
    const Result = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [i, 'x'.repeat(200_000)]),
    );
    const huge = { StartAt: 'A', States: { A: { Type: 'Pass', Result, End: true } } };
    await expect(hosting.start(huge)).rejects.toMatchObject({ code: 'MILL5541' });
    const input = 'x'.repeat(300_000);
    const large = hosting.start({ StartAt: 'A', States: { A: { Type: 'Succeed' } } }, { input });
    await expect(large).rejects.toMatchObject({ code: 'MILL5544' });
  });

  it('goes through several runs in the middle of a Map, also while its items are under way', async () => {
    const input = Array.from({ length: 60 }, (_, n) => n);
    const ended = await hosting.run(map, { input, options: { runEvents: 6 } });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: input });
    expect(await hosting.replay(ended.workflowId)).toBeGreaterThan(3);
  });

  it('keeps timers and tokens from run to run', async () => {
    const definition = {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 3, End: true } } },
            token,
            { StartAt: 'Each', States: { Each: { ...map.States.Each, MaxConcurrency: 1 } } },
          ],
          End: true,
        },
      },
    };
    const input = Array.from({ length: 12 }, (_, n) => n);
    const workflowId = await hosting.start(definition, { input, options: { runEvents: 12 } });
    const { waiting } = await hosting.until(
      workflowId,
      ({ states, waiting }) =>
        waiting.length === 1 && states.filter((one) => one.phase === 'succeeded').length === 2,
    );
    const taskToken = waiting[0]?.taskToken ?? '';
    await hosting.executions.answer({ taskToken, type: 'TaskSucceeded', output: 'done' });
    const ended = await hosting.executions.ended(workflowId);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: [input, 'done', input] });
    expect(await hosting.replay(workflowId)).toBeGreaterThan(1);
  });

  it('runs the items of a distributed Map as executions, and tolerates as many failures as it says', async () => {
    const definition = (tolerated: number): object => ({
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          MaxConcurrency: 3,
          ToleratedFailureCount: tolerated,
          ItemSelector: { 'n.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' },
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Odd',
            States: {
              Odd: {
                Type: 'Choice',
                Choices: [{ Variable: '$.n', NumericEquals: 3, Next: 'No' }],
                Default: 'Work',
              },
              No: { Type: 'Fail', Error: 'Three' },
              Work: echo({ OutputPath: '$.n', End: true }),
            },
          },
          End: true,
        },
      },
    });
    const input = [1, 2, 3, 4, 5, 6, 7, 8];
    const ended = await hosting.run(definition(1), { input, options: { runEvents: 20 } });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: [1, 2, 4, 5, 6, 7, 8] });
    const failed = await hosting.run(definition(0), { input });
    const error = 'States.ExceedToleratedFailureThreshold';
    expect(failed).toMatchObject({ status: 'FAILED', error });
    expect(await hosting.types(failed.workflowId)).toContain('MapRunFailed');
    await hosting.replay(failed.workflowId);
    await hosting.replay(`${ended.workflowId}/0-1`);
  });

  it('says which tasks nobody performs here', async () => {
    const of = (Resource: string): object => ({
      StartAt: 'A',
      States: {
        A: {
          Type: 'Task',
          Resource,
          Parameters: { Entries: [], MessageBody: 'x', QueueUrl: 'q' },
          End: true,
        },
      },
    });
    const unbound = await hosting.run(of('arn:aws:states:::sqs:sendMessage'));
    expect(unbound).toMatchObject({ status: 'FAILED', error: 'Millrace.UnboundResource' });
    const unknown = await hosting.run(of('millrace:nothing'));
    expect(unknown).toMatchObject({ status: 'FAILED', error: 'Millrace.UnknownConnector' });
    expect(await hosting.types(unknown.workflowId)).not.toContain('TaskStarted');
    const service = await hosting.run(of('arn:aws:states:::events:putEvents'));
    expect(service).toMatchObject({ status: 'FAILED', error: 'Millrace.NotOnTemporal' });
  });
});

const deployment = { name: 'test', team: 'default', tags: {}, folder: '', bindings: {} };
