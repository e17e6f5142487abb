/**
 * What callers ask the engine to do to executions, as inputs for the turn loop: start, stop, redrive.
 * @module
 */
import type { Json, JsonObject } from '../../asl/json.js';
import { prepareRedrive, type RedriveNote, type RedriveOptions } from '../../asl/redrive.js';
import type { HistoryEvent } from '../../asl/transition.js';
import {
  CLUSTER,
  CLUSTER_STATE,
  CLUSTER_VARIABLE,
} from '../../pipelines/sections/cluster-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import { isElsewhere } from '../../store/elsewhere.js';
import type { ExecutionRecord, PipelineRef } from '../../store/store.js';
import type { ActiveExecution, LoadedMachine } from './active-execution.js';
import type { Creations, FoundOrCreated, StartTarget, TestRunOf } from './creations.js';
import type { EngineTime } from './engine-time.js';
import { EngineError } from './errors.js';
import type { Executions } from './executions.js';
import type { Hooks } from './hooks.js';
import type { MachineShelf } from './machine-shelf.js';
import type { TaskMocks } from './mocked-tasks.js';
import { type Need, NOTHING, whenKnown } from './needs.js';
import { checkName, checkPayload, checkTags } from './payload.js';
import { TEST_RUN_PREFIX } from './test-runs.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';
import { closeStretch } from './usage.js';

/** What requests need of the kernel. */
export interface RequestParts {
  readonly machines: MachineShelf;
  readonly creations: Creations;
  readonly executions: Executions;
  readonly hooks: Hooks;
  readonly time: EngineTime;
  readonly mocks: TaskMocks | undefined;
}

export interface StartRequest {
  /** The pipeline by its name, among those that the caller sees. */
  pipeline: string;
  /** The team whose pipeline is meant; default: of those that the caller sees. */
  team?: string | undefined;
  /** Unique in the pipeline; makes the start idempotent. Default: the new id. */
  name?: string;
  /** Default: the pipeline's own. */
  input?: Json;
  /** Number of a published version or name of an alias; default: the current revision. */
  qualifier?: string;
  /** Added to the pipeline's tags. */
  tags?: { [key: string]: string };
  /**
   * Name of a test case of the mock configuration file: tasks that it mocks are not performed but answered from the
   * file, also after a restart or redrive. Refused with TestCaseUnknown when there is no such case of the pipeline.
   */
  testCase?: string;
  /** What started it, when a trigger did. */
  triggeredBy?: JsonObject;
  /** The logical slice of time that it is for: its text id. */
  interval?: string;
  /** Present: it is a test run. */
  testRun?: TestRunRequest;
}

/** What a test run runs and reads. */
export interface TestRunRequest {
  /** Number of the record of a version of the pipeline, which need not be current (`deployments.keepCandidate`). */
  candidate?: number;
  /** Number of an execution: the same versions of datasets are read. Default: what is current when it begins. */
  readsOf?: number;
}

export interface RedriveRequest {
  /** Top-level state to go on from; default: the failed one. */
  from?: string;
  /** Which version of the pipeline to go on with; default: the execution's own. */
  definition?: 'own' | 'current';
}

export interface StartedExecution {
  id: string;
  /** The same in Amazon's form. */
  arn: string;
  number: number;
  name: string;
  pipeline: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** False when an execution of that name and input existed already. */
  created: boolean;
}

/** Where an answer goes. */
export interface Settle<Value> {
  resolve(value: Value): void;
  reject(error: Error): void;
}

/** What is started: the pipeline is known. */
export interface StartOf extends Omit<StartRequest, 'pipeline' | 'team'> {
  pipeline: PipelineRef;
}

/**
 * Checks a start request at the door. Throws the EngineError that tells what is wrong.
 * @param runs what it runs; default: the current version
 */
export function checkStart(
  parts: RequestParts,
  request: StartOf,
  runs?: LoadedMachine,
): { machine: LoadedMachine; input: Json; tags: { [key: string]: string } } {
  const current = parts.machines.current(request.pipeline);
  if (!current) throw new EngineError('PipelineNotFound', { pipeline: request.pipeline.name });
  const isCandidate = request.testRun?.candidate !== undefined;
  const machine = isCandidate ? (runs ?? current) : current;
  if (machine.key !== current.key) {
    throw new EngineError('CandidateOfAnother', { pipeline: request.pipeline.name });
  }
  if (request.name !== undefined) checkName(request.name);
  checkTestRunName(request);
  checkTestCase(parts, request);
  const input: unknown = request.input === undefined ? machine.deployment.input : request.input;
  const given = input === undefined ? {} : input;
  checkPayload(given, 'input');
  const tags = request.tags
    ? { ...machine.deployment.tags, ...request.tags }
    : machine.deployment.tags;
  if (request.tags) checkTags(tags);
  return { machine, input: given, tags };
}

