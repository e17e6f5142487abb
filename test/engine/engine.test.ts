import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FeedChange } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { failed, oneTask, openTestEngine, succeeded, type TestEngine } from './test-engine.js';

let test: TestEngine;
afterEach(() => test.close());

describe('starting', () => {
  it('happens once for a name, and conflicts with another input', async () => {
    test = await openTestEngine();
    await test.deploy('p', oneTask());
    const start = { pipeline: 'p', name: 'today', input: { a: 1, b: 2 } };
    const first = await test.engine.executions.start(EVERYTHING, start);
    const again = await test.engine.executions.start(EVERYTHING, {
      ...start,
      input: { b: 2, a: 1 },
    });
    expect(again).toMatchObject({ id: first.id, created: false });
    await expect(
      test.engine.executions.start(EVERYTHING, { ...start, input: { a: 2 } }),
    ).rejects.toMatchObject({
      code: 'MILL3003',
    });
    expect((await test.engine.executions.list(EVERYTHING)).items).toHaveLength(1);
  });

  it('is the same execution also when it is asked for many times at once', async () => {
    test = await openTestEngine();
    await test.deploy('p', oneTask());
    const all = await Promise.all(
      Array.from({ length: 50 }, () =>
        test.engine.executions.start(EVERYTHING, { pipeline: 'p', name: 'n', input: 1 }),
      ),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
  });

  it('refuses an input that is too large, too deep, or that not every store can keep', async () => {
    test = await openTestEngine();
    await test.deploy('p', oneTask());
    const deep = JSON.parse('['.repeat(513) + ']'.repeat(513)) as never;
    for (const [input, code] of [
      ['x'.repeat(262_143), 'MILL3008'],
      [deep, 'MILL3009'],
      ['\ud800', 'MILL3010'],
      ['a\u0000b', 'MILL3010'],
    ] as const) {
      await expect(
        test.engine.executions.start(EVERYTHING, { pipeline: 'p', input }),
      ).rejects.toMatchObject({
        code,
      });
    }
    expect((await test.engine.executions.list(EVERYTHING)).items).toEqual([]);
  });

  it('keeps the version that an execution began with, whatever is deployed meanwhile', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    test = await openTestEngine(async (task) => {
      if (task.state === 'Work') await held;
      return succeeded(task.state);
    });
    const two = (last: string): object => ({
      StartAt: 'Work',
      States: {
        Work: { Type: 'Task', Resource: 'millrace:echo', Next: last },
        [last]: { Type: 'Task', Resource: 'millrace:echo', End: true },
      },
    });
    await test.deploy('p', two('Old'));
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p' });
    await test.deploy('p', two('New'));
    release();
    expect(await test.engine.executions.wait(EVERYTHING, id)).toMatchObject({
      version: 1,
      output: 'Old',
    });
    expect(await test.engine.executions.run(EVERYTHING, { pipeline: 'p' })).toMatchObject({
      version: 2,
      output: 'New',
    });
  });
});

