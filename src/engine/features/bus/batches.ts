/**
 * Starts pipelines with batches of events: when so many wait, or so long after the first of them.
 *
 *     event ──▶ waits: its number is written in the event's own commit ──▶ answer
 *     due ──▶ one turn: execution + emptied batch ──commit
 *
 * A batch is closed in a turn of its own, after its events are durable. Until then they wait in the store, so a crash
 * between the two loses nothing, and what is overdue after a restart is closed at once. An event is taken out of its batch
 * in the commit that creates the execution: it is in exactly one.
 *
 * A rule is known by its place in the trigger. What waits is kept when its pattern, size or window is changed; it is
 * started at once when the rule does not batch any longer, and waits on when the rule is gone, should it come back.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import {
  addEvent,
  type BatchCondition,
  type BatchLimits,
  dueCondition,
  leaveEvents,
  noEvents,
  recallEvents,
  rememberChunk,
  spansOf,
  type WaitingEvents,
} from '../../../events/batches/waiting-events.js';
import type { EventRule } from '../../../pipelines/sections/events-section.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import { defineTable, type Table } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { EventRecord } from '../../kernel/bus-event.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import { checkPayload, PAYLOAD_BYTES } from '../../kernel/payload.js';
import { startNeeds, tryStart } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { eventRulesOf } from './event-rules-of.js';
import { EVENTS } from './event-table.js';

/** How a batch stands. */
export interface BatchState {
  /** Events that complete it. */
  size: number;
  /** Seconds from its first event. */
  window: number;
  waiting: number;
  /** Epoch milliseconds of its first event, and when it is closed at the latest. */
  openedAt?: number;
  closesAt?: number;
  /** Why it could not be started; it is tried again. */
  problem?: string;
}

interface Batching {
  readonly pipeline: PipelineRef;
  readonly rule: EventRule;
  isClosing: boolean;
  problem: string | undefined;
}

/** An event as a batch holds it: its envelope may be much larger. */
interface Rendered {
  number: number;
  id: string;
  input: Json;
  bytes: number;
}

/** The first events of those that wait: what one input holds. */
interface Taken {
  taken: Rendered[];
  /** Number of the last event that was looked at; infinite: all of them were. */
  last: number;
  /** Epoch milliseconds of the first that stays. */
  next?: number;
  /** More of them would be too large for an input. */
  isCut: boolean;
}

/** What an input holds besides its events. */
const WRAPPER_BYTES = 1_024;
const MOST_BYTES = PAYLOAD_BYTES - WRAPPER_BYTES;
/** Ids that are told with what triggered an execution; all of them are in its input. */
const TOLD_IDS = 100;
/** Milliseconds between two tries to start what could not be started. */
const BETWEEN_TRIES = 60_000;
/** Events of other rules that are read along with those of a batch rather than asking once more. */
const GAP = 50;
const PAGE = 500;
/** Batches of a rule that are closed in one turn. */
const MOST_CLOSED = 50;

interface BatchRow {
  team: string;
  pipeline: string;
  /** Key of the rule in its trigger. */
  rule: string;
  /** What waits is kept in pieces, so that one more event rewrites one of them. */
  chunk: number;
  state: JsonObject;
}

/** Table `batches`: which events wait for which rule. */
export const BATCHES: Table<BatchRow> = defineTable<BatchRow>({
  name: 'batches',
  columns: { team: 'text', pipeline: 'text', rule: 'text', chunk: 'integer', state: 'json' },
  key: ['team', 'pipeline', 'rule', 'chunk'],
  migrations: [
    {
      both: `CREATE TABLE batches (
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       rule TEXT NOT NULL,
       chunk INTEGER NOT NULL,
       state TEXT NOT NULL,
       PRIMARY KEY (team, pipeline, rule, chunk)
     );`,
      sqlite: `INSERT INTO batches (team, pipeline, rule, chunk, state)
       SELECT team, pipeline, substr(kind, 7, instr(substr(kind, 7), '/') - 1),
         CAST(substr(kind, 7 + instr(substr(kind, 7), '/')) AS INTEGER), state
       FROM trigger_states WHERE kind LIKE 'batch/%';
     DELETE FROM trigger_states WHERE kind LIKE 'batch/%';`,
    },
  ],
});

