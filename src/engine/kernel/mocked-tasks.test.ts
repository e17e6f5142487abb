import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../asl/definition.js';
import type { JsonObject } from '../../asl/json.js';
import { openSqliteStore } from '../../store/sqlite-store.js';
import type { SynchronousStore } from '../../store/store.js';
import { createLocalItems } from '../adapters/local-items.js';
import { createEngine } from '../create-engine.js';
import type { Engine } from '../engine.js';
import type { BegunAttempt, TaskMocks } from './mocked-tasks.js';
import type { AttemptOutcome, Runner } from './ports.js';
import { EVERYTHING } from './scope.js';

/** Nothing may really be started. */
const noRunner: Runner = {
  kinds: new Map([['shell', 1]]),
  code: new Map([['shell', []]]),
  start(_request, listener) {
    listener.settled({ type: 'failed', error: 'ReallyRun', cause: 'a mocked task was started' });
  },
  kill: () => undefined,
  forget: async () => undefined,
  close: async () => undefined,
};

type Answer = (attempt: BegunAttempt) => AttemptOutcome | undefined;

function mocksOf(answer: Answer): TaskMocks & { asked: BegunAttempt[] } {
  const asked: BegunAttempt[] = [];
  return {
    asked,
    hasTestCase: (pipeline, testCase) => pipeline === 'orders' && testCase === 'Happy',
    answers: ({ testCase }) => testCase === 'Happy',
    answer(attempt, settle) {
      asked.push(attempt);
      const outcome = answer(attempt);
      if (outcome !== undefined) settle(outcome);
    },
  };
}

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-mocked-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function open(
  file: string,
  mocks: TaskMocks | undefined,
): Promise<{ engine: Engine; store: SynchronousStore; close(): Promise<void> }> {
  const store = openSqliteStore({ file });
  const engine = createEngine({
    store,
    runner: noRunner,
    evaluator: { evaluate: async () => [], close: async () => undefined },
    itemSource: createLocalItems(),
    workFolder: '/nonexistent',
    ...(mocks === undefined ? {} : { mocks }),
  });
  await engine.open();
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await engine.close(0);
    store.close();
  };
  closers.push(close);
  return { engine, store, close };
}

async function deploy(engine: Engine, states: object, startAt = 'Load'): Promise<void> {
  await engine.pipelines.deploy({
    name: 'orders',
    team: 'shop',
    tags: {},
    definition: { StartAt: startAt, States: states } as unknown as MachineDefinition,
    bindings: {},
    folder: '/nonexistent',
  });
}

const task = (more: object = {}): object => ({
  Type: 'Task',
  Resource: 'millrace:shell',
  End: true,
  ...more,
});

async function typesOf(engine: Engine, id: string): Promise<string[]> {
  const { items } = await engine.executions.history(EVERYTHING, id, {
    limit: 1000,
    order: 'oldest-first',
  });
  return items.map(({ type }) => type);
}

const happy = { pipeline: 'orders', testCase: 'Happy' };
const rows: Answer = () => ({ type: 'succeeded', output: { rows: 3 } });

/** What Step Functions itself demands of these integrations. */
function parametersOf(resource: string): JsonObject {
  if (resource.includes('glue')) return { JobName: 'load' };
  if (resource.includes('sqs')) return { QueueUrl: 'q', MessageBody: 'm' };
  return {};
}

