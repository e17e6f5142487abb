/**
 * The workflow that is an execution: it holds the state, hands what happens to `advance`, and does what that commands.
 *
 *     signals, timers, outcomes ──▶ queue ──▶ advance(machine, state, event) ──▶ state, history, commands
 *                                                                                    │
 *           activities, timers, child workflows ◀────────────────────────────────────┘
 *
 *     begun ──▶ (takes what comes, waits) ──▶ ended: its output, or a failure with how it ended
 *                    └──history grows──▶ the same execution in a new run, with its state
 *
 * Temporal records what came, so that a replay takes the same in the same order; time, ids and randomness are the workflow's. A change
 * of this code that does something else with what old histories hold must ask `patched` first (docs/guides/temporal.md).
 * @module
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { advance, applyTransition, startExecution } from '../../../src/asl/advance.js';
import { compileMachine, type Machine, stateOf } from '../../../src/asl/compile.js';
import type { ExecutionState, Thread } from '../../../src/asl/execution-state.js';
import type { Json } from '../../../src/asl/json.js';
import { parseResource } from '../../../src/asl/task-resource.js';
import type { Command, ExecutionEvent, HistoryEvent } from '../../../src/asl/transition.js';
import {
  type ArmedTimer,
  type ChildEnd,
  type ExecutionInput,
  type ExecutionOutcome,
  type ExecutionView,
  INPUT_FORMAT,
  MOST_BYTES,
  NOT_ON_TEMPORAL,
  QUERIES,
  type ScheduledTask,
  SIGNALS,
  type StateView,
  type TokenAnswer,
} from '../execution-input.js';
import { ArmedTimers } from './armed-timers.js';
import { Attempts, type News } from './attempts.js';
import { Children } from './children.js';
import { evaluate } from './evaluate.js';
import { Recorder } from './recorder.js';

/** Times the events of a usual run, after which nothing new begins until no attempt is open. */
const PATIENCE = 8;
/** Bytes of Temporal's history for the same; it ends a workflow at 50 MB. */
const MOST_HISTORY = 20_000_000;
/** Characters of JSON that a state may have, of which each can be three bytes. */
const MOST_STATE = MOST_BYTES;

/**
 * Runs an execution.
 * @returns its output
 * @throws ApplicationFailure when it did not succeed: its type is the error, its detail an `ExecutionOutcome`
 */
export function execution(input: ExecutionInput): Promise<Json> {
  // Not a failure of the execution: a worker that knows the format goes on with it.
  if (input.format > INPUT_FORMAT) throw new Error(`This worker is too old for ${input.format}`);
  const hosted = new HostedExecution(input);
  CancellationScope.current().cancelRequested.catch(() => hosted.stop({ cause: CANCELLED }));
  return CancellationScope.nonCancellable(() => hosted.run());
}

const CANCELLED = 'Its workflow was cancelled.';

class HostedExecution {
  readonly #input: ExecutionInput;
  readonly #machine: Machine;
  readonly #state: ExecutionState;
  readonly #queue: News[];
  readonly #backlog: ScheduledTask[];
  readonly #timers: ArmedTimers;
  readonly #attempts: Attempts;
  readonly #children: Children;
  readonly #recorder: Recorder;
  #at = 0;
  #stoppedAt: number | undefined;
  #isDraining = false;

