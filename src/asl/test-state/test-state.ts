/**
 * TestState: runs one state with the interpreter's own rules, on its own, and tells what came of it.
 *
 *     request ─▶ the state, wrapped ─▶ mock and context checked ─▶ visitState ─▶ outcome of its work ─▶ answer
 *                                                                               (mocked, or a task really run)
 *
 * There is no second interpreter here: the draft is the reducer's, only that nobody takes the thread on to the next
 * state, and that an onlooker (`Draft.watch`) sees the intermediate values.
 *
 * A Wait state is not waited for, except that one longer than the five minutes of a test times out.
 * Source: Step Functions developer guide, "Testing state machines with TestState API".
 * @module
 */
import type { CompiledState } from '../compile.js';
import { type Draft, openDraft, type Step } from '../draft.js';
import type { ErrorOutput, Thread } from '../execution-state.js';
import { STATE_FORMAT } from '../execution-state.js';
import { StateFailure } from '../failure.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { asFailure, completeState, failState } from '../leave-state.js';
import { exceedsBytes, MAX_PAYLOAD_BYTES } from '../limits.js';
import { decideRetry } from '../retry.js';
import { abandonChildren } from '../states/fork.js';
import { continueTask } from '../states/task.js';
import { endWait } from '../states/wait.js';
import type { Command, Evaluate } from '../transition.js';
import { visitState } from '../visit-state.js';
import { readContext, type TestExecution, testContext } from './context.js';
import { shownRequest, shownResponse } from './http-exchange.js';
import { Inspection } from './inspection.js';
import { beginMockedMap, type ParseItems } from './map-mock.js';
import { type Mocked, readMock } from './mock.js';
import {
  invalid,
  type TestStateAnswer,
  TestStateRefused,
  type TestStateRequest,
} from './request.js';
import { checkResult } from './result-check.js';
import { readTestedState, STATE_NAME, type TestedState } from './tested-state.js';

/** Longest that a tested state may take, in milliseconds. */
export const TEST_TIMEOUT_MS = 300_000;

/** Work that a Task state under test wants done. */
export type TestedTask = Pick<
  Extract<Command, { type: 'ScheduleTask' }>,
  'resource' | 'arguments' | 'credentials' | 'timeoutSeconds'
>;

export type TaskOutcome = { output: Json } | { error?: string; cause?: string };

/** What a test needs of the world. */
export interface TestStatePorts {
  /** Time of the test, milliseconds since the epoch. */
  at: number;
  /** Randomness of the test, new for each. */
  seed: string;
  execution: TestExecution;
  evaluate: Evaluate;
  parseItems: ParseItems;
  /** Runs a task for a Task state without a mock; ends within `TEST_TIMEOUT_MS` and does not reject. */
  runTask(task: TestedTask): Promise<TaskOutcome>;
}

/**
 * Tests one state.
 * @throws TestStateRefused when the request is wrong; a state that fails is an answer
 * @example
 * await testState({ definition: '{"Type":"Pass","Result":1,"End":true}' }, ports)
 * // { status: 'SUCCEEDED', output: 1 }
 */
export async function testState(
  request: TestStateRequest,
  ports: TestStatePorts,
): Promise<TestStateAnswer> {
  const tested = readTestedState(request.definition, request.stateName);
  const mocked = await readMock(tested.state, request, checkResult);
  const context = request.context === undefined ? undefined : readContext(request.context);
  const input = readInput(request.input);
  const variables = readVariables(request.variables);
  const { draft, thread } = openTest(tested, input, variables, request, ports);
  const retries = thread.retryCount ?? 0;
  draft.fixedContext = testContext(
    context,
    ports.execution,
    tested.state,
    input,
    retries,
    ports.at,
  );
  const inspection = new Inspection(tested.state, input);
  draft.watch = (stage, value) => inspection.see(stage, value);
  const counts = thread.retries ?? [];
  await take(runState(draft, thread, tested.state, { mocked, request, ports, inspection }), ports);
  return answerOf(draft, thread, tested.state, counts, inspection, request);
}

