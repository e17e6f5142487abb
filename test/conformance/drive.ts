/**
 * Drives the reducer through one recorded case: tasks are answered from the mocks, time is virtual, and the items of a
 * distributed Map run as executions of their own, in order.
 * @module
 */

import { advance, applyTransition, startExecution } from '../../src/asl/advance.js';
import { compileMachine, type Machine } from '../../src/asl/compile.js';
import { readMachineDefinition } from '../../src/asl/definition-verdict.js';
import type { ExecutionContext, ExecutionState } from '../../src/asl/execution-state.js';
import { evaluateJsonata } from '../../src/asl/expressions/jsonata.js';
import type { Json, JsonObject } from '../../src/asl/json.js';
import {
  batchItems,
  checkReader,
  exceedsTolerance,
  ITEM_READER_FAILED,
  limitItems,
  selectMapItem,
  toleranceExceeded,
} from '../../src/asl/map-run.js';
import type {
  Command,
  EvaluationRequest,
  EvaluationResult,
  ExecutionEvent,
  HistoryEvent,
} from '../../src/asl/transition.js';
import { itemPages } from '../../src/engine/adapters/items/item-pages.js';
import type { ExecutionCase, Mock } from './corpus.js';

export interface Outcome {
  status: string;
  output?: Json;
  error?: string;
  cause?: string;
  history: HistoryEvent[];
  /** What the engine did that the recording cannot answer, e.g. a task without a mock. */
  complaints: string[];
}

type ScheduleTask = Extract<Command, { type: 'ScheduleTask' }>;
type StartMapRun = Extract<Command, { type: 'StartMapRun' }>;
type Bare = ExecutionEvent extends infer E
  ? E extends ExecutionEvent
    ? Omit<E, 'at' | 'seed'>
    : never
  : never;

const EPOCH = 1_700_000_000_000;
const MAX_STEPS = 100_000;

/** Runs a case to its end. */
export async function runCase(testCase: ExecutionCase): Promise<Outcome> {
  // AWS accepted it, so it is valid.
  const type = testCase.machineType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';
  const read = readMachineDefinition(JSON.stringify(testCase.definition), type);
  if ('refusal' in read) throw new Error(read.refusal);
  const machine = compileMachine(testCase.definition);
  const name = 'execution';
  const context: ExecutionContext = {
    Execution: {
      Id: `arn:aws:states:us-east-1:111111111111:execution:machine:${name}`,
      Input: testCase.input,
      Name: name,
      RoleArn: 'snf_role_arn',
      StartTime: new Date(EPOCH).toISOString(),
      RedriveCount: 0,
    },
    StateMachine: {
      Id: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
      Name: 'machine',
    },
  };
  const world = new World(testCase);
  return await world.run(machine, context, []);
}

export async function evaluate(requests: EvaluationRequest[]): Promise<EvaluationResult[]> {
  const results: EvaluationResult[] = [];
  for (const request of requests) results.push(await evaluateJsonata(request));
  return results;
}

class World {
  readonly #case: ExecutionCase;
  /** Outcomes used so far, by state and iterations. */
  readonly #used = new Map<string, number>();
  readonly #complaints: string[] = [];
  #now = EPOCH;
  #seed = 0;

  constructor(testCase: ExecutionCase) {
    this.#case = testCase;
  }

  async run(
    machine: Machine,
    context: ExecutionContext,
    iterations: { state: string; index: number }[],
  ): Promise<Outcome> {
    const state = startExecution(context);
    const history: HistoryEvent[] = [];
    const queue: Bare[] = [{ type: 'Start' }];
    const timers: { at: number; event: Bare }[] = [];
    for (let steps = 0; state.header.status === 'RUNNING'; steps++) {
      if (steps > MAX_STEPS) throw new Error('The execution does not end');
      const event = queue.shift() ?? this.#nextTimer(timers);
      if (event === undefined) {
        this.#complaints.push('the execution waits for something that never comes');
        break;
      }
      const full = { ...event, at: this.#now, seed: `seed-${this.#seed++}` } as ExecutionEvent;
      const transition = await advance(machine, state, full, evaluate);
      // Through JSON and back: what an engine that restarts after every step would go on with.
      applyTransition(state, JSON.parse(JSON.stringify(transition)));
      history.push(...transition.history);
      if (transition.more) queue.push({ type: 'Continue' });
      for (const command of transition.commands) {
        await this.#carryOut(command, machine, state, iterations, queue, timers);
      }
    }
    const { status, output, error, cause } = state.header;
    return {
      status,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      history,
      complaints: this.#complaints,
    };
  }

  #nextTimer(timers: { at: number; event: Bare }[]): Bare | undefined {
    timers.sort((a, b) => a.at - b.at);
    const next = timers.shift();
    if (next === undefined) return undefined;
    this.#now = Math.max(this.#now, next.at);
    return next.event;
  }

