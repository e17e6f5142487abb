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
import { type Settle, startInput } from '../../kernel/requests.js';
import { narrowed, type Scope } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import {
  type BackfillPlan,
  type BackfillRequest,
  executionNameOf,
  planSlots,
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

export class Backfills implements Feature {
  readonly name = 'backfills';
  readonly tables: readonly AnyTable[] = [BACKFILLS];
  readonly #kernel: Kernel;
  /** Those that have not ended: as the store has them, or as the turn that runs now will write them. */
  readonly #live: TurnMap<number, BackfillRecord> = new TurnMap();
  #lastNumber = 0;
  #isOpen = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
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
    removeOld: (turn: Turn, before: number, limit: number): boolean | Promise<boolean> => {
      // The oldest, and as many more as may be going on: those stay.
      const found = this.#kernel.store.listRows(BACKFILLS, { limit: limit + MOST_RUNNING });
      const remove = (oldest: readonly { number: number; stoppedAt?: number }[]): boolean => {
        const old = oldest.filter(({ stoppedAt }) => stoppedAt !== undefined && stoppedAt < before);
        for (const { number } of old.slice(0, limit)) turn.remove(BACKFILLS, [number]);
        return old.length >= limit;
      };
      return found instanceof Promise ? found.then(remove) : remove(found);
    },
  };

  /** Throws PipelineNotFound, PipelineAmbiguous and InvalidBackfill. */
  async plan(scope: Scope, request: BackfillRequest): Promise<BackfillPlan> {
    const pipeline = this.#choose(scope, request);
    const machine = this.#kernel.machines.current(pipeline);
    if (!machine) throw new EngineError('PipelineNotFound', { pipeline: pipeline.name });
    const planned = this.#planned(pipeline);
    return planSlots(this.#kernel, machine, request, (interval) => planned.get(interval));
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
        return this.#advance(turn, record);
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
        turn.afterCommit(() => settle.resolve());
        return this.#advance(turn, { ...record, status: 'STOPPING' });
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
    if (!this.#isOpen) return;
    this.#kernel.submit({
      perform: (turn) => {
        const record = this.#live.get(number);
        return record === undefined ? 'done' : this.#advance(turn, record);
      },
    });
  }

  #advance(turn: Turn, record: BackfillRecord): Performed | Promise<Performed> {
    const found = record.progress.open.map((at) => {
      const name = executionNameOf(record.number, record.slots[at] as BackfillSlot);
      return this.#kernel.store.findExecutionByName(pipelineOf(record), name);
    });
    type Found = (ExecutionRecord | undefined)[];
    return found.some((one) => one instanceof Promise)
      ? Promise.all(found).then((executions) => this.#go(turn, record, executions))
      : this.#go(turn, record, found as Found);
  }

  /** @param executions those that are open, as the store has them; undefined: this turn creates it */
  #go(
    turn: Turn,
    record: BackfillRecord,
    executions: readonly (ExecutionRecord | undefined)[],
  ): Performed | Promise<Performed> {
    const { slots, request } = record;
    const open: number[] = [];
    const failed = [...record.progress.failed];
    let { next, succeeded } = record.progress;
    for (const [index, at] of record.progress.open.entries()) {
      const status = executions[index]?.header.status ?? 'RUNNING';
      if (status === 'RUNNING') open.push(at);
      else if (status === 'SUCCEEDED') succeeded += 1;
      else failed.push(at);
    }
    const waiting: Promise<unknown>[] = [];
    if (record.status === 'RUNNING') {
      for (; next < slots.length && open.length < request.concurrency; next += 1) {
        const slot = slots[next] as BackfillSlot;
        if (slot.action === 'skip') continue;
        const performed = this.#start(turn, record, slot);
        if (performed === undefined) failed.push(next);
        else open.push(next);
        if (performed instanceof Promise) waiting.push(performed);
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
    if (waiting.length === 0) return 'done';
    return Promise.all(waiting).then(() => 'done' as const);
  }

  #keep(turn: Turn, record: BackfillRecord): void {
    const { number, status, progress, stoppedAt } = record;
    const end = stoppedAt === undefined ? {} : { stoppedAt };
    turn.change(BACKFILLS, [number], { status, progress, ...end });
    this.#live.set(turn, number, stoppedAt === undefined ? record : undefined);
  }

  /** Undefined: it cannot be started, for example because the pipeline is gone. */
  #start(
    turn: Turn,
    record: BackfillRecord,
    slot: BackfillSlot,
  ): Performed | Promise<Performed> | undefined {
    const { number } = record;
    const request = {
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
    try {
      return startInput(this.#kernel, request, { resolve() {}, reject() {} }).perform(turn);
    } catch (error) {
      if (error instanceof EngineError) return undefined;
      throw error;
    }
  }
}
