/**
 * The kernel: what must be in one place to be durable, and all that a feature is given.
 *
 *     TurnLoop        one commit a turn
 *     Executions      loads executions, sends events through the reducer, takes transitions into the turn
 *     Creations       where executions are born
 *     Attempts        attempts: slots, starting, outcomes, task tokens
 *     Deployments     new versions of pipelines
 *     Timers          timers: the store's, and the next minute's in memory
 *     ChildExecutions executions started by executions
 *     MockedTasks     attempts that a test answers
 *     OwnServiceTasks tasks that ask this server's own services
 *     CapturedOutput  what tasks write, on its way to the store
 *     Intake          whether what has not begun may begin
 *     Hooks           where features take part
 *     DueTimes        the one alarm of all features
 *
 * Each part is made with those below it and names what it needs of them; `create-kernel.ts` makes them in that order. No
 * part knows a feature.
 * @module
 */
import type { Evaluate } from '../../asl/transition.js';
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import type { ActiveExecutions } from './active-execution.js';
import type { Arns } from './arn.js';
import type { Attempts } from './attempts.js';
import type { CapturedOutput } from './captured-output.js';
import type { ChildExecutions } from './child-executions.js';
import type { CodeRules } from './code-grants.js';
import type { Creations } from './creations.js';
import type { Deployments } from './deployments.js';
import type { DueTimes } from './due-times.js';
import type { OpenableTime } from './engine-time.js';
import type { Executions } from './executions.js';
import type { Feature } from './feature.js';
import type { Feed } from './feed.js';
import type { Hooks } from './hooks.js';
import type { Intake } from './intake.js';
import type { MachineShelf } from './machine-shelf.js';
import type { Encryption } from './masking/encryption.js';
import type { SealedStore } from './masking/sealed-store.js';
import type { MockedTasks, TaskMocks } from './mocked-tasks.js';
import type { OwnServiceTasks } from './own-service-tasks.js';
import type { Clock, Destinations, ItemSource, Random, Runner } from './ports.js';
import type { Reducer } from './reducer.js';
import type { TakenNames } from './taken-names.js';
import type { Timers } from './timers.js';
import type { Turn } from './turn.js';
import type { Input, TurnLoop } from './turn-loop.js';
import type { Waiters } from './waiters.js';
import type { WorkFolders } from './work-folders.js';

export interface Kernel {
  readonly clock: Clock;
  /** The engine's own time. */
  readonly time: OpenableTime;
  readonly random: Random;
  /** Reads; what is written goes through a turn. Keeps secrets sealed: see masking/sealed-store.ts. */
  readonly store: SealedStore;
  /** The same store for people: lists, histories and logs are read beside the main loop, see store/readers/. */
  readonly reads: SealedStore;
  /** Versions of pipelines. */
  readonly machines: MachineShelf;
  readonly arns: Arns;

  /** Puts an input into the loop: it is performed in one of the next turns. */
  submit(input: Input): void;
  /** Writes in a turn; resolves when that is durable, and rejects when it was refused. */
  write(act: (turn: Turn) => void, needs?: Input['needs']): Promise<void>;
  /** A feature is due at another time than it said last. */
  dueChanged(feature: Pick<Feature, 'nextDue' | 'due'>): void;

  /** Where features take part on the hot path. */
  readonly hooks: Hooks;
  /** Whether what has not begun may begin. */
  readonly intake: Intake;
  readonly executions: Executions;
  readonly creations: Creations;
  readonly takenNames: TakenNames;
  readonly attempts: Attempts;
  readonly timers: Timers;
  readonly deployments: Deployments;
  readonly children: ChildExecutions;
  readonly mocked: MockedTasks;
  readonly services: OwnServiceTasks;
  readonly output: CapturedOutput;
  readonly waiters: Waiters;
  readonly actives: ActiveExecutions;
  readonly loop: TurnLoop;
  readonly dueTimes: DueTimes;
  readonly feed: Feed;

  /** The one place that masks. */
  readonly secrets: SecretRegistry;
  readonly encryption: Encryption;
  readonly reducer: Reducer;
  readonly evaluate: Evaluate;
  readonly runner: Runner;
  readonly itemSource: ItemSource;
  readonly destinations: Destinations | undefined;
  readonly mocks: TaskMocks | undefined;
  readonly codeRules: CodeRules;
  /** Names this instance of the engine: the owner of the attempts that it starts. */
  readonly owner: string;
  /** Where each execution gets its work folder. */
  readonly folders: WorkFolders;
}