describe('an execution on a test case', () => {
  it('gets the answers of the mock, and nothing is started', async () => {
    const mocks = mocksOf(rows);
    const { engine } = await open(':memory:', mocks);
    await deploy(engine, { Load: task() });
    const ended = await engine.executions.run(EVERYTHING, { ...happy, input: { day: 1 } });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { rows: 3 }, testCase: 'Happy' });
    expect(mocks.asked).toMatchObject([
      { state: 'Load', arguments: { day: 1 }, retryCount: 0, performer: 'shell' },
    ]);
    expect(await typesOf(engine, ended.id)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('leaves executions without a test case alone', async () => {
    const { engine } = await open(':memory:', mocksOf(rows));
    await deploy(engine, { Load: task() });
    const ended = await engine.executions.run(EVERYTHING, { pipeline: 'orders' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ReallyRun' });
  });

  it('retries and catches what a mock throws', async () => {
    const failsTwice: Answer = ({ retryCount }) =>
      retryCount < 2
        ? { type: 'failed', error: 'Busy', cause: 'come again' }
        : { type: 'succeeded', output: retryCount };
    const { engine } = await open(':memory:', mocksOf(failsTwice));
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const Catch = [{ ErrorEquals: ['Busy'], ResultPath: '$.caught', Next: 'Late' }];
    const Load = { ...task({ Retry, Catch, Next: 'Late' }), End: undefined };
    await deploy(engine, JSON.parse(JSON.stringify({ Load, Late: { Type: 'Succeed' } })));
    const ended = await engine.executions.run(EVERYTHING, { ...happy, input: {} });
    expect(ended.output).toEqual({ caught: { Error: 'Busy', Cause: 'come again' } });
  });

  it.each([
    'arn:aws:states:::glue:startJobRun.sync',
    'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  ])('is told that the request of %s was accepted before it gets the outcome', async (Resource) => {
    const { engine } = await open(':memory:', mocksOf(rows));
    await deploy(engine, { Load: task({ Resource, Parameters: parametersOf(Resource) }) });
    const ended = await engine.executions.run(EVERYTHING, happy);
    expect(ended.output).toEqual({ rows: 3 });
    expect((await typesOf(engine, ended.id)).slice(2, 6)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
    ]);
  });

  it('hears once when a mock answers twice', async () => {
    const mocks = mocksOf(() => undefined);
    const twice: TaskMocks = {
      ...mocks,
      answer(_attempt, settle) {
        settle({ type: 'succeeded', output: 1 });
        settle({ type: 'succeeded', output: 2 });
      },
    };
    const { engine } = await open(':memory:', twice);
    await deploy(engine, { Load: task() });
    expect(await engine.executions.run(EVERYTHING, happy)).toMatchObject({
      status: 'SUCCEEDED',
      output: 1,
    });
  });

  it('mocks the children of a distributed Map, each with its number', async () => {
    const byNumber: Answer = ({ iterations }) => ({
      type: 'succeeded',
      output: iterations[0] ?? -1,
    });
    const { engine } = await open(':memory:', mocksOf(byNumber));
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Load',
      States: { Load: task() },
    };
    await deploy(engine, { Each: { Type: 'Map', ItemProcessor, End: true } }, 'Each');
    const ended = await engine.executions.run(EVERYTHING, { ...happy, input: ['a', 'b', 'c'] });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: [0, 1, 2] });
  });

  it('is refused when there is no such case', async () => {
    const { engine } = await open(':memory:', mocksOf(rows));
    await deploy(engine, { Load: task() });
    const refused = engine.executions.start(EVERYTHING, { pipeline: 'orders', testCase: 'Sad' });
    await expect(refused).rejects.toMatchObject({ kind: 'TestCaseUnknown', status: 400 });
    const { items } = await engine.executions.list(EVERYTHING);
    expect(items).toEqual([]);
  });

  it('conflicts with an execution of its name on another case', async () => {
    const { engine } = await open(':memory:', mocksOf(rows));
    await deploy(engine, { Load: task() });
    await engine.executions.run(EVERYTHING, { ...happy, name: 'one' });
    const again = await engine.executions.start(EVERYTHING, { ...happy, name: 'one' });
    expect(again.created).toBe(false);
    const other = engine.executions.start(EVERYTHING, { pipeline: 'orders', name: 'one' });
    await expect(other).rejects.toMatchObject({ kind: 'ExecutionConflict' });
  });
});

