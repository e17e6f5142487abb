/**
 * What a backfill would start: the slots of a pipeline's schedule between two moments, and what is to be done about each.
 *
 *     from, to ──▶ slots of the schedule ──▶ executions that exist for each ──▶ create | skip, with its reason
 *
 * A plan changes nothing. Its digest stands for exactly these decisions, so that what was shown can be what is run.
 * @module
 */
import { createHash } from 'node:crypto';
import { parseInterval } from '../../../events/intervals/interval.js';
import { type Slot, slots as slotsOf } from '../../../events/intervals/slots.js';
import { formatInstant, parseInstant } from '../../../events/schedules/calendar.js';
import { parseSchedule, type Schedule } from '../../../events/schedules/schedule.js';
import { SCHEDULE } from '../../../pipelines/sections/schedule-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { UPSTREAMS } from '../../../pipelines/sections/upstreams-section.js';
import type { ExecutionRecord } from '../../../store/store.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { PipelineDeployment } from '../../kernel/deployment.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { BackfillSlot } from './backfill-table.js';

export interface BackfillRequest {
  pipeline: string;
  /** The team whose pipeline is meant; default: of those that the caller sees. */
  team?: string | undefined;
  /** An interval (`2026-11-01`, `2026-11-01T05`: from its start) or an ISO 8601 time. */
  from: string;
  /** An interval, which is included, or an ISO 8601 time, which is not. */
  to: string;
  /** Only slots whose latest execution ended without success. Default: also those that never ran. */
  only?: 'failed';
  /** `missing` (default) leaves alone what has succeeded; `all` runs that again too. */
  mode?: 'missing' | 'all';
}

export interface BackfillPlan {
  pipeline: string;
  /** Stands for exactly these slots and actions. */
  digest: string;
  /** The oldest first. */
  slots: BackfillSlot[];
  /** What it is going to cost. Absent: nothing is known of that. */
  price?: BackfillPrice;
}

/** What executions have cost, and so may cost. Millionths of the currency. */
export interface BackfillPrice {
  /** The median of the last that succeeded. */
  each: number;
  /** Of all that would be started. */
  total: number;
  currency: string;
  /** How many it is the median of. */
  of: number;
}

/** Slots of one backfill. */
const MOST_SLOTS = 10_000;
/** Executions for one interval that are looked at. */
const MOST_RUNS = 100;
/** Slots between which others get their turn. */
const AT_A_TIME = 200;

/**
 * Plans a backfill.
 * @param planned says which running backfill will still start an execution for an interval
 * @throws EngineError InvalidBackfill
 */
export async function planSlots(
  kernel: Kernel,
  { ref, deployment }: LoadedMachine,
  request: BackfillRequest,
  planned: (interval: string) => string | undefined,
): Promise<BackfillPlan> {
  const schedule = scheduleOf(deployment);
  const found = slotsBetween(schedule, request);
  const decided: BackfillSlot[] = [];
  const seen = new Set<string>();
  for (const [index, slot] of found.entries()) {
    if (index % AT_A_TIME === AT_A_TIME - 1) {
      await new Promise<void>((resume) => kernel.clock.soon(resume));
    }
    const { id } = slot.interval;
    const base = { interval: id, fireTime: slot.fireTime };
    const own = await kernel.store.listExecutions({
      pipeline: ref,
      interval: id,
      limit: MOST_RUNS,
    });
    if (seen.has(id)) {
      decided.push({ ...base, action: 'skip', reason: 'another fire time has this interval' });
    } else {
      const now = kernel.time.now();
      decided.push({ ...base, ...decide(request, slot, own, planned(id), now) });
    }
    seen.add(id);
  }
  return {
    pipeline: request.pipeline,
    digest: digestOf(request.pipeline, decided),
    slots: decided,
  };
}

/**
 * What a plan is going to cost, by what the pipeline's executions have cost.
 * @param costs of the last that succeeded, in millionths of the currency
 * @example priceFor(slots, [100, 300, 200], 'USD')?.each // 200
 */
