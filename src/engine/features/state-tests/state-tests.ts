/**
 * Tests of single states (TestState): gives the rules in `asl/test-state` the evaluator, the time and, for a Task that is
 * not mocked, the connector that would perform it.
 *
 * Such an attempt belongs to no execution: nothing is written, no slot is taken and a crash forgets it. So the number
 * at a time is small, and a caller that goes away ends it.
 * @module
 */
import type { TestStateAnswer, TestStateRequest } from '../../../asl/test-state/request.js';
import {
  type TaskOutcome,
  TEST_TIMEOUT_MS,
  type TestedTask,
  testState,
} from '../../../asl/test-state/test-state.js';
import { startOutput } from '../../kernel/child-outputs.js';
import { EngineError } from '../../kernel/errors.js';
import { HTTP_INVOKE, withConnection } from '../../kernel/http-task.js';
import type { Kernel } from '../../kernel/kernel.js';
import { checkOutcome } from '../../kernel/payload-outcome.js';
import type { AttemptOutcome, AttemptRequest } from '../../kernel/ports.js';
import type { StartedExecution, StartRequest } from '../../kernel/requests.js';
import { type Resolution, wrapOutput } from '../../kernel/resolve-task.js';
import { type OneTeam, ofTeam, teamOf } from '../../kernel/scope.js';

/** Tests that may perform tasks at a time; more are refused. */
const TESTS_AT_A_TIME = 8;
/** A clock's timer is not set for longer. */
const LONGEST_TIMER_MS = 60_000;

export interface TestStateOptions {
  /** On whose behalf: it may do what this team may. */
  team: string;
  /** Ends it. */
  signal?: AbortSignal;
}

/** Items of a file as ItemReader reads them. */
type ParseItems = NonNullable<Parameters<typeof testState>[1]['parseItems']>;

/** `engine.stateTests`: tests of single states. */
export interface StateTestCalls {
  /**
   * Tests one state. A Task without a mock is really performed, by what the server's bindings say, within five minutes;
   * nothing of it is written down. Throws TestStateRefused for a request that is wrong.
   * @param scope on whose behalf: it may do what this team may
   * @param signal ends it
   */
  run(scope: OneTeam, request: TestStateRequest, signal?: AbortSignal): Promise<TestStateAnswer>;
}

/** What tests need of others. */
export interface StateTestPeers {
  /** Starts the execution that a tested `states:startExecution` asks for. */
  start(scope: OneTeam, request: StartRequest): Promise<StartedExecution>;
  readonly parseItems: ParseItems;
  /** Performs a task in another system. */
  tryRemote(
    id: string,
    team: string,
    task: object,
    call: RemoteCall,
    signal: AbortSignal,
  ): Promise<AttemptOutcome>;
}

type ConnectorCall = Extract<Resolution, { type: 'connector' }>;
type RemoteCall = Extract<Resolution, { type: 'remote' }>;

function notThere(pipeline: string): TaskOutcome {
  const { message } = new EngineError('PipelineNotFound', { pipeline });
  return { error: 'StepFunctions.ExecutionStartFailed', cause: message };
}

export class StateTests {
  readonly #kernel: Kernel;
  readonly #peers: StateTestPeers;
  #running = 0;

