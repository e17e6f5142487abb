/**
 * Reads the section `trigger` of a pipeline into what the engine acts on. The section was checked when the file was
 * loaded; what cannot be read here (a newer file's, a damaged one's) triggers nothing.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import { isObject } from '../../asl/json.js';
import { parseTargetInput, type TargetInput } from '../../events/input/target-input.js';
import type { EventPattern } from '../../events/pattern/matcher-types.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import { inputSettings } from '../../pipelines/event-input.js';
import type { PipelineDeployment } from '../engine.js';

export interface EventRule {
  bus: string;
  pattern: EventPattern;
  /** What the execution gets as its input. */
  input: TargetInput;
}

export interface TriggerPlan {
  events: EventRule[];
  /** As written. */
  schedule?: JsonObject;
  executions?: JsonObject;
  files?: JsonObject;
}

/** @example triggerPlanOf(deployment).events.length */
export function triggerPlanOf({ sections }: PipelineDeployment): TriggerPlan {
  const trigger = sections?.trigger;
  if (!isObject(trigger)) return { events: [] };
  const { schedule, executions, events, files } = trigger;
  return {
    events: (Array.isArray(events) ? events : []).flatMap((entry) => ruleOf(entry)),
    ...(isObject(schedule) ? { schedule } : {}),
    ...(isObject(executions) ? { executions } : {}),
    ...(isObject(files) ? { files } : {}),
  };
}

function ruleOf(entry: unknown): EventRule[] {
  if (!isObject(entry as JsonObject)) return [];
  const { pattern, bus } = entry as JsonObject;
  if (!isObject(pattern)) return [];
  const parsed = parsePattern(pattern);
  const target = parseTargetInput('pipeline', inputSettings(entry as JsonObject));
  if ('error' in parsed || 'error' in target) return [];
  return [
    {
      bus: typeof bus === 'string' ? bus : 'default',
      pattern: parsed.pattern,
      input: target.input,
    },
  ];
}