export function priceFor(
  slots: readonly BackfillSlot[],
  costs: readonly number[],
  currency: string | undefined,
): BackfillPrice | undefined {
  if (costs.length === 0 || currency === undefined) return undefined;
  const sorted = [...costs].sort((a, b) => a - b);
  // Of two in the middle the dearer: who asks for a price wants no surprise.
  const each = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const count = slots.filter(({ action }) => action === 'create').length;
  const total = Math.min(Number.MAX_SAFE_INTEGER, each * count);
  return { each, total, currency, of: costs.length };
}

type Decision = Pick<BackfillSlot, 'action' | 'reason' | 'conflict'>;

function decide(
  { only, mode }: BackfillRequest,
  { fireTime }: Slot,
  own: readonly ExecutionRecord[],
  planned: string | undefined,
  now: number,
): Decision {
  const [latest] = own;
  const running = own.find(({ header }) => header.status === 'RUNNING');
  const succeeded = own.find(({ header }) => header.status === 'SUCCEEDED');
  if (fireTime > now) return { action: 'skip', reason: 'is not due yet' };
  if (running) {
    return { action: 'skip', reason: `${running.name} runs now`, conflict: running.name };
  }
  if (planned !== undefined) {
    return { action: 'skip', reason: `${planned} is going to run`, conflict: planned };
  }
  if (only === 'failed') {
    if (latest === undefined) return { action: 'skip', reason: 'has not run' };
    if (succeeded) return { action: 'skip', reason: `${succeeded.name} has succeeded` };
    return { action: 'create', reason: `${latest.name} ended ${latest.header.status}` };
  }
  if (latest === undefined) return { action: 'create', reason: 'has not run' };
  if (succeeded && mode === 'all') {
    return { action: 'create', reason: `${succeeded.name} has succeeded, and is run again` };
  }
  if (succeeded) return { action: 'skip', reason: `${succeeded.name} has succeeded` };
  return { action: 'create', reason: `${latest.name} ended ${latest.header.status}` };
}

/** The pipeline's own, or days in its zone when it has none. */
function scheduleOf(deployment: PipelineDeployment): Schedule {
  const own = sectionOf(SCHEDULE, deployment);
  if (own !== undefined) return own.schedule;
  const timezone = sectionOf(UPSTREAMS, deployment)?.timezone ?? 'UTC';
  const daily = parseSchedule('cron(0 0 * * ? *)', 'scheduler', timezone);
  if ('schedule' in daily) return daily.schedule;
  throw new EngineError('InvalidBackfill', { problem: 'the pipeline has no schedule' });
}

function slotsBetween(schedule: Schedule, { from, to }: BackfillRequest): Slot[] {
  const refuse = (problem: string): never => {
    throw new EngineError('InvalidBackfill', { problem });
  };
  const { timezone } = schedule;
  const start = parseInterval(from, timezone)?.start ?? parseInstant(from);
  const end = parseInterval(to, timezone)?.end ?? parseInstant(to);
  if (start === undefined) return refuse(`'${from.slice(0, 64)}' is neither interval nor time`);
  if (end === undefined) return refuse(`'${to.slice(0, 64)}' is neither interval nor time`);
  if (start >= end) return refuse(`it ends (${to}) before it begins (${from})`);
  const { slots, hasMore } = slotsOf(schedule, start, end, MOST_SLOTS);
  if (hasMore) return refuse(`there are more than ${MOST_SLOTS} slots between ${from} and ${to}`);
  return slots;
}

function digestOf(pipeline: string, slots: readonly BackfillSlot[]): string {
  const decisions = slots.map(({ interval, action }) => [interval, action]);
  const text = JSON.stringify([pipeline, decisions]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * Name of the execution that a backfill makes for an interval: the same however often it is tried.
 * @example executionNameOf(7, { interval: '2026-11-20', … }) // 'backfill-7-2026-11-20'
 */
export function executionNameOf(backfill: number, { interval, fireTime }: BackfillSlot): string {
  const written = interval.includes('/') ? formatInstant(fireTime) : interval;
  return `backfill-${backfill}-${written.replaceAll(/[:.]/g, '').replace(/Z$/, '')}`;
}
