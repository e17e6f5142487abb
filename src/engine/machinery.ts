/**
 * The parts of the engine and how they know each other. `create-engine.ts` puts them together.
 *
 *     TurnLoop      one commit a turn
 *     ExecutionHost loads executions, sends events through the reducer, takes transitions into the turn
 *     TaskHost      attempts: slots, starting, outcomes, task tokens
 *     TimerHost     timers: the store's, and the next minute's in memory
 *     ChildHost     executions started by executions
 *     MapRunHost    distributed Maps
 *     MockHost      attempts that a test answers
 *     ActivityHost  activities and the workers that poll them
 *     StateMachineHost  state machines made by clients, published versions, aliases
 *     AdmissionHost who may begin: limits of pipelines, pools
 *     TriggerHost   event bus, schedules, conditions on other pipelines, backfills
 *     SchedulerHost schedules made by clients
 *     LogHost       captured output
 * @module
 */
import type { Machine } from '../asl/compile.js';
import type { MachineDefinition } from '../asl/definition.js';
import type { ExecutionContext, ExecutionState } from '../asl/execution-state.js';
import type { Evaluate, ExecutionEvent, Transition } from '../asl/transition.js';
import type { SecretRegistry } from '../secrets/secret-registry.js';
import type { ActiveExecutions } from './active-execution.js';
import type { ActivityHost } from './activity-host.js';
import type { AdmissionHost } from './admission/admission-host.js';
import type { Pools } from './admission/pools.js';
import type { Arns } from './arn.js';
import type { ChildHost } from './child-host.js';
import type { CodeRules } from './code-grants.js';
import type { EngineTime } from './engine-time.js';
import type { ExecutionHost } from './execution-host.js';
import type { Feed } from './feed.js';
import type { LogHost } from './log-host.js';
import type { MachineShelf } from './machine-shelf.js';
import type { MapRunHost } from './map-run-host.js';
import type { SealedStore } from './masking/sealed-store.js';
import type { MockHost, TaskMocks } from './mocked-tasks.js';
import type { Clock, Destinations, ItemSource, Random, Runner } from './ports.js';
import type { SchedulerHost } from './scheduler/scheduler-host.js';
import type { Seal } from './seal.js';
import type { StateMachineHost } from './state-machines.js';
import type { TaskHost } from './task-host.js';
import type { TimerHost } from './timer-host.js';
import type { TriggerHost } from './triggers/trigger-host.js';
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
  /** The same store for people: lists, histories and logs are read beside the main loop, see store/readers/. */
  readonly reads: SealedStore;
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
  readonly admission: AdmissionHost;
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
  readonly executions: ExecutionHost;
  readonly tasks: TaskHost;
  readonly timers: TimerHost;
  readonly children: ChildHost;
  readonly mapRuns: MapRunHost;
  readonly mocked: MockHost;
  readonly logs: LogHost;
  readonly waiters: Waiters;
  readonly activities: ActivityHost;
  readonly stateMachines: StateMachineHost;
  readonly scheduler: SchedulerHost;
  readonly arns: Arns;
}
