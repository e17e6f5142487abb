/**
 * `trigger.events`: which events start a pipeline, and with what.
 * @module
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../../asl/json.js';
import { parseTargetInput, type TargetInput } from '../../events/input/target-input.js';
import type { EventPattern } from '../../events/pattern/matcher-types.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import { json } from '../step-schema.js';
import { type Batch, batchOf, batchSchema } from './batch.js';
import { inputSettings } from './event-input.js';
import { type Section, whenShaped } from './section.js';

export interface EventTrigger {
  pattern: JsonObject;
  bus?: string | undefined;
  input?: Json | undefined;
  inputPath?: string | undefined;
  inputTransformer?: { paths?: { [name: string]: string } | undefined; template: Json } | undefined;
  batch?: Batch | undefined;
}

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

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

const schema: z.ZodType<EventTrigger[]> = z
  .array(
    z.strictObject({
      pattern: jsonObject.meta({ description: 'Event pattern, as EventBridge has them' }),
      bus: z.string().min(1).optional().meta({ description: 'Bus; "default" when absent' }),
      input: json.optional().meta({ description: 'Constant input of the execution' }),
      inputPath: z.string().min(1).optional().meta({ description: 'Part of the event' }),
      inputTransformer: z
        .strictObject({ paths: z.record(z.string(), z.string()).optional(), template: json })
        .optional()
        .meta({ description: 'Input made from parts of the event' }),
      batch: batchSchema
        .optional()
        .meta({ description: 'One execution for so many events, or for a window of time' }),
    }),
  )
  .min(1);

export const EVENTS: Section<EventRule[]> & { schema: z.ZodType<EventTrigger[]> } = {
  path: ['trigger', 'events'],
  schema,
  parse: (written) => whenShaped(schema, written, (entries) => entries.flatMap(ruleOf)),
};

function ruleOf(entry: EventTrigger, index: number): EventRule[] {
  const parsed = parsePattern(entry.pattern);
  const target = parseTargetInput('pipeline', inputSettings(entry));
  if ('error' in parsed || 'error' in target) return [];
  return [
    {
      key: String(index),
      bus: entry.bus ?? 'default',
      pattern: parsed.pattern,
      input: target.input,
      ...batchOf(entry.batch),
      collect: 'events',
    },
  ];
}