function openTest(
  { machine, state }: TestedState,
  input: Json,
  variables: JsonObject,
  request: TestStateRequest,
  { at, seed, execution }: TestStatePorts,
): { draft: Draft; thread: Thread } {
  const thread: Thread = {
    id: 0,
    parent: null,
    index: 0,
    scope: machine.root,
    state: STATE_NAME,
    phase: 'ready',
    sequence: 0,
    input,
    variables,
    enteredAt: at,
    enteredEvent: 0,
    previousEvent: 0,
  };
  const made = request.stateConfiguration?.retrierRetryCount;
  if (made !== undefined) {
    thread.retries = state.retriers.map(() => made);
    thread.retryCount = made;
  }
  const context = {
    Execution: { Id: execution.id, Name: execution.name, Input: input, StartTime: '', RoleArn: '' },
    StateMachine: { Id: execution.machineId, Name: execution.machineName },
  };
  // Event 1 is the start of the execution that there is not.
  const header = { format: STATE_FORMAT, nextEvent: 2, nextThread: 1, forks: {} };
  const base = { context, header: { ...header, status: 'RUNNING' as const }, threads: {} };
  const draft = openDraft(machine, base, at, seed);
  draft.threads.set(0, thread);
  return { draft, thread };
}

interface Test {
  mocked: Mocked | undefined;
  request: TestStateRequest;
  ports: TestStatePorts;
  inspection: Inspection;
}

/** A step that may also wait for a task. */
type TestStep = Generator<Parameters<Evaluate>[0] | Promise<TaskOutcome>, void, unknown>;

async function take(step: TestStep, { evaluate }: TestStatePorts): Promise<void> {
  let next = step.next();
  while (!next.done) {
    const wanted = next.value;
    next = step.next(Array.isArray(wanted) ? await evaluate(wanted) : await wanted);
  }
}

function* runState(draft: Draft, thread: Thread, state: CompiledState, test: Test): TestStep {
  yield* visitState(draft, thread.id) as TestStep;
  switch (thread.phase) {
    case 'waiting':
      return yield* endOfWait(draft, thread, state) as TestStep;
    case 'task':
      return yield* runTask(draft, thread, state, test);
    case 'mapRun':
    case 'forked':
      return yield* joinMocked(draft, thread, state, test) as TestStep;
    default:
      return;
  }
}

function* endOfWait(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const timer = draft.commands.find((command) => command.type === 'SetTimer');
  if (timer !== undefined && timer.at - draft.at > TEST_TIMEOUT_MS) {
    yield* failState(draft, thread, state, new StateFailure({ Error: 'States.Timeout' }));
    return;
  }
  yield* endWait(draft, thread, state);
}