/** So that no test run takes a name that a trigger is going to give. */
function checkTestRunName({ name, testRun }: StartOf): void {
  if (name === undefined || testRun === undefined || name.startsWith(TEST_RUN_PREFIX)) return;
  throw new EngineError('TestRunName', { name: name.slice(0, 100) });
}

function checkTestCase(parts: RequestParts, { pipeline: { name }, testCase }: StartOf): void {
  if (testCase === undefined || parts.mocks?.hasTestCase(name, testCase)) return;
  throw new EngineError('TestCaseUnknown', { pipeline: name, testCase: testCase.slice(0, 200) });
}

/** What makes a start, besides what is asked for. */
export interface StartMaking {
  /** Called in the turn that creates it, before anything of it happens. */
  created?: (turn: Turn, active: ActiveExecution) => void;
  /** What it runs instead of the current revision. */
  target?: StartTarget | Need<StartTarget> | undefined;
}

/** Starts an execution, or finds the one of that name and input; answers when that is durable. */
export function startInput(
  parts: RequestParts,
  request: StartOf,
  settle: Settle<FoundOrCreated>,
  making: StartMaking = {},
): Input {
  return {
    refuse: settle.reject,
    needs: (turn) => startNeeds(parts, turn, request, making),
    perform: (turn) => {
      const found = startNow(parts, turn, request, making);
      turn.afterCommit(() => settle.resolve(found));
      return 'done';
    },
  };
}

/**
 * Starts an execution in a turn that is under way, for what happens in it.
 * @param came told in the same turn what became of it: an EngineError when it was refused
 */
export function startInTurn(
  parts: RequestParts,
  turn: Turn,
  request: StartOf,
  came: (turn: Turn, outcome: FoundOrCreated | EngineError) => void = () => {},
  making: StartMaking = {},
): void {
  turn.also({
    needs: (later) => startNeeds(parts, later, request, making),
    perform: (later) => {
      came(later, tryStart(parts, later, request, making));
      return 'done';
    },
  });
}

