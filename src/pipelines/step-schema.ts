/**
 * Steps: the short form of a state machine.
 *
 *     steps:
 *       - extract:   { shell: "python3 extract.py", retry: 3 }
 *       - transform: { sql: transform.sql, timeout: 10m }
 *
 * A step has a name, exactly one kind of work, and options. Its result is added to the data under its name, so later
 * steps see the pipeline's input and everything before them. `compile-steps.ts` turns steps into states.
 * @module
 */
import { z } from 'zod';
import type { Json } from '../asl/json.js';
import { AWS_SHAPES, AWS_STEP_KINDS, type AwsArguments } from './aws-step-schema.js';
import { parseDuration } from './duration.js';
import { accountName, regionName } from './sections/account-section.js';
import { effectSchema, type WrittenEffect } from './sections/effects-section.js';
import { type WrittenWorker, workerSchema } from './sections/worker-section.js';

/** Seconds, or a text such as `10s`, `5 minutes`, `2h`. */
export type Duration = string | number;

export interface RetryRule {
  on?: string | string[] | undefined;
  max?: number | undefined;
  interval?: Duration | undefined;
  backoff?: number | undefined;
  maxDelay?: Duration | undefined;
  jitter?: boolean | undefined;
}

export interface CatchRule {
  on?: string | string[] | undefined;
  /** Name under which the steps see the error: `{ Error, Cause }`. Default `error`. */
  result?: string | undefined;
  steps?: StepList | undefined;
  /** Afterwards: fail with the same error (default), go on with the next step, or end well. */
  then?: 'fail' | 'continue' | 'end' | undefined;
}

export interface ChoiceBranch {
  when?: string | { [field: string]: Json } | undefined;
  otherwise?: StepList | undefined;
  steps?: StepList | undefined;
}

export interface Step {
  shell?: string | string[] | { [argument: string]: Json } | undefined;
  lambda?: string | { [argument: string]: Json } | undefined;
  sql?: string | { [argument: string]: Json } | undefined;
  spark?: string | { [argument: string]: Json } | undefined;
  dbt?: string | { [argument: string]: Json } | undefined;
  http?: string | { [argument: string]: Json } | undefined;
  echo?: Json | undefined;
  run?:
    | string
    | {
        pipeline: string;
        team?: string | undefined;
        input?: Json | undefined;
        name?: string | undefined;
        wait?: boolean | undefined;
      }
    | undefined;
  check?: { [argument: string]: Json } | undefined;
  batch?: string | AwsArguments | undefined;
  glue?: string | AwsArguments | undefined;
  emr?: string | AwsArguments | undefined;
  athena?: string | AwsArguments | undefined;
  sns?: string | AwsArguments | undefined;
  sqs?: string | AwsArguments | undefined;
  /** Where AWS performs it; default: where the pipeline says. */
  account?: string | undefined;
  region?: string | undefined;
  dataset?:
    | string
    | { name: string; from?: Json | undefined; table?: Json | undefined }
    | undefined;
  set?: { [name: string]: Json } | undefined;
  wait?: Duration | { until: string } | undefined;
  parallel?: { [branch: string]: StepList } | undefined;
  forEach?:
    | {
        items: string | Json[];
        as?: string | undefined;
        concurrency?: number | undefined;
        with?: { [name: string]: Json } | undefined;
        steps: StepList;
      }
    | undefined;
  choice?: ChoiceBranch[] | undefined;
  fail?: { error: string; cause?: string | undefined } | undefined;
  comment?: string | undefined;
  retry?: number | RetryRule | RetryRule[] | undefined;
  catch?: CatchRule | CatchRule[] | undefined;
  /** In test runs: record it instead of doing it, or do it. */
  effect?: WrittenEffect | undefined;
  /** Who performs it: a worker on another machine, or the server itself. */
  worker?: WrittenWorker | undefined;
  timeout?: Duration | undefined;
  heartbeat?: Duration | undefined;
  result?: string | false | undefined;
}

/** Each element has one key, the step's name. */
export type StepList = { [name: string]: Step }[];

