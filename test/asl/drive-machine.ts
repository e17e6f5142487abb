/**
 * Runs a state machine in a test: tasks are answered by a function, time is virtual, and the state goes through JSON after
 * every transition.
 * @module
 */
import { advance, applyTransition, startExecution } from '../../src/asl/advance.js';
import { compileMachine } from '../../src/asl/compile.js';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { ExecutionContext, ExecutionState } from '../../src/asl/execution-state.js';
import { evaluateJsonata } from '../../src/asl/expressions/jsonata.js';
import type { Json } from '../../src/asl/json.js';
import type {
  Command,
  Evaluate,
  ExecutionEvent,
  HistoryEvent,
  Transition,
} from '../../src/asl/transition.js';

export type ScheduledTask = Extract<Command, { type: 'ScheduleTask' }>;

/** How a task ends: a value is its output; `never` leaves it without an answer. */
export type TaskAnswer = { output: Json } | { error?: string; cause?: string } | 'never';

export interface DriveOptions {
  input?: Json;
  /** Answers the n-th start (0, 1, …) of a state's task. */
  task?: (task: ScheduledTask, n: number) => TaskAnswer;
  /** Called with each event before it is delivered; may answer with more events to deliver at that moment. */
  disturb?: (event: ExecutionEvent) => ExecutionEvent[];
  /** State to go on from, instead of a new execution. */
  from?: ExecutionState;
  start?: 'Start' | 'Redrive';
}

export interface Drive {
  state: ExecutionState;
  history: HistoryEvent[];
  /** Tasks in the order of their scheduling. */
  tasks: ScheduledTask[];
  transitions: Transition[];
  /** Virtual milliseconds that passed. */
  elapsed: number;
}

export const START = 1_700_000_000_000;

/** A context for executions in tests. */
export function testContext(input: Json): ExecutionContext {
  return {
    Execution: {
      Id: 'arn:aws:states:local:000000000000:execution:test:one',
      Input: input,
      Name: 'one',
      RoleArn: 'none',
      StartTime: '2023-11-14T22:13:20.000Z',
      RedriveCount: 0,
    },
    StateMachine: { Id: 'arn:aws:states:local:000000000000:stateMachine:test', Name: 'test' },
  };
}

export const evaluateHere: Evaluate = (requests) => Promise.all(requests.map(evaluateJsonata));

/** Runs a definition until its execution has ended or waits for something that never comes. */
export async function drive(definition: object, options: DriveOptions = {}): Promise<Drive> {
  const machine = compileMachine(definition as MachineDefinition);
  const state = options.from ?? startExecution(testContext(options.input ?? {}));
  const queue: { at: number; order: number; event: Omit<ExecutionEvent, 'at' | 'seed'> }[] = [];
  const history: HistoryEvent[] = [];
  const tasks: ScheduledTask[] = [];
  const transitions: Transition[] = [];
  const starts = new Map<string, number>();
  let now = START;
  let order = 0;
  const deliver = (at: number, event: object): void => {
    queue.push({ at, order: order++, event: event as Omit<ExecutionEvent, 'at' | 'seed'> });
  };
  deliver(now, { type: options.start ?? 'Start' });
  for (let step = 0; state.header.status === 'RUNNING' && queue.length > 0; step++) {
    if (step > 200_000) throw new Error('The execution does not end');
    queue.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = queue.shift();
    if (next === undefined) break;
    now = Math.max(now, next.at);
    const event = { ...next.event, at: now, seed: `s${step}` } as ExecutionEvent;
    const events = [event, ...(options.disturb?.(event) ?? [])];
    for (const one of events) {
      const before = JSON.stringify(state);
      const transition = await advance(machine, state, one, evaluateHere);
      if (JSON.stringify(state) !== before)
        throw new Error('advance changed the state it was given');
      transitions.push(transition);
      applyTransition(state, JSON.parse(JSON.stringify(transition)) as Transition);
      history.push(...transition.history);
      if (transition.more) deliver(now, { type: 'Continue' });
      for (const command of transition.commands) {
        const { thread, sequence } = command as { thread: number; sequence: number };
        if (command.type === 'SetTimer') {
          deliver(command.at, { type: 'TimerFired', timer: command.timer, thread, sequence });
        } else if (command.type === 'SetExecutionTimer') {
          deliver(command.at, { type: 'ExecutionTimeout' });
        } else if (command.type === 'ScheduleTask') {
          tasks.push(command);
          const n = starts.get(command.state) ?? 0;
          starts.set(command.state, n + 1);
          deliver(now, { type: 'TaskStarted', thread, sequence });
          const answer = options.task?.(command, n) ?? { output: {} };
          if (answer === 'never') continue;
          const outcome =
            'output' in answer
              ? { type: 'TaskSucceeded', ...answer }
              : { type: 'TaskFailed', ...answer };
          deliver(now, { ...outcome, thread, sequence });
        }
      }
    }
  }
  return { state, history, tasks, transitions, elapsed: now - START };
}

/** The types of the events, in order. */
export function types(history: readonly HistoryEvent[]): string[] {
  return history.map((event) => event.type);
}