/** Starts an execution whose needs were read; a refusal is an answer. */
export function tryStart(
  parts: RequestParts,
  turn: Turn,
  request: StartOf,
  making: StartMaking = {},
): FoundOrCreated | EngineError {
  try {
    return startNow(parts, turn, request, making);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** What must be read before `tryStart`. */
export function startNeeds(
  parts: RequestParts,
  turn: Turn,
  request: StartOf,
  making: StartMaking = {},
): readonly Need<unknown>[] {
  const { pipeline, name } = request;
  const target = targetOf(parts, request, making);
  if (target && 'read' in target && !turn.knows(target)) return [target];
  const machine = machineOf(turn, target) ?? parts.machines.current(pipeline);
  return machine ? parts.creations.needs(machine, name) : NOTHING;
}

/** What it runs instead of the current version: what its starter says, or the candidate of a test run. */
function targetOf(
  { machines }: RequestParts,
  { testRun }: StartOf,
  { target }: StartMaking,
): StartMaking['target'] {
  const candidate = testRun?.candidate;
  if (target !== undefined || candidate === undefined) return target;
  return {
    key: `machine ${candidate}`,
    read: () => whenKnown(machines.find(candidate), (machine) => ({ machine })),
  };
}

function machineOf(turn: Turn, target: StartMaking['target']): LoadedMachine | undefined {
  if (!target || !('read' in target)) return target?.machine;
  try {
    return turn.known(target).machine;
  } catch {
    // There is no such version: that is told when it is performed.
    return undefined;
  }
}

function startNow(
  parts: RequestParts,
  turn: Turn,
  request: StartOf,
  making: StartMaking,
): FoundOrCreated {
  const target = targetOf(parts, request, making);
  const runs = target && 'read' in target ? turn.known(target) : target;
  const { machine, input, tags } = checkStart(parts, request, runs?.machine);
  const { name, testCase, triggeredBy, interval, testRun } = request;
  const found = parts.creations.findOrCreate(turn, {
    machine,
    input,
    tags,
    ...(name === undefined ? {} : { name }),
    ...(testCase === undefined ? {} : { testCase }),
    ...(triggeredBy === undefined ? {} : { triggeredBy }),
    ...(interval === undefined ? {} : { interval }),
    ...(testRun === undefined ? {} : { testRun: testRunOf(testRun) }),
    ...runs,
  });
  const { active, number } = found;
  if (found.created && active) {
    making.created?.(turn, active);
    parts.executions.born(turn, active);
    // The row is in this turn whatever comes of the first transition: what may be tried again is `Start`, not this.
    parts.executions.begin(turn, active, parts.executions.beginInput(number));
  }
  return found;
}

function testRunOf({ readsOf }: TestRunRequest): TestRunOf {
  return { root: 'itself', ...(readsOf === undefined ? {} : { readsOf }) };
}

/** Throws PerformedElsewhere for an execution of another host. */
function expectHere({ number, id }: ExecutionRecord): void {
  if (isElsewhere(number)) throw new EngineError('PerformedElsewhere', { execution: id });
}

/** Stops a running execution. Refuses with ExecutionNotRunning when it has ended. */
export function stopInput(
  parts: RequestParts,
  record: ExecutionRecord,
  reason: { error?: string; cause?: string },
  settle: Settle<void>,
): Input {
  expectHere(record);
  const { error, cause } = reason;
  const stop = (turn: Turn, active: ActiveExecution, input: Input): Performed => {
    const { status } = active.state.header;
    if (status !== 'RUNNING') {
      throw new EngineError('ExecutionNotRunning', { execution: record.id, status });
    }
    const event = {
      type: 'Stop' as const,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    };
    return parts.executions.step(turn, active, event, input, (later) =>
      later.afterCommit(() => settle.resolve()),
    );
  };
  return parts.executions.input(record.number, stop, { refuse: settle.reject });
}

/**
 * Goes on with an execution that has failed, or only tells what that would do.
 * @param history its whole history: it has ended, so that stands
 */
export function redriveInput(
  parts: RequestParts,
  record: ExecutionRecord,
  request: RedriveRequest,
  history: readonly HistoryEvent[],
  mode: 'go' | 'plan',
  settle: Settle<RedriveNote[]>,
): Input {
  expectHere(record);
  const input: Input = {
    refuse: settle.reject,
    needs: () => parts.executions.needs(record.number),
    perform: (turn) =>
      parts.executions.withExecution(turn, record.number, input, (_, active) => {
        const machine = machineFor(parts, active, request);
        const { pointer } = active.creation;
        const plan = prepareRedrive(
          active.machine.compiled(pointer),
          machine.compiled(pointer),
          active.state,
          {
            history,
            at: parts.time.now(),
            ...(request.from === undefined ? {} : { from: request.from }),
            ...anewOf(machine),
          },
        );
        if ('problems' in plan) throw refusal(record.id, request, plan.problems);
        const { notes } = plan;
        if (mode === 'plan') {
          settle.resolve(notes);
          return 'done';
        }
        return redriveFrom(parts, turn, active, machine, plan.state, input, () =>
          settle.resolve(notes),
        );
      }),
  };
  return input;
}

/** Goes on with an ended execution in the state that was prepared for it. @param durable called once it is */
export function redriveFrom(
  parts: RequestParts,
  turn: Turn,
  active: ActiveExecution,
  machine: LoadedMachine,
  state: ActiveExecution['state'],
  input: Input,
  durable: () => void,
): Performed {
  const before = Object.keys(active.state.threads).map(Number);
  active.machine = machine;
  active.state = state;
  closeStretch(state.header);
  active.redriveCount += 1;
  active.stoppedAt = undefined;
  parts.hooks.admission?.resumed(active);
  if (!active.creation.mapRun)
    parts.hooks.tell(turn, { type: 'ExecutionRedriven', execution: active });
  try {
    return parts.executions.step(turn, active, { type: 'Redrive' }, input, (later) => {
      const write = later.of(active);
      write.progressed = true;
      write.contextChanged = true;
      for (const thread of Object.values(active.state.threads)) {
        if (thread.id !== 0) write.threads.set(thread.id, thread);
      }
      for (const id of before) if (id !== 0 && !active.state.threads[id]) write.removed.add(id);
      later.afterCommit(durable);
    });
  } catch (error) {
    // What is in memory is no longer what the store has.
    active.stale = true;
    throw error;
  }
}

/** The cluster of an execution was freed at its end: what goes on with it needs another one. */
function anewOf({ deployment }: LoadedMachine): Pick<RedriveOptions, 'anew'> {
  if (sectionOf(CLUSTER, deployment) === undefined) return {};
  return { anew: { state: CLUSTER_STATE, variable: CLUSTER_VARIABLE } };
}

function machineFor(
  parts: RequestParts,
  active: ActiveExecution,
  request: RedriveRequest,
): LoadedMachine {
  if (request.definition !== 'current') return active.machine;
  return parts.machines.current(active.machine.ref) ?? active.machine;
}

function refusal(
  execution: string,
  request: RedriveRequest,
  problems: readonly { code: string; message: string }[],
): EngineError {
  const reason = problems.map(({ message }) => message).join(' ');
  const isAboutState = request.from !== undefined && problems[0]?.code !== 'NotRedrivable';
  return isAboutState
    ? new EngineError('RedriveStateUnknown', { execution, state: request.from ?? '', reason })
    : new EngineError('ExecutionNotRedrivable', { execution, reason });
}