/** What a step can do; exactly one of them is given. */
export const STEP_KINDS = [
  'shell',
  'lambda',
  'sql',
  'spark',
  'dbt',
  'http',
  'echo',
  'run',
  'check',
  'batch',
  'glue',
  'emr',
  'athena',
  'sns',
  'sqs',
  'dataset',
  'set',
  'wait',
  'parallel',
  'forEach',
  'choice',
  'fail',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** Kinds that are tasks: they may be retried, caught and timed. */
export const TASK_KINDS: readonly StepKind[] = [
  'shell',
  'lambda',
  'sql',
  'spark',
  'dbt',
  'http',
  'echo',
  'run',
  'check',
  'dataset',
  ...AWS_STEP_KINDS,
];

/** Any JSON value. */
export const json: z.ZodType<Json> = z.json().meta({ id: 'Json' });
const argumentsObject = z.record(z.string(), json);

export const duration: z.ZodType<Duration> = z
  .union([z.string(), z.number()])
  .refine((value) => parseDuration(value) !== undefined, {
    message: 'expected seconds or a text such as "10s", "5 minutes", "2h" or "8 days"',
  })
  .meta({
    id: 'Duration',
    description: 'Seconds, or a text such as 10s, 5 minutes, 2h, 8 days',
    examples: ['10m'],
  });

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const retryRule: z.ZodType<RetryRule> = z.strictObject({
  on: names.optional().meta({ description: 'Names of errors; every error when absent' }),
  max: z
    .int()
    .min(0)
    .max(99_999_999)
    .optional()
    .meta({ description: 'Most retries; 3 when absent' }),
  interval: duration
    .optional()
    .meta({ description: 'Time before the first retry; 1s when absent' }),
  backoff: z
    .number()
    .min(1)
    .optional()
    .meta({ description: 'Factor between delays; 2 when absent' }),
  maxDelay: duration.optional().meta({ description: 'Longest delay' }),
  jitter: z.boolean().optional().meta({ description: 'A random part of each delay' }),
});

const stepList: z.ZodType<StepList> = z
  .lazy(() => z.array(z.record(z.string(), step)).min(1))
  .meta({ id: 'Steps', description: 'Each step has one key, its name' });

const catchRule: z.ZodType<CatchRule> = z.strictObject({
  on: names.optional().meta({ description: 'Names of errors; every error when absent' }),
  result: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Name of the error in the data; "error" when absent' }),
  steps: stepList.optional(),
  // biome-ignore lint/suspicious/noThenProperty: the word that users read best; nobody awaits it
  then: z.enum(['fail', 'continue', 'end']).optional(),
});

const choiceBranch: z.ZodType<ChoiceBranch> = z.strictObject({
  when: z
    .union([z.string().min(1), argumentsObject])
    .optional()
    .meta({
      description: 'A JSONata condition "{% … %}", or a rule of the Amazon States Language',
    }),
  steps: stepList.optional(),
  otherwise: stepList.optional(),
});

const step: z.ZodType<Step> = z.strictObject({
  shell: z
    .union([z.string().min(1), z.array(z.string()).min(1), argumentsObject])
    .optional()
    .meta({
      description: 'A program and its arguments, without any shell; or { script, args, env, … }',
    }),
  lambda: z
    .union([z.string().min(1), argumentsObject])
    .optional()
    .meta({
      description:
        'A folder with a handler, or { folder, handler, runtime, payload, … }; or the ARN of a function, or { function, payload }',
    }),
  sql: z
    .union([z.string().min(1), argumentsObject])
    .optional()
    .meta({
      description: 'An SQL file, SQL itself, or { file | query, parameters, inputs, output }',
    }),
  spark: z
    .union([z.string().min(1), argumentsObject])
    .optional()
    .meta({
      description:
        'An application of Spark and its arguments, or { application, args, master, conf, mainClass, … }',
    }),
  dbt: z
    .union([z.string().min(1), argumentsObject])
    .optional()
    .meta({
      description:
        'A folder with a project of dbt, or { project, command, select, vars, target, …, each: true } for a state of each node',
    }),
  http: z
    .union([z.string().min(1), argumentsObject])
    .optional()
    .meta({ description: 'An address to GET, or { method, url, headers, query, body }' }),
  echo: json.optional().meta({ description: 'Gives back what it gets; for trying things out' }),
  run: z
    .union([
      z.string().min(1),
      z.strictObject({
        pipeline: z.string().min(1),
        team: z.string().min(1).optional(),
        input: json.optional(),
        name: z.string().min(1).optional(),
        wait: z.boolean().optional(),
      }),
    ])
    .optional()
    .meta({ description: 'Starts another pipeline and, unless wait is false, waits for it' }),
  check: argumentsObject.optional().meta({
    description: 'Reports a check: { name, status, cause, tags, rows, bytes, files, duration }',
  }),
  batch: z
    .union([z.string().min(1), AWS_SHAPES.batch])
    .optional()
    .meta({ description: 'A job of AWS Batch: { queue, definition, command, environment, … }' }),
  glue: z
    .union([z.string().min(1), AWS_SHAPES.glue])
    .optional()
    .meta({ description: 'A job of AWS Glue by its name, or { job, arguments, workers, … }' }),
  emr: z
    .union([z.string().min(1), AWS_SHAPES.emr])
    .optional()
    .meta({
      description:
        'A step of a cluster of EMR: { cluster, args, … }; or a job of EMR Serverless: { application, role, entryPoint, … }',
    }),
  athena: z
    .union([z.string().min(1), AWS_SHAPES.athena])
    .optional()
    .meta({ description: 'A query of Athena, or { query, database, workgroup, output, … }' }),
  sns: z
    .union([z.string().min(1), AWS_SHAPES.sns])
    .optional()
    .meta({ description: 'The ARN of a topic of SNS, or { topic, message, subject, … }' }),
  sqs: z
    .union([z.string().min(1), AWS_SHAPES.sqs])
    .optional()
    .meta({ description: 'The URL of a queue of SQS, or { queue, body, delay, … }' }),
  account: accountName.optional(),
  region: regionName.optional(),
  dataset: z
    .union([
      z.string().min(1),
      z.looseObject({
        name: z.string().min(1),
        from: json.optional(),
        table: json.optional(),
      }),
    ])
    .optional()
    .meta({
      description:
        'Writes a version of a dataset and publishes it: its name, or { name, from: files }; after a sql step what that step selects. { name, table: { iceberg | delta | dbt | at } } notes where a table of others stands',
    }),
  set: argumentsObject.optional().meta({ description: 'Values to add to the data' }),
  wait: z
    .union([duration, z.strictObject({ until: z.string().min(1) })])
    .optional()
    .meta({ description: 'A duration, or { until } a timestamp or a path to one' }),
  parallel: z
    .record(z.string(), stepList)
    .optional()
    .meta({ description: 'Branches by name, executed at the same time' }),
  forEach: z
    .strictObject({
      items: z
        .union([z.string().min(1), z.array(json)])
        .meta({ description: 'A path $.list, an expression {% … %}, or the list itself' }),
      as: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Name of the item in its data; "item" when absent' }),
      concurrency: z.int().min(0).max(10_000).optional(),
      with: argumentsObject.optional().meta({ description: 'More data for each item' }),
      steps: stepList,
    })
    .optional(),
  choice: z.array(choiceBranch).min(1).optional(),
  fail: z.strictObject({ error: z.string().min(1), cause: z.string().optional() }).optional(),
  comment: z.string().optional(),
  retry: z
    .union([z.int().min(0).max(99_999_999), retryRule, z.array(retryRule).min(1)])
    .optional()
    .meta({ description: 'How often, or { max, interval, backoff, on, … }, or a list of these' }),
  catch: z.union([catchRule, z.array(catchRule).min(1)]).optional(),
  effect: effectSchema.optional(),
  worker: workerSchema.optional(),
  timeout: duration.optional(),
  heartbeat: duration.optional(),
  result: z
    .union([z.string().min(1), z.literal(false)])
    .optional()
    .meta({
      description: "Name of the result in the data (the step's own when absent), a path, or false",
    }),
});

/** One step. */
export const stepSchema: z.ZodType<Step> = step;
/** A list of steps, as `steps`, branches and handlers have it. */
export const stepListSchema: z.ZodType<StepList> = stepList;
