/**
 * Runs one test: the real engine on a store in memory, on virtual time, with the test's mocks.
 * @module
 */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { MachineDefinition } from '../asl/definition.js';
import type { JsonObject } from '../asl/json.js';
import type { HistoryEvent } from '../asl/transition.js';
import { createLocalItems } from '../engine/adapters/local-items.js';
import { createEngine } from '../engine/create-engine.js';
import type { Engine, ExecutionDetail } from '../engine/engine.js';
import { EngineError } from '../engine/kernel/errors.js';
import type { Evaluator, Runner } from '../engine/kernel/ports.js';
import { EVERYTHING } from '../engine/kernel/scope.js';
import { nothingSecret } from '../secrets/secret-registry.js';
import { openSqliteStore } from '../store/sqlite-store.js';
import type { SynchronousStore } from '../store/store.js';
import { compareOutputs, type GoldenUpdates } from './data/golden-outputs.js';
import { prepareFolder, type TestFolder } from './data/test-folder.js';
import { type Failure, failuresOf } from './expectations.js';
import { frozenEvaluator, frozenItems, frozenRunner, seededRandom } from './frozen-ports.js';
import { pathTaken, pathText, type Visit } from './path-taken.js';
import { TestMocks, type Unanswered } from './test-mocks.js';
import type { PlannedTest } from './test-plan.js';
import { type Course, VirtualTime } from './virtual-time.js';

export interface TestResult {
  name: string;
  file: string;
  line: number;
  pipeline: string;
  status: 'passed' | 'failed';
  /** Milliseconds that it really took. */
  realMs: number;
  /** Virtual milliseconds from the start of the execution to its end. */
  virtualMs: number;
  failures: Failure[];
  /** The path taken, in one line; for a test of several pipelines how often each has started. */
  path: string;
  kind: 'execution' | 'simulation';
  /** Golden outputs that were written, in words. */
  updated: readonly string[];
}

/** What tests share. */
export interface TestMeans {
  evaluator: Evaluator;
  /** Performs tasks that really run. */
  runner: Runner;
  /** A folder for the files of tasks that really run. */
  workFolder: string;
  /** Real milliseconds that one test may take. */
  timeoutMs: number;
  /** Golden outputs that differ are written anew; undefined: they are not. */
  updates?: GoldenUpdates;
  /** Real milliseconds since some fixed moment. */
  monotonic(): number;
  /** Aborts after so many real milliseconds; see AbortSignal.timeout. */
  deadline(ms: number): AbortSignal;
}

/** Virtual milliseconds that an execution may take: AWS ends executions after a year, too. */
const LONGEST = 366 * 86_400_000;
/** Children of a map run whose paths are read. */
const CHILDREN = 1000;

/** Runs a test and tells how it went; never rejects for what the pipeline does. */
export async function runTest(test: PlannedTest, means: TestMeans): Promise<TestResult> {
  const began = means.monotonic();
  // A folder of its own: ids of executions are the same in every test.
  const root = join(means.workFolder, randomUUID());
  const signal = means.deadline(means.timeoutMs);
  const folder = test.data && (await prepareFolder(test.data, test.pipeline.folder, root, signal));
  const world = await openWorld(test, means, root, folder);
  try {
    const { course, detail, refusal } =
      folder === undefined || folder.failures.length === 0
        ? await execute(test, world, means)
        : { course: 'done' as const };
    const seen = detail && (await observe(test, world, detail));
    const stopped = [
      ...(folder?.failures ?? []),
      ...failuresOfCourse(course, world, refusal, means.timeoutMs),
    ];
    const failures =
      stopped.length > 0 || seen === undefined ? stopped : failuresOf(test.expect, seen);
    // What a pipeline leaves behind that failed unexpectedly says nothing.
    const isWorthLooking = failures.length === 0 || seen?.status === 'SUCCEEDED';
    const outputs = isWorthLooking && detail !== undefined ? (test.data?.golden ?? []) : [];
    const written = folder?.workFolders.get(detail?.id ?? '');
    const compared = await compareOutputs(outputs, written, test.file, means.updates, signal);
    const all = [...failures, ...compared.failures];
    return {
      name: test.name,
      file: test.file,
      line: test.line,
      pipeline: test.pipeline.name,
      status: all.length === 0 ? 'passed' : 'failed',
      realMs: means.monotonic() - began,
      virtualMs: seen?.durationMs ?? world.time.elapsed,
      failures: all,
      path: pathText(seen?.path ?? []),
      kind: 'execution',
      updated: compared.updated,
    };
  } finally {
    await closeWorld(world, means);
  }
}

