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

import type { ErrorOutput } from '../../../asl/execution-state.js';
import type { JsonObject } from '../../../asl/json.js';
import { toleranceExceeded } from '../../../asl/map-run.js';
import type { Command, MapRunRequest } from '../../../asl/transition.js';
import { StoreError } from '../../../store/errors.js';
import type { ExecutionRecord } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { mapRunId } from '../../kernel/arn.js';
import { EngineError } from '../../kernel/errors.js';
import type { UndatedEvent } from '../../kernel/executions.js';
import type { Feature } from '../../kernel/feature.js';
import type { MapRunHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { addUsage, use } from '../../kernel/usage.js';
import { itemsIn, itemsOf, MapRunChildren, type OpenMapRun, parentOf } from './map-run-children.js';
import { MapRunFailure, placeOf } from './map-run-items.js';
import { type RedrivableRun, redrivableRuns } from './map-run-redrive.js';
import { type RunResult, resultsOf } from './map-run-results.js';
import {
  canBegin,
  countEnded,
  hasFailed,
  initialState,
  isOver,
  type MapRunState,
  redrivenState,
  requestOf,
  runningChildren,
  stateOf,
  withState,
} from './map-run-state.js';
import { MAP_RUNS, type MapRunRecord } from './map-run-table.js';

type StartMapRun = Extract<Command, { type: 'StartMapRun' }>;
type RedriveMapRun = Extract<Command, { type: 'RedriveMapRun' }>;

/** What UpdateMapRun may change. */
export type MapRunChange = Partial<
  Pick<MapRunRequest, 'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage'>
>;

/** Children stopped at a time. */
const STOPPED = 500;

/** Milliseconds until something is tried again that the store did not answer. */
const AGAIN = 1_000;

export class MapRuns implements Feature, MapRunHook {
  readonly name = 'map runs';
  readonly tables: readonly AnyTable[] = [MAP_RUNS];
  readonly #kernel: Kernel;
  readonly #children: MapRunChildren;
  readonly #runs: Map<number, OpenMapRun> = new Map();
  /** Runs that a redrive is about to take up, by their ARNs. */
  readonly #redrivable: Map<string, RedrivableRun> = new Map();
  /** Those that the turn that runs now has written. */
  readonly #written: Set<number> = new Set();
  #lastNumber = 0;
  #isClosing = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.hooks.mapRuns = this;
    this.#children = new MapRunChildren(kernel, {
      write: (turn, run, record) => this.#write(turn, run, record),
      fail: (turn, run, failure) => this.#fail(turn, run, failure),
      prepareRedrive: (child) => this.prepareRedrive(child),
    });
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#lastNumber = await store.lastNumber(MAP_RUNS);
    for (const record of await store.listRows(MAP_RUNS, { where: { status: 'RUNNING' } })) {
      this.#add(record, record);
    }
  }

  /** Takes up the runs that a restart interrupted. */
  begin(): void {
    for (const run of this.#runs.values()) this.#react(run);
  }

  /** Map runs of executions. */
  async of(executions: readonly number[]): Promise<MapRunRecord[]> {
    return this.#kernel.store.listRows(MAP_RUNS, {
      where: { execution: [...executions] },
      order: { by: ['execution', 'number'] },
    });
  }

  /** Number of the execution that a map run is part of; undefined: there is no such map run. */
  async executionOf(mapRun: number): Promise<number | undefined> {
    return (await this.#kernel.store.findRow(MAP_RUNS, [mapRun]))?.execution;
  }

  /** The row of a map run whose execution goes in this turn. */
  remove(turn: Turn, mapRun: number): void {
    turn.remove(MAP_RUNS, [mapRun]);
  }

  /** Begins no more children and lets go of the files that are being read. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const run of this.#runs.values()) await run.items?.close();
  }

  start(turn: Turn, active: ActiveExecution, command: StartMapRun): void {
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
      startedAt: this.#kernel.time.now(),
    };
    this.#write(turn, this.#add(record, undefined), record);
  }

  /**
   * Gets ready to redrive the map runs that an execution has failed with. To be called before its `Redrive`.
   * Waits for children that are being stopped; throws ExecutionNotRedrivable when that takes too long.
   */
  async prepareRedrive(execution: ExecutionRecord): Promise<void> {
    for (const found of await redrivableRuns(this.#kernel, execution)) {
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
    const now = this.#kernel.time.now();
    const state = redrivenState(stateOf(ended), request, found.succeeded, now);
    const next: MapRunRecord = { ...ended, thread, sequence, status: 'RUNNING' };
    const run = this.#add({ ...next, execution: active.number }, found.record);
    this.#write(turn, run, withState(next, state));
    turn.afterFailure(() => this.#runs.delete(run.number));
  }

  #add(record: MapRunRecord, stored: MapRunRecord | undefined): OpenMapRun {
    const { number, execution, thread, sequence } = record;
    const run: OpenMapRun = {
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
  #write(turn: Turn, run: OpenMapRun, record: MapRunRecord): void {
    run.record = record;
    const isFirst = !this.#written.has(run.number);
    if (run.stored === undefined && isFirst) turn.put(MAP_RUNS, record, run.execution);
    else {
      const { status, state, sequence, stoppedAt } = record;
      const end = stoppedAt === undefined ? {} : { stoppedAt };
      turn.change(MAP_RUNS, [run.number], { status, state, sequence, ...end });
    }
    if (!isFirst) return;
    this.#written.add(run.number);
    turn.afterCommit(() => {
      this.#written.delete(run.number);
      run.stored = run.record;
      this.#react(run);
    });
    turn.afterFailure(() => {
      this.#written.delete(run.number);
      if (run.stored) run.record = run.stored;
      else this.#runs.delete(run.number);
    });
  }

  /** The run is over. */
  async #letGo(run: OpenMapRun): Promise<void> {
    await run.items?.close();
    const { reader, writer } = requestOf(run.record);
    if (run.place && (reader || writer)) await this.#kernel.itemSource.forget(run.place);
  }

  /** Begins what the phase of a run asks for, unless it is being done. */
  #react(run: OpenMapRun): void {
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
      this.#workFailed(run, phase, error);
    });
  }

  /** What a phase asks for could not be done. */
  #workFailed(run: OpenMapRun, phase: MapRunState['phase'], error: unknown): void {
    const { failure, phase: current } = stateOf(run.record);
    // A database that cannot be read now says nothing of the run, and a run that has gone on does not fail by what is behind it.
    if (error instanceof StoreError || phase !== current || phase === 'stopping') {
      this.#kernel.clock.setTimer(() => this.#react(run), AGAIN);
    } else if (failure === undefined) {
      const output = error instanceof MapRunFailure ? error.output : defect(error);
      this.#kernel.submit(this.#failInput(run, output));
    } else {
      // It ends with what it failed by first, without its results.
      this.#kernel.submit(this.#endInput(run, { failure, isWritten: false }));
    }
  }

  async #work(run: OpenMapRun, phase: MapRunState['phase']): Promise<void> {
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
  async #prepare(run: OpenMapRun): Promise<void> {
    const items = await itemsOf(this.#kernel, run);
    const total = await items.count();
    this.#kernel.submit({
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

  /** Begins children while the run's concurrency allows; a page in each turn. */
  async #pump(run: OpenMapRun): Promise<void> {
    for (;;) {
      const state = stateOf(run.record);
      const isRunning = run.record.status === 'RUNNING' && state.phase === 'running';
      if (!isRunning || !canBegin(state) || this.#isClosing) break;
      const input = await this.#children.next(run);
      // What is read ends early when it is closed: that is not the end of the items.
      if (this.#isClosing) break;
      await new Promise<void>((durable) => this.#kernel.submit(input(durable)));
    }
    // No await since the look at the state: what changes from here on reacts anew.
    if (run.working === 'running') run.working = undefined;
    this.#react(run);
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
    const { status, used } = child.state.header;
    if (run?.record.status !== 'RUNNING' || status === 'RUNNING') return;
    const size = itemsIn(requestOf(run.record), child);
    const state = countEnded(stateOf(run.record), status, size);
    if (used !== undefined) state.used = addUsage(state.used, used);
    if (state.phase === 'running' && isOver(state) && !hasFailed(state)) state.phase = 'finishing';
    if (state.phase === 'stopping' && runningChildren(state) === 0) state.phase = 'finishing';
    this.#write(turn, run, withState(run.record, state));
    if (state.phase === 'running' && hasFailed(state)) this.#fail(turn, run, toleranceExceeded());
  }

  #failInput(run: OpenMapRun, failure: ErrorOutput): Input {
    return { perform: (turn) => this.#fail(turn, run, failure) };
  }

  /** Begins the end of a run that cannot go on. */
  #fail(turn: Turn, run: OpenMapRun, failure: ErrorOutput): Performed {
    const state = stateOf(run.record);
    if (run.record.status !== 'RUNNING' || state.failure !== undefined) return 'done';
    const phase = runningChildren(state) === 0 ? 'finishing' : 'stopping';
    this.#write(turn, run, withState(run.record, { ...state, phase, failure }));
    return 'done';
  }

  /** Gathers the results and gives them to the state. Outside of turns: it may take long. */
  async #finish(run: OpenMapRun): Promise<void> {
    const parent = await parentOf(this.#kernel, run);
    await run.items?.close();
    run.items = undefined;
    run.place = placeOf(this.#kernel, parent, run.record.id);
    const result = await resultsOf(this.#kernel, run.record, run.place, () =>
      itemsOf(this.#kernel, run),
    );
    this.#kernel.submit(this.#endInput(run, result));
  }

  /** Ends the run and tells the state that waits for it, in one commit. */
  #endInput(run: OpenMapRun, result: RunResult): Input {
    const { executions } = this.#kernel;
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
      needs: () => executions.needs(run.execution),
      perform: (turn) => {
        if (run.record.status !== 'RUNNING') return 'done';
        return executions.withExecution(turn, run.execution, input, (_, active) => {
          if (run.record.status !== 'RUNNING') return 'done';
          run.isEnding = true;
          this.#tellUsed(turn, active, run);
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

  /** What the children have used is the execution's own: told before it can end by this. */
  #tellUsed(turn: Turn, active: ActiveExecution, run: OpenMapRun): void {
    const { used, ...state } = stateOf(run.record);
    if (used === undefined) return;
    use(turn, active, used);
    this.#write(turn, run, withState(run.record, state));
  }

  #end(turn: Turn, run: OpenMapRun, status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
    // Telling the state may have ended the execution and with it this run.
    if (run.record.status !== 'RUNNING') return;
    this.#write(turn, run, { ...run.record, status, stoppedAt: this.#kernel.time.now() });
    if (status === 'ABORTED') turn.afterCommit(() => void this.#stopChildren(run));
  }

  cancel(turn: Turn, active: ActiveExecution, thread: number, sequence: number): void {
    for (const run of this.#runs.values()) {
      const isIt = run.execution === active.number && run.thread === thread;
      if (isIt && run.sequence === sequence) this.#abort(turn, active, run);
    }
  }

  cancelAll(turn: Turn, active: ActiveExecution): void {
    for (const run of this.#runs.values()) {
      if (run.execution === active.number && !run.isEnding) this.#abort(turn, active, run);
    }
  }

  #abort(turn: Turn, active: ActiveExecution, run: OpenMapRun): void {
    if (run.record.status === 'RUNNING') this.#tellUsed(turn, active, run);
    this.#end(turn, run, 'ABORTED');
  }

  async #stopChildren(run: OpenMapRun): Promise<void> {
    const { store, executions } = this.#kernel;
    const cause = 'The map run of this execution has ended.';
    for (let after = 0; ; ) {
      const query = { mapRun: run.number, which: 'running', after, limit: STOPPED } as const;
      const page = await store.listOpenMapChildren(query);
      for (const number of page) {
        this.#kernel.submit(executions.eventInput(number, { type: 'Stop', cause }));
      }
      if (page.length < STOPPED) return;
      after = page.at(-1) ?? after;
    }
  }
}

function defect(error: unknown): ErrorOutput {
  return { Error: 'States.Runtime', Cause: error instanceof Error ? error.message : String(error) };
}
