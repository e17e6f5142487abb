/**
 * Makes the kernel: each part with those below it.
 * @module
 */
import { resolve } from 'node:path';
import { createSecretRegistry, type SecretRegistry } from '../../secrets/secret-registry.js';
import type { ReadStore } from '../../store/readers/read-store.js';
import { ActiveExecutions } from './active-execution.js';
import { createArns, DEFAULT_IDENTITY, type Identity } from './arn.js';
import { Attempts } from './attempts.js';
import { CapturedOutput } from './captured-output.js';
import { ChildExecutions } from './child-executions.js';
import type { SharedBindings } from './code-grants.js';
import { Creations } from './creations.js';
import { Deployments } from './deployments.js';
import { DueTimes } from './due-times.js';
import { createEngineTime } from './engine-time.js';
import { EngineError } from './errors.js';
import { Executions } from './executions.js';
import { createFeed } from './feed.js';
import { Hooks } from './hooks.js';
import { Intake } from './intake.js';
import type { Kernel } from './kernel.js';
import { MachineShelf } from './machine-shelf.js';
import { type Encryption, passingEncryption } from './masking/encryption.js';
import { maskTurn } from './masking/mask-turn.js';
import { sealedStore } from './masking/sealed-store.js';
import { MockedTasks, type TaskMocks } from './mocked-tasks.js';
import { OwnServiceTasks } from './own-service-tasks.js';
import type {
  Clock,
  Destinations,
  Evaluator,
  ItemSource,
  OwnServices,
  Random,
  Runner,
  Sink,
  Store,
} from './ports.js';
import { publishTurn } from './publish.js';
import { RecordedTasks } from './recorded-tasks.js';
import type { Reducer } from './reducer.js';
import type { RemoteRules } from './remote-place.js';
import { TakenNames } from './taken-names.js';
import { Timers } from './timers.js';
import { TurnLoop } from './turn-loop.js';
import { Waiters } from './waiters.js';
import { WorkFolders } from './work-folders.js';

export interface KernelConfig {
  store: Store;
  /** Reads for people beside the main loop, see `store/readers/`. Default: the store itself. */
  readers?: ReadStore;
  /** Runs attempts; see `createConnectorRunner`. */
  runner: Runner;
  /** Evaluates JSONata; see `createEvaluationPool`. */
  evaluator: Evaluator;
  /** Reads and writes the files of distributed Maps; see `createLocalItems`. */
  itemSource: ItemSource;
  /** Folder under which each execution gets its work folder. */
  workFolder: string;
  clock: Clock;
  random: Random;
  /** The interpreter. */
  reducer: Reducer;
  /** Answers tasks in place of those who perform them, in tests. Default: nothing is mocked. */
  mocks?: TaskMocks;
  /** What this server answers to its own tasks; see `http/wire/from-within.ts`. Default: nothing, they need bindings. */
  services?: OwnServices;
  /** Who performs what the bindings of a machine leave open, and which machines may run code. Default: nobody, none. */
  sharedBindings?: SharedBindings;
  /** Machines that clients make may run any code: for development. Default: false. */
  allowCodeOverApi?: boolean;
  /** How tasks of AWS resources leave this server. Default: they do not, bindings perform them. */
  remote?: Omit<RemoteRules, 'identity'> | undefined;
  /** Kinds of tasks that workers on other machines perform, whatever pipelines say. Default: none. */
  noLocalTasks?: readonly string[];
  /** Sends what rules deliver to API destinations. Default: nothing is sent. */
  destinations?: Destinations;
  /** What is secret, and is masked in whatever is told. Default: what its name or form says. */
  secrets?: SecretRegistry;
  /** Seals secrets in the store. Default: one that lasts as long as the process. */
  seal?: Encryption;
  /** Account and region that its ARNs name. Default: 000000000000 in us-east-1. */
  identity?: Identity;
  /** Hears every committed change, besides those who subscribe. Default: nobody. */
  sink?: Sink;
  /** Executions kept in memory between their events. Default: 1,000. */
  loadedExecutions?: number;
  /** Transitions in one commit, at most. Default: 200. */
  transitionsPerCommit?: number;
  /** The store failed and nobody knows what is durable. Must end the process. Default: exit code 70. */
  onFatal?: (error: unknown) => void;
  /** An execution could not go on because of a defect or a damaged record. Default: a line on standard error. */
  onProblem?: (error: unknown, execution: number | undefined) => void;
}

