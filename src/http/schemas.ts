/**
 * What the REST API takes and answers, once: types, validation and OpenAPI all come from here.
 * @module
 */
import { z } from 'zod';
import { NAME_MESSAGE, NAME_PATTERN } from '../pipelines/schema.js';

export const jsonSchema = z.unknown().describe('Any JSON value');
const tags = z.record(z.string(), z.string());
const time = z.number().int().describe('Milliseconds since the epoch');

export const statusSchema = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

export const pipelineSchema = z
  .object({
    name: z.string(),
    team: z.string(),
    tags,
    version: z.number().int(),
    digest: z.string(),
    deployedAt: time,
  })
  .meta({ id: 'Pipeline' });

/** A team that is named in a request, as pipeline files name them: `*` would be all of them. */
export const teamSchema = z.string().regex(NAME_PATTERN, NAME_MESSAGE).default('default');

export const executionSchema = z
  .object({
    id: z.string(),
    number: z.number().int(),
    name: z.string(),
    pipeline: z.string(),
    version: z.number().int(),
    team: z.string(),
    status: statusSchema,
    tags,
    startedAt: time,
    stoppedAt: time.optional(),
    redriveCount: z.number().int(),
    error: z.string().optional(),
    cause: z.string().optional(),
    interval: z.string().optional().describe('The slice of time that it is for'),
    queued: z.string().optional().describe('Why it has not begun yet'),
    parent: z.string().optional(),
    mapRun: z.string().optional(),
    triggeredBy: z
      .record(z.string(), jsonSchema)
      .optional()
      .describe('What started it, when a trigger did'),
  })
  .meta({ id: 'Execution' });

export const executionDetailSchema = executionSchema
  .extend({
    input: jsonSchema,
    output: jsonSchema.optional(),
    threads: z.array(
      z.object({
        id: z.number().int(),
        parent: z.number().int().nullable(),
        index: z.number().int(),
        state: z.string(),
        phase: z.string(),
      }),
    ),
  })
  .meta({ id: 'ExecutionDetail' });

export const pipelineOverviewSchema = pipelineSchema
  .extend({
    problems: z.number().int().describe('Problems in the pipeline file as it is now'),
    recent: z.array(executionSchema).describe('Latest executions, newest first, at most 20'),
  })
  .meta({ id: 'PipelineOverview' });

export const pipelineDetailSchema = pipelineSchema
  .extend({
    deployment: z.object({
      name: z.string(),
      team: z.string(),
      tags,
      input: jsonSchema.optional(),
      definition: jsonSchema,
      bindings: z.record(z.string(), jsonSchema),
      folder: z.string(),
      sections: z.record(z.string(), jsonSchema).optional(),
    }),
  })
  .meta({ id: 'PipelineDetail' });

export const startRequestSchema = z
  .object({
    pipeline: z.string().min(1).max(128),
    name: z.string().min(1).max(80).optional(),
    input: jsonSchema.optional(),
    tags: tags.optional(),
    interval: z
      .string()
      .regex(/^[0-9TZ:+/.-]{1,64}$/)
      .optional()
      .describe('The slice of time that it is for: 2026-11-20, 2026-11-20T05 or start/end'),
  })
  .strict()
  .meta({ id: 'StartRequest' });

export const repairPlanSchema = z
  .object({
    execution: z.string(),
    interval: z.string().optional(),
    problem: z.string().optional().describe('Why there can be nothing to repair'),
    items: z.array(
      z.object({
        pipeline: z.string(),
        team: z.string(),
        action: z.enum(['start', 'later', 'wait', 'blocked']),
        reason: z.string(),
        latest: z.string().describe('Id of its latest execution for the interval'),
        name: z.string().optional().describe('For start: the name to start it by'),
      }),
    ),
  })
  .meta({ id: 'RepairPlan' });

export const startedSchema = z
  .object({
    id: z.string(),
    number: z.number().int(),
    name: z.string(),
    pipeline: z.string(),
    startedAt: time,
    created: z.boolean().describe('False when an execution of that name and input existed already'),
  })
  .meta({ id: 'StartedExecution' });

export const historyEventSchema = z
  .object({
    id: z.number().int(),
    prev: z.number().int(),
    at: time,
    type: z.string(),
    details: z.record(z.string(), jsonSchema),
  })
  .meta({ id: 'HistoryEvent' });

export const logLineSchema = z
  .object({
    at: time,
    state: z.string(),
    attempt: z.number().int(),
    stream: z.enum(['stdout', 'stderr', 'system']),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    fields: z.record(z.string(), jsonSchema).optional(),
    tags,
  })
  .meta({ id: 'LogLine' });

export const stateVisitSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    status: z.enum(['running', 'waiting', 'retrying', 'succeeded', 'failed', 'caught', 'aborted']),
    enteredEvent: z.number().int(),
    enteredAt: time,
    exitedAt: time.optional(),
    /** Around this visit: the iterations of Map states, outermost first. */
    iterations: z.array(z.object({ state: z.string(), index: z.number().int() })),
    attempts: z.number().int(),
    resource: z.string().optional(),
    input: jsonSchema.optional(),
    output: jsonSchema.optional(),
    error: z.string().optional(),
    cause: z.string().optional(),
  })
  .meta({ id: 'StateVisit' });

export const problemReportSchema = z
  .object({
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    message: z.string(),
    file: z.string(),
    pipeline: z.string().optional(),
    line: z.number().int(),
    column: z.number().int(),
    why: z.string().optional(),
    fix: z.string().optional(),
  })
  .meta({ id: 'PipelineProblem' });

export const redriveNoteSchema = z
  .object({
    state: z.string(),
    effect: z
      .enum(['restarted', 'reused', 'changed', 'not-reused'])
      .describe('changed: kept although its definition is another now'),
    reason: z.string(),
  })
  .meta({ id: 'RedriveNote' });

/** One page of anything. */
export function pageOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodOptional<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

export type StateVisit = z.infer<typeof stateVisitSchema>;
