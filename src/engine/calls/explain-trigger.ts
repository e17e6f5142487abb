/**
 * Why has it not started? What each trigger of a pipeline waits for, and which events nearly matched.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import type { ConditionExplanation, Verdict } from '../../events/conditions/evaluate-condition.js';
import { explainMismatch, type Mismatch } from '../../events/pattern/explain-mismatch.js';
import { longestDelay } from '../../events/schedules/spread.js';
import { EVENTS } from '../../pipelines/sections/events-section.js';
import { SCHEDULE } from '../../pipelines/sections/schedule-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import type { PipelineRef } from '../../store/store.js';
import type { BatchState } from '../features/bus/batches.js';
import type { EventBus } from '../features/bus/event-bus.js';
import type { FileArrivals, FilesState } from '../features/files/file-arrivals.js';
import {
  type ListedSchedule,
  type ScheduleSources,
  schedulesFor,
} from '../features/schedules/schedule-calls.js';
import type { Upstreams } from '../features/upstreams/upstreams.js';
import type { EventRecord } from '../kernel/bus-event.js';
import { EngineError } from '../kernel/errors.js';
import type { Scope } from '../kernel/scope.js';
import type { EventCalls } from './event-calls.js';

export interface TriggerExplanation {
  pipeline: string;
  schedule?: {
    /** As written. */
    written: JsonObject;
    timezone: string;
    /** The next ten fire times, epoch milliseconds. */
    next: number[];
    /** Milliseconds after a fire time within which its start falls; absent when it starts on time. */
    window?: number;
    /** When those fire times start; absent when they start on time. */
    starts?: number[];
  };
  /** Schedules of clients of EventBridge Scheduler's API that start it. */
  clientSchedules?: ListedSchedule[];
  upstreams?: {
    interval: string;
    verdict: Verdict;
    /** Each condition: met or not, since when, by which execution. */
    conditions: ConditionExplanation[];
    /** The execution that this outcome has started or would start. */
    key: string;
  };
  /** The watched folder or bucket, what is held back, and who has not delivered; and files that wait for others. */
  files?: FilesState & { batch?: BatchState };
  events?: {
    bus: string;
    pattern: JsonObject;
    /** How many events wait of how many, since when, and when they are started at the latest. */
    batch?: BatchState;
    /** The latest event that it matched, of those that were looked at. */
    matched?: { id: string; at: number };
    /** Events that differ from what it asks for in one field, the newest first. */
    nearly: { id: string; at: number; source: string; detailType: string; mismatch: Mismatch }[];
  }[];
}

const TIMES = 10;
/** Events of each bus that are looked at, and near misses that are told. */
const LOOKED_AT = 500;
const NEARLY = 5;

/** The features whose triggers are explained. */
export interface TriggerSources {
  readonly schedules: ScheduleSources;
  readonly upstreams: Upstreams;
  readonly bus: EventBus;
  readonly events: Pick<EventCalls, 'list'>;
  readonly files: FileArrivals | undefined;
}

/**
 * @param interval for the conditions on other pipelines; default: today
 * @throws EngineError PipelineNotFound
 */
export async function explainTrigger(
  { schedules, upstreams, bus, events: stored, files: watched }: TriggerSources,
  scope: Scope,
  pipeline: PipelineRef,
  interval?: string,
): Promise<TriggerExplanation> {
  const machine = schedules.kernel.machines.current(pipeline);
  if (!machine) throw new EngineError('PipelineNotFound', { pipeline: pipeline.name });
  const { deployment } = machine;
  const section = sectionOf(SCHEDULE, deployment);
  const schedule = schedules.pipelines.scheduleOf(pipeline);
  const day = interval ?? upstreams.today(pipeline);
  const judged = day === undefined ? undefined : await upstreams.explain(pipeline, day);
  const clientSchedules = schedulesFor(schedules, pipeline, TIMES);
  const files = await watched?.stateOf(pipeline, interval);
  const rules = sectionOf(EVENTS, deployment) ?? [];
  const batchOf = (rule: string): { batch?: BatchState } => {
    const batch = bus.batchOf(pipeline, rule);
    return batch === undefined ? {} : { batch };
  };
  return {
    pipeline: pipeline.name,
    ...(schedule && section
      ? {
          schedule: {
            written: section.written as unknown as JsonObject,
            timezone: schedule.timezone,
            ...timesOf(schedules, pipeline),
          },
        }
      : {}),
    ...(clientSchedules.length === 0 ? {} : { clientSchedules }),
    ...(judged === undefined
      ? {}
      : {
          upstreams: {
            interval: judged.interval.id,
            verdict: judged.verdict,
            conditions: judged.conditions,
            key: judged.key,
          },
        }),
    ...(files === undefined ? {} : { files: { ...files, ...batchOf('files') } }),
    ...(rules.length === 0
      ? {}
      : {
          events: await Promise.all(
            rules.map(async (rule) => {
              const events = await stored.list(scope, { bus: rule.bus, limit: LOOKED_AT });
              return {
                bus: rule.bus,
                pattern: JSON.parse(rule.pattern.text) as JsonObject,
                ...batchOf(rule.key),
                ...lookAt(rule.pattern, events),
              };
            }),
          ),
        }),
  };
}

function timesOf(
  { pipelines }: ScheduleSources,
  pipeline: PipelineRef,
): Pick<NonNullable<TriggerExplanation['schedule']>, 'next' | 'window' | 'starts'> {
  const spread = pipelines.spreadOf(pipeline);
  const times = pipelines.upcoming(pipeline, TIMES);
  const next = times.map(({ fireTime }) => fireTime);
  const window = spread === undefined ? 0 : longestDelay(spread);
  return window === 0 ? { next } : { next, window, starts: times.map(({ start }) => start) };
}

function lookAt(
  pattern: Parameters<typeof explainMismatch>[0],
  events: readonly EventRecord[],
): Pick<NonNullable<TriggerExplanation['events']>[number], 'matched' | 'nearly'> {
  const nearly = [];
  let matched: { id: string; at: number } | undefined;
  for (const { id, storedAt: at, envelope, source, detailType } of events) {
    const mismatch = explainMismatch(pattern, envelope);
    if (mismatch === undefined) matched ??= { id, at };
    else if (isNear(mismatch) && nearly.length < NEARLY) {
      nearly.push({ id, at, source, detailType, mismatch });
    }
  }
  return { ...(matched === undefined ? {} : { matched }), nearly };
}

/** All fields but one match, and at least one does. */
function isNear({ matchedFields, fields }: Mismatch): boolean {
  return matchedFields > 0 && matchedFields === fields - 1;
}