describe('stopping and redriving', () => {
  it('ends the running attempt, and goes on with it when asked to', async () => {
    let stopped = 0;
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    test = await openTestEngine((task, signal) => {
      if (stopped > 0) return succeeded(task.arguments);
      begin();
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          stopped += 1;
          resolve(failed('Killed'));
        }),
      );
    });
    await test.deploy('p', oneTask());
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p', input: 7 });
    await begun;
    const ended = await test.engine.executions.stop(EVERYTHING, id, {
      error: 'Mine',
      cause: 'wrong day',
    });
    expect(ended).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'wrong day' });
    await test.engine.executions.redrive(EVERYTHING, id);
    expect(await test.engine.executions.wait(EVERYTHING, id)).toMatchObject({
      status: 'SUCCEEDED',
      output: 7,
      redriveCount: 1,
    });
    expect(stopped).toBe(1);
  });

  it('goes on from the failed state with the current definition, without doing finished work again', async () => {
    const seen: string[] = [];
    test = await openTestEngine((task) => {
      seen.push(task.state);
      const { fixed } = task.arguments as { fixed?: boolean };
      return task.state === 'Load' && fixed !== true ? failed('Broken') : succeeded(task.state);
    });
    const chain = (load: object): object => ({
      StartAt: 'Extract',
      States: {
        Extract: { Type: 'Task', Resource: 'millrace:echo', ResultPath: '$.extract', Next: 'Load' },
        Load: { Type: 'Task', Resource: 'millrace:echo', ...load, End: true },
      },
    });
    await test.deploy('p', chain({}));
    const failedRun = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    expect(failedRun).toMatchObject({ status: 'FAILED', error: 'Broken' });
    await test.deploy('p', chain({ Parameters: { fixed: true } }));
    const plan = await test.engine.executions.planRedrive(EVERYTHING, failedRun.id, {
      definition: 'current',
    });
    expect(plan.map(({ state, effect }) => [state, effect])).toEqual([
      ['Extract', 'reused'],
      ['Load', 'restarted'],
    ]);
    const { notes } = await test.engine.executions.redrive(EVERYTHING, failedRun.id, {
      definition: 'current',
    });
    expect(notes).toEqual(plan);
    expect(await test.engine.executions.wait(EVERYTHING, failedRun.id)).toMatchObject({
      status: 'SUCCEEDED',
      version: 2,
    });
    expect(seen).toEqual(['Extract', 'Load', 'Load']);
  });

  it('says why an execution cannot be redriven', async () => {
    test = await openTestEngine();
    await test.deploy('p', oneTask());
    const done = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    await expect(test.engine.executions.redrive(EVERYTHING, done.id)).rejects.toMatchObject({
      code: 'MILL3005',
    });
  });
});

describe('tasks that end elsewhere', () => {
  it('wait for their token, across a restart', async () => {
    const tokens: string[] = [];
    test = await openTestEngine((task) => {
      tokens.push((task.arguments as { token: string }).token);
      return succeeded({ sent: true });
    });
    await test.deploy(
      'p',
      oneTask({
        Resource: 'millrace:echo.waitForTaskToken',
        Parameters: { 'token.$': '$$.Task.Token' },
      }),
    );
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'p' });
    while (tokens.length === 0) await new Promise((done) => setImmediate(done));
    await test.restart();
    await expect(test.engine.tasks.succeed(EVERYTHING, 'no such token', 1)).rejects.toMatchObject({
      code: 'MILL3006',
    });
    await test.engine.tasks.succeed(EVERYTHING, tokens[0] as string, { answer: 42 });
    expect(await test.engine.executions.wait(EVERYTHING, id)).toMatchObject({
      status: 'SUCCEEDED',
      output: { answer: 42 },
    });
  });

  it('run other pipelines and take their output or failure', async () => {
    test = await openTestEngine((task) =>
      (task.arguments as { bad?: boolean }).bad
        ? failed('ChildBroke')
        : succeeded({ from: 'child' }),
    );
    await test.deploy('child', oneTask());
    const parent = oneTask({
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: {
        StateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:child',
        'Input.$': '$',
      },
    });
    await test.deploy('parent', parent, {
      'arn:aws:states:us-east-1:123456789012:stateMachine:child': { pipeline: 'child' },
    });
    const good = await test.engine.executions.run(EVERYTHING, { pipeline: 'parent', input: {} });
    expect(good.output).toMatchObject({ Status: 'SUCCEEDED', Output: { from: 'child' } });
    const bad = await test.engine.executions.run(EVERYTHING, {
      pipeline: 'parent',
      input: { bad: true },
    });
    expect(bad).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(bad.cause).toContain('ChildBroke');
  });
});

describe('bindings', () => {
  it('let an unmodified definition call local functions', async () => {
    test = await openTestEngine((task) =>
      succeeded({ got: (task.arguments as { payload: unknown }).payload }),
    );
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:load';
    await test.deploy('plain', oneTask({ Resource: arn }), { [arn]: { lambda: 'functions/load' } });
    expect(
      (await test.engine.executions.run(EVERYTHING, { pipeline: 'plain', input: { n: 1 } })).output,
    ).toEqual({
      got: { n: 1 },
    });
    const invoke = oneTask({
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: arn, 'Payload.$': '$' },
    });
    await test.deploy('invoke', invoke, { [arn]: { lambda: 'functions/load' } });
    expect(
      (await test.engine.executions.run(EVERYTHING, { pipeline: 'invoke', input: { n: 2 } }))
        .output,
    ).toMatchObject({
      StatusCode: 200,
      Payload: { got: { n: 2 } },
    });
  });

  it('name themselves when they are missing', async () => {
    test = await openTestEngine();
    const Resource = 'arn:aws:states:::glue:startJobRun.sync';
    await test.deploy('p', oneTask({ Resource, Parameters: { JobName: 'load' } }));
    const ended = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.UnboundResource' });
    expect(ended.cause).toContain('bindings');
  });
});