/** What batches need of their bus. */
interface Bus {
  /** What an event gives a pipeline as its input. */
  inputOf(pipeline: string, rule: EventRule, envelope: JsonObject, at: number): Json;
  dueChanged(): void;
}

export class Batches {
  readonly #kernel: Kernel;
  readonly #bus: Bus;
  readonly #rules: Map<string, Batching> = new Map();
  /** What waits, by `pipelineKey` and rule; also of rules that are gone. */
  readonly #waiting: TurnMap<string, WaitingEvents> = new TurnMap();
  /** Events of the turn that runs: the store does not have them yet. */
  readonly #unstored: TurnMap<number, EventRecord> = new TurnMap();
  #isOpen = false;

  constructor(kernel: Kernel, bus: Bus) {
    this.#kernel = kernel;
    this.#bus = bus;
  }

  async open(): Promise<void> {
    const chunks = new Map<string, JsonObject[]>();
    for (const { team, pipeline, rule, chunk, state } of await this.#kernel.store.listRows(
      BATCHES,
    )) {
      const key = `${pipelineKey({ team, name: pipeline })}/${rule}`;
      const known = chunks.get(key) ?? [];
      known[chunk] = state;
      chunks.set(key, known);
    }
    for (const [key, states] of chunks) {
      this.#waiting.remember(key, recallEvents(Array.from(states)));
    }
  }

  begin(): void {
    this.#isOpen = true;
    for (const key of this.#rules.keys()) this.#closeWhenDue(key);
  }

  close(): void {
    this.#isOpen = false;
  }

  withdrawn(pipeline: string): void {
    for (const [key, batching] of this.#rules) {
      if (pipelineKey(batching.pipeline) === pipeline) this.#rules.delete(key);
    }
  }

  deployed({ ref: pipeline, key: own, deployment }: LoadedMachine): void {
    this.withdrawn(own);
    for (const rule of eventRulesOf(deployment)) {
      const key = `${own}/${rule.key}`;
      if (rule.batch === undefined && this.#countOf(key) === 0) continue;
      this.#rules.set(key, { pipeline, rule, isClosing: false, problem: undefined });
      this.#closeWhenDue(key);
    }
    this.#bus.dueChanged();
  }

  /** How the batch of a rule stands; undefined when it does not batch. */
  stateOf(pipeline: PipelineRef, rule: string): BatchState | undefined {
    const key = `${pipelineKey(pipeline)}/${rule}`;
    const batching = this.#rules.get(key);
    const batch = batching?.rule.batch;
    if (batch === undefined) return undefined;
    const waiting = this.#of(key);
    return {
      ...batch,
      waiting: waiting.count,
      ...(waiting.count === 0
        ? {}
        : { openedAt: waiting.openedAt, closesAt: waiting.openedAt + batch.window * 1_000 }),
      ...(batching?.problem === undefined ? {} : { problem: batching.problem }),
    };
  }

  /**
   * Lets an event wait in the batch of a rule, in the turn that stores it.
   * @returns how many wait with it; undefined when it can never be part of an input
   */
  add(
    turn: Turn,
    pipeline: PipelineRef,
    rule: EventRule,
    record: EventRecord,
    depth: number,
  ): BatchState | undefined {
    const rendered = this.#render(pipeline, rule, record);
    if (rendered === undefined) return undefined;
    const key = `${pipelineKey(pipeline)}/${rule.key}`;
    const { number, storedAt: at } = record;
    this.#unstored.setForTurn(turn, number, record);
    const waiting = addEvent(this.#of(key), { number, at, bytes: rendered.bytes, depth });
    this.#change(turn, key, waiting);
    this.#remember(turn, pipeline, rule.key, waiting, waiting.chunks.length - 1);
    return this.stateOf(pipeline, rule.key);
  }

  /** Whether an event waits in a batch. */
  holds(number: number): boolean {
    for (const waiting of this.#waiting.values()) {
      if (spansOf(waiting, 0).some(({ first, last }) => first <= number && number <= last))
        return true;
    }
    return false;
  }

  #of(key: string): WaitingEvents {
    return this.#waiting.get(key) ?? noEvents(1);
  }

  #countOf(key: string): number {
    return this.#waiting.get(key)?.count ?? 0;
  }

  /** What waits changes: it is looked at when that is durable. */
  #change(turn: Turn, key: string, waiting: WaitingEvents): void {
    this.#waiting.set(turn, key, waiting);
    turn.afterCommit(() => {
      this.#closeWhenDue(key);
      this.#bus.dueChanged();
    });
  }

  #remember(
    turn: Turn,
    pipeline: PipelineRef,
    rule: string,
    waiting: WaitingEvents,
    chunk: number,
  ): void {
    const state = rememberChunk(waiting, chunk);
    const { team, name } = pipeline;
    turn.put(BATCHES, { team, pipeline: name, rule, chunk, state });
  }

  #dueOf(key: string): BatchCondition | undefined {
    const batching = this.#rules.get(key);
    const waiting = this.#of(key);
    if (batching === undefined || waiting.count === 0) return undefined;
    const limits = limitsOf(batching.rule);
    return limits === undefined
      ? 'removed'
      : dueCondition(waiting, limits, this.#kernel.time.now());
  }

  #closeWhenDue(key: string): void {
    const batching = this.#rules.get(key);
    if (!this.#isOpen || batching === undefined || batching.isClosing) return;
    if (batching.problem !== undefined || this.#dueOf(key) === undefined) return;
    batching.isClosing = true;
    this.#kernel.submit(this.#closeInput(key, batching));
  }

  #closeInput(key: string, batching: Batching): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(() => {
          batching.isClosing = false;
          this.#closeWhenDue(key);
          this.#bus.dueChanged();
        });
        // Many small ones may be complete at a time: one a commit would fall behind.
        this.#closeNext(turn, key, batching, MOST_CLOSED);
        return 'done';
      },
    };
  }

  /** Closes a batch that is due, in this turn, and then those that are due after it. */
  #closeNext(turn: Turn, key: string, batching: Batching, most: number): void {
    const due = this.#rules.get(key) === batching ? this.#dueOf(key) : undefined;
    if (due === undefined || most === 0) return;
    const before = this.#of(key);
    const reading: Need<Taken> = {
      key: `batch ${key} before ${most} more`,
      read: () => this.#take(batching, before),
    };
    const nameOf = ({ taken }: Taken): string =>
      `batch-${taken[0]?.number}-${taken.at(-1)?.number}`;
    turn.also({
      needs: (later) => {
        if (!later.knows(reading)) return [reading];
        const start = { pipeline: batching.pipeline, name: nameOf(later.known(reading)) };
        return startNeeds(this.#kernel, later, start);
      },
      perform: (later) => {
        // One more event has come in this turn: it is looked at with that.
        if (this.#of(key) !== before) this.#closeNext(later, key, batching, most - 1);
        else if (this.#close(later, key, batching, due, later.known(reading), nameOf)) {
          this.#closeNext(later, key, batching, most - 1);
        }
        return 'done';
      },
    });
  }

  /** False: it could not be started. */
  #close(
    turn: Turn,
    key: string,
    batching: Batching,
    due: BatchCondition,
    found: Taken,
    nameOf: (taken: Taken) => string,
  ): boolean {
    const { pipeline, rule } = batching;
    const before = this.#of(key);
    const { taken, last, next, isCut } = found;
    if (taken.length > 0) {
      const condition = isCut ? 'bytes' : due;
      const problem = this.#start(turn, batching, nameOf(found), before, condition, taken);
      // It is as it was: what waits is not lost because it cannot start now.
      batching.problem = problem;
      if (problem !== undefined) return false;
    }
    const bytes = Math.max(0, before.bytes - sizeOf(taken));
    const left = leaveEvents(before, last, next ?? before.openedAt, bytes);
    this.#change(turn, key, left);
    for (const index of left.chunks.keys()) this.#remember(turn, pipeline, rule.key, left, index);
    return true;
  }

  /** Reads what waits, page by page, until a batch is complete. */
  async #take({ pipeline, rule }: Batching, waiting: WaitingEvents): Promise<Taken> {
    const most = rule.batch?.size ?? Number.POSITIVE_INFINITY;
    const taken: Rendered[] = [];
    let bytes = 0;
    let last = 0;
    for await (const record of this.#read(waiting, Math.min(most + GAP, PAGE))) {
      const rendered = this.#render(pipeline, rule, record);
      bytes += rendered?.bytes ?? 0;
      const isCut = bytes > MOST_BYTES;
      if (taken.length >= most || isCut) {
        return { taken, last, next: record.storedAt, isCut: isCut && taken.length < most };
      }
      // One that no input can hold, since the rule was changed, is left out of all.
      if (rendered !== undefined) taken.push(rendered);
      last = record.number;
    }
    return { taken, last: Number.POSITIVE_INFINITY, isCut: false };
  }

  /** The events that wait, in their order. */
  async *#read(waiting: WaitingEvents, limit: number): AsyncGenerator<EventRecord> {
    const ranges = spansOf(waiting, 0);
    let range = 0;
    const waits = (number: number): boolean => {
      while ((ranges[range]?.last ?? Number.POSITIVE_INFINITY) < number) range += 1;
      return (ranges[range]?.first ?? Number.POSITIVE_INFINITY) <= number;
    };
    const recent = [...this.#unstored.values()];
    for (const { first, last } of spansOf(waiting, GAP)) {
      for (let after = first - 1; after < last; after += limit) {
        const below = Math.min(last, after + limit) + 1;
        const page = await this.#kernel.store.listRows(EVENTS, {
          above: { number: after },
          below: { number: below },
          limit,
        });
        for (const record of page) if (waits(record.number)) yield record;
      }
    }
    for (const record of recent) if (waits(record.number)) yield record;
  }

  /** Answers why it cannot be started. */
  #start(
    turn: Turn,
    { pipeline, rule }: Batching,
    name: string,
    { openedAt, depth }: WaitingEvents,
    condition: BatchCondition,
    taken: readonly Rendered[],
  ): string | undefined {
    const ids = taken.map(({ id }) => id);
    const times = {
      openedAt: new Date(openedAt).toISOString(),
      closedAt: new Date(this.#kernel.time.now()).toISOString(),
    };
    const request = {
      pipeline,
      name,
      input: {
        [rule.collect]: taken.map(({ input }) => input),
        batch: { condition, eventIds: ids, ...times },
      },
      triggeredBy: {
        type: 'batch',
        condition,
        bus: rule.bus,
        count: ids.length,
        events: ids.slice(0, TOLD_IDS),
        ...times,
        depth,
      },
    };
    const outcome = tryStart(this.#kernel, turn, request);
    return outcome instanceof EngineError ? outcome.message : undefined;
  }

  /** What an event adds to an input; undefined when no input can hold it. */
  #render(pipeline: PipelineRef, rule: EventRule, record: EventRecord): Rendered | undefined {
    const { envelope, storedAt, id } = record;
    const input = this.#bus.inputOf(pipeline.name, rule, envelope, storedAt);
    const entry: Json = [[input], id];
    try {
      checkPayload(entry, 'input');
    } catch (error) {
      if (error instanceof EngineError) return undefined;
      throw error;
    }
    const bytes = Buffer.byteLength(JSON.stringify(entry));
    return bytes > MOST_BYTES ? undefined : { number: record.number, id, input, bytes };
  }

  /** When the first batch is closed though nothing more comes, in milliseconds since the epoch. */
  nextDue(): number | undefined {
    let soonest = Number.POSITIVE_INFINITY;
    const now = this.#kernel.time.now();
    for (const [key, { rule, problem, isClosing }] of this.#rules) {
      const { count, openedAt } = this.#of(key);
      if (count === 0 || rule.batch === undefined || isClosing) continue;
      const at = problem === undefined ? openedAt + rule.batch.window * 1_000 : now + BETWEEN_TRIES;
      soonest = Math.min(soonest, at);
    }
    return soonest === Number.POSITIVE_INFINITY ? undefined : soonest;
  }

  /** A batch is due, or it is time to try again what could not be started. */
  due(): void {
    for (const [key, batching] of this.#rules) {
      batching.problem = undefined;
      this.#closeWhenDue(key);
    }
  }
}

function sizeOf(taken: readonly Rendered[]): number {
  return taken.reduce((sum, { bytes }) => sum + bytes, 0);
}

function limitsOf({ batch }: EventRule): BatchLimits | undefined {
  return batch && { size: batch.size, window: batch.window * 1_000, bytes: MOST_BYTES };
}
