/**
 * Runs backfills: exactly the plan, so many executions at a time, through crashes and restarts.
 *
 *     start ──▶ RUNNING ──▶ last execution ended ──▶ SUCCEEDED | FAILED
 *                  └──stop──▶ STOPPING ──▶ those that run have ended ──▶ STOPPED
 *
 * A look at a backfill asks the store which of its open executions have ended, counts them, and starts the next ones; all
 * of it is one commit with the progress. A look happens when one of its executions ends, and after a restart. Executions
 * are named after backfill and interval, so a look too many starts nothing twice.
 * @module
 */

import { pipelineOf } from '../../../store/pipeline-ref.js';
import type { ExecutionRecord, PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { EngineError } from '../../kernel/errors.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Need, NOTHING } from '../../kernel/needs.js';
import { type Settle, type StartOf, startNeeds, tryStart } from '../../kernel/requests.js';
import { narrowed, type Scope } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import {
  type BackfillPlan,
  type BackfillRequest,
  executionNameOf,
  planSlots,
  priceFor,
} from './backfill-plan.js';
import {
  BACKFILLS,
  type BackfillRecord,
  type BackfillSlot,
  fromRow,
  toRow,
} from './backfill-table.js';

export interface StartBackfill extends BackfillRequest {
  /** Executions at a time: 1 (the default) to 100. */
  concurrency?: number;
  /** Digest of the plan that is meant: refused when the plan has become another one. */
  plan?: string;
}

/** Those that are going on, at most. */
const MOST_RUNNING = 100;
const MOST_CONCURRENT = 100;

/** Executions whose costs a plan is priced by. */
const LOOKED_AT = 20;

export interface BackfillPeers {
  /** What the last executions of a pipeline that succeeded have cost; at most so many results are looked at. */
  costs(pipeline: PipelineRef, most: number): Promise<number[]>;
  currency(): string | undefined;
}

export class Backfills implements Feature {
  readonly name = 'backfills';
  readonly tables: readonly AnyTable[] = [BACKFILLS];
  readonly #kernel: Kernel;
  readonly #peers: BackfillPeers;
  /** Those that have not ended: as the store has them, or as the turn that runs now will write them. */
  readonly #live: TurnMap<number, BackfillRecord> = new TurnMap();
  #lastNumber = 0;
  #isOpen = false;

  constructor(kernel: Kernel, peers: BackfillPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#lastNumber = await store.lastNumber(BACKFILLS);
    for (const status of ['RUNNING', 'STOPPING'] as const) {
      for (const row of await store.listRows(BACKFILLS, {
        where: { status },
        limit: MOST_RUNNING * 10,
      })) {
        this.#live.remember(row.number, fromRow(row));
      }
    }
  }

  /** Goes on with those that a stop of the server interrupted. */
  begin(): void {
    this.#isOpen = true;
    for (const [number] of this.#live.entries()) this.#look(number);
  }

  close(): void {
    this.#isOpen = false;
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'ExecutionEnded') this.#executionEnded(turn, fact.execution);
  }

  /** Those that have ended and grow old. */
  readonly aging = {
    kind: 'backfills' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const old = turn
        .known(this.#oldest(limit))
        .filter(({ stoppedAt }) => stoppedAt !== undefined && stoppedAt < before);
      for (const { number } of old.slice(0, limit)) turn.remove(BACKFILLS, [number]);
      return old.length >= limit;
    },
  };

  /** The oldest, and as many more as may be going on: those stay. */
  #oldest(limit: number): Need<{ number: number; stoppedAt?: number }[]> {
    return {
      key: `oldest ${limit} backfills`,
      read: () => this.#kernel.store.listRows(BACKFILLS, { limit: limit + MOST_RUNNING }),
    };
  }

  /** Throws PipelineNotFound, PipelineAmbiguous and InvalidBackfill. */
  async plan(scope: Scope, request: BackfillRequest): Promise<BackfillPlan> {
    const pipeline = this.#choose(scope, request);
    const machine = this.#kernel.machines.current(pipeline);
    if (!machine) throw new EngineError('PipelineNotFound', { pipeline: pipeline.name });
    const planned = this.#planned(pipeline);
    const plan = await planSlots(this.#kernel, machine, request, (one) => planned.get(one));
    const { costs, currency } = this.#peers;
    const price = priceFor(plan.slots, await costs(pipeline, LOOKED_AT), currency());
    return price === undefined ? plan : { ...plan, price };
  }

  #choose(scope: Scope, { team, pipeline }: BackfillRequest): PipelineRef {
    return this.#kernel.machines.choose(narrowed(scope, team), pipeline);
  }

  /** Makes a backfill of a plan and begins with it. */
  startInput(
    scope: Scope,
    request: StartBackfill,
    plan: BackfillPlan,
    settle: Settle<number>,
  ): Input {
    return {
      refuse: settle.reject,
      perform: (turn) => {
        const { team } = this.#choose(scope, request);
        const record = this.#recordOf(request, plan, team);
        const { number } = record;
        this.#live.set(turn, number, record);
        turn.put(BACKFILLS, toRow(record));
        turn.afterCommit(() => settle.resolve(number));
        turn.also(this.#advanceInput(number));
        return 'done';
      },
    };
  }

  /** Starts no more of it; what runs goes on to its end. */
  stopInput(number: number, settle: Settle<void>): Input {
    return {
      refuse: settle.reject,
      perform: (turn) => {
        const record = this.#live.get(number);
        if (record?.status !== 'RUNNING') {
          throw new EngineError('BackfillNotRunning', { backfill: String(number) });
        }
        this.#live.set(turn, number, { ...record, status: 'STOPPING' });
        turn.afterCommit(() => settle.resolve());
        turn.also(this.#advanceInput(number));
        return 'done';
      },
    };
  }

  /** An execution has ended in this turn. */
  #executionEnded(turn: Turn, { creation }: ActiveExecution): void {
    if (creation.triggeredBy?.type !== 'backfill') return;
    const number = Number(creation.triggeredBy.backfill);
    if (this.#live.has(number)) turn.afterCommit(() => this.#look(number));
  }

  #recordOf(request: StartBackfill, plan: BackfillPlan, team: string): BackfillRecord {
    const { pipeline, from, to, only, mode = 'missing', concurrency = 1 } = request;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_CONCURRENT) {
      const problem = `its concurrency is 1 to ${MOST_CONCURRENT}`;
      throw new EngineError('InvalidBackfill', { problem });
    }
    if (this.#live.size >= MOST_RUNNING) {
      throw new EngineError('InvalidBackfill', { problem: `${MOST_RUNNING} others are going on` });
    }
    // The plan was made outside of the turn: two requests at the same moment must not both run it.
    const planned = this.#planned({ team, name: pipeline });
    const taken = plan.slots.some((slot) => slot.action === 'create' && planned.has(slot.interval));
    const isOther = request.plan !== undefined && request.plan !== plan.digest;
    if (taken || isOther) throw new EngineError('BackfillPlanChanged', { pipeline });
    this.#lastNumber += 1;
    return {
      number: this.#lastNumber,
      pipeline,
      team,
      status: 'RUNNING',
      request: { from, to, mode, concurrency, ...(only === undefined ? {} : { only }) },
      slots: plan.slots,
      progress: { next: 0, open: [], succeeded: 0, failed: [] },
      createdAt: this.#kernel.time.now(),
    };
  }

  /** Names of executions that running backfills of a pipeline will start or have open, by interval. */
  #planned({ team, name }: PipelineRef): Map<string, string> {
    const planned = new Map<string, string>();
    for (const record of this.#live.values()) {
      if (record.pipeline !== name || record.team !== team) continue;
      const { progress, slots, number } = record;
      const coming = record.status === 'RUNNING' ? slots.slice(progress.next) : [];
      for (const slot of [...progress.open.flatMap((at) => slots[at] ?? []), ...coming]) {
        if (slot.action === 'create') planned.set(slot.interval, executionNameOf(number, slot));
      }
    }
    return planned;
  }

  #look(number: number): void {
    if (this.#isOpen) this.#kernel.submit(this.#advanceInput(number));
  }

  /** Counts what has ended of a backfill, and starts what comes next. */
  #advanceInput(number: number): Input {
    return {
      needs: (turn) => {
        const record = this.#live.get(number);
        if (record === undefined) return NOTHING;
        const { open } = record.progress;
        return [
          ...open.map((at) => this.#openNeed(record, at)),
          // As many as can be started should all of the open ones have ended.
          ...comingSlots(record).flatMap((slot) =>
            startNeeds(this.#kernel, turn, startOf(record, slot)),
          ),
        ];
      },
      perform: (turn) => {
        const record = this.#live.get(number);
        if (record !== undefined) this.#advance(turn, record);
        return 'done';
      },
    };
  }

  #openNeed(record: BackfillRecord, at: number): Need<ExecutionRecord | undefined> {
    const name = executionNameOf(record.number, record.slots[at] as BackfillSlot);
    const pipeline = pipelineOf(record);
    return {
      key: `open slot ${record.number}/${at}`,
      read: () => this.#kernel.store.findExecutionByName(pipeline, name),
    };
  }

  #advance(turn: Turn, record: BackfillRecord): void {
    const { slots, request } = record;
    const open: number[] = [];
    const failed = [...record.progress.failed];
    let { next, succeeded } = record.progress;
    for (const at of record.progress.open) {
      // One that the store does not have, or that nobody could have asked for, is created in this turn.
      const need = this.#openNeed(record, at);
      const status = (turn.knows(need) && turn.known(need)?.header.status) || 'RUNNING';
      if (status === 'RUNNING') open.push(at);
      else if (status === 'SUCCEEDED') succeeded += 1;
      else failed.push(at);
    }
    const coming = new Set(comingSlots(record));
    if (record.status === 'RUNNING') {
      for (; next < slots.length && open.length < request.concurrency; next += 1) {
        const slot = slots[next] as BackfillSlot;
        if (slot.action === 'skip') continue;
        if (!coming.has(slot)) {
          // Others could not be started: what comes in their place is read first.
          turn.also(this.#advanceInput(record.number));
          break;
        }
        const outcome = tryStart(this.#kernel, turn, startOf(record, slot));
        // For example because the pipeline is gone.
        if (outcome instanceof EngineError) failed.push(next);
        else open.push(next);
      }
      while (slots[next]?.action === 'skip') next += 1;
    }
    const isOver = open.length === 0 && (record.status === 'STOPPING' || next >= slots.length);
    const ended =
      record.status === 'STOPPING' ? 'STOPPED' : failed.length > 0 ? 'FAILED' : 'SUCCEEDED';
    this.#keep(turn, {
      ...record,
      status: isOver ? ended : record.status,
      progress: { next, open, succeeded, failed },
      ...(isOver ? { stoppedAt: this.#kernel.time.now() } : {}),
    });
  }

  #keep(turn: Turn, record: BackfillRecord): void {
    const { number, status, progress, stoppedAt } = record;
    const end = stoppedAt === undefined ? {} : { stoppedAt };
    turn.change(BACKFILLS, [number], { status, progress, ...end });
    this.#live.set(turn, number, stoppedAt === undefined ? record : undefined);
  }
}

/** Slots that may be started next: as many as run at a time. */
function comingSlots({ slots, progress, request, status }: BackfillRecord): BackfillSlot[] {
  const coming: BackfillSlot[] = [];
  if (status !== 'RUNNING') return coming;
  for (let at = progress.next; at < slots.length && coming.length < request.concurrency; at += 1) {
    const slot = slots[at] as BackfillSlot;
    if (slot.action !== 'skip') coming.push(slot);
  }
  return coming;
}

function startOf(record: BackfillRecord, slot: BackfillSlot): StartOf {
  const { number } = record;
  return {
    pipeline: pipelineOf(record),
    name: executionNameOf(number, slot),
    interval: slot.interval,
    triggeredBy: {
      type: 'backfill',
      backfill: String(number),
      at: new Date(slot.fireTime).toISOString(),
      depth: 0,
    },
  };
}
