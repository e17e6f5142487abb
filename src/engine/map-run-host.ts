/**
 * Hosts distributed Maps. The rules are in `asl/map-run.ts`; this file begins the children, counts and ends.
 *
 *     preparing ──items counted──▶ running ──every item has a child, all ended──▶ finishing ──▶ SUCCEEDED
 *         │                          │  too many failed, items cannot be read         ▲ │
 *         │                          └──▶ stopping ──children stopped─────────────────┘ └──▶ FAILED
 *         └── cannot be read ──▶ FAILED                 the execution is stopped: ABORTED at any time
 *
 * Children are executions like any other, begun a page at a time as slots get free. Beginning children and noting how
 * many items they took is one commit, and so is a child's end and the run's count: a restart goes on exactly there, and
 * memory holds one page of items and the running children, whatever the number of items.
 * @module
 */
import type { ErrorOutput } from '../asl/execution-state.js';
import { isObject, type JsonObject } from '../asl/json.js';
import { ITEM_READER_FAILED, toleranceExceeded } from '../asl/map-run.js';
import type { Command, MapRunRequest } from '../asl/transition.js';
import type { ExecutionRecord, MapRunRecord } from '../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import { EngineError } from './errors.js';
import type { UndatedEvent } from './execution-host.js';
import type { Machinery } from './machinery.js';
import { MapRunFailure, MapRunItems, type NextChild, placeOf } from './map-run-items.js';
import { loadAll, type RedrivableRun, redrivableRuns, redriveChild } from './map-run-redrive.js';
import { type RunResult, resultsOf } from './map-run-results.js';
import {
  canBegin,
  countEnded,
  freeChildren,
  hasFailed,
  initialState,
  isOver,
  type MapRunState,
  mapRunId,
  mapRunLabel,
  type RedriveWork,
  redrivenState,
  requestOf,
  runningChildren,
  stateOf,
  withState,
} from './map-run-state.js';
import type { FilePlace } from './ports.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

type StartMapRun = Extract<Command, { type: 'StartMapRun' }>;
type RedriveMapRun = Extract<Command, { type: 'RedriveMapRun' }>;

/** What UpdateMapRun may change. */
export type MapRunChange = Partial<
  Pick<MapRunRequest, 'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage'>
>;

interface Run {
  readonly number: number;
  readonly execution: number;
  readonly thread: number;
  readonly sequence: number;
  /** As this turn sees it. Replaced, never changed. */
  record: MapRunRecord;
  /** As the store has it. */
  stored: MapRunRecord | undefined;
  /** The items that have no child yet, while they are read. */
  items: MapRunItems | undefined;
  /** Where its files lie, once there may be some. */
  place: FilePlace | undefined;
  /** The phase whose work is being done: see `#react`. */
  working: MapRunState['phase'] | undefined;
  /** Its state is being told the result: the end of the execution that may follow does not abort it. */
  isEnding: boolean;
}

/** Children begun in one turn. */
const CHILDREN_A_TURN = 200;
/** Children stopped at a time. */
const STOPPED = 500;

export class MapRunHost {
  readonly #parts: Machinery;
  readonly #runs: Map<number, Run> = new Map();
  /** Runs that a redrive is about to take up, by their ARNs. */
  readonly #redrivable: Map<string, RedrivableRun> = new Map();
  #lastNumber = 0;
  #isClosing = false;

  constructor(parts: Machinery) {
    this.#parts = parts;
  }

  /** Takes up the runs that a restart interrupted. */
  async open(): Promise<void> {
    this.#lastNumber = await this.#parts.store.lastMapRunNumber();
    for (const record of await this.#parts.store.listMapRuns('RUNNING')) {
      this.#react(this.#add(record, record));
    }
  }