describe('invocations of a mocked state', () => {
  /** Its own number; a failure for those listed. */
  const numbered =
    (...failing: number[]): Answer =>
    ({ invocation }) =>
      failing.includes(invocation)
        ? { type: 'failed', error: 'Busy', cause: 'come again' }
        : { type: 'succeeded', output: invocation };
  const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxDelaySeconds: 1, MaxAttempts: 3 }];
  const loadEach = (more: object = {}): object => ({
    Type: 'Map',
    MaxConcurrency: 1,
    ItemProcessor: { StartAt: 'Load', States: { Load: task({ Retry }) } },
    End: true,
    ...more,
  });

  it('are counted over the iterations of a Map and over retries alike', async () => {
    const { engine } = await open(':memory:', mocksOf(numbered(0, 2)));
    await deploy(engine, { Each: loadEach() }, 'Each');
    const ended = await engine.executions.run(EVERYTHING, { ...happy, input: ['a', 'b', 'c'] });
    expect(ended.output).toEqual([1, 3, 4]);
  });

  it('are counted over the visits of a loop, for each state by itself', async () => {
    const { engine } = await open(':memory:', mocksOf(numbered(1)));
    await deploy(engine, {
      Load: { Type: 'Task', Resource: 'millrace:shell', Retry, ResultPath: '$.load', Next: 'Save' },
      Save: {
        Type: 'Task',
        Resource: 'millrace:shell',
        Retry,
        ResultPath: '$.save',
        Next: 'Enough',
      },
      Enough: {
        Type: 'Choice',
        Choices: [{ Variable: '$.load', NumericLessThan: 3, Next: 'Load' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    });
    const ended = await engine.executions.run(EVERYTHING, { ...happy, input: {} });
    expect(ended.output).toEqual({ load: 3, save: 3 });
  });

  it('begin anew with each execution, and with each child of a distributed Map', async () => {
    const { engine } = await open(':memory:', mocksOf(numbered()));
    await deploy(engine, { Load: task() });
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await engine.executions.run(EVERYTHING, { ...happy, input: {} })).output).toBe(0);
    }
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Load',
      States: { Load: task() },
    };
    await deploy(engine, { Each: { Type: 'Map', ItemProcessor, End: true } }, 'Each');
    const ended = await engine.executions.run(EVERYTHING, { ...happy, input: ['a', 'b'] });
    expect(ended.output).toEqual([0, 0]);
  });

  it('go on where they were after a restart, also the one that was under way', async () => {
    const file = join(folder(), 'test.db');
    const until =
      (last: number): Answer =>
      (attempt) =>
        attempt.invocation < last ? numbered()(attempt) : undefined;
    const waiting = mocksOf(until(2));
    const before = await open(file, waiting);
    await deploy(before.engine, { Each: loadEach() }, 'Each');
    const { id } = await before.engine.executions.start(EVERYTHING, {
      ...happy,
      input: ['a', 'b', 'c', 'd'],
    });
    await expect.poll(() => waiting.asked.length).toBe(3);
    await before.close();
    const mocks = mocksOf(numbered());
    const after = await open(file, mocks);
    expect((await after.engine.executions.wait(EVERYTHING, id)).output).toEqual([0, 1, 2, 3]);
    expect(mocks.asked.map(({ invocation }) => invocation)).toEqual([2, 3]);
  });

  it('go on with a redrive', async () => {
    const file = join(folder(), 'test.db');
    const { engine } = await open(file, mocksOf(numbered(0)));
    await deploy(engine, { Load: task() });
    const failed = await engine.executions.run(EVERYTHING, { ...happy, input: {} });
    expect(failed.status).toBe('FAILED');
    await engine.executions.redrive(EVERYTHING, failed.id);
    expect((await engine.executions.wait(EVERYTHING, failed.id)).output).toBe(1);
  });
});

describe('after a restart', () => {
  it('an attempt that was begun is answered and not lost', async () => {
    const file = join(folder(), 'test.db');
    const silent = mocksOf(() => undefined);
    const before = await open(file, silent);
    const Resource = 'arn:aws:states:::glue:startJobRun.sync';
    await deploy(before.engine, { Load: task({ Resource, Parameters: parametersOf(Resource) }) });
    const { id } = await before.engine.executions.start(EVERYTHING, happy);
    await expect.poll(() => silent.asked.length).toBe(1);
    await before.close();
    const after = await open(file, mocksOf(rows));
    const ended = await after.engine.executions.wait(EVERYTHING, id);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { rows: 3 }, testCase: 'Happy' });
    const types = await typesOf(after.engine, id);
    expect(types.filter((type) => type === 'TaskSubmitted')).toHaveLength(1);
  });

  it('an attempt whose mock is gone fails and says so', async () => {
    const file = join(folder(), 'test.db');
    const silent = mocksOf(() => undefined);
    const before = await open(file, silent);
    await deploy(before.engine, { Load: task() });
    const { id } = await before.engine.executions.start(EVERYTHING, happy);
    await expect.poll(() => silent.asked.length).toBe(1);
    await before.close();
    const after = await open(file, undefined);
    const ended = await after.engine.executions.wait(EVERYTHING, id);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.MockMissing' });
  });

  it('a redrive goes on with the same test case', async () => {
    const file = join(folder(), 'test.db');
    const fails: Answer = () => ({ type: 'failed', error: 'Busy', cause: '' });
    const before = await open(file, mocksOf(fails));
    await deploy(before.engine, { Load: task() });
    const failed = await before.engine.executions.run(EVERYTHING, happy);
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Busy' });
    await before.close();
    const after = await open(file, mocksOf(rows));
    await after.engine.executions.redrive(EVERYTHING, failed.id);
    const ended = await after.engine.executions.wait(EVERYTHING, failed.id);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { rows: 3 } });
  });
});
