/**
 * Executions: start, list, look at, stop, redrive.
 * @module
 */
import { z } from 'zod';
import { searchQuery } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import {
  countSchema,
  jsonSchema,
  objectSchema,
  pageOf,
  paging,
  tagsSchema,
  timeSchema,
} from './values.js';

/** Longest time that a request waits for an execution to end; the client asks again. */
const MAX_WAIT_SECONDS = 300;
/** Characters of a pipeline file that is to be tried. */
const MAX_CANDIDATE = 1_000_000;

export const statusSchema = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
export type ExecutionStatus = z.infer<typeof statusSchema>;

const EXAMPLE = {
  id: '0b5a4f0e-6c0f-4d0c-9d0a-0d8d3f6f5a10',
  arn: 'arn:aws:states:us-east-1:000000000000:execution:orders:orders-2026-11-20',
  number: 42,
  name: 'orders-2026-11-20',
  pipeline: 'orders',
  version: 3,
  team: 'default',
  status: 'FAILED' as const,
  tags: { domain: 'shop' },
  startedAt: 1_795_150_800_000,
  stoppedAt: 1_795_150_812_500,
  redriveCount: 0,
  error: 'States.TaskFailed',
  cause: 'the file has no rows',
  interval: '2026-11-20',
};

const USAGE = {
  ...{ transitions: 3, retries: 1, work: { shell: 12_100 }, units: { dpuHours: 0.25 } },
  ...{ cost: 110_216, currency: 'USD' },
};

export const executionSchema = z
  .strictObject({
    id: z.string(),
    arn: z.string().describe('As clients of AWS name it'),
    number: z.int().describe('Grows with each execution of this Millrace'),
    name: z.string().describe('Unique in its pipeline'),
    pipeline: z.string(),
    version: z.int().describe('Version of the pipeline that it runs'),
    team: z.string(),
    status: statusSchema,
    tags: tagsSchema,
    startedAt: timeSchema,
    stoppedAt: timeSchema.exactOptional(),
    redriveCount: z.int(),
    redrivenAt: timeSchema.exactOptional().describe('Of the last redrive'),
    publishedVersion: z.int().exactOptional().describe('Published version that it was started by'),
    alias: z.string().exactOptional().describe('Alias that it was started by'),
    error: z.string().exactOptional(),
    cause: z.string().exactOptional(),
    testCase: z.string().exactOptional().describe('Test case with mocked tasks that it plays'),
    triggeredBy: objectSchema.exactOptional().describe('What started it, when a trigger did'),
    interval: z.string().exactOptional().describe('The slice of time that it is for'),
    testRun: z
      .strictObject({
        root: z.int().describe('Number of the execution that was started as a test run'),
        readsOf: z
          .int()
          .exactOptional()
          .describe('Number of the execution that it reads the data of'),
        candidate: z
          .literal(true)
          .exactOptional()
          .describe('Its version was stored to be tried, and never deployed'),
      })
      .exactOptional()
      .describe('When it is a test run, or belongs to one'),
    queued: z
      .string()
      .exactOptional()
      .describe('Why it has not begun yet, or what it waits for that others have'),
    parent: z.string().exactOptional().describe('Id of the execution that started this one'),
    mapRun: z.string().exactOptional().describe('Id of the map run whose child it is'),
    mapRunArn: z.string().exactOptional().describe('That map run, as clients of AWS name it'),
  })
  .meta({ id: 'Execution', examples: [EXAMPLE] });
export type Execution = z.infer<typeof executionSchema>;

export const usageSchema = z
  .strictObject({
    transitions: countSchema.describe('States entered'),
    retries: countSchema.describe('Attempts of tasks beyond the first of each'),
    work: z.record(z.string(), countSchema).describe('Milliseconds of workers, by their kind'),
    units: z.record(z.string(), z.number()).describe('What tasks have reported, by its name'),
    cost: countSchema
      .exactOptional()
      .describe('Millionths of the currency; so far, while it runs. Absent: nothing is priced'),
    currency: z.string().exactOptional(),
    unpriced: z.array(z.string()).exactOptional().describe('What was used and has no price'),
  })
  .meta({ id: 'Usage', examples: [USAGE] });
