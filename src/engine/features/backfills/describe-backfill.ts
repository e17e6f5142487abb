/**
 * Backfills as callers see them.
 * @module
 */
import { executionNameOf } from './backfill-plan.js';
import type { BackfillRecord, BackfillSlot } from './backfill-table.js';

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
  /** 1 to 1000; 100 when absent. */
  limit?: number;
  cursor?: string;
}

export function summaryOf(record: BackfillRecord): Backfill {
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

export function detailOf(record: BackfillRecord): BackfillDetail {
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
