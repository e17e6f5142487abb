/**
 * The interpreter: one pure step of an execution.
 *
 *     advance(machine, state, event, evaluate) → Transition
 *
 * It takes the event to the thread that waits for it, then lets threads run on, from state to state, until each waits for
 * something outside, has ended, or the step is long enough (`more`). Nothing is changed in place: `applyTransition` does
 * that after the transition is durable. A result that carries an older sequence than its thread is ignored, so late,
 * repeated and shuffled events do no harm.
 *
 * The states are written as generators that yield what they want evaluated in JSONata; without any, `advance` answers
 * at once and not as a promise.
 * @module
 */
import { type Machine, stateOf } from './compile.js';
import {
  closeDraft,
  type Draft,
  editThread,
  HistoryFull,
  openDraft,
  readThread,
  record,
  type Step,
} from './draft.js';
import type { ErrorOutput } from './execution-state.js';
import {
  type ExecutionContext,
  type ExecutionState,
  STATE_FORMAT,
  type Thread,
} from './execution-state.js';
import { endExecution } from './leave-state.js';
import { MAX_VISITS_PER_TRANSITION } from './limits.js';
import { endMapRun, failMapRun, redriveMapRun } from './states/distributed-map.js';
import { startThread } from './states/fork.js';
import { continueTask, timeOutTask } from './states/task.js';
import { endWait } from './states/wait.js';
import type { CommandRef, Evaluate, ExecutionEvent, Transition } from './transition.js';
import { beginState, joinThread, visitState } from './visit-state.js';

/**
 * The state of an execution before its `Start` event.
 * @example const state = startExecution(context)
 */
export function startExecution(context: ExecutionContext): ExecutionState {
  return {
    context,
    header: {
      format: STATE_FORMAT,
      status: 'RUNNING',
      nextEvent: 1,
      nextThread: 1,
      forks: {},
    },
    threads: {},
  };
}

/**
 * Advances an execution by one event.
 *
 * @param state not changed
 * @param evaluate answers JSONata requests; not called for machines without any
 * @returns what to make durable and then to do; a promise only when JSONata had to be evaluated
 * @throws Error when state and machine do not belong together: a fault of the caller, never of the definition's author
 * @example
 * const transition = await advance(machine, state, { type: 'Start', at: 0, seed: 's' }, evaluate);
 * applyTransition(state, transition);
 */
export function advance(
  machine: Machine,
  state: ExecutionState,
  event: ExecutionEvent,
  evaluate: Evaluate,
): Transition | Promise<Transition> {
  const draft = openDraft(machine, state, event.at, event.seed);
  const step = take(draft, event);
  const first = step.next();
  return first.done ? closeDraft(draft) : finish(draft, step, first.value, evaluate);
}

async function finish(
  draft: Draft,
  step: Step<void>,
  requests: Parameters<Evaluate>[0],
  evaluate: Evaluate,
): Promise<Transition> {
  let wanted = requests;
  for (;;) {
    const next = step.next(await evaluate(wanted));
    if (next.done) return closeDraft(draft);
    wanted = next.value;
  }
}

/** Makes a transition part of the state, in place: once, after it is durable. */
export function applyTransition(state: ExecutionState, transition: Transition): void {
  state.header = transition.header;
  for (const id of transition.removed) delete state.threads[id];
  for (const thread of transition.touched) state.threads[thread.id] = thread;
}

function* take(draft: Draft, event: ExecutionEvent): Step<void> {
  if (draft.header.status !== 'RUNNING') return;
  try {
    yield* deliver(draft, event);
    yield* runThreads(draft);
  } catch (error) {
    if (!(error instanceof HistoryFull)) throw error;
    endExecution(draft, 'FAILED', error.output);
  }
}

