import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBundle } from './support/bundles.js';
import { type Hosting, isMissing, openHosting } from './support/hosting.js';

/** A task, a wait for an answer, another task. */
const definition = {
  StartAt: 'Before',
  States: {
    Before: { Type: 'Task', Resource: 'millrace:echo', ResultPath: null, Next: 'Ask' },
    Ask: {
      Type: 'Task',
      Resource: 'millrace:echo.waitForTaskToken',
      ResultPath: '$.answer',
      TimeoutSeconds: 600,
      Next: 'After',
    },
    After: {
      Type: 'Task',
      QueryLanguage: 'JSONata',
      Resource: 'millrace:echo',
      Arguments: '{% { "sum": $states.input.answer.n + 1 } %}',
      End: true,
    },
  },
};

describe.skipIf(isMissing)('an update of the package', () => {
  let hosting: Hosting;
  let next: string;
  beforeAll(async () => {
    [hosting, next] = await Promise.all([openHosting(), makeBundle('workflows-next')]);
  });
  afterAll(() => hosting.close());

  async function waiting(): Promise<{ workflowId: string; taskToken: string }> {
    const workflowId = await hosting.start(definition, { input: { kept: 1 } });
    const { waiting } = await hosting.until(workflowId, (view) => view.waiting.length === 1);
    return { workflowId, taskToken: waiting[0]?.taskToken ?? '' };
  }

  async function finish({ workflowId, taskToken }: { workflowId: string; taskToken: string }) {
    await hosting.executions.answer({ taskToken, type: 'TaskSucceeded', output: { n: 41 } });
    return await hosting.executions.ended(workflowId);
  }

  it('goes on with what is in flight, and replays what came before and after it', async () => {
    const old = await waiting();
    await hosting.replaceWorker({ bundle: { code: next } });
    const young = await waiting();
    const output = { sum: 42 };
    expect(await finish(old)).toMatchObject({ status: 'SUCCEEDED', output });
    expect(await finish(young)).toMatchObject({ status: 'SUCCEEDED', output });
    expect(await hosting.replay(old.workflowId, next)).toBe(1);
    expect(await hosting.replay(young.workflowId, next)).toBe(1);
    // What the younger one did, the version before never does.
    await expect(hosting.replay(young.workflowId)).rejects.toThrow();
  });

  it('that asks nothing before it does something else is found out by a replay', async () => {
    await hosting.replaceWorker();
    const old = await waiting();
    await finish(old);
    const broken = await makeBundle('workflows-broken');
    const replay = hosting.replay(old.workflowId, broken);
    await expect(replay).rejects.toThrow(DeterminismViolationError);
  });

  it('carries a state from a run of the version before into one of the next', async () => {
    const input = Array.from({ length: 30 }, (_, n) => n);
    const map = {
      StartAt: 'Ask',
      States: {
        Ask: { ...definition.States.Ask, ResultPath: null, Next: 'Each' },
        Each: {
          Type: 'Map',
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'Work',
            States: { Work: { Type: 'Task', Resource: 'millrace:echo', End: true } },
          },
          End: true,
        },
      },
    };
    const workflowId = await hosting.start(map, { input, options: { runEvents: 3 } });
    const { waiting } = await hosting.until(workflowId, (view) => view.waiting.length === 1);
    await hosting.replaceWorker({ bundle: { code: next } });
    const ended = await finish({ workflowId, taskToken: waiting[0]?.taskToken ?? '' });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: input });
    expect(await hosting.replay(workflowId, next)).toBeGreaterThan(3);
  });
});