  constructor(input: ExecutionInput) {
    const { carried } = input;
    this.#input = input;
    this.#machine = compileMachine(input.deployment.definition, input.pointer);
    this.#state = carried?.state ?? startExecution(input.context);
    this.#queue = carried?.queue ?? [{ type: 'Start' }];
    this.#backlog = carried?.backlog ?? [];
    const tell = (...news: News[]): void => {
      this.#queue.push(...news);
    };
    this.#timers = new ArmedTimers((timer) => tell(firing(timer)));
    this.#children = new Children({ input, tell });
    this.#attempts = new Attempts({
      input,
      tell,
      startExecution: (task, wanted) => this.#children.startExecution(task, wanted),
    });
    this.#recorder = new Recorder(input, this.#state);
    this.#listen();
  }

  #listen(): void {
    setHandler(defineSignal<[{ error?: string; cause?: string }]>(SIGNALS.stop), (why) =>
      this.stop(why),
    );
    setHandler(defineSignal<[TokenAnswer]>(SIGNALS.answer), (answer) => this.#answer(answer));
    setHandler(defineSignal<[News]>(SIGNALS.news), (news) => void this.#queue.push(news));
    setHandler(defineSignal<[ChildEnd]>(SIGNALS.childEnded), (end) => this.#children.ended(end));
    setHandler(defineQuery<ExecutionView>(QUERIES.describe), () => this.#view());
    setHandler(defineQuery<StateView>(QUERIES.state), () => ({
      input: this.#input,
      state: this.#state,
      isRecorded: this.#recorder.isRecorded,
    }));
    setHandler(defineQuery<readonly HistoryEvent[]>(QUERIES.history), () => this.#recorder.events);
  }

  stop({ error, cause }: { error?: string; cause?: string }): void {
    this.#queue.push({
      type: 'Stop',
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  async run(): Promise<Json> {
    for (const timer of this.#input.carried?.timers ?? []) this.#timers.set(timer);
    for (const task of this.#backlog.splice(0)) this.#attempts.begin(task);
    while (this.#state.header.status === 'RUNNING') {
      const news = this.#queue.shift();
      if (news !== undefined) {
        await this.#take(news);
        continue;
      }
      if (this.#isLong()) await this.#goOnInNewRun();
      this.#recorder.rest();
      await condition(() => this.#queue.length > 0 || this.#mayGoOn());
    }
    return await this.#end();
  }

  async #take({ at: told, ...news }: News): Promise<void> {
    const now = Date.now();
    // What a worker's clock says lies between what was before and now.
    this.#at = Math.max(this.#at, told === undefined ? now : Math.min(told, now));
    const seed = `${workflowInfo().workflowId}~${uuid4()}`;
    const event = { ...news, at: this.#at, seed } as ExecutionEvent;
    const step = advance(this.#machine, this.#state, event, evaluate);
    const transition = step instanceof Promise ? await step : step;
    applyTransition(this.#state, transition);
    this.#recorder.add(transition.history);
    if (transition.more) this.#queue.push({ type: 'Continue' });
    for (const command of transition.commands) this.#carryOut(command);
  }

  #carryOut(command: Command): void {
    switch (command.type) {
      case 'ScheduleTask':
        if (this.#isDraining) this.#backlog.push(command);
        else this.#attempts.begin(command);
        return;
      case 'CancelTask':
        this.#drop(command);
        this.#attempts.cancel(command);
        this.#children.cancel(command);
        return;
      case 'SetTimer': {
        const { thread, sequence, timer: kind, at } = command;
        this.#timers.set({ thread, sequence, kind, at });
        return;
      }
      case 'ClearTimers':
        this.#timers.clear(command.thread);
        return;
      case 'SetExecutionTimer':
        this.#timers.set({ thread: 0, sequence: 0, kind: 'execution', at: command.at });
        return;
      case 'StartMapRun':
        this.#children.startMapRun(command);
        return;
      case 'CancelMapRun':
        this.#children.cancel(command);
        return;
      case 'RedriveMapRun': {
        const { thread, sequence } = command;
        const cause =
          'A map run is not redriven on Temporal. Go back to a state before it: --from.';
        const failed = { type: 'MapRunFailed', error: NOT_ON_TEMPORAL, cause } as const;
        this.#queue.push({ ...failed, thread, sequence });
      }
    }
  }

  #drop({ thread, sequence }: { thread: number; sequence: number }): void {
    const at = this.#backlog.findIndex((one) => one.thread === thread && one.sequence === sequence);
    if (at >= 0) this.#backlog.splice(at, 1);
  }

  // Answers by task token.

  #answer({ taskToken, ...event }: TokenAnswer): void {
    const thread = Object.values(this.#state.threads).find(
      (one) => one.phase === 'task' && one.memory?.taskToken === taskToken,
    );
    if (thread === undefined || !this.#isAwaited(thread)) return;
    this.#queue.push({ ...event, thread: thread.id, sequence: thread.sequence });
  }

  /** Whether somebody may answer the task that the thread stands at. */
  #isAwaited(thread: Thread): boolean {
    const { pattern } = parseResource(this.#resourceOf(thread));
    return pattern === 'waitForTaskToken' || pattern === 'activity';
  }

  #resourceOf({ scope, state }: Thread): string {
    return String(stateOf(this.#machine, scope, state).definition.Resource);
  }

  // From run to run.

  #isLong(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    const { runEvents } = this.#input.options;
    this.#isDraining ||= historyLength >= PATIENCE * runEvents || historySize >= MOST_HISTORY;
    return (historyLength >= runEvents || continueAsNewSuggested) && this.#isIdle();
  }

  /** Nothing runs that a new run would not hear of. */
  #isIdle(): boolean {
    return this.#attempts.open === 0 && !this.#children.isSending;
  }

  #mayGoOn(): boolean {
    return this.#isDraining && this.#isIdle();
  }

  async #goOnInNewRun(): Promise<void> {
    await this.#recorder.flush();
    if (this.#queue.length > 0 || !this.#isIdle()) return;
    const carried = {
      state: this.#state,
      queue: this.#queue,
      backlog: this.#backlog,
      children: this.#children.open,
      isRecorded: this.#recorder.isRecorded,
    };
    if (JSON.stringify(carried).length > MOST_STATE) {
      const cause = `The state of the execution has more than ${MOST_STATE} characters: Temporal cannot carry it on. Keep data in a dataset or a bucket, and hand on where it is.`;
      this.stop({ error: 'States.DataLimitExceeded', cause });
      return;
    }
    await continueAsNew<typeof execution>({
      ...this.#input,
      carried: { ...carried, timers: this.#timers.takeAll() },
    });
  }

  // The end.

  async #end(): Promise<Json> {
    this.#stoppedAt = Date.now();
    this.#timers.takeAll();
    this.#attempts.cancelAll();
    this.#children.cancelAll();
    await this.#recorder.flush(this.#stoppedAt);
    const { parent, context, startedAt } = this.#input;
    const outcome = this.#outcome();
    if (parent !== undefined) {
      const { workflowId, ...ref } = parent;
      const { status, output, error, cause } = this.#state.header;
      const header = {
        status,
        ...(output === undefined ? {} : { output }),
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      };
      const name = context.Execution.Name;
      const ended = { name, context, header, startedAt, stoppedAt: this.#stoppedAt };
      this.#children.tellParent({ type: 'execution', ref, ended }, { workflowId });
    }
    await this.#children.settled();
    if (outcome.status === 'SUCCEEDED') return outcome.output ?? null;
    throw ApplicationFailure.create({
      message: (this.#input.options.isSealed ? undefined : outcome.cause) ?? outcome.status,
      type: outcome.error ?? outcome.status,
      nonRetryable: true,
      details: [outcome],
    });
  }

  #outcome(): ExecutionOutcome {
    const { status, output, error, cause } = this.#state.header;
    return {
      status,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      startedAt: this.#input.startedAt,
      stoppedAt: this.#stoppedAt ?? Date.now(),
    };
  }

  #view(): ExecutionView {
    const { id, deployment, context, startedAt } = this.#input;
    const { status, output, error, cause } = this.#state.header;
    const threads = Object.values(this.#state.threads);
    const awaited = threads.filter((one) => one.phase === 'task' && this.#isAwaited(one));
    return {
      id,
      pipeline: deployment.name,
      team: deployment.team,
      name: context.Execution.Name,
      status,
      startedAt,
      redriveCount: context.Execution.RedriveCount ?? 0,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      states: threads.map(({ state, phase, enteredAt }) => ({ state, phase, enteredAt })),
      waiting: awaited.map((one) => ({
        state: one.state,
        resource: this.#resourceOf(one),
        taskToken: String(one.memory?.taskToken),
      })),
      runEvents: workflowInfo().historyLength,
    };
  }
}

function firing({ kind, thread, sequence }: ArmedTimer): News {
  if (kind === 'execution') return { type: 'ExecutionTimeout' };
  return { type: 'TimerFired', timer: kind, thread, sequence };
}