  /** Begins no more children and lets go of the files that are being read. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const run of this.#runs.values()) await run.items?.close();
  }

  begin(turn: Turn, active: ActiveExecution, command: StartMapRun): void {
    this.#lastNumber += 1;
    const state = initialState(command.mapRunArn, command.mapRun);
    const record: MapRunRecord = {
      number: this.#lastNumber,
      id: mapRunId(command.mapRunArn),
      execution: active.number,
      thread: command.thread,
      sequence: command.sequence,
      status: 'RUNNING',
      request: command.mapRun as unknown as JsonObject,
      state: state as unknown as JsonObject,
      startedAt: this.#parts.time.now(),
    };
    this.#write(turn, this.#add(record, undefined), record);
  }

  /**
   * Gets ready to redrive the map runs that an execution has failed with. To be called before its `Redrive`.
   * Waits for children that are being stopped; throws ExecutionNotRedrivable when that takes too long.
   */
  async prepareRedrive(execution: ExecutionRecord): Promise<void> {
    for (const found of await redrivableRuns(this.#parts, execution)) {
      this.#redrivable.set(stateOf(found.record).mapRunArn, found);
    }
  }

  /** Goes on with a map run that has ended. */
  redrive(turn: Turn, active: ActiveExecution, command: RedriveMapRun): void {
    const { mapRunArn, thread, sequence } = command;
    const found = this.#redrivable.get(mapRunArn);
    if (!found) throw new Error(`The map run ${mapRunArn} is not ready to be redriven`);
    turn.afterCommit(() => this.#redrivable.delete(mapRunArn));
    const { stoppedAt: _stoppedAt, ...ended } = found.record;
    const request = requestOf(ended);
    const now = this.#parts.time.now();
    const state = redrivenState(stateOf(ended), request, found.succeeded, now);
    const next: MapRunRecord = { ...ended, thread, sequence, status: 'RUNNING' };
    const run = this.#add({ ...next, execution: active.number }, found.record);
    this.#write(turn, run, withState(next, state));
    turn.afterFailure(() => this.#runs.delete(run.number));
  }

  #add(record: MapRunRecord, stored: MapRunRecord | undefined): Run {
    const { number, execution, thread, sequence } = record;
    const run: Run = {
      number,
      execution,
      thread,
      sequence,
      record,
      stored,
      items: undefined,
      place: undefined,
      working: undefined,
      isEnding: false,
    };
    this.#runs.set(number, run);
    return run;
  }

  /** Takes a change of the run into the turn; a failed commit takes it back. */
  #write(turn: Turn, run: Run, record: MapRunRecord): void {
    run.record = record;
    const known = turn.mapRuns.get(run.number);
    if (known) {
      known.record = record;
      return;
    }
    turn.mapRuns.set(run.number, { record, isNew: run.stored === undefined });
    turn.afterCommit(() => {
      run.stored = run.record;
      this.#react(run);
    });
    turn.afterFailure(() => {
      if (run.stored) run.record = run.stored;
      else this.#runs.delete(run.number);
    });
  }

  /** The run is over. */
  async #letGo(run: Run): Promise<void> {
    await run.items?.close();
    const { reader, writer } = requestOf(run.record);
    if (run.place && (reader || writer)) await this.#parts.itemSource.forget(run.place);
  }