export type Usage = z.infer<typeof usageSchema>;

export const executionDetailSchema = executionSchema
  .extend({
    input: jsonSchema,
    output: jsonSchema.exactOptional(),
    usage: usageSchema.describe('Of all that it did, before redrives too'),
    threads: z
      .array(
        z.strictObject({
          id: z.int(),
          parent: z.int().nullable(),
          index: z.int().describe('Which branch or item of its parent it is'),
          state: z.string(),
          phase: z.string(),
        }),
      )
      .describe('Where each thread stands, while it runs and after a failure'),
  })
  .meta({
    id: 'ExecutionDetail',
    examples: [
      {
        ...EXAMPLE,
        input: { day: '2026-11-20' },
        usage: USAGE,
        threads: [{ id: 0, parent: null, index: 0, state: 'Load', phase: 'failed' }],
      },
    ],
  });
export type ExecutionDetail = z.infer<typeof executionDetailSchema>;

export const startRequestSchema = z
  .strictObject({
    pipeline: z.string().min(1).max(128).describe('Its name'),
    name: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe('The same name and input start it only once. Default: a new one'),
    input: jsonSchema.optional(),
    tags: tagsSchema.optional(),
    interval: z
      .string()
      .regex(/^[0-9TZ:+/.-]{1,64}$/)
      .optional()
      .describe('The slice of time that it is for: 2026-11-20, 2026-11-20T05 or start/end'),
    testRun: z
      .literal(true)
      .optional()
      .describe(
        'Reads what is real, writes what nobody else reads, and is noticed by nobody. A name begins with `test-`',
      ),
    candidate: z
      .strictObject({
        text: z.string().min(1).max(MAX_CANDIDATE).describe('A pipeline file, in YAML or JSON'),
      })
      .optional()
      .describe(
        'What a test run runs instead of the deployed version: for who administers the server, because a pipeline file runs code',
      ),
    readsOf: z
      .string()
      .max(300)
      .optional()
      .describe('An execution: a test run reads the versions of datasets that it has read'),
  })
  .refine(({ testRun, candidate, readsOf }) => testRun || !(candidate || readsOf), {
    message: '`candidate` and `readsOf` are for test runs: say `testRun: true`',
  })
  .meta({
    id: 'StartRequest',
    examples: [{ pipeline: 'orders', name: 'orders-2026-11-20', input: { day: '2026-11-20' } }],
  });

export const startedSchema = z
  .strictObject({
    id: z.string(),
    arn: z.string().describe('As clients of AWS name it'),
    number: z.int(),
    name: z.string(),
    pipeline: z.string(),
    startedAt: timeSchema,
    created: z.boolean().describe('False when an execution of that name and input existed already'),
  })
  .meta({
    id: 'StartedExecution',
    examples: [
      {
        id: EXAMPLE.id,
        arn: EXAMPLE.arn,
        number: EXAMPLE.number,
        name: EXAMPLE.name,
        pipeline: EXAMPLE.pipeline,
        startedAt: EXAMPLE.startedAt,
        created: true,
      },
    ],
  });
export type StartedExecution = z.infer<typeof startedSchema>;

export const redriveNoteSchema = z
  .strictObject({
    state: z.string(),
    effect: z
      .enum(['restarted', 'reused', 'changed', 'not-reused'])
      .describe('changed: kept although its definition is another now'),
    reason: z.string(),
  })
  .meta({
    id: 'RedriveNote',
    examples: [{ state: 'Extract', effect: 'reused', reason: 'it has finished' }],
  });
export type RedriveNote = z.infer<typeof redriveNoteSchema>;

export const redrivenSchema = executionSchema
  .extend({ notes: z.array(redriveNoteSchema).describe('What becomes of each state, and why') })
  .meta({
    id: 'RedrivenExecution',
    examples: [{ ...EXAMPLE, status: 'RUNNING', redriveCount: 1, notes: [] }],
  });
export type RedrivenExecution = z.infer<typeof redrivenSchema>;