interface World {
  /** Of the pipeline: its own, or one that has what the test gives and nothing else. */
  folder: string;
  time: VirtualTime;
  store: SynchronousStore;
  engine: Engine;
  mocks: TestMocks;
  /** Defects that the engine reported. */
  defects: unknown[];
}

async function openWorld(
  test: PlannedTest,
  means: TestMeans,
  root: string,
  data: TestFolder | undefined,
): Promise<World> {
  const time = new VirtualTime(test.at);
  const store = openSqliteStore({ file: ':memory:' });
  const mocks = new TestMocks(test.mocks, time, data === undefined ? 'nothing' : 'data');
  const runner = data === undefined ? means.runner : data.runner(means.runner);
  const defects: unknown[] = [];
  const engine = createEngine({
    store,
    clock: time.clock,
    random: seededRandom(),
    runner: frozenRunner(time, runner),
    evaluator: frozenEvaluator(time, means.evaluator),
    itemSource: frozenItems(time, createLocalItems()),
    workFolder: join(root, 'work'),
    mocks,
    secrets: nothingSecret(),
    onFatal: (error) => defects.push(error),
    onProblem: (error) => defects.push(error),
  });
  const folder = data?.folder ?? test.pipeline.folder;
  return { time, store, engine, mocks, defects, folder };
}

interface Executed {
  course: Course;
  /** Of the execution as it is when the course is over; absent when it was refused. */
  detail?: ExecutionDetail;
  refusal?: Error;
}

async function execute(test: PlannedTest, world: World, means: TestMeans): Promise<Executed> {
  const { time, store, engine, mocks, defects, folder } = world;
  const { pipeline, input } = test;
  let ended: ExecutionDetail | undefined;
  let refusal: Error | undefined;
  try {
    await engine.open();
    const { name, team, tags, definition, bindings } = pipeline;
    await settled(
      world,
      means,
      engine.pipelines.deploy({ name, team, tags, definition, bindings, folder }),
    );
  } catch (error) {
    return { course: 'stuck', refusal: error as Error };
  }
  engine.executions.run(EVERYTHING, { pipeline: pipeline.name, input }).then(
    (detail) => {
      ended = detail;
    },
    (error: Error) => {
      refusal = error;
    },
  );
  const course = await time.run({
    done: () =>
      ended !== undefined ||
      refusal !== undefined ||
      defects.length > 0 ||
      mocks.unanswered.length > 0,
    nextTimer: () => store.listTimers(Number.MAX_SAFE_INTEGER, 1)[0]?.at,
    limit: LONGEST,
    signal: means.deadline(means.timeoutMs),
  });
  if (refusal !== undefined) return { course, refusal };
  const [running] = ended === undefined ? store.listExecutions({ limit: 1 }) : [];
  const detail = ended ?? (running && (await engine.executions.describe(EVERYTHING, running.id)));
  return { course, ...(detail === undefined ? {} : { detail }) };
}

async function closeWorld(world: World, means: TestMeans): Promise<void> {
  await settled(world, means, world.engine.close(0));
  world.store.close();
}

/** Lets time go on until something that the engine does by itself is done. */
async function settled<Value>(
  { time }: World,
  means: TestMeans,
  doing: Promise<Value>,
): Promise<Value> {
  let isOver = false;
  const over = doing.finally(() => {
    isOver = true;
  });
  // Whoever waits hears of it below.
  over.catch(() => undefined);
  await time.run({
    done: () => isOver,
    // What it waits for looks alone.
    nextTimer: () => time.now(),
    limit: Number.POSITIVE_INFINITY,
    signal: means.deadline(means.timeoutMs),
  });
  return over;
}

async function observe(
  test: PlannedTest,
  { store, engine, mocks, time }: World,
  detail: ExecutionDetail,
): Promise<Parameters<typeof failuresOf>[1]> {
  const { definition } = test.pipeline;
  const history = await wholeHistory(engine, detail.id);
  const path = pathTaken(history, definition);
  await addMapRuns(path, history, store, engine, definition);
  const { status, output, error, cause, startedAt, stoppedAt } = detail;
  return {
    status,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    path,
    history: history.map(({ type }) => type),
    durationMs: (stoppedAt ?? time.now()) - startedAt,
    tried: mocks.tried,
  };
}