  constructor(kernel: Kernel, peers: StateTestPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  /**
   * Tests a state.
   * @throws TestStateRefused, EngineError TooManyQueued
   */
  test(request: TestStateRequest, options: TestStateOptions): Promise<TestStateAnswer> {
    const { time, random, evaluate, arns } = this.#kernel;
    const at = time.now();
    const seed = random.seed();
    const name = random.id(at);
    const machineName = random.id(at);
    return testState(request, {
      at,
      seed,
      execution: {
        id: arns.express(machineName, name, name),
        name,
        machineId: arns.stateMachine(machineName),
        machineName,
        roleArn: request.roleArn ?? null,
        taskToken: seed,
      },
      evaluate,
      parseItems: this.#peers.parseItems,
      runTask: (task) => this.tryTask(task, options),
    });
  }

  /** Performs one task outside of any execution. A task that fails is an outcome. */
  async tryTask(task: TestedTask, { team, signal }: TestStateOptions): Promise<TaskOutcome> {
    const { attempts, random, time } = this.#kernel;
    const asker = { machine: 'TestState', team, isOverApi: true, bindings: {} };
    const resolution = attempts.resolve(task, asker);
    const at = time.now();
    const id = random.id(at);
    const answered = { requestId: id, at };
    switch (resolution.type) {
      case 'failure':
        return { error: resolution.error, cause: resolution.cause };
      case 'result':
        return { output: wrapOutput(resolution.output, resolution.wrapping, answered) };
      case 'activity':
        throw new Error('An activity cannot be tested without a mock');
      case 'execution': {
        const { type: _type, team: named, ...start } = resolution;
        // Of another team only what that team allows; a test asks for nothing of others.
        if (named !== undefined && named !== team) return notThere(start.pipeline);
        return this.#startExecution(ofTeam(team), start, id);
      }
      case 'service': {
        const outcome = await this.#kernel.services.call({
          ...resolution,
          team,
          executionArn: this.#kernel.arns.execution('TestState', id),
          stateMachineArn: this.#kernel.arns.stateMachine('TestState'),
          signal: signal ?? new AbortController().signal,
        });
        return outcome.type === 'failed'
          ? { error: outcome.error, cause: outcome.cause }
          : { output: outcome.output };
      }
      case 'remote': {
        const ending = signal ?? new AbortController().signal;
        const outcome = checkOutcome(
          await this.#peers.tryRemote(id, team, task, resolution, ending),
        );
        return outcome.type === 'failed'
          ? { error: outcome.error, cause: outcome.cause }
          : { output: outcome.output };
      }
      case 'pool': {
        const cause = 'A cluster of a pool is taken by an execution, not by a test of one state.';
        return { error: 'Millrace.NotTested', cause: `${cause} Give it a mock.` };
      }
      case 'connector': {
        if (resolution.worker !== undefined) {
          const cause = `This server performs no tasks millrace:${resolution.kind}: workers do, for executions alone.`;
          return { error: 'Millrace.NotTested', cause: `${cause} Give it a mock.` };
        }
        if (this.#running >= TESTS_AT_A_TIME) {
          throw new EngineError('TooManyQueued', { queued: this.#running });
        }
        this.#running += 1;
        try {
          const outcome = checkOutcome(await this.#perform(id, team, task, resolution, signal));
          return outcome.type === 'failed'
            ? { error: outcome.error, cause: outcome.cause }
            : { output: wrapOutput(outcome.output, resolution.wrapping, answered) };
        } finally {
          this.#running -= 1;
        }
      }
    }
  }

  async #startExecution(
    scope: OneTeam,
    start: StartRequest,
    requestId: string,
  ): Promise<TaskOutcome> {
    try {
      const { arn, startedAt } = await this.#peers.start(scope, start);
      return { output: startOutput(arn, startedAt, requestId) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { error: 'StepFunctions.ExecutionStartFailed', cause: error.message };
    }
  }

  async #perform(
    id: string,
    team: string,
    task: TestedTask,
    connector: ConnectorCall,
    signal: AbortSignal | undefined,
  ): Promise<AttemptOutcome> {
    const { runner, hooks } = this.#kernel;
    const tested = { team, folder: '', isOverApi: true };
    const folders = this.#kernel.folders.forAttempt(tested, id, connector.folder);
    const limit = Math.min(
      TEST_TIMEOUT_MS,
      (task.timeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000,
    );
    const request: AttemptRequest = {
      kind: connector.kind,
      attemptId: id,
      taskToken: id,
      execution: { id, name: id, pipeline: 'TestState', number: 0 },
      state: 'StateName',
      attempt: 0,
      arguments: connector.arguments,
      ...folders,
      tags: {},
      ...(task.timeoutSeconds === undefined ? {} : { timeoutSeconds: task.timeoutSeconds }),
    };
    const handed =
      connector.kind === HTTP_INVOKE
        ? await withConnection(request, team, hooks.connections)
        : { request };
    if ('outcome' in handed) return handed.outcome;
    let isLate = false;
    const end = (): void => runner.kill(id);
    const disarm = this.#after(limit, () => {
      isLate = true;
      end();
    });
    signal?.addEventListener('abort', end, { once: true });
    try {
      const settled = new Promise<AttemptOutcome>((resolve) => {
        runner.start(handed.request, { log() {}, heartbeat() {}, settled: resolve });
      });
      const outcome = await settled;
      const cause = `The state ran longer than ${limit / 1000} seconds.`;
      return isLate ? { type: 'failed', error: 'States.Timeout', cause } : outcome;
    } finally {
      disarm();
      signal?.removeEventListener('abort', end);
      await runner.forget(folders.workFolder);
    }
  }

  /** Calls back once after `ms`, however many; the answer cancels it. */
  #after(ms: number, callback: () => void): () => void {
    const { clock } = this.#kernel;
    const until = clock.monotonic() + ms;
    let cancel = (): void => {};
    const arm = (): void => {
      const left = until - clock.monotonic();
      if (left <= 0) callback();
      else cancel = clock.setTimer(arm, Math.min(left, LONGEST_TIMER_MS));
    };
    arm();
    return () => cancel();
  }
}

/** @param expectReady throws while nothing is accepted */
export function stateTestCalls(tests: StateTests, expectReady: () => void): StateTestCalls {
  return {
    async run(scope, request, signal) {
      expectReady();
      const team = teamOf(scope);
      return tests.test(request, signal === undefined ? { team } : { team, signal });
    },
  };
}
