/**
 * Hosts distributed Maps. The rules are in `asl/map-run.ts`; this file reads the items, runs the children and counts.
 *
 *     preparing ──items read, selected, batched; children written──▶ running ──all ended──▶ finishing ──▶ SUCCEEDED
 *         └── cannot be read ──▶ FAILED        too many failed ──▶ FAILED        cancelled ──▶ ABORTED
 *
 * Children are executions like any other. A child's end and the run's count are one commit, so a restart finds both or
 * neither and goes on where it was; a restart while preparing prepares again, because no child exists yet.
 * @module
 */
import { join } from 'node:path';
import type { ErrorOutput, ExecutionContext } from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import {
  batchItems,
  exceedsTolerance,
  type MapItem,
  selectMapItem,
  toleranceExceeded,
} from '../asl/map-run.js';
import type { Command, MapRunRequest } from '../asl/transition.js';
import type { ExecutionRecord, MapChildRecord, MapRunRecord } from '../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import { EngineError } from './errors.js';
import type { UndatedEvent } from './execution-host.js';
import type { Machinery } from './machinery.js';
import type { PendingMapRun, Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

type StartMapRun = Extract<Command, { type: 'StartMapRun' }>;

/** `MapRunRecord.state`. */
export interface MapRunState {
  phase: 'preparing' | 'running' | 'finishing';
  mapRunArn: string;
  /** Whole while preparing; without items and data afterwards, because it is written with each child that ends. */
  request: MapRunRequest;
  total: number;
  started: number;
  succeeded: number;
  failed: number;
}

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
  isPumping: boolean;
  /** Its state is being told the result: the end of the execution that may follow does not abort it. */
  isEnding: boolean;
}

/** Children that run at a time when the definition sets no limit. */
const DEFAULT_CONCURRENCY = 1000;
/** Children begun in one turn. */
const CHILDREN_A_TURN = 50;
/** Children read at a time when the results are gathered. */
const GATHERED = 500;

export class MapRunHost {
  readonly #parts: Machinery;
  readonly #runs: Map<number, Run> = new Map();
  #lastNumber = 0;

  constructor(parts: Machinery) {
    this.#parts = parts;
  }

  /** Takes up the runs that a restart interrupted. */
  async open(): Promise<void> {
    this.#lastNumber = await this.#parts.store.lastMapRunNumber();
    for (const record of await this.#parts.store.listMapRuns('RUNNING')) {
      const run = this.#add(record, record);
      const { phase } = stateOf(record);
      if (phase === 'preparing') void this.#prepare(run);
      else if (phase === 'running') this.#pump(run);
      else void this.#finish(run);
    }
  }

  begin(turn: Turn, active: ActiveExecution, command: StartMapRun): void {
    const { time } = this.#parts;
    this.#lastNumber += 1;
    const startedAt = time.now();
    const state: MapRunState = {
      phase: 'preparing',
      mapRunArn: command.mapRunArn,
      request: command.mapRun,
      total: 0,
      started: 0,
      succeeded: 0,
      failed: 0,
    };
    const record: MapRunRecord = {
      number: this.#lastNumber,
      id: mapRunId(command.mapRunArn),
      execution: active.number,
      thread: command.thread,
      sequence: command.sequence,
      status: 'RUNNING',
      state: toJson(state),
      startedAt,
    };
    const run = this.#add(record, undefined);
    this.#write(turn, run, record);
    turn.afterCommit(() => void this.#prepare(run));
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
      isPumping: false,
      isEnding: false,
    };
    this.#runs.set(number, run);
    return run;
  }

