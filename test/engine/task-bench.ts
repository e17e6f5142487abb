/**
 * An engine on a real file whose time, runner and mocks are played by the test: for features of tasks that every kind of
 * performer must have.
 * @module
 */

import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { JobState, RemoteTasks } from '../../src/connectors/remote-tasks.js';
import type { Engine, ExecutionDetail } from '../../src/engine/engine.js';
import type {
  AttemptListener,
  AttemptOutcome,
  AttemptRequest,
} from '../../src/engine/kernel/ports.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { LAKE } from '../support/job-service.js';
import { TimedEngine } from '../support/timed-engine.js';

export const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:sort';
export const CHILD = 'arn:aws:states:us-east-1:000000000000:stateMachine:child';

const START = '2026-11-20T00:00:00Z';

/** What a state says about its task. */
export interface TaskFeatures {
  TimeoutSeconds?: number;
  HeartbeatSeconds?: number;
  Retry?: object[];
}

/** Signs that somebody who worked for an attempt does so no longer, or rightly goes on. */
export type Left = 'killed' | 'child stopped' | 'child goes on' | 'token unknown';

export interface TaskBench {
  readonly engine: Engine;
  /** Tokens that a worker has got for the activity, in order. */
  readonly claimed: string[];
  /** Attempts that were really given to somebody: a connector, a worker, a child. */
  readonly performed: number;
  deploy(
    name: string,
    definition: object,
    bindings?: { [resource: string]: JsonObject },
  ): Promise<void>;
  /** Starts it and lets everything happen that needs no time. */
  start(pipeline: string, testCase?: string, input?: unknown): Promise<string>;
  describe(id: string): Promise<ExecutionDetail>;
  /** Types of its history events. */
  history(id: string): Promise<string[]>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** The server is away for so long. */
  restart(ms: number): Promise<void>;
  argumentsOf(n: number): JsonObject;
  /** Ends the n-th attempt that a connector got. */
  settle(n: number, outcome: AttemptOutcome): Promise<void>;
  /** Output of the n-th attempt that a connector got. */
  beat(n: number): Promise<void>;
  leftBehind(left: Left, n: number): Promise<boolean>;
  /** From now on attempts of the state get these outcomes in turn, and none when they are used up. */
  mock(state: string, outcomes: readonly AttemptOutcome[]): void;
  /** The same for executions that are started with the test case. */
  mockCase(testCase: string, state: string, outcomes: readonly AttemptOutcome[]): void;
  close(): Promise<void>;
}

interface Run {
  request: Pick<AttemptRequest, 'arguments'> & { attemptId?: string };
  listener: Pick<AttemptListener, 'settled' | 'heartbeat'>;
  isKilled: boolean;
}

