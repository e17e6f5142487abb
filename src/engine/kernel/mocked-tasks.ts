/**
 * Attempts that a test answers in place of whoever performs the task, so that nothing outside of the engine happens.
 *
 *     scheduled ──▶ started ──(sync, task token: told that the request was accepted)──▶ outcome: closed
 *
 * Everything else is as always: the reducer decides about timeouts, heartbeats, Retry and Catch, and every step is durable.
 * An answer has no effects, so after a restart it is asked for again and not closed as lost.
 * @module
 */
import type { Json } from '../../asl/json.js';
import type { AttemptRecord, Store } from '../../store/store.js';
import { type ActiveExecution, attemptKey } from './active-execution.js';
import { type Attempts, MOCKED } from './attempts.js';
import type { EngineTime } from './engine-time.js';
import type { Executions, UndatedEvent } from './executions.js';
import { Invocations } from './invocations.js';
import type { Need } from './needs.js';
import { checkOutcome } from './payload-outcome.js';
import type { AttemptOutcome } from './ports.js';
import type { Resolution, ScheduleTask } from './resolve-task.js';
import type { Turn } from './turn.js';
import type { Input, Performed, TurnLoop } from './turn-loop.js';

/** One attempt, as mocks see it. */
export interface MockedAttempt {
  /** The same for one attempt whenever it is asked about, and for no other. */
  key: string;
  pipeline: string;
  /** The test case that the execution was started with. */
  testCase?: string;
  /** Number of the execution: a distributed Map has one for each child. */
  execution: number;
  state: string;
  resource: string;
  arguments: Json;
  /** Retries before this attempt in this visit of the state: 0, 1, 2 …. */
  retryCount: number;
  /** Index in each Map around the state, outermost first; of a distributed Map the number of the child. */
  iterations: readonly number[];
  /** Who performs it otherwise: the kind of a connector, `execution`, `token`, `result` or `failure` (nobody). */
  performer: string;
}

/** One attempt that has begun and waits for its answer. */
export interface BegunAttempt extends MockedAttempt {
  /** Attempts of this state that its execution has begun before, over all visits and retries: 0, 1, 2 …. */
  invocation: number;
}

/** Answers tasks in place of those who perform them. */
export interface TaskMocks {
  /** Whether executions of the pipeline may be started with that test case. */
  hasTestCase(pipeline: string, testCase: string): boolean;
  /** Whether it answers this attempt; one that it does not is performed as usual. Asked more than once. */
  answers(attempt: MockedAttempt): boolean;
  /**
   * Answers an attempt, now or later or never. After a restart it is asked again for the same one.
   * @param settle takes the first outcome; it is ignored when the attempt has timed out or was stopped meanwhile
   */
  answer(attempt: BegunAttempt, settle: (outcome: AttemptOutcome) => void): void;
}

interface Parts {
  readonly store: Pick<Store, 'readHistory'>;
  readonly mocks: TaskMocks | undefined;
  readonly executions: Executions;
  readonly attempts: Attempts;
  readonly time: EngineTime;
  readonly loop: TurnLoop;
  readonly owner: string;
}