  /** Begins what the phase of a run asks for, unless it is being done. */
  #react(run: Run): void {
    if (run.record.status !== 'RUNNING') {
      this.#runs.delete(run.number);
      void this.#letGo(run);
      return;
    }
    if (this.#isClosing) return;
    const { phase } = stateOf(run.record);
    if (run.working === phase) return;
    // Once every item has a child, the last of them need only be counted.
    if (phase === 'running' && !canBegin(stateOf(run.record))) return;
    run.working = phase;
    void this.#work(run, phase).catch((error: unknown) => {
      if (run.working === phase) run.working = undefined;
      const failure = error instanceof MapRunFailure ? error.output : defect(error);
      this.#parts.loop.add(this.#failInput(run, failure));
    });
  }

  async #work(run: Run, phase: MapRunState['phase']): Promise<void> {
    switch (phase) {
      case 'preparing':
        return this.#prepare(run);
      case 'running':
        return this.#pump(run);
      case 'stopping':
        return this.#stopChildren(run);
      case 'finishing':
        return this.#finish(run);
    }
  }

  /** Opens the items and counts them. */
  async #prepare(run: Run): Promise<void> {
    const items = await this.#itemsOf(run);
    const total = await items.count();
    this.#parts.loop.add({
      perform: (turn) => {
        const state = stateOf(run.record);
        if (run.record.status !== 'RUNNING' || state.phase !== 'preparing') return 'done';
        const { version } = items;
        const phase = total === 0 ? 'finishing' : 'running';
        const isExhausted = total === 0;
        this.#write(
          turn,
          run,
          withState(run.record, { ...state, phase, total, version, isExhausted }),
        );
        return 'done';
      },
    });
  }

  async #parentOf(run: Run): Promise<ActiveExecution> {
    const parent = await this.#parts.executions.load(run.execution);
    if (!parent) throw new Error(`Map run ${run.number} names execution ${run.execution}`);
    return parent;
  }

  async #itemsOf(run: Run): Promise<MapRunItems> {
    if (run.items) return run.items;
    const { read, version } = stateOf(run.record);
    const parent = await this.#parentOf(run);
    const request = requestOf(run.record);
    run.place = placeOf(this.#parts, parent, run.record.id);
    const items = await MapRunItems.open(this.#parts, request, parent, run.place, read);
    if (version !== undefined && version !== items.version) {
      await items.close();
      throw changed();
    }
    run.items = items;
    return items;
  }

  /** Begins children while the run's concurrency allows; a page in each turn. */
  async #pump(run: Run): Promise<void> {
    const { loop } = this.#parts;
    const parent = await this.#parentOf(run);
    for (;;) {
      const state = stateOf(run.record);
      const isRunning = run.record.status === 'RUNNING' && state.phase === 'running';
      if (!isRunning || !canBegin(state) || this.#isClosing) break;
      const max = Math.min(freeChildren(state), CHILDREN_A_TURN);
      const input = state.again
        ? await this.#againInput(run, parent, state.again, max)
        : await this.#nextInput(run, parent, max);
      await new Promise<void>((durable) => loop.add(input(durable)));
    }
    // No await since the look at the state: what changes from here on reacts anew.
    if (run.working === 'running') run.working = undefined;
    this.#react(run);
  }

  /** Begins children of items that have none yet. */
  async #nextInput(
    run: Run,
    parent: ActiveExecution,
    max: number,
  ): Promise<(durable: () => void) => Input> {
    const items = await this.#itemsOf(run);
    const next = await items.take(max);
    return next.length === 0
      ? (durable) => this.#exhaustedInput(run, durable)
      : (durable) => this.#beginInput(run, parent, next, durable);
  }

  /** Begins children without success again. */
  async #againInput(
    run: Run,
    parent: ActiveExecution,
    { after }: RedriveWork,
    limit: number,
  ): Promise<(durable: () => void) => Input> {
    const query = { mapRun: run.number, which: 'unsuccessful', after, limit } as const;
    const numbers = await this.#parts.store.listOpenMapChildren(query);
    if (numbers.length === 0) throw new Error(`Map run ${run.number} lacks children to redrive`);
    for (const number of numbers) {
      // A child may have failed with a map run of its own.
      const child = await this.#parts.store.findExecution(number);
      if (child) await this.prepareRedrive(child);
    }
    return (durable) => ({
      perform: async (turn): Promise<Performed> => {
        turn.afterCommit(durable);
        const children = await loadAll(this.#parts, numbers);
        const state = stateOf(run.record);
        if (run.record.status !== 'RUNNING' || state.phase !== 'running' || !state.again)
          return 'done';
        const request = requestOf(run.record);
        const next = { ...state };
        const again = {
          executions: state.again.executions - children.length,
          items: children.reduce(
            (rest, child) => rest - itemsIn(request, child),
            state.again.items,
          ),
          after: numbers.at(-1) ?? after,
        };
        if (again.executions > 0) next.again = again;
        else delete next.again;
        this.#write(turn, run, withState(run.record, next));
        for (const child of children) redriveChild(this.#parts, turn, child, parent.machine);
        return 'done';
      },
    });
  }

  #beginInput(
    run: Run,
    parent: ActiveExecution,
    next: readonly NextChild[],
    durable: () => void,
  ): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(durable);
        const state = stateOf(run.record);
        if (run.record.status !== 'RUNNING' || state.phase !== 'running') return 'done';
        const started = state.started + next.length;
        const read = next.reduce((sum, { size }) => sum + size, state.read);
        this.#write(turn, run, withState(run.record, { ...state, started, read }));
        for (const [i, child] of next.entries()) {
          this.#beginChild(turn, run, parent, state.started + i, child);
        }
        return 'done';
      },
    };
  }

  #beginChild(
    turn: Turn,
    run: Run,
    parent: ActiveExecution,
    index: number,
    { input, map }: NextChild,
  ): void {
    const { children, executions } = this.#parts;
    const { testCase, tags } = parent.creation;
    const { active, number } = children.create(turn, {
      machine: parent.machine,
      input,
      tags,
      pointer: requestOf(run.record).processor,
      mapRun: { number: run.number, child: index },
      machineName: mapRunLabel(stateOf(run.record).mapRunArn),
      ...(testCase === undefined ? {} : { testCase }),
      ...(map ? { map } : {}),
    });
    // The row is in this turn whatever comes of the first transition: what may be tried again is `Start`.
    executions.step(turn, active, { type: 'Start' }, children.startInput(number));
  }

  /** All items have been taken. */
  #exhaustedInput(run: Run, durable: () => void): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(durable);
        const state = stateOf(run.record);
        if (run.record.status !== 'RUNNING' || state.phase !== 'running') return 'done';
        if (state.read !== state.total) return this.#fail(turn, run, changed().output);
        const next: MapRunState = { ...state, isExhausted: true };
        if (isOver(next)) next.phase = 'finishing';
        this.#write(turn, run, withState(run.record, next));
        return 'done';
      },
    };
  }

  /** Changes how a map run goes on. Throws MapRunNotRunning when it has ended. */
  updateInput(
    number: number,
    change: MapRunChange,
    settle: { resolve(): void; reject(error: Error): void },
  ): Input {
    return {
      refuse: settle.reject,
      perform: (turn) => {
        const run = this.#runs.get(number);
        if (run?.record.status !== 'RUNNING') throw new EngineError('MapRunNotRunning');
        const state = { ...stateOf(run.record), ...change };
        this.#write(turn, run, withState(run.record, state));
        if (state.phase === 'running' && hasFailed(state))
          this.#fail(turn, run, toleranceExceeded());
        turn.afterCommit(() => settle.resolve());
        return 'done';
      },
    };
  }

  /** A child has ended in this turn. */
  childEnded(turn: Turn, child: ActiveExecution, link: { number: number }): void {
    const run = this.#runs.get(link.number);
    const { status } = child.state.header;
    if (run?.record.status !== 'RUNNING' || status === 'RUNNING') return;
    const size = itemsIn(requestOf(run.record), child);
    const state = countEnded(stateOf(run.record), status, size);
    if (state.phase === 'running' && isOver(state) && !hasFailed(state)) state.phase = 'finishing';
    if (state.phase === 'stopping' && runningChildren(state) === 0) state.phase = 'finishing';
    this.#write(turn, run, withState(run.record, state));
    if (state.phase === 'running' && hasFailed(state)) this.#fail(turn, run, toleranceExceeded());
  }

  #failInput(run: Run, failure: ErrorOutput): Input {
    return { perform: (turn) => this.#fail(turn, run, failure) };
  }

  /** Begins the end of a run that cannot go on. */
  #fail(turn: Turn, run: Run, failure: ErrorOutput): Performed {
    const state = stateOf(run.record);
    if (run.record.status !== 'RUNNING' || state.failure !== undefined) return 'done';
    const phase = runningChildren(state) === 0 ? 'finishing' : 'stopping';
    this.#write(turn, run, withState(run.record, { ...state, phase, failure }));
    return 'done';
  }

  /** Gathers the results and gives them to the state. Outside of turns: it may take long. */
  async #finish(run: Run): Promise<void> {
    const { loop } = this.#parts;
    const parent = await this.#parentOf(run);
    await run.items?.close();
    run.items = undefined;
    run.place = placeOf(this.#parts, parent, run.record.id);
    const result = await resultsOf(this.#parts, run.record, run.place, () => this.#itemsOf(run));
    loop.add(this.#endInput(run, result));
  }

  /** Ends the run and tells the state that waits for it, in one commit. */
  #endInput(run: Run, result: RunResult): Input {
    const { executions } = this.#parts;
    const { thread, sequence } = run;
    const event: UndatedEvent =
      'output' in result
        ? { type: 'MapRunSucceeded', output: result.output, thread, sequence }
        : {
            type: 'MapRunFailed',
            thread,
            sequence,
            ...(result.failure.Error === undefined ? {} : { error: result.failure.Error }),
            ...(result.failure.Cause === undefined ? {} : { cause: result.failure.Cause }),
          };
    const input: Input = {
      perform: (turn) => {
        if (run.record.status !== 'RUNNING') return 'done';
        return executions.withExecution(run.execution, input, (active): Performed => {
          if (run.record.status !== 'RUNNING') return 'done';
          run.isEnding = true;
          return executions.step(turn, active, event, input, (later) => {
            const state = { ...stateOf(run.record), isWritten: result.isWritten };
            run.record = withState(run.record, state);
            this.#end(later, run, 'output' in result ? 'SUCCEEDED' : 'FAILED');
          });
        });
      },
    };
    return input;
  }

  #end(turn: Turn, run: Run, status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
    // Telling the state may have ended the execution and with it this run.
    if (run.record.status !== 'RUNNING') return;
    this.#write(turn, run, { ...run.record, status, stoppedAt: this.#parts.time.now() });
    if (status === 'ABORTED') turn.afterCommit(() => void this.#stopChildren(run));
  }

  cancel(turn: Turn, active: ActiveExecution, thread: number, sequence: number): void {
    for (const run of this.#runs.values()) {
      const isIt = run.execution === active.number && run.thread === thread;
      if (isIt && run.sequence === sequence) this.#end(turn, run, 'ABORTED');
    }
  }

  cancelAll(turn: Turn, active: ActiveExecution): void {
    for (const run of this.#runs.values()) {
      if (run.execution === active.number && !run.isEnding) this.#end(turn, run, 'ABORTED');
    }
  }

  async #stopChildren(run: Run): Promise<void> {
    const { store, loop, executions } = this.#parts;
    const cause = 'The map run of this execution has ended.';
    for (let after = 0; ; ) {
      const query = { mapRun: run.number, which: 'running', after, limit: STOPPED } as const;
      const page = await store.listOpenMapChildren(query);
      for (const number of page) loop.add(executions.eventInput(number, { type: 'Stop', cause }));
      if (page.length < STOPPED) return;
      after = page.at(-1) ?? after;
    }
  }
}

/** Items that a child was begun with. */
function itemsIn(request: MapRunRequest, child: ActiveExecution): number {
  if (request.batcher === undefined) return 1;
  const input = child.creation.context.Execution.Input;
  return isObject(input) && Array.isArray(input.Items) ? input.Items.length : 1;
}

function changed(): MapRunFailure {
  return new MapRunFailure({
    Error: ITEM_READER_FAILED,
    Cause:
      'What the items are read from has changed since the map run began. Bring it back and redrive the execution, or redrive it from this state to run all items anew.',
  });
}

function defect(error: unknown): ErrorOutput {
  return { Error: 'States.Runtime', Cause: error instanceof Error ? error.message : String(error) };
}