  /** Takes a change of the run into the turn; a failed commit takes it back. */
  #write(turn: Turn, run: Run, record: MapRunRecord): PendingMapRun {
    run.record = record;
    const known = turn.mapRuns.get(run.number);
    if (known) {
      known.record = record;
      return known;
    }
    const write: PendingMapRun = { record, isNew: run.stored === undefined, children: new Map() };
    turn.mapRuns.set(run.number, write);
    turn.afterCommit(() => {
      run.stored = run.record;
      if (run.record.status !== 'RUNNING') this.#runs.delete(run.number);
    });
    turn.afterFailure(() => {
      if (run.stored) run.record = run.stored;
      else this.#runs.delete(run.number);
    });
    return write;
  }

  /** Reads, selects and batches the items, then writes the children. Outside of turns: it may take long. */
  async #prepare(run: Run): Promise<void> {
    const { loop, executions } = this.#parts;
    const { request } = stateOf(run.record);
    const parent = await executions.load(run.execution);
    if (!parent) return;
    const prepared = await this.#childrenOf(run, request, parent).catch((error: unknown) => ({
      failure: { Error: 'States.Runtime', Cause: String(error) },
    }));
    if ('failure' in prepared) loop.add(this.#endInput(run, 'FAILED', prepared.failure));
    else loop.add(this.#preparedInput(run, prepared.children));
  }

  async #childrenOf(
    run: Run,
    request: MapRunRequest,
    parent: ActiveExecution,
  ): Promise<{ children: MapChildRecord[] } | { failure: ErrorOutput }> {
    const { itemSource, time, random, evaluate } = this.#parts;
    const { deployment } = parent.machine;
    const found = request.reader
      ? await itemSource.read(request.reader, deployment.folder)
      : { items: itemsOf(request.items) };
    if ('failure' in found) return found;
    const machine = parent.machine.compiled(parent.creation.pointer);
    const inputs: Json[] = [];
    const items: MapItem[] = [];
    for (const [index, value] of found.items.entries()) {
      const item: MapItem = { Index: index, Value: value };
      const clock = { at: time.now(), seed: random.seed() };
      const selected = await selectMapItem(
        machine,
        parent.state.context,
        request,
        item,
        clock,
        evaluate,
      );
      if ('failure' in selected) return selected;
      inputs.push(selected.input);
      items.push(item);
    }
    const isBatched = request.batcher !== undefined;
    const children = batchItems(request, inputs).map((input, child): MapChildRecord => {
      const item = items[child];
      const map =
        item && !isBatched ? { map: { Item: { Index: item.Index, Value: item.Value } } } : {};
      return { mapRun: run.number, child, status: 'PENDING', item: { input, ...map } };
    });
    return { children };
  }

  #preparedInput(run: Run, children: readonly MapChildRecord[]): Input {
    return {
      perform: (turn) => {
        const { record } = run;
        const state = stateOf(record);
        if (record.status !== 'RUNNING' || state.phase !== 'preparing') return 'done';
        const { items: _items, variables: _variables, ...request } = state.request;
        const next: MapRunState = {
          ...state,
          phase: children.length === 0 ? 'finishing' : 'running',
          request: { ...request, input: null, variables: {} },
          total: children.length,
        };
        const write = this.#write(turn, run, { ...record, state: toJson(next) });
        for (const child of children) write.children.set(child.child, child);
        turn.afterCommit(() => (children.length === 0 ? void this.#finish(run) : this.#pump(run)));
        return 'done';
      },
    };
  }

  /** Begins pending children while the run's concurrency allows; a few in each turn. */
  #pump(run: Run): void {
    const state = stateOf(run.record);
    const isRunning = run.record.status === 'RUNNING' && state.phase === 'running';
    if (run.isPumping || !isRunning || free(state) === 0) return;
    run.isPumping = true;
    this.#parts.loop.add({
      perform: async (turn): Promise<Performed> => {
        const { record } = run;
        const current = stateOf(record);
        run.isPumping = false;
        if (record.status !== 'RUNNING' || free(current) === 0) return 'done';
        const limit = Math.min(free(current), CHILDREN_A_TURN);
        // Children are begun in order, so those not begun are the ones behind.
        const query = { mapRun: run.number, after: current.started - 1, limit };
        const pending = await this.#parts.store.listMapChildren(query);
        const parent = await this.#parts.executions.load(run.execution);
        if (!parent || pending.length === 0) return 'done';
        const write = this.#write(turn, run, {
          ...run.record,
          state: toJson({ ...current, started: current.started + pending.length }),
        });
        for (const child of pending) {
          const execution = await this.#beginChild(turn, run, parent, child);
          const { mapRun, child: index } = child;
          write.children.set(index, { mapRun, child: index, status: 'RUNNING', execution });
        }
        turn.afterCommit(() => this.#pump(run));
        return 'done';
      },
    });
  }

  async #beginChild(
    turn: Turn,
    run: Run,
    parent: ActiveExecution,
    child: MapChildRecord,
  ): Promise<number> {
    const { children, loop } = this.#parts;
    const item = child.item ?? {};
    const { number } = await children.findOrCreate(turn, {
      machine: parent.machine,
      input: item.input ?? null,
      tags: parent.creation.tags,
      pointer: stateOf(run.record).request.processor,
      mapRun: { number: run.number, child: child.child },
      ...testCaseOf(parent),
      ...(isObject(item.map) ? { map: item.map as NonNullable<ExecutionContext['Map']> } : {}),
    });
    loop.add(children.startInput(number));
    return number;
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
        const state = stateOf(run.record);
        const request = { ...state.request, ...change };
        this.#write(turn, run, { ...run.record, state: toJson({ ...state, request }) });
        turn.afterCommit(() => {
          this.#pump(run);
          settle.resolve();
        });
        return 'done';
      },
    };
  }

  /** A child has ended in this turn. */
  childEnded(turn: Turn, child: ActiveExecution, link: { number: number; child: number }): void {
    const run = this.#runs.get(link.number);
    if (run?.record.status !== 'RUNNING') return;
    const { loop } = this.#parts;
    const { status } = child.state.header;
    if (status === 'RUNNING') return;
    const state = stateOf(run.record);
    const next: MapRunState = { ...state };
    if (status === 'SUCCEEDED') next.succeeded += 1;
    else next.failed += 1;
    const isOver = next.succeeded + next.failed >= next.total;
    const isFailed = exceedsTolerance(next.request, next.failed, next.total);
    if (isOver && !isFailed) next.phase = 'finishing';
    const write = this.#write(turn, run, { ...run.record, state: toJson(next) });
    const { number: mapRun, child: index } = link;
    write.children.set(index, { mapRun, child: index, status, execution: child.number });
    turn.afterCommit(() => {
      if (isFailed) loop.add(this.#endInput(run, 'FAILED', toleranceExceeded()));
      else if (isOver) void this.#finish(run);
      else this.#pump(run);
    });
  }

  /** Gathers the results and gives them to the state. Outside of turns: it may take long. */
  async #finish(run: Run): Promise<void> {
    const { loop, itemSource, workFolder, store } = this.#parts;
    const { request, mapRunArn } = stateOf(run.record);
    const children = await this.#gather(run);
    const succeeded = children.filter(({ header }) => header.status === 'SUCCEEDED');
    let result: { output: Json } | { failure: ErrorOutput };
    if (request.writer) {
      const parent = await store.findExecution(run.execution);
      const failed = children.filter(({ header }) => header.status !== 'SUCCEEDED');
      result = await itemSource.write(request.writer, join(workFolder, parent?.id ?? ''), {
        mapRunArn,
        succeeded: succeeded.map(describeChild),
        failed: failed.map(describeChild),
      });
    } else result = { output: succeeded.map(({ header }) => header.output ?? null) };
    if ('failure' in result) loop.add(this.#endInput(run, 'FAILED', result.failure));
    else loop.add(this.#endInput(run, 'SUCCEEDED', result.output));
  }

  async #gather(run: Run): Promise<ExecutionRecord[]> {
    const { store } = this.#parts;
    const found: ExecutionRecord[] = [];
    for (let below: number | undefined; ; ) {
      const query = { mapRun: run.number, limit: GATHERED, ...(below ? { below } : {}) };
      const page = await store.listExecutions(query);
      found.push(...page);
      below = page.at(-1)?.number;
      if (page.length < GATHERED) break;
    }
    return found.sort((a, b) => (a.mapRun?.child ?? 0) - (b.mapRun?.child ?? 0));
  }

  /** Ends the run and tells the state that waits for it, in one commit. */
  #endInput(run: Run, status: 'SUCCEEDED', output: Json): Input;
  #endInput(run: Run, status: 'FAILED', failure: ErrorOutput): Input;
  #endInput(run: Run, status: 'SUCCEEDED' | 'FAILED', result: Json | ErrorOutput): Input {
    const { executions } = this.#parts;
    const { thread, sequence } = run;
    const failure = result as ErrorOutput;
    const event: UndatedEvent =
      status === 'SUCCEEDED'
        ? { type: 'MapRunSucceeded', output: result as Json, thread, sequence }
        : {
            type: 'MapRunFailed',
            thread,
            sequence,
            ...(failure.Error === undefined ? {} : { error: failure.Error }),
            ...(failure.Cause === undefined ? {} : { cause: failure.Cause }),
          };
    const input: Input = {
      perform: (turn) => {
        if (run.record.status !== 'RUNNING') return 'done';
        return executions.withExecution(run.execution, input, (active): Performed => {
          if (run.record.status !== 'RUNNING') return 'done';
          run.isEnding = true;
          return executions.step(turn, active, event, input, (later) =>
            this.#end(later, run, status),
          );
        });
      },
    };
    return input;
  }

  #end(turn: Turn, run: Run, status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
    // Telling the state may have ended the execution and with it this run.
    if (run.record.status !== 'RUNNING') return;
    const { time } = this.#parts;
    this.#write(turn, run, { ...run.record, status, stoppedAt: time.now() });
    if (status !== 'SUCCEEDED') turn.afterCommit(() => void this.#stopChildren(run));
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
    for (let after = -1; ; ) {
      const query = { mapRun: run.number, status: 'RUNNING', after, limit: GATHERED } as const;
      const page = await store.listMapChildren(query);
      for (const { execution } of page) {
        if (execution !== undefined)
          loop.add(executions.eventInput(execution, { type: 'Stop', cause }));
      }
      if (page.length < GATHERED) return;
      after = page.at(-1)?.child ?? after;
    }
  }
}