/** Milliseconds before a failed commit is tried again. */
const PAUSE = 500;

export function createKernel(config: KernelConfig): Kernel {
  const { clock, random, reducer, runner, itemSource, mocks, destinations, sink } = config;
  const { evaluate } = config.evaluator;
  const secrets = config.secrets ?? createSecretRegistry();
  const encryption = config.seal ?? passingEncryption();
  const store = sealedStore(config.store, encryption, secrets);
  const reads =
    config.readers === undefined
      ? store
      : sealedStore({ ...config.store, ...config.readers } as Store, encryption, secrets);
  const time = createEngineTime(clock);
  const owner = random.id(clock.now());
  const arns = createArns(config.identity ?? DEFAULT_IDENTITY);
  const folders = new WorkFolders(resolve(config.workFolder));
  const codeRules = {
    shared: config.sharedBindings,
    code: runner.code,
    allowAll: config.allowCodeOverApi ?? false,
    away: new Set(config.noLocalTasks),
    remote: config.remote && { ...config.remote, identity: config.identity ?? DEFAULT_IDENTITY },
  };
  const feed = createFeed();
  const hooks = new Hooks();
  const intake = new Intake();
  const waiters = new Waiters();
  const actives = new ActiveExecutions(config.loadedExecutions ?? 1000);
  const machines = new MachineShelf(store, reducer);
  const dueTimes = new DueTimes({ clock, time });
  const report = config.onProblem ?? reportProblem;
  const loop: TurnLoop = new TurnLoop({
    clock,
    prepare: (turn) => maskTurn(turn, secrets),
    commit: (commit) => store.commit(commit),
    now: () => time.now(),
    cap: config.transitionsPerCommit ?? 200,
    pauseMs: PAUSE,
    committed(turn) {
      if (!feed.idle() || sink) publishTurn(turn, feed, sink, secrets);
      actives.trim();
    },
    broken(input, error) {
      report(error, input.execution);
      input.refuse?.(new EngineError('RequestDefect'));
      if (input.execution !== undefined) loop.add(executions.condemnInput(input.execution, error));
    },
    onFatal: config.onFatal ?? exit,
  });
  const base = { store, reads, clock, time, random, reducer, evaluate, runner, itemSource, mocks };
  const world = { arns, folders, codeRules, secrets, encryption, destinations, owner };
  const below = { ...base, ...world, feed, hooks, intake, waiters, actives, machines, loop };
  const executions = new Executions(below);
  const timers = new Timers({ ...below, executions });
  const takenNames = new TakenNames(below);
  const creations = new Creations({ ...below, timers, takenNames });
  const output = new CapturedOutput(below);
  const attempts = new Attempts({ ...below, executions, output });
  const mocked = new MockedTasks({ ...below, executions, attempts });
  const children = new ChildExecutions({ ...below, creations, executions, attempts });
  const deployments = new Deployments({ ...below, executions });
  executions.performWith({ attempts, timers, children });
  const services = new OwnServiceTasks({
    ...below,
    executions,
    attempts,
    services: config.services,
  });
  const recorded = new RecordedTasks({ ...below, executions, attempts });
  attempts.performWith({ children, mocked, recorded, services });
  return {
    ...below,
    executions,
    timers,
    creations,
    takenNames,
    output,
    attempts,
    mocked,
    services,
    children,
    deployments,
    dueTimes,
    submit: (input) => loop.add(input),
    write: (act, needs) => loop.write(act, needs),
    dueChanged: (feature) => dueTimes.changed(feature),
  };
}

/** An unknown state of the disk must not be built upon: see turn-loop.ts. */
function exit(error: unknown): void {
  process.stderr.write(
    `The store failed, the server ends and recovers at its next start: ${error}\n`,
  );
  process.exit(70);
}

function reportProblem(error: unknown, execution: number | undefined): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Execution ${execution ?? '(none)'} hit a defect: ${text}\n`);
}
