/**
 * A test file about when pipelines start: several pipelines, what happens from outside, and which executions must come of
 * it over days or months of virtual time.
 * @module
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../../asl/json.js';
import { type Duration, duration, json } from '../../pipelines/step-schema.js';
import { type MockEntry, mockSchema } from '../test-schema.js';

/** Something that comes from outside, at a time. */
export interface Happening {
  at: string;
  event?:
    | {
        source: string;
        detailType: string;
        detail: JsonObject;
        id?: string | undefined;
        bus?: string | undefined;
      }
    | undefined;
  team?: string | undefined;
  file?: string | undefined;
  content?: string | undefined;
  remove?: string | undefined;
  down?: Duration | undefined;
  breaks?: string | undefined;
  error?: string | undefined;
  for?: Duration | undefined;
  start?: string | undefined;
  redrive?: string | undefined;
  stop?: string | undefined;
  interval?: string | undefined;
  input?: Json | undefined;
}

/** What an execution must be like; what is absent is not asked. */
export interface ExecutionMatch {
  pipeline: string;
  interval?: string | undefined;
  status?: string | undefined;
  at?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
  name?: string | undefined;
  by?: string | undefined;
}

export interface SimulationExpectations {
  counts?: { [pipeline: string]: number } | undefined;
  includes?: ExecutionMatch[] | undefined;
  excludes?: ExecutionMatch[] | undefined;
}

export interface SimulationEntry {
  name: string;
  from?: string | undefined;
  to?: string | undefined;
  happenings?: Happening[] | undefined;
  expect: SimulationExpectations;
}

export interface SimulationFile {
  pipelines: string[];
  from?: string | undefined;
  to?: string | undefined;
  takes?: { [pipeline: string]: Duration } | undefined;
  mocks?: { [pipeline: string]: { [state: string]: MockEntry } } | undefined;
  tests: SimulationEntry[];
}

const time: z.ZodType<string> = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/,
    'expected a time with its zone, such as 2026-03-01T06:00:00Z',
  )
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: 'there is no such time' });

const pipeline = z.string().min(1).max(80);

/** What a happening is: exactly one of these fields. */
export const HAPPENINGS = [
  'event',
  'file',
  'remove',
  'down',
  'breaks',
  'start',
  'redrive',
  'stop',
] as const;

const happening: z.ZodType<Happening> = z
  .strictObject({
    at: time,
    event: z
      .strictObject({
        source: z.string().min(1).max(256),
        detailType: z.string().min(1).max(128),
        detail: z.record(z.string(), json),
        id: z.string().min(1).max(256).optional(),
        bus: z.string().min(1).optional(),
      })
      .optional()
      .meta({ description: 'An event is put on a bus' }),
    team: z.string().min(1).optional().meta({ description: 'Whose event; default when absent' }),
    file: z.string().min(1).optional().meta({ description: 'A file arrives beside the pipelines' }),
    content: z.string().max(1_000_000).optional(),
    remove: z.string().min(1).optional().meta({ description: 'A file is gone' }),
    down: duration.optional().meta({ description: 'The server is away for so long' }),
    breaks: pipeline.optional().meta({ description: 'The tasks of a pipeline fail from now on' }),
    error: z.string().min(1).max(256).optional(),
    for: duration.optional().meta({ description: 'How long they fail; for ever when absent' }),
    start: pipeline.optional().meta({ description: 'Somebody starts a pipeline' }),
    redrive: pipeline.optional().meta({ description: 'The latest failed execution is redriven' }),
    stop: pipeline.optional().meta({ description: 'The executions that run are stopped' }),
    interval: z.string().min(1).max(64).optional(),
    input: json.optional(),
  })
  .refine((entry) => HAPPENINGS.filter((kind) => entry[kind] !== undefined).length === 1, {
    message: `give exactly one of ${HAPPENINGS.join(', ')}`,
  });

const match: z.ZodType<ExecutionMatch> = z.strictObject({
  pipeline,
  interval: z.string().min(1).max(64).optional(),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
  at: time.optional().meta({ description: 'It started at this second' }),
  after: time.optional().meta({ description: 'It started then or later' }),
  before: time.optional().meta({ description: 'It started earlier' }),
  name: z.string().min(1).optional(),
  by: z.string().min(1).optional().meta({
    description: 'What started it: schedule, event, files, executions, backfill; hand',
  }),
});

/** One test of a file. */
export const simulationEntrySchema: z.ZodType<SimulationEntry> = z.strictObject({
  name: z.string().min(1).max(200).meta({ description: 'A sentence: what starts when' }),
  from: time.optional(),
  to: time.optional(),
  happenings: z.array(happening).max(10_000).optional(),
  expect: z.strictObject({
    counts: z
      .record(pipeline, z.int().min(0))
      .optional()
      .meta({ description: 'How many executions each pipeline has' }),
    includes: z.array(match).optional().meta({ description: 'Each fits an execution' }),
    excludes: z.array(match).optional().meta({ description: 'None fits an execution' }),
  }),
});

export const simulationFileSchema: z.ZodType<SimulationFile> = z
  .strictObject({
    pipelines: z
      .array(z.string().min(1))
      .min(1)
      .max(10_000)
      .meta({ description: 'Pipeline files, relative to this one' }),
    from: time.optional().meta({ description: 'Virtual time of the beginning' }),
    to: time.optional().meta({ description: 'Virtual time of the end' }),
    takes: z
      .record(pipeline, duration)
      .optional()
      .meta({ description: 'How long each task of a pipeline takes; no time when absent' }),
    mocks: z
      .record(pipeline, z.record(z.string().min(1), mockSchema))
      .optional()
      .meta({ description: 'Tasks that do not simply succeed, by pipeline and state' }),
    tests: z.array(simulationEntrySchema).min(1),
  })
  .meta({ id: 'TriggerTests', title: 'Tests of when Millrace pipelines start' });