describe('a distributed Map', () => {
  const map = (more: object): object => ({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: { Type: 'Task', Resource: 'millrace:echo', End: true } },
        },
        End: true,
        ...more,
      },
    },
  });

  it('runs each row of a local CSV file as an execution of its own, in order', async () => {
    test = await openTestEngine();
    mkdirSync(join(test.folder, 'bucket'));
    writeFileSync(join(test.folder, 'bucket/rows.csv'), 'id,name\n1,"a, b"\n2,c\n3,d\n');
    const reader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
      Parameters: { Bucket: 'bucket', Key: 'rows.csv' },
    };
    await test.deploy('p', map({ ItemReader: reader, MaxConcurrency: 2 }));
    const ended = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    expect(ended.output).toEqual([
      { id: '1', name: 'a, b' },
      { id: '2', name: 'c' },
      { id: '3', name: 'd' },
    ]);
    expect(
      (await test.engine.executions.list(EVERYTHING)).items.map(({ pipeline }) => pipeline),
    ).toEqual(['p']);
  });

  it('fails when more children fail than are tolerated', async () => {
    test = await openTestEngine((task) =>
      (task.arguments as number) > 2 ? failed('Odd') : succeeded(0),
    );
    const input = [1, 2, 3, 4];
    await test.deploy('strict', map({ ToleratedFailureCount: 1 }));
    expect(
      await test.engine.executions.run(EVERYTHING, { pipeline: 'strict', input }),
    ).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    await test.deploy('lenient', map({ ToleratedFailureCount: 2 }));
    expect(
      await test.engine.executions.run(EVERYTHING, { pipeline: 'lenient', input }),
    ).toMatchObject({
      status: 'SUCCEEDED',
    });
  });
});

describe('what can be seen', () => {
  it('is published after it is durable, in order, and logs carry the tags of the pipeline', async () => {
    test = await openTestEngine();
    await test.deploy('p', oneTask());
    const changes: FeedChange[] = [];
    const published = new Promise<void>((resolve) => {
      test.engine.executions.subscribe(EVERYTHING, (change) => {
        changes.push(change);
        if (change.type === 'execution' && change.status !== 'RUNNING') resolve();
      });
    });
    const { id } = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    await published;
    const events = changes.flatMap((change) => (change.type === 'history' ? change.events : []));
    expect(events.map((event) => event.id)).toEqual(events.map((_, i) => i + 1));
    expect(
      changes.some((change) => change.type === 'execution' && change.status === 'SUCCEEDED'),
    ).toBe(true);
    const { items } = await test.engine.executions.logs(EVERYTHING, id);
    expect(items[0]).toMatchObject({
      message: 'Work at work',
      tags: { county: 'alder' },
      state: 'Work',
    });
  });

  it('pages through executions and histories', async () => {
    test = await openTestEngine();
    await test.deploy('p', oneTask());
    for (let i = 0; i < 5; i++)
      await test.engine.executions.run(EVERYTHING, { pipeline: 'p', name: `n${i}` });
    const first = await test.engine.executions.list(EVERYTHING, { limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['n4', 'n3']);
    const second = await test.engine.executions.list(EVERYTHING, {
      limit: 2,
      cursor: first.next as string,
    });
    expect(second.items.map(({ name }) => name)).toEqual(['n2', 'n1']);
    const { id } = await test.engine.executions.describe(EVERYTHING, 'p/n0');
    const page = await test.engine.executions.history(EVERYTHING, id, {
      limit: 3,
      order: 'newest-first',
    });
    expect(page.items[0]?.type).toBe('ExecutionSucceeded');
    expect(page.next).toBeDefined();
  });
});
