/**
 * Backfills as callers see them, and the calls of the engine that are about them.
 * @module
 */
import type { BackfillRecord, BackfillSlot } from '../../store/store.js';
import type { Engine, Page } from '../engine.js';
import { EngineError } from '../errors.js';
import type { Machinery } from '../machinery.js';
import { fromCursor, limitOf, toCursor } from '../pages.js';
import type { Settle } from '../requests.js';
import type { Input } from '../turn-loop.js';
import { executionNameOf } from './backfill-plan.js';

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

type BackfillCalls = Pick<
  Engine,
  'planBackfill' | 'startBackfill' | 'stopBackfill' | 'describeBackfill' | 'listBackfills'
>;

/** @param request queues an input and answers when it is durable */
export function backfillCalls(
  parts: Machinery,
  request: <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>,
): BackfillCalls {
  const { store, reads } = parts;
  const host = (): Machinery['triggers']['backfills'] => parts.triggers.backfills;
  const find = async (id: string): Promise<BackfillRecord> => {
    const number = /^\d{1,15}$/.test(id) ? Number(id) : 0;
    const record = await store.findBackfill(number);
    if (record) return record;
    throw new EngineError('BackfillNotFound', { backfill: id.slice(0, 100) });
  };
  return {
    planBackfill: (wanted) => host().plan(wanted),
    async startBackfill(wanted) {
      const plan = await host().plan(wanted);
      const number = await request<number>((settle) => host().startInput(wanted, plan, settle));
      return detailOf(await find(String(number)));
    },
    async stopBackfill(id) {
      const { number } = await find(id);
      await request<void>((settle) => host().stopInput(number, settle));
      return detailOf(await find(id));
    },
    describeBackfill: async (id) => detailOf(await find(id)),
    async listBackfills({ pipeline, teams, limit, cursor } = {}): Promise<Page<Backfill>> {
      const most = limitOf(limit);
      const [below] = cursor === undefined ? [] : fromCursor('backfills', cursor, 1);
      const records = await reads.listBackfills({
        limit: most + 1,
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(teams === undefined ? {} : { teams }),
        ...(below === undefined ? {} : { below }),
      });
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