export const repairPlanSchema = z
  .strictObject({
    execution: z.string().describe('Id of the execution that was repaired'),
    interval: z.string().exactOptional(),
    problem: z.string().exactOptional().describe('Why there can be nothing to repair'),
    items: z.array(
      z.strictObject({
        pipeline: z.string(),
        team: z.string(),
        action: z.enum(['start', 'later', 'wait', 'blocked']),
        reason: z.string(),
        latest: z.string().describe('Id of its latest execution for the interval'),
        name: z.string().exactOptional().describe('For start: the name to start it by'),
      }),
    ),
  })
  .meta({
    id: 'RepairPlan',
    examples: [
      {
        execution: EXAMPLE.id,
        interval: '2026-11-20',
        items: [
          {
            pipeline: 'invoices',
            team: 'default',
            action: 'start',
            reason: 'it began before orders had ended',
            latest: '9f1d3c7a-51c4-4d55-8a3c-6a6f0e0d7c22',
            name: 'invoices-2026-11-20-r1',
          },
        ],
      },
    ],
  });
export type RepairPlan = z.infer<typeof repairPlanSchema>;

export const idParams = z.object({
  id: z
    .string()
    .max(300)
    .describe(
      'Id, its first characters, number, PIPELINE/NAME, latest, latest-failed or PIPELINE@latest',
    ),
});

const waitQuery = z.object({
  wait: z.coerce
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .optional()
    .describe('Seconds to wait for its end'),
});

const redriveFields = {
  from: z.string().max(80).optional().describe('State to go back to. Default: the failed one'),
  definition: z.enum(['own', 'current']).optional().describe('Default: own'),
};

export const startExecution = route('POST', PATHS.executions, {
  needs: 'operator',
  summary: 'Start an execution',
  description:
    '201 when it was created. Idempotent by name: 200 when an execution of the same name and input existed, 409 when its input was another. With `wait`, answers 200 with the execution when it has ended, or as it is after so many seconds.',
  body: startRequestSchema,
  querystring: waitQuery,
  response: {
    200: z.union([startedSchema, executionDetailSchema]),
    201: startedSchema,
    ...problems,
  },
});

export const listExecutions = route('GET', PATHS.executions, {
  needs: 'viewer',
  summary: 'List executions, newest first',
  description:
    'With `q` a page may be short, or empty, and not the last one: `next` says whether there is more.',
  querystring: z.object({
    pipeline: z.string().max(128).optional(),
    status: statusSchema.optional(),
    q: searchQuery,
    mapRun: z.string().max(200).optional().describe('Children of this map run'),
    testRuns: z
      .enum(['with', 'without', 'only'])
      .optional()
      .describe('Whether test runs are listed. Default: with'),
    ...paging,
  }),
  response: { 200: pageOf(executionSchema), ...problems },
});

export const describeExecution = route('GET', PATHS.execution, {
  needs: 'viewer',
  summary: 'One execution',
  params: idParams,
  querystring: waitQuery,
  response: { 200: executionDetailSchema, ...problems },
});

export const stopExecution = route('POST', PATHS.stop, {
  needs: 'operator',
  summary: 'Stop a running execution',
  params: idParams,
  body: z
    .strictObject({
      error: z.string().max(256).optional(),
      cause: z.string().max(32_768).optional(),
    })
    .nullish(),
  response: { 200: executionSchema, ...problems },
});

export const redriveExecution = route('POST', PATHS.redrive, {
  needs: 'operator',
  summary: 'Go on with a failed execution, from the failed state or an earlier one',
  params: idParams,
  body: z.strictObject(redriveFields).nullish(),
  response: { 200: redrivenSchema, ...problems },
});

export const planRedrive = route('GET', PATHS.redrivePlan, {
  needs: 'viewer',
  summary: 'What a redrive would do to each state, and why',
  params: idParams,
  querystring: z.object(redriveFields),
  response: { 200: z.strictObject({ items: z.array(redriveNoteSchema) }), ...problems },
});

export const planRepair = route('GET', PATHS.repairPlan, {
  needs: 'viewer',
  summary: 'What was made from an older outcome and must run again, upstreams first',
  params: idParams,
  response: { 200: repairPlanSchema, ...problems },
});