export class MockedTasks {
  readonly #parts: Parts;
  readonly #invocations: Invocations;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#invocations = new Invocations(parts.store);
  }

  /** Whether a test answers this command; `usual` is what would be done otherwise. */
  answers(active: ActiveExecution, command: ScheduleTask, usual: Resolution): boolean {
    return this.#parts.mocks?.answers(describe(active, command, usual)) ?? false;
  }

  /** What must be read before `begin`. */
  needs(active: ActiveExecution): readonly Need<unknown>[] {
    return this.#invocations.needs(active);
  }

  /** Begins a scheduled attempt. */
  begin(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    command: ScheduleTask,
    usual: Resolution,
    input: Input,
  ): Performed {
    const invocation = this.#invocations.before(turn, active, command.state);
    return this.#start(turn, active, attempt, { ...command, invocation }, usual, input);
  }

  #start(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    command: CountedTask,
    usual: Resolution,
    input: Input,
  ): Performed {
    const { executions, attempts, time, owner } = this.#parts;
    const { thread, sequence } = attempt;
    const event: UndatedEvent = { type: 'TaskStarted', thread, sequence };
    return executions.step(turn, active, event, input, (later) => {
      const started: AttemptRecord = {
        ...attempt,
        status: 'started',
        kind: MOCKED,
        owner,
        startedAt: time.now(),
        // With its number: the same answer is due to it after a restart.
        request: { ...command },
      };
      this.#invocations.begun(active, command.state);
      attempts.update(later, active, started);
      // In the same commit, so that it is told once whatever happens afterwards.
      if (isAccepted(command)) {
        const accepted: UndatedEvent = { type: 'TaskSubmitted', output: {}, thread, sequence };
        executions.step(later, active, accepted, input);
      }
      const begun = { ...describe(active, command, usual), invocation: command.invocation };
      later.afterCommit(() => this.#answer(started, begun));
    });
  }

  /** Takes up an attempt that an earlier engine had begun. */
  resume(attempt: AttemptRecord): void {
    const { executions, loop, attempts } = this.#parts;
    const input = executions.input(attempt.execution, (turn, active) => {
      const command = attempt.request as unknown as CountedTask;
      const usual = attempts.resolveUsual(active, command);
      const { invocation } = command;
      const described = { ...describe(active, command, usual), invocation };
      turn.afterCommit(() => {
        if (this.#parts.mocks?.answers(described)) this.#answer(attempt, described);
        else loop.add(this.#outcomeInput(attempt, GONE));
      });
      return 'done';
    });
    loop.add(input);
  }

  #answer(attempt: AttemptRecord, described: BegunAttempt): void {
    let isSettled = false;
    this.#parts.mocks?.answer(described, (outcome) => {
      if (isSettled) return;
      isSettled = true;
      this.#parts.loop.add(this.#outcomeInput(attempt, outcome));
    });
  }

  #outcomeInput(attempt: AttemptRecord, outcome: AttemptOutcome): Input {
    return this.#input(attempt, (turn, active, current, input) => {
      const { executions, attempts } = this.#parts;
      const { thread, sequence } = attempt;
      const checked = checkOutcome(outcome);
      const event: UndatedEvent =
        checked.type === 'succeeded'
          ? { type: 'TaskSucceeded', output: checked.output, thread, sequence }
          : { type: 'TaskFailed', error: checked.error, cause: checked.cause, thread, sequence };
      return executions.step(turn, active, event, input, (later) =>
        attempts.close(later, active, current),
      );
    });
  }

  /** An input about an attempt that is still open. */
  #input(
    attempt: AttemptRecord,
    act: (turn: Turn, active: ActiveExecution, current: AttemptRecord, input: Input) => Performed,
  ): Input {
    const key = attemptKey(attempt.thread, attempt.sequence);
    return this.#parts.executions.input(attempt.execution, (turn, active, input) => {
      const current = active.attempts.get(key);
      return current?.id === attempt.id ? act(turn, active, current, input) : 'done';
    });
  }
}

/** A command whose attempt has begun. */
type CountedTask = ScheduleTask & { invocation: number };

/** Of an attempt whose mock is no longer there after a restart. */
const GONE: AttemptOutcome = {
  type: 'failed',
  error: 'Millrace.MockMissing',
  cause: 'The mock of this task was not there any more when the server had started again.',
};

/** Its request is accepted first, and the outcome comes later. */
function isAccepted({ pattern }: ScheduleTask): boolean {
  return pattern === 'sync' || pattern === 'sync2' || pattern === 'waitForTaskToken';
}

function describe(
  active: ActiveExecution,
  command: ScheduleTask,
  usual: Resolution,
): MockedAttempt {
  const { creation, number } = active;
  const { thread, sequence, state, resource, attempt, iterations } = command;
  const indices = iterations.map(({ index }) => index);
  return {
    key: `${number}:${thread}:${sequence}`,
    pipeline: creation.pipeline,
    ...(creation.testCase === undefined ? {} : { testCase: creation.testCase }),
    execution: number,
    state,
    resource,
    arguments: command.arguments,
    retryCount: attempt,
    iterations: creation.mapRun ? [creation.mapRun.child, ...indices] : indices,
    performer: usual.type === 'connector' ? usual.kind : usual.type,
  };
}
