/**
 * The parts of the engine and how they know each other. `create-engine.ts` puts them together.
 *
 *     TurnLoop      one commit a turn
 *     Executions loads executions, sends events through the reducer, takes transitions into the turn
 *     Attempts      attempts: slots, starting, outcomes, task tokens
 *     Timers     timers: the store's, and the next minute's in memory
 *     ChildExecutions     executions started by executions
 *     MapRuns    distributed Maps
 *     TestAnswers      attempts that a test answers
 *     ActivityPolls  activities and the workers that poll them
 *     StateMachineRegistry  state machines made by clients, published versions, aliases
 *     Admission who may begin: limits of pipelines, pools
 *     TriggerHost   event bus, schedules, conditions on other pipelines, backfills
 *     Scheduler schedules made by clients
 *     CapturedOutput       captured output
 * @module
 */
import type { Machine } from '../../asl/compile.js';
import type { MachineDefinition } from '../../asl/definition.js';
import type { ExecutionContext, ExecutionState } from '../../asl/execution-state.js';
import type { Evaluate, ExecutionEvent, Transition } from '../../asl/transition.js';
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import type { ActivityPolls } from '../features/activities/activities.js';
import type { Admission } from '../features/admission/admission.js';
import type { Pools } from '../features/admission/pools.js';
import type { MapRuns } from '../features/map-runs/map-runs.js';
import type { Scheduler } from '../features/scheduler/scheduler.js';
import type { StateMachineRegistry } from '../features/state-machines/state-machines.js';
import type { TriggerHost } from '../trigger-host.js';
import type { ActiveExecutions } from './active-execution.js';
import type { Arns } from './arn.js';
import type { Attempts } from './attempts.js';
import type { CapturedOutput } from './captured-output.js';
import type { ChildExecutions } from './child-executions.js';
import type { CodeRules } from './code-grants.js';
import type { EngineTime } from './engine-time.js';
import type { Executions } from './executions.js';
import type { Feed } from './feed.js';
import type { MachineShelf } from './machine-shelf.js';
import type { Seal } from './masking/encryption.js';
import type { SealedStore } from './masking/sealed-store.js';
import type { TaskMocks, TestAnswers } from './mocked-tasks.js';
import type { Clock, Destinations, ItemSource, Random, Runner } from './ports.js';
import type { Timers } from './timers.js';
import type { TurnLoop } from './turn-loop.js';
import type { Waiters } from './waiters.js';
import type { WorkFolders } from './work-folders.js';

/** The interpreter, as the engine calls it. */
export interface Reducer {
  compile(definition: MachineDefinition, pointer: string): Machine;
  start(context: ExecutionContext): ExecutionState;
  advance(
    machine: Machine,
    state: ExecutionState,
    event: ExecutionEvent,
    evaluate: Evaluate,
  ): Transition | Promise<Transition>;
  apply(state: ExecutionState, transition: Transition): void;
}

export interface Machinery {
  /** Keeps secrets sealed: see masking/sealed-store.ts. */
  readonly store: SealedStore;
  /** The one place that masks. */
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly runner: Runner;
  readonly reducer: Reducer;
  readonly evaluate: Evaluate;
  readonly itemSource: ItemSource;
  readonly mocks: TaskMocks | undefined;
  readonly triggers: TriggerHost;
  readonly admission: Admission;
  readonly pools: Pools;
  readonly codeRules: CodeRules;
  readonly seal: Seal;
  readonly destinations: Destinations | undefined;
  readonly feed: Feed;
  /** Names this instance of the engine: the owner of the attempts that it starts. */
  readonly owner: string;
  /** Where each execution gets its work folder. */
  readonly folders: WorkFolders;
  time: EngineTime;
  readonly loop: TurnLoop;
  readonly actives: ActiveExecutions;
  readonly machines: MachineShelf;
  readonly executions: Executions;
  readonly tasks: Attempts;
  readonly timers: Timers;
  readonly children: ChildExecutions;
  readonly mapRuns: MapRuns;
  readonly mocked: TestAnswers;
  readonly logs: CapturedOutput;
  readonly waiters: Waiters;
  readonly activities: ActivityPolls;
  readonly stateMachines: StateMachineRegistry;
  readonly scheduler: Scheduler;
  readonly arns: Arns;
}
