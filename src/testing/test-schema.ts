/**
 * The test file: one schema for its type, its validation and the JSON Schema that editors use.
 * When pipelines start is the matter of another kind of test file: `simulation/`.
 * @module
 */
import { z } from 'zod';
import type { Json } from '../asl/json.js';
import { type Duration, duration, json } from '../pipelines/step-schema.js';
import {
  type DataEntry,
  dataSchema,
  type GoldenEntries,
  goldenSchema,
} from './data/data-schema.js';

/** How one attempt of a task ends. */
export interface OutcomeEntry {
  return?: Json | undefined;
  throw?: { error: string; cause?: string | undefined } | undefined;
  timeout?: true | undefined;
  after?: Duration | undefined;
  times?: number | undefined;
  item?: number | undefined;
}

export type MockEntry = OutcomeEntry | OutcomeEntry[] | { run: true };

/** Mocks from a mock configuration file of Step Functions Local. */
export interface MockFileEntry {
  file: string;
  stateMachine?: string | undefined;
  testCase: string;
}

export interface PathBranches {
  [state: string]: PathEntry[][];
}

export type PathEntry = string | PathBranches;

export interface Expectations {
  status?: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | undefined;
  output?: Json | undefined;
  outputContains?: Json | undefined;
  outputAt?: { [pointer: string]: Json } | undefined;
  error?: string | undefined;
  cause?: string | undefined;
  causeContains?: string | undefined;
  path?: PathEntry[] | undefined;
  visits?: string[] | undefined;
  avoids?: string[] | undefined;
  history?: string[] | { contains: string[] } | undefined;
  duration?:
    | Duration
    | { atLeast?: Duration | undefined; atMost?: Duration | undefined }
    | undefined;
  attempts?: { [state: string]: number } | undefined;
  data?: GoldenEntries | undefined;
}

export interface TestEntry {
  name: string;
  at?: string | undefined;
  input?: Json | undefined;
  mocks?: MockFileEntry | { [state: string]: MockEntry } | undefined;
  data?: DataEntry | undefined;
  expect?: Expectations | undefined;
}

export interface TestFile {
  pipeline?: string | undefined;
  at?: string | undefined;
  input?: Json | undefined;
  mocks?: { [state: string]: MockEntry } | undefined;
  data?: DataEntry | undefined;
  tests: TestEntry[];
}

const outcome: z.ZodType<OutcomeEntry> = z
  .strictObject({
    return: json.optional().meta({ description: 'Result of the task' }),
    throw: z
      .strictObject({ error: z.string().min(1).max(256), cause: z.string().optional() })
      .optional()
      .meta({ description: 'Fails the attempt', examples: [{ error: 'NoRows' }] }),
    timeout: z.literal(true).optional().meta({ description: 'Never answers' }),
    after: duration.optional().meta({ description: 'Virtual time until the answer; none' }),
    times: z.int().min(1).max(100_000).optional().meta({
      description: 'Answers so many consecutive attempts; 1 in a list, else all',
    }),
    item: z.int().min(0).optional().meta({
      description: 'Only for this item of the Map around the state, counted from 0',
    }),
  })
  .refine(
    (entry) => ['return', 'throw', 'timeout'].filter((field) => field in entry).length === 1,
    { message: 'give exactly one of return, throw and timeout' },
  )
  .refine((entry) => !('timeout' in entry && 'after' in entry), {
    message: 'an attempt that never answers has no "after"',
  });

export const mockSchema: z.ZodType<MockEntry> = z
  .union([
    outcome,
    z.array(outcome).min(1),
    z.strictObject({ run: z.literal(true).meta({ description: 'The task really runs' }) }),
  ])
  .meta({
    description:
      'How the attempts of a task end: one outcome for all, or a list for one after another',
    examples: [{ return: { rows: 3 } }],
  });

const mocks: z.ZodType<{ [state: string]: MockEntry }> = z
  .record(z.string().min(1), mockSchema)
  .meta({ description: 'Task states and how their attempts end' });

const mockFile: z.ZodType<MockFileEntry> = z
  .strictObject({
    file: z.string().min(1).meta({ description: 'A mock configuration file beside this one' }),
    stateMachine: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Name in the file; the pipeline's when absent" }),
    testCase: z.string().min(1),
  })
  .meta({ description: 'Mocks in the form of Step Functions Local' });

const at: z.ZodType<string> = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/,
    'expected a time with its zone, such as 2026-03-01T06:00:00Z',
  )
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: 'there is no such time' })
  .meta({ description: 'Virtual time of the start; 2026-01-01T00:00:00Z when absent' });

const pathEntry: z.ZodType<PathEntry> = z.lazy(() =>
  z.union([z.string().min(1), z.record(z.string().min(1), z.array(z.array(pathEntry)))]),
);

const names: z.ZodType<string[]> = z.array(z.string().min(1));

const expectations: z.ZodType<Expectations> = z.strictObject({
  status: z
    .enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'])
    .optional()
    .meta({ description: 'SUCCEEDED when absent; FAILED where error or cause is given' }),
  output: json.optional().meta({ description: 'The whole output' }),
  outputContains: json
    .optional()
    .meta({ description: 'A part of the output: objects may have more fields' }),
  outputAt: z
    .record(z.string().regex(/^(\/.*)?$/, 'expected a JSON pointer, such as /rows/0/id'), json)
    .optional()
    .meta({ description: 'Values in the output by their JSON pointer' }),
  error: z.string().optional(),
  cause: z.string().optional(),
  causeContains: z.string().optional(),
  path: z.array(pathEntry).optional().meta({
    description:
      'States in the order in which they were entered. A Parallel or Map may be written { NAME: [[…], […]] }: the path of each branch or item',
  }),
  visits: names.optional().meta({ description: 'States that were entered, anywhere' }),
  avoids: names.optional().meta({ description: 'States that were never entered' }),
  history: z
    .union([names, z.strictObject({ contains: names })])
    .optional()
    .meta({ description: 'Types of the events: all of them, or some in this order' }),
  duration: z
    .union([
      duration,
      z.strictObject({ atLeast: duration.optional(), atMost: duration.optional() }),
    ])
    .optional()
    .meta({ description: 'Virtual time from start to end' }),
  attempts: z
    .record(z.string().min(1), z.int().min(0))
    .optional()
    .meta({ description: 'How often each task was tried' }),
  data: goldenSchema.optional(),
});

const input: z.ZodType<Json> = json.meta({ description: "Input; the pipeline's own when absent" });

/** One test of a file. */
export const testEntrySchema: z.ZodType<TestEntry> = z.strictObject({
  name: z.string().min(1).max(200).meta({ description: 'A sentence: what the pipeline does' }),
  at: at.optional(),
  input: input.optional(),
  mocks: z.union([mockFile, mocks]).optional(),
  data: dataSchema.optional(),
  expect: expectations.optional(),
});

export const testFileSchema: z.ZodType<TestFile> = z
  .strictObject({
    pipeline: z.string().min(1).optional().meta({
      description:
        'The pipeline file, or a file in Amazon States Language; NAME.yaml beside NAME.test.yaml when absent',
    }),
    at: at.optional(),
    input: input.optional(),
    mocks: mocks.optional(),
    data: dataSchema.optional(),
    tests: z.array(testEntrySchema).min(1),
  })
  .meta({ id: 'PipelineTests', title: 'Tests of a Millrace pipeline' });
