/**
 * Begins the children of a map run: those of items that have none yet, and after a redrive those without success again.
 *
 *     items ──take──▶ one turn: executions created and stepped, `started` and `read` raised ──commit──▶ next page
 *
 * Children whose first transition ends them (all states are Pass, say) are written once, with their end.
 * @module
 */
import type { ErrorOutput } from '../../../asl/execution-state.js';
import { isObject } from '../../../asl/json.js';
import { ITEM_READER_FAILED } from '../../../asl/map-run.js';
import type { MapRunRequest } from '../../../asl/transition.js';
import type { ExecutionRecord } from '../../../store/store.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { FilePlace } from '../../kernel/ports.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { MapRunFailure, MapRunItems, type NextChild, placeOf } from './map-run-items.js';
import { redriveChild } from './map-run-redrive.js';
import {
  freeChildren,
  isOver,
  type MapRunState,
  mapRunLabel,
  type RedriveWork,
  requestOf,
  stateOf,
  withState,
} from './map-run-state.js';
import type { MapRunRecord } from './map-run-table.js';

/** A map run that goes on, in memory. */
export interface OpenMapRun {
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

/** What beginning children does to their run. */
export interface MapRunChanges {
  write(turn: Turn, run: OpenMapRun, record: MapRunRecord): void;
  fail(turn: Turn, run: OpenMapRun, failure: ErrorOutput): Performed;
  prepareRedrive(child: ExecutionRecord): Promise<void>;
}

/** Makes an input, which calls back when it is durable. */
type DurableInput = (durable: () => void) => Input;

/** Children begun in one turn. */
const CHILDREN_A_TURN = 200;

export class MapRunChildren {
  readonly #kernel: Kernel;
  readonly #changes: MapRunChanges;

  constructor(kernel: Kernel, changes: MapRunChanges) {
    this.#kernel = kernel;
    this.#changes = changes;
  }

  /** What to do next for a run that can begin children. Throws MapRunFailure. */
  async next(run: OpenMapRun): Promise<DurableInput> {
    const parent = await parentOf(this.#kernel, run);
    const state = stateOf(run.record);
    const max = Math.min(freeChildren(state), CHILDREN_A_TURN);
    return state.again
      ? this.#againInput(run, parent, state.again, max)
      : this.#nextInput(run, parent, max);
  }

  /** Begins children of items that have none yet. */
  async #nextInput(run: OpenMapRun, parent: ActiveExecution, max: number): Promise<DurableInput> {
    const items = await itemsOf(this.#kernel, run);
    const next = await items.take(max);
    return next.length === 0
      ? (durable) => this.#exhaustedInput(run, durable)
      : (durable) => this.#beginInput(run, parent, next, durable);
  }

  /** Begins children without success again. */
  async #againInput(
    run: OpenMapRun,
    parent: ActiveExecution,
    { after }: RedriveWork,
    limit: number,
  ): Promise<DurableInput> {
    const { executions } = this.#kernel;
    const query = { mapRun: run.number, which: 'unsuccessful', after, limit } as const;
    const numbers = await this.#kernel.store.listOpenMapChildren(query);
    if (numbers.length === 0) throw new Error(`Map run ${run.number} lacks children to redrive`);
    for (const number of numbers) {
      // A child may have failed with a map run of its own.
      const child = await this.#kernel.store.findExecution(number);
      if (child) await this.#changes.prepareRedrive(child);
    }
    return (durable) => ({
      needs: () => numbers.flatMap((number) => executions.needs(number)),
      perform: (turn) => {
        turn.afterCommit(durable);
        const children = numbers.flatMap((number) => executions.load(turn, number) ?? []);
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
        this.#changes.write(turn, run, withState(run.record, next));
        for (const child of children) redriveChild(this.#kernel, turn, child, parent.machine);
        return 'done';
      },
    });
  }

  #beginInput(
    run: OpenMapRun,
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
        this.#changes.write(turn, run, withState(run.record, { ...state, started, read }));
        for (const [i, child] of next.entries()) {
          this.#beginChild(turn, run, parent, state.started + i, child);
        }
        return 'done';
      },
    };
  }

  #beginChild(
    turn: Turn,
    run: OpenMapRun,
    parent: ActiveExecution,
    index: number,
    { input, map }: NextChild,
  ): void {
    const { creations, executions } = this.#kernel;
    const { testCase, testRun, tags } = parent.creation;
    const { active, number } = creations.create(turn, {
      machine: parent.machine,
      input,
      tags,
      pointer: requestOf(run.record).processor,
      mapRun: { number: run.number, child: index },
      machineName: mapRunLabel(stateOf(run.record).mapRunArn),
      ...(testCase === undefined ? {} : { testCase }),
      ...(testRun === undefined ? {} : { testRun }),
      ...(map ? { map } : {}),
      secrets: parent.secrets,
    });
    try {
      // The row is in this turn whatever comes of the first transition: what may be tried again is its beginning.
      executions.begin(turn, active, executions.beginInput(number));
    } catch (error) {
      // A defect ends this child alone: the others of the page are in the same turn.
      turn.afterCommit(() => this.#kernel.submit(executions.condemnInput(number, error)));
    }
  }

  /** All items have been taken. */
  #exhaustedInput(run: OpenMapRun, durable: () => void): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(durable);
        const state = stateOf(run.record);
        if (run.record.status !== 'RUNNING' || state.phase !== 'running') return 'done';
        if (state.read !== state.total) return this.#changes.fail(turn, run, changed().output);
        const next: MapRunState = { ...state, isExhausted: true };
        if (isOver(next)) next.phase = 'finishing';
        this.#changes.write(turn, run, withState(run.record, next));
        return 'done';
      },
    };
  }
}

/** The execution that a run belongs to. */
export async function parentOf({ executions }: Kernel, run: OpenMapRun): Promise<ActiveExecution> {
  const parent = await executions.inTurn(run.execution);
  if (!parent) throw new Error(`Map run ${run.number} names execution ${run.execution}`);
  return parent;
}

/** The items of a run that have no child yet. Throws MapRunFailure. */
export async function itemsOf(kernel: Kernel, run: OpenMapRun): Promise<MapRunItems> {
  if (run.items) return run.items;
  const { read, version } = stateOf(run.record);
  const parent = await parentOf(kernel, run);
  run.place = placeOf(kernel, parent, run.record.id);
  const items = await MapRunItems.open(kernel, requestOf(run.record), parent, run.place, read);
  if (version !== undefined && version !== items.version) {
    await items.close();
    throw changed();
  }
  run.items = items;
  return items;
}

/** Items that a child was begun with. */
export function itemsIn(request: MapRunRequest, child: ActiveExecution): number {
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
