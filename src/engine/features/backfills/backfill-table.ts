/**
 * Table `backfills`: what a backfill is to start, written once, and how far it has come.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';

/** One slot of a backfill's plan: what was decided about it before the start. */
export interface BackfillSlot {
  /** Id of the interval. */
  interval: string;
  /** Milliseconds since the epoch. */
  fireTime: number;
  action: 'create' | 'skip';
  /** Why, in words. */
  reason: string;
  /** Name of the execution that runs for this interval now: it is left alone. */
  conflict?: string;
}

/** How far a backfill has come; positions are those of its slots. */
export interface BackfillProgress {
  /** Slots below this one are decided: started, or skipped. */
  next: number;
  /** Started, and not known to have ended. */
  open: number[];
  succeeded: number;
  /** Ended without success. */
  failed: number[];
}

/** Executions of one pipeline for intervals of the past, made by one request. */
export interface BackfillRecord {
  number: number;
  pipeline: string;
  team: string;
  /** STOPPING: starts nothing more, and waits for what runs. */
  status: 'RUNNING' | 'STOPPING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
  /** As it was asked for. */
  request: {
    from: string;
    to: string;
    only?: 'failed';
    mode: 'missing' | 'all';
    concurrency: number;
  };
  slots: readonly BackfillSlot[];
  progress: BackfillProgress;
  createdAt: number;
  stoppedAt?: number;
}

/** As it lies in the table, where the slots are the plan. */
export type BackfillRow = Omit<BackfillRecord, 'slots'> & { plan: readonly BackfillSlot[] };

export const BACKFILLS: Table<BackfillRow> = defineTable<BackfillRow>({
  name: 'backfills',
  columns: {
    number: 'integer',
    pipeline: 'text',
    team: 'text',
    status: 'text',
    request: 'json',
    plan: 'json',
    progress: 'json',
    createdAt: 'integer',
    stoppedAt: 'integer?',
  },
  key: ['number'],
  lists: [{ columns: ['team', 'status'] }, { columns: ['pipeline', 'team', 'status'] }],
  migrations: [],
});

export function toRow({ slots, ...record }: BackfillRecord): BackfillRow {
  return { ...record, plan: slots };
}

export function fromRow({ plan, ...row }: BackfillRow): BackfillRecord {
  return { ...row, slots: plan };
}
