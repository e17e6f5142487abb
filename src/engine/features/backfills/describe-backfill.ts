/**
 * Backfills as callers see them, and the calls of the engine that are about them.
 * @module
 */
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import type { Settle } from '../../kernel/requests.js';
import type { Input } from '../../kernel/turn-loop.js';
import { type BackfillPlan, type BackfillRequest, executionNameOf } from './backfill-plan.js';
import { BACKFILLS, type BackfillRecord, type BackfillSlot, fromRow } from './backfill-table.js';
import type { Backfills, StartBackfill } from './backfills.js';

export interface Backfill {
  id: string;
  pipeline: string;
  team: string;
  status: BackfillRecord['status'];
  from: string;
  to: string;
  only?: 'failed';
  mode: 'missing' | 'all';
  concurrency: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  stoppedAt?: number;
  counts: BackfillCounts;
}

export interface BackfillCounts {
  /** Slots of the plan. */
  total: number;
  /** Left alone: not in the other counts. */
  skipped: number;
  /** To be started; after a stop: never started. */
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
}

export interface BackfillDetail extends Backfill {
  slots: DescribedSlot[];
}

export interface DescribedSlot extends BackfillSlot {
  /** What has become of it; `failed` is everything that ended without success. */
  status: 'skipped' | 'pending' | 'running' | 'succeeded' | 'failed';
  /** Name of the execution that it has, or will have. */
  execution?: string;
}

export interface ListBackfills {
  pipeline?: string;
  teams?: readonly string[];
  /** 1 to 1000; 100 when absent. */
  limit?: number;
  cursor?: string;
}

export interface BackfillCalls {
  /** What a backfill would start; nothing is changed. Throws InvalidBackfill. */
  planBackfill(request: BackfillRequest): Promise<BackfillPlan>;
  /** Plans it and runs exactly that. Throws BackfillPlanChanged when another plan was meant. */
  startBackfill(request: StartBackfill): Promise<BackfillDetail>;
  /** Starts no more of it; what runs goes on. Throws BackfillNotFound and BackfillNotRunning. */
  stopBackfill(id: string): Promise<BackfillDetail>;
  describeBackfill(id: string): Promise<BackfillDetail>;
  listBackfills(filter?: ListBackfills): Promise<Page<Backfill>>;
}

/** @param request queues an input and answers when it is durable */
export function backfillCalls(
  { store, reads }: Pick<Kernel, 'store' | 'reads'>,
  backfills: Backfills,
  request: <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>,
): BackfillCalls {
  const find = async (id: string): Promise<BackfillRecord> => {
    const number = /^\d{1,15}$/.test(id) ? Number(id) : 0;
    const row = await store.findRow(BACKFILLS, [number]);
    if (row) return fromRow(row);
    throw new EngineError('BackfillNotFound', { backfill: id.slice(0, 100) });
  };
  return {
    planBackfill: (wanted) => backfills.plan(wanted),
    async startBackfill(wanted) {
      const plan = await backfills.plan(wanted);
      const number = await request<number>((settle) => backfills.startInput(wanted, plan, settle));
      return detailOf(await find(String(number)));
    },
    async stopBackfill(id) {
      const { number } = await find(id);
      await request<void>((settle) => backfills.stopInput(number, settle));
      return detailOf(await find(id));
    },
    describeBackfill: async (id) => detailOf(await find(id)),
    async listBackfills({ pipeline, teams, limit, cursor } = {}): Promise<Page<Backfill>> {
      const most = limitOf(limit);
      const [below] = cursor === undefined ? [] : fromCursor('backfills', cursor, 1);
      const rows = await reads.listRows(BACKFILLS, {
        where: {
          ...(pipeline === undefined ? {} : { pipeline }),
          ...(teams === undefined ? {} : { team: teams }),
        },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: most + 1,
      });
      const records = rows.map(fromRow);
      const page = records.slice(0, most);
      const last = page.at(-1);
      return {
        items: page.map(summaryOf),
        ...(records.length > most && last ? { next: toCursor('backfills', [last.number]) } : {}),
      };
    },
  };
}

function summaryOf(record: BackfillRecord): Backfill {
  const { number, pipeline, team, status, request, createdAt, stoppedAt, slots } = record;
  const { next, open, succeeded, failed } = record.progress;
  let pending = 0;
  let skipped = 0;
  for (const [at, { action }] of slots.entries()) {
    if (action === 'skip') skipped += 1;
    else if (at >= next) pending += 1;
  }
  return {
    id: String(number),
    pipeline,
    team,
    status,
    ...request,
    createdAt,
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    counts: {
      total: slots.length,
      skipped,
      pending,
      running: open.length,
      succeeded,
      failed: failed.length,
    },
  };
}

function detailOf(record: BackfillRecord): BackfillDetail {
  const open = new Set(record.progress.open);
  const failed = new Set(record.progress.failed);
  const statusOf = (at: number): DescribedSlot['status'] => {
    if (at >= record.progress.next) return 'pending';
    if (open.has(at)) return 'running';
    return failed.has(at) ? 'failed' : 'succeeded';
  };
  const slots = record.slots.map(
    (slot, at): DescribedSlot =>
      slot.action === 'skip'
        ? { ...slot, status: 'skipped' }
        : { ...slot, status: statusOf(at), execution: executionNameOf(record.number, slot) },
  );
  return { ...summaryOf(record), slots };
}