  async #carryOut(
    command: Command,
    machine: Machine,
    state: ExecutionState,
    outer: { state: string; index: number }[],
    queue: Bare[],
    timers: { at: number; event: Bare }[],
  ): Promise<void> {
    switch (command.type) {
      case 'ScheduleTask':
        queue.push(...this.#answer(command, outer));
        return;
      case 'SetTimer': {
        const { thread, sequence, timer } = command;
        timers.push({ at: command.at, event: { type: 'TimerFired', thread, sequence, timer } });
        return;
      }
      case 'SetExecutionTimer':
        timers.push({ at: command.at, event: { type: 'ExecutionTimeout' } });
        return;
      case 'StartMapRun':
        queue.push(await this.#mapRun(command, machine, state, outer));
        return;
      case 'CancelTask':
      case 'ClearTimers':
      case 'CancelMapRun':
        return;
    }
  }

  #answer(command: ScheduleTask, outer: { state: string; index: number }[]): Bare[] {
    const iterations = [...outer, ...command.iterations];
    const key = JSON.stringify([command.state, iterations]);
    const attempt = this.#used.get(key) ?? 0;
    this.#used.set(key, attempt + 1);
    const mock = this.#case.mocks.find(
      (m) =>
        m.state === command.state &&
        m.attempt === attempt &&
        sameIterations(m.iterations ?? [], iterations),
    );
    const ref = { thread: command.thread, sequence: command.sequence };
    const worker = this.#case.expected.history?.find((e) => e.workerName !== undefined)?.workerName;
    const started: Bare = {
      type: 'TaskStarted',
      ...(typeof worker === 'string' ? { workerName: worker } : {}),
      ...ref,
    };
    if (mock === undefined) {
      this.#complaints.push(`no mock for ${command.state}, attempt ${attempt}`);
      return [started];
    }
    return answers(mock, started, ref);
  }

  async #mapRun(
    command: StartMapRun,
    machine: Machine,
    state: ExecutionState,
    outer: { state: string; index: number }[],
  ): Promise<Bare> {
    const ref = { thread: command.thread, sequence: command.sequence };
    const request = command.mapRun;
    const items = await this.#items(request.reader, request.items);
    if (!Array.isArray(items)) return { type: 'MapRunFailed', ...items, ...ref };
    const inputs: Json[] = [];
    for (const [Index, Value] of items.entries()) {
      const clock = { at: this.#now, seed: `item-${this.#seed++}` };
      const item = { Index, Value };
      const selected = await selectMapItem(machine, state.context, request, item, clock, evaluate);
      if ('failure' in selected) return failed(selected.failure, ref);
      inputs.push(selected.input);
    }
    const child = compileMachine(machine.definition, request.processor);
    const outputs: Json[] = [];
    let failures = 0;
    const batches = batchItems(request, inputs);
    for (const [index, input] of batches.entries()) {
      const context: ExecutionContext = {
        ...state.context,
        Execution: { ...state.context.Execution, Input: input, Name: `child-${index}` },
      };
      const outcome = await this.run(child, context, [...outer, { state: request.state, index }]);
      if (outcome.status === 'SUCCEEDED') outputs.push(outcome.output ?? null);
      else failures += 1;
      if (exceedsTolerance(request, failures, batches.length)) {
        return failed(toleranceExceeded(), ref);
      }
    }
    return { type: 'MapRunSucceeded', output: outputs, ...ref };
  }

  async #items(
    reader: JsonObject | undefined,
    given: Json | undefined,
  ): Promise<Json[] | { error: string; cause: string }> {
    if (reader === undefined) return given as Json[];
    const config = (reader.ReaderConfig ?? {}) as JsonObject;
    const wrong = checkReader(config);
    if (wrong !== undefined) return { error: wrong.Error ?? '', cause: wrong.Cause ?? '' };
    const args = reader.Arguments as JsonObject;
    const objects = this.#case.s3Objects ?? [];
    if (String(reader.Resource).includes('listObjects')) {
      const keys = objects.filter(
        (o) => o.bucket === args.Bucket && o.key.startsWith(String(args.Prefix ?? '')),
      );
      return limitItems(
        config,
        keys.map((o) => ({ Key: o.key, Size: o.body.length })),
      );
    }
    const object = objects.find((o) => o.bucket === args.Bucket && o.key === args.Key);
    if (object === undefined) return { error: ITEM_READER_FAILED, cause: 'no such object' };
    const items: Json[] = [];
    try {
      for await (const page of itemPages(config, pieces(object.body))) items.push(...page);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { error: ITEM_READER_FAILED, cause };
    }
    return limitItems(config, items);
  }
}

/** A text as a file is read: cut anywhere. */
async function* pieces(text: string): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += 7) yield text.slice(i, i + 7);
}

function answers(mock: Mock, started: Bare, ref: { thread: number; sequence: number }): Bare[] {
  const submitted: Bare[] =
    mock.submitted === undefined ? [] : [{ type: 'TaskSubmitted', output: mock.submitted, ...ref }];
  const failure = {
    type: 'TaskFailed' as const,
    ...(mock.error === undefined ? {} : { error: mock.error }),
    ...(mock.cause === undefined ? {} : { cause: mock.cause }),
    ...ref,
  };
  switch (mock.outcome) {
    case 'succeeded':
      return [
        started,
        ...submitted,
        { type: 'TaskSucceeded', output: mock.output ?? null, ...ref },
      ];
    case 'failed':
      return [started, ...submitted, failure];
    case 'scheduleFailed':
      return [{ ...failure, stage: 'schedule' }];
    case 'startFailed':
      return [{ ...failure, stage: 'start' }];
    case 'submitFailed':
      return [started, { ...failure, stage: 'submit' }];
    case 'timedOut':
    case 'aborted':
      return [started, ...submitted];
  }
}

function failed(
  failure: { Error?: string; Cause?: string },
  ref: { thread: number; sequence: number },
): Bare {
  return {
    type: 'MapRunFailed',
    ...(failure.Error === undefined ? {} : { error: failure.Error }),
    ...(failure.Cause === undefined ? {} : { cause: failure.Cause }),
    ...ref,
  };
}

function sameIterations(
  a: { state: string; index: number }[],
  b: { state: string; index: number }[],
): boolean {
  return (
    a.length === b.length && a.every((x, i) => x.state === b[i]?.state && x.index === b[i]?.index)
  );
}