/** What follows the last colon of a map run's ARN is its id. */
export function mapRunId(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

export function stateOf(record: MapRunRecord): MapRunState {
  return record.state as unknown as MapRunState;
}

function toJson(state: MapRunState): JsonObject {
  return state as unknown as JsonObject;
}

/** How many more children may run. */
function free(state: MapRunState): number {
  const limit = state.request.maxConcurrency || DEFAULT_CONCURRENCY;
  const running = state.started - state.succeeded - state.failed;
  return Math.max(0, Math.min(limit - running, state.total - state.started));
}

function itemsOf(items: Json | undefined): Json[] {
  if (Array.isArray(items)) return items;
  if (isObject(items)) return Object.entries(items).map(([Key, Value]) => ({ Key, Value }));
  return [];
}

/** One line of ResultWriter's files. */
function describeChild(child: ExecutionRecord): JsonObject {
  const { status, output, error, cause } = child.header;
  return {
    ExecutionArn: child.context.Execution.Id,
    Input: JSON.stringify(child.context.Execution.Input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(output === undefined
      ? {}
      : { Output: JSON.stringify(output), OutputDetails: { Included: true } }),
    ...(error === undefined ? {} : { Error: error }),
    ...(cause === undefined ? {} : { Cause: cause }),
    StartDate: child.startedAt,
    StateMachineArn: child.context.StateMachine.Id,
    Status: status,
    ...(child.stoppedAt === undefined ? {} : { StopDate: child.stoppedAt }),
  };
}

/** Children play the test case of the execution that their map run belongs to. */
function testCaseOf({ creation: { testCase } }: ActiveExecution): { testCase?: string } {
  return testCase === undefined ? {} : { testCase };
}
