/**
 * Reads the section `trigger` of a pipeline into what the engine acts on. The section was checked when the file was
 * loaded; what cannot be read here (a newer file's, a damaged one's) triggers nothing.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import { parseTargetInput, type TargetInput } from '../events/input/target-input.js';
import type { EventPattern } from '../events/pattern/matcher-types.js';
import { parsePattern } from '../events/pattern/parse-pattern.js';
import { parseDuration } from './duration.js';
import { inputSettings } from './event-input.js';

/** The bus of files that arrive for a batch, and their events' source. */
export const FILES = 'millrace.files';

export interface EventRule {
  /** Its place in the trigger, or `files`. */
  key: string;
  bus: string;
  pattern: EventPattern;
  /** What the execution gets as its input. */
  input: TargetInput;
  /** So many events, or so many seconds from the first of them, start one execution. */
  batch?: { size: number; window: number };
  /** What the input of a batch calls the list of them. */
  collect: 'events' | 'files';
}

export interface TriggerPlan {
  events: EventRule[];
  /** As written. */
  schedule?: JsonObject;
  executions?: JsonObject;
  files?: JsonObject;
}

/** @example triggerPlanOf(deployment).events.length */
export function triggerPlanOf({
  name,
  sections,
}: {
  name: string;
  sections?: JsonObject;
}): TriggerPlan {
  const trigger = sections?.trigger;
  if (!isObject(trigger)) return { events: [] };
  const { schedule, executions, events, files } = trigger;
  return {
    events: [
      ...(Array.isArray(events) ? events : []).flatMap((entry, index) => ruleOf(entry, index)),
      ...(isObject(files) ? fileRuleOf(name, files.batch) : []),
    ],
    ...(isObject(schedule) ? { schedule } : {}),
    ...(isObject(executions) ? { executions } : {}),
    ...(isObject(files) ? { files } : {}),
  };
}

function ruleOf(entry: unknown, index: number): EventRule[] {
  if (!isObject(entry as JsonObject)) return [];
  const { pattern, bus, batch } = entry as JsonObject;
  if (!isObject(pattern)) return [];
  const parsed = parsePattern(pattern);
  const target = parseTargetInput('pipeline', inputSettings(entry as JsonObject));
  if ('error' in parsed || 'error' in target) return [];
  return [
    {
      key: String(index),
      bus: typeof bus === 'string' ? bus : 'default',
      pattern: parsed.pattern,
      input: target.input,
      ...batchOf(batch),
      collect: 'events',
    },
  ];
}

/** Files that start a pipeline in batches are events of a bus of their own, and wait as those do. */
function fileRuleOf(pipeline: string, batch: Json | undefined): EventRule[] {
  const parsed = parsePattern({ source: [FILES], detail: { pipeline: [pipeline] } });
  const target = parseTargetInput('pipeline', { InputPath: '$.detail.file' });
  if (batch === undefined || 'error' in parsed || 'error' in target) return [];
  const { pattern } = parsed;
  const { input } = target;
  return [{ key: 'files', bus: FILES, pattern, input, ...batchOf(batch), collect: 'files' }];
}

function batchOf(batch: Json | undefined): Pick<EventRule, 'batch'> {
  if (!isObject(batch)) return {};
  const window = parseDuration(batch.window as string | number);
  const { size } = batch;
  return typeof size === 'number' && window !== undefined ? { batch: { size, window } } : {};
}