function* runTask(draft: Draft, thread: Thread, state: CompiledState, test: Test): TestStep {
  const task = draft.commands.find((command) => command.type === 'ScheduleTask');
  if (task === undefined) throw new Error('A task is awaited that nobody scheduled');
  let outcome: TaskOutcome;
  if (test.mocked === undefined) {
    outcome = (yield test.ports.runTask(task)) as TaskOutcome;
    if (test.request.inspectionLevel === 'TRACE') showExchange(test.inspection, task, outcome);
  } else if (test.mocked.type === 'result') {
    outcome = { output: test.mocked.result };
  } else {
    outcome = test.mocked;
  }
  const base = { at: draft.at, seed: draft.seed, thread: thread.id, sequence: thread.sequence };
  if ('output' in outcome) {
    const { output } = outcome;
    test.inspection.data.result = output;
    yield* continueTask(draft, thread, state, {
      type: 'TaskSucceeded',
      output,
      ...base,
    }) as TestStep;
    return;
  }
  const { error, cause } = outcome;
  const failure = {
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
  yield* continueTask(draft, thread, state, {
    type: 'TaskFailed',
    ...failure,
    ...base,
  }) as TestStep;
}

function showExchange({ data }: Inspection, task: TestedTask, outcome: TaskOutcome): void {
  const request = shownRequest(task.resource, task.arguments);
  if (request !== undefined) data.request = request;
  if (!('output' in outcome)) return;
  const response = shownResponse(task.resource, task.arguments, outcome.output);
  if (response !== undefined) data.response = response;
}

/** Gives a Map or Parallel the mocked outcome of its children, which never run. */
function* joinMocked(draft: Draft, thread: Thread, state: CompiledState, test: Test): Step<void> {
  const { mocked, request, ports, inspection } = test;
  if (mocked === undefined) throw new Error(`A ${state.type} is tested without a mock`);
  const result = mocked.type === 'result' ? mocked.result : undefined;
  try {
    if (state.type === 'Map') {
      const configured = request.stateConfiguration ?? {};
      const failure = yield* beginMockedMap(
        draft,
        thread,
        state,
        result,
        configured,
        ports.parseItems,
        inspection.data,
      );
      if (failure !== undefined) throw new StateFailure(failure);
    }
    abandonChildren(draft, thread);
    if (mocked.type === 'error') {
      const failure: ErrorOutput = { Error: mocked.error };
      if (mocked.cause !== undefined) failure.Cause = mocked.cause;
      throw new StateFailure(failure);
    }
  } catch (error) {
    yield* failState(draft, thread, state, asFailure(error));
    return;
  }
  yield* completeState(draft, thread, state, mocked.result);
}

function answerOf(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  counts: readonly number[],
  inspection: Inspection,
  request: TestStateRequest,
): TestStateAnswer {
  const { failure } = inspection;
  const answer: TestStateAnswer = { status: statusOf(thread, failure) };
  if (answer.status === 'SUCCEEDED' || answer.status === 'CAUGHT_ERROR') {
    answer.output = thread.input;
    if (thread.phase === 'ready') answer.nextState = thread.state;
  }
  const shown = answer.status === 'FAILED' ? thread.failure : failure;
  if (shown?.Error !== undefined) answer.error = shown.Error;
  if (shown?.Cause !== undefined) answer.cause = shown.Cause;
  if ((request.inspectionLevel ?? 'INFO') === 'INFO') return answer;
  const retry =
    answer.status === 'RETRIABLE'
      ? decideRetry(
          state.retriers,
          counts,
          failure?.Error,
          undefined,
          `${draft.seed}/${thread.id}/${thread.sequence - 1}`,
        )
      : undefined;
  inspection.explainFailure(retry, answer.status === 'CAUGHT_ERROR');
  if (Object.keys(thread.variables).length > 0) inspection.data.variables = thread.variables;
  answer.inspectionData = inspection.data;
  return answer;
}

function statusOf(thread: Thread, failure: ErrorOutput | undefined): TestStateAnswer['status'] {
  if (thread.phase === 'retrying') return 'RETRIABLE';
  if (thread.phase === 'failed') return 'FAILED';
  return failure === undefined ? 'SUCCEEDED' : 'CAUGHT_ERROR';
}

function readInput(text: string | undefined): Json {
  if (text === undefined) return {};
  let input: Json;
  try {
    input = JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TestStateRefused(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${reason}'`,
    );
  }
  if (exceedsBytes(input, MAX_PAYLOAD_BYTES)) {
    throw new TestStateRefused(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: 'The input is larger than ${MAX_PAYLOAD_BYTES} bytes'`,
    );
  }
  return input;
}

function readVariables(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  let variables: Json;
  try {
    variables = JSON.parse(text) as Json;
  } catch {
    throw invalid('Variables must be valid JSON');
  }
  if (!isObject(variables)) throw invalid('Variables must be a JSON object');
  return variables;
}