function* deliver(draft: Draft, event: ExecutionEvent): Step<void> {
  switch (event.type) {
    case 'Start':
      start(draft);
      return;
    case 'Continue':
    case 'Redrive':
      if (event.type === 'Redrive') redriven(draft);
      for (const thread of Object.values(draft.base.threads)) {
        if (thread.phase === 'mapRun' && thread.memory?.isRedriven === true) {
          redriveMapRun(draft, editThread(draft, thread.id));
        }
        if (thread.phase === 'ready') draft.ready.push(thread.id);
      }
      return;
    case 'TaskStarted':
    case 'TaskSubmitted':
    case 'TaskSucceeded':
    case 'TaskFailed':
    case 'TaskHeartbeat': {
      const thread = awaiting(draft, event, 'task');
      if (thread !== undefined) yield* continueTask(draft, thread, stateAt(draft, thread), event);
      return;
    }
    case 'TimerFired':
      yield* timerFired(draft, event);
      return;
    case 'MapRunSucceeded': {
      const thread = awaiting(draft, event, 'mapRun');
      if (thread !== undefined) {
        yield* endMapRun(draft, thread, stateAt(draft, thread), event.output);
      }
      return;
    }
    case 'MapRunFailed': {
      const thread = awaiting(draft, event, 'mapRun');
      if (thread !== undefined) {
        yield* failMapRun(draft, thread, stateAt(draft, thread), failureOf(event));
      }
      return;
    }
    case 'ExecutionTimeout':
      endExecution(draft, 'TIMED_OUT', {});
      return;
    case 'Stop':
      // One that waited to begin: its history tells the input, and a redrive begins it.
      start(draft);
      endExecution(draft, 'ABORTED', failureOf(event));
      return;
  }
}

function start(draft: Draft): void {
  const { context, machine } = draft;
  // A start that is delivered twice: the execution has begun already.
  if (draft.header.nextEvent > 1) return;
  const thread: Thread = {
    id: 0,
    parent: null,
    index: 0,
    scope: machine.root,
    state: '',
    phase: 'ready',
    sequence: 0,
    input: context.Execution.Input,
    variables: {},
    enteredAt: draft.at,
    enteredEvent: 0,
    previousEvent: 0,
  };
  draft.threads.set(0, thread);
  record(
    draft,
    thread,
    'ExecutionStarted',
    { input: context.Execution.Input, roleArn: context.Execution.RoleArn },
    'aside',
  );
  if (machine.timeoutSeconds !== undefined) {
    draft.commands.push({
      type: 'SetExecutionTimer',
      at: draft.at + machine.timeoutSeconds * 1000,
    });
  }
  startThread(draft, thread);
}

function redriven(draft: Draft): void {
  const root = editThread(draft, 0);
  const count = draft.context.Execution.RedriveCount ?? 1;
  record(draft, root, 'ExecutionRedriven', { redriveCount: count }, 'aside');
  const { timeoutSeconds } = draft.machine;
  if (timeoutSeconds !== undefined) {
    draft.commands.push({
      type: 'SetExecutionTimer',
      at: draft.at + timeoutSeconds * 1000,
    });
  }
}

function* timerFired(
  draft: Draft,
  event: Extract<ExecutionEvent, { type: 'TimerFired' }>,
): Step<void> {
  const phase = {
    wait: 'waiting',
    retry: 'retrying',
    timeout: 'task',
    heartbeat: 'task',
  } as const;
  const thread = awaiting(draft, event, phase[event.timer]);
  if (thread === undefined) return;
  const state = stateAt(draft, thread);
  switch (event.timer) {
    case 'wait':
      return yield* endWait(draft, thread, state);
    case 'retry':
      return yield* beginState(draft, thread, state);
    default:
      return yield* timeOutTask(draft, thread, state, event.timer);
  }
}

/** The thread that a result is for, unless it has moved on since. */
function awaiting(draft: Draft, ref: CommandRef, phase: Thread['phase']): Thread | undefined {
  const thread = readThread(draft, ref.thread);
  if (thread === undefined || thread.phase !== phase || thread.sequence !== ref.sequence) {
    return undefined;
  }
  return editThread(draft, thread.id);
}

function stateAt(draft: Draft, thread: Thread): ReturnType<typeof stateOf> {
  return stateOf(draft.machine, thread.scope, thread.state);
}

function failureOf(event: { error?: string; cause?: string }): ErrorOutput {
  const failure: ErrorOutput = {};
  if (event.error !== undefined) failure.Error = event.error;
  if (event.cause !== undefined) failure.Cause = event.cause;
  return failure;
}

/**
 * Lets threads go on until all of them wait: each one state at a time, in turn, in an order that depends on nothing but
 * the state and the event.
 */
function* runThreads(draft: Draft): Step<void> {
  for (let visits = 0; draft.header.status === 'RUNNING'; ) {
    const ended = draft.joins.shift();
    if (ended !== undefined) {
      yield* joinThread(draft, ended);
      continue;
    }
    if (visits >= MAX_VISITS_PER_TRANSITION) return;
    const next = draft.ready.shift();
    if (next === undefined) return;
    visits += 1;
    yield* visitState(draft, next);
  }
}