async function wholeHistory(engine: Engine, id: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await engine.executions.history(EVERYTHING, id, {
      limit: 1000,
      order: 'oldest-first',
      ...(cursor === undefined ? {} : { cursor }),
    });
    events.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return events;
  }
}

/** Puts the paths of the children of distributed Maps where those of an inline Map would be. */
async function addMapRuns(
  path: readonly Visit[],
  history: readonly HistoryEvent[],
  store: SynchronousStore,
  engine: Engine,
  definition: MachineDefinition,
): Promise<void> {
  const maps = history.filter(({ type }) => type === 'MapRunStarted').length;
  if (maps === 0) return;
  const visits = mapVisits(path, definition);
  for (let run = 1; run <= maps; run += 1) {
    const visit = visits[Math.min(run, visits.length) - 1];
    if (visit === undefined) return;
    visit.inner = [];
    for (const child of store.listExecutions({ mapRun: run, limit: CHILDREN })) {
      const events = await wholeHistory(engine, child.id);
      visit.inner[child.mapRun?.child ?? 0] = pathTaken(events, definition);
    }
  }
}

/** Visits of distributed Maps, in their order. */
function mapVisits(path: readonly Visit[], definition: MachineDefinition): Visit[] {
  const isDistributed = (state: string): boolean => {
    const processor = definition.States[state]?.ItemProcessor as JsonObject | undefined;
    return (processor?.ProcessorConfig as JsonObject | undefined)?.Mode === 'DISTRIBUTED';
  };
  return path.filter(({ state }) => isDistributed(state));
}

/** Why a test could not come to its end. */
function failuresOfCourse(
  course: Course,
  { mocks, defects, store, time }: World,
  refusal: Error | undefined,
  timeoutMs: number,
): Failure[] {
  if (refusal !== undefined) {
    const fix = refusal instanceof EngineError ? refusal.fix : undefined;
    return [{ message: refusal.message, details: [], ...(fix === undefined ? {} : { fix }) }];
  }
  if (mocks.unanswered.length > 0) return mocks.unanswered.map(missingMock);
  if (defects.length > 0) {
    return defects.map((defect) => ({ message: `the engine failed: ${defect}`, details: [] }));
  }
  switch (course) {
    case 'done':
      return [];
    case 'stuck':
      return [{ ...waitingForever(store), details: [] }];
    case 'too-long': {
      const days = Math.floor(time.elapsed / 86_400_000);
      const message = `after ${days} days of virtual time the execution has not ended`;
      const fix =
        'Executions end after a year at most: look for a wait that is too long or a loop.';
      return [{ message, details: [], fix }];
    }
    case 'too-slow': {
      const message = `the test was given up after ${timeoutMs / 1000} seconds of real time`;
      const fix = 'Look for a loop without an end, or for a task that really runs and takes long.';
      return [{ message, details: [], fix }];
    }
  }
}

function waitingForever(store: SynchronousStore): { message: string; fix: string } {
  const [running] = store.listExecutions({ status: 'RUNNING', limit: 1 });
  const threads = running === undefined ? [] : store.listThreads(running.number);
  const states = [...(running?.root ? [running.root] : []), ...threads]
    .filter(({ phase }) => phase === 'task')
    .map(({ state }) => `"${state}"`);
  return {
    message: `the execution waits for ever${states.length === 0 ? '' : ` in ${states.join(', ')}`}`,
    fix: 'Give the state a TimeoutSeconds (timeout: 10m in a step), or its mock an outcome other than timeout.',
  };
}

function missingMock({ attempt, number, isUsedUp }: Unanswered): Failure {
  const { state, resource, iterations } = attempt;
  const item = iterations.length === 0 ? '' : ` for item ${iterations.join('.')}`;
  if (isUsedUp) {
    return {
      message: `attempt ${number} of "${state}"${item} has no outcome: its mock has ${number - 1}`,
      details: [],
      fix: 'Add an outcome to its list, or write one outcome without a list: it stands for all attempts.',
    };
  }
  const result = resource.includes(':lambda:invoke') ? '{ StatusCode: 200, Payload: {} }' : '{}';
  return {
    message: `"${state}"${item} asks for work (${resource}) and has no mock`,
    details: ['mocks:', `  ${JSON.stringify(state)}:`, `    return: ${result}`],
    fix: 'Add this to the test, with the result that the task would have; or let it really run: { run: true }.',
  };
}