/** A bench with an activity `sort`, a pipeline `child` of one task that ends when a test says so, and a worker. */
export async function openTaskBench(): Promise<TaskBench> {
  const runs: Run[] = [];
  const claimed: string[] = [];
  let mocked: { testCase?: string; state: string; outcomes: AttemptOutcome[] } | undefined;
  let isClosed = false;

  const runner = {
    kinds: new Map([
      ['lambda', 10],
      ['echo', 10],
    ]),
    code: new Map(),
    start(request: AttemptRequest, listener: AttemptListener) {
      // Who sends a request that carries a token is done when it is sent.
      if (request.kind === 'echo') listener.settled({ type: 'succeeded', output: {} });
      runs.push({ request, listener, isKilled: false });
    },
    kill(attemptId: string) {
      for (const run of runs) if (run.request.attemptId === attemptId) end(run);
    },
    forget: async () => {},
    async close() {
      for (const run of runs) end(run);
    },
  };

  function end(run: Run): void {
    run.isKilled = true;
    run.listener.settled({ type: 'failed', error: 'Killed', cause: 'killed' });
  }

  /** The moment of grace is one of the clock's. */
  async function ends(ending: Promise<void>): Promise<void> {
    let isOver = false;
    const over = ending.finally(() => {
      isOver = true;
    });
    while (!isOver) await test.pass(0);
    await over;
  }

  /** Requests without a job: SNS; jobs: Batch. Everything else is performed here. */
  const jobs = new Map<string, JobState>();
  const tasks: RemoteTasks = {
    knows: ({ service }) => (['sns', 'batch'].includes(service) ? {} : undefined),
    submit: ({ id, form, parameters, signal, isAgain }) =>
      new Promise((answer) => {
        if (isAgain) return answer({ type: 'unknown', cause: 'Nobody knows.' });
        const isJob = form === 'sync';
        const job = { kind: 'batch:submitJob.sync', id, place: {} };
        const made: Run = {
          request: { arguments: parameters, attemptId: id },
          listener: {
            settled(outcome) {
              if (isJob) jobs.set(id, { type: 'ended', outcome });
              else if (outcome.type === 'failed') answer(outcome);
              else answer({ type: 'answered', output: outcome.output });
            },
            heartbeat() {},
          },
          isKilled: false,
        };
        signal.addEventListener('abort', () => end(made));
        runs.push(made);
        if (!isJob) return;
        jobs.set(id, { type: 'running', status: 'RUNNING' });
        answer({ type: 'submitted', output: {}, job });
      }),
    batchOf: () => 10,
    look: async (given) =>
      given.map(({ id }) => jobs.get(id) ?? { type: 'gone', cause: 'It is gone.' }),
    async stop({ id }) {
      for (const run of runs) if (run.request.attemptId === id) run.isKilled = true;
      return true;
    },
    jobOfEvent: () => undefined,
  };

  const test = new TimedEngine({
    start: START,
    remoteTasks: tasks,
    remote: { tasks, accounts: [LAKE] },
    runner,
    services: {
      has: () => true,
      call: ({ parameters, signal }) =>
        new Promise((settle) => {
          const made: Run = {
            request: { arguments: parameters },
            listener: { settled: settle, heartbeat() {} },
            isKilled: false,
          };
          signal.addEventListener('abort', () => end(made));
          runs.push(made);
        }),
    },
    mocks: {
      hasTestCase: (_pipeline, testCase) => testCase === mocked?.testCase,
      answers: ({ state, testCase }) =>
        mocked !== undefined && mocked.state === state && mocked.testCase === testCase,
      answer(_attempt, settle) {
        const outcome = mocked?.outcomes.shift();
        if (outcome) settle(outcome);
      },
    },
  });

  async function open(): Promise<void> {
    await test.open();
    void work(test.engine);
    await test.settled();
  }

  /** Takes every task of the activity, as a worker elsewhere does. */
  async function work(from: Engine): Promise<void> {
    const activity = { team: 'shop', name: 'sort' };
    await from.activities.create(ofTeam('shop'), 'sort', {});
    while (!isClosed && from === test.engine) {
      const task = await from.activities.poll(ofTeam('shop'), activity).catch(() => undefined);
      if (task) claimed.push(task.taskToken);
      else if (from.health().status !== 'ready') return;
    }
  }

  const run = (n: number): Run => {
    const found = runs[n];
    if (!found) throw new Error(`There is no attempt ${n} yet; ${runs.length} have begun`);
    return found;
  };

  const bench: TaskBench = {
    get engine() {
      return test.engine;
    },
    claimed,
    get performed() {
      return runs.length + claimed.length;
    },
    async deploy(name, definition, bindings = {}) {
      await test.engine.pipelines.deploy({
        name,
        team: 'shop',
        tags: {},
        definition: definition as MachineDefinition,
        bindings,
        folder: test.folder,
      });
    },
    async start(pipeline, testCase, input = {}) {
      const { id } = await test.engine.executions.start(EVERYTHING, {
        pipeline,
        input: input as never,
        ...(testCase === undefined ? {} : { testCase }),
      });
      await test.settled();
      return id;
    },
    describe: (id) => test.engine.executions.describe(EVERYTHING, id),
    async history(id) {
      return (await test.engine.executions.history(EVERYTHING, id, { limit: 1000 })).items.map(
        ({ type }) => type,
      );
    },
    async pass(ms) {
      await test.pass(ms);
    },
    async restart(ms) {
      await ends(test.stop(0));
      test.clock.jump(ms);
      await open();
      await test.pass(0);
    },
    argumentsOf: (n) => run(n).request.arguments as JsonObject,
    async settle(n, outcome) {
      run(n).listener.settled(outcome);
      await test.settled();
    },
    async beat(n) {
      run(n).listener.heartbeat();
      await test.settled();
    },
    async leftBehind(left, n) {
      if (left === 'killed') return run(n).isKilled;
      if (left === 'token unknown') {
        const token = claimed[n] ?? (bench.argumentsOf(n).token as string);
        return await test.engine.tasks.heartbeat(EVERYTHING, token).then(
          () => false,
          ({ code }) => code === 'MILL3006',
        );
      }
      const { items } = await test.engine.executions.list(EVERYTHING, { pipeline: 'child' });
      const child = items.toReversed()[n];
      return child?.status === (left === 'child stopped' ? 'ABORTED' : 'RUNNING');
    },
    mock(state, outcomes) {
      mocked = { state, outcomes: [...outcomes] };
    },
    mockCase(testCase, state, outcomes) {
      mocked = { testCase, state, outcomes: [...outcomes] };
    },
    async close() {
      isClosed = true;
      await ends(test.close(0));
    },
  };

  await open();
  await bench.deploy('child', {
    StartAt: 'Wait',
    States: { Wait: { Type: 'Task', Resource: 'millrace:lambda', End: true } },
  });
  return bench;
}
