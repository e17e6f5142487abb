/**
 * The pipeline file: one schema for its type, its validation and the JSON Schema that editors use.
 * @module
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../asl/json.js';
import { type PipelineSections, SECTION_SHAPES } from './sections/pipeline-sections.js';
import { type Duration, duration, json, type StepList, stepListSchema } from './step-schema.js';

export interface PipelineFile extends PipelineSections {
  pipeline: string;
  team?: string | undefined;
  tags?: { [name: string]: string | number | boolean } | undefined;
  input?: JsonObject | undefined;
  timeout?: Duration | undefined;
  steps?: StepList | undefined;
  definition?: string | JsonObject | undefined;
  template?: string | undefined;
  with?: JsonObject | undefined;
  bindings?: { [resource: string]: JsonObject } | undefined;
}

/** Names of pipelines, teams and templates. */
export const NAME_PATTERN: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
export const NAME_MESSAGE =
  'expected 1 to 80 letters, digits and . _ -, beginning with a letter or digit';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

/** What performs a resource, one of them in each binding. */
export const BINDING_FORMS: readonly string[] = [
  'lambda',
  'shell',
  'pipeline',
  'connector',
  'mock',
];

export const bindingSchema: z.ZodType<JsonObject> = z
  .record(z.string(), json)
  .refine((value) => BINDING_FORMS.filter((kind) => Object.hasOwn(value, kind)).length === 1, {
    message: 'give exactly one of lambda, shell, pipeline, connector and mock',
  })
  .meta({
    description: 'What performs the resource here',
    examples: [{ lambda: 'functions/extract', handler: 'index.handler' }],
  });

/** AWS resources, and what performs them here. */
export const bindingsSchema: z.ZodType<{ [resource: string]: JsonObject }> = z.record(
  z.string().min(1),
  bindingSchema,
);

/** Sections that a template may have too. */
const shared = {
  description: SECTION_SHAPES.description,
  team: z
    .string()
    .regex(NAME_PATTERN, NAME_MESSAGE)
    .optional()
    .meta({ description: 'Owner team and isolation boundary; "default" when absent' }),
  owner: SECTION_SHAPES.owner,
  tags: z
    .record(z.string().min(1).max(128), z.union([z.string().max(256), z.number(), z.boolean()]))
    .optional()
    .meta({
      description: 'On every log line, result, alert and metric',
      examples: [{ state: 'ca' }],
    }),
  input: jsonObject.optional().meta({ description: 'Default input of an execution' }),
  timeout: duration.optional().meta({ description: 'Longest time of a whole execution' }),
  steps: stepListSchema.optional().meta({ description: 'The work, in order' }),
  definition: z
    .union([z.string().min(1), jsonObject])
    .optional()
    .meta({
      description: 'A state machine in Amazon States Language, or the name of a file with one',
    }),
  bindings: bindingsSchema
    .optional()
    .meta({ description: 'AWS resource, function ARN or function name → what performs it here' }),
  trigger: SECTION_SHAPES.trigger,
  concurrency: SECTION_SHAPES.concurrency,
  allow: SECTION_SHAPES.allow,
  retention: SECTION_SHAPES.retention,
  datasets: SECTION_SHAPES.datasets,
  reads: SECTION_SHAPES.reads,
  produced: SECTION_SHAPES.produced,
  expect: SECTION_SHAPES.expect,
  notifications: SECTION_SHAPES.notifications,
  account: SECTION_SHAPES.account,
  region: SECTION_SHAPES.region,
  accounts: SECTION_SHAPES.accounts,
  cluster: SECTION_SHAPES.cluster,
  effects: SECTION_SHAPES.effects,
  worker: SECTION_SHAPES.worker,
  workers: SECTION_SHAPES.workers,
};

export const pipelineFileSchema: z.ZodType<PipelineFile> = z
  .strictObject({
    pipeline: z
      .string()
      .regex(NAME_PATTERN, NAME_MESSAGE)
      .meta({ description: 'Name of the pipeline, unique in its team', examples: ['orders'] }),
    ...shared,
    template: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}@[0-9]{1,6}$/,
        'expected a name and a version, such as "standard-etl@2"',
      )
      .optional()
      .meta({ description: 'A file templates/NAME@VERSION.yaml beside this one' }),
    with: jsonObject.optional().meta({ description: "Values of the template's parameters" }),
  })
  .meta({ id: 'Pipeline', title: 'Millrace pipeline' });

export interface TemplateParameter {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'object';
  description?: string | undefined;
  default?: Json | undefined;
  oneOf?: Json[] | undefined;
}

export interface TemplateFile extends Omit<PipelineFile, 'pipeline' | 'template' | 'with'> {
  template: string;
  version: number;
  parameters?: { [name: string]: TemplateParameter } | undefined;
}

const parameter: z.ZodType<TemplateParameter> = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean', 'list', 'object']),
  description: z.string().optional(),
  default: json.optional(),
  oneOf: z.array(json).min(1).optional(),
});

/** The head of a template: what must be known before values are put into it. */
export const templateHeadSchema: z.ZodType<
  Pick<TemplateFile, 'template' | 'version' | 'parameters'>
> = z.looseObject({
  template: z.string().regex(NAME_PATTERN, NAME_MESSAGE),
  version: z.int().min(1).max(999_999),
  parameters: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,79}$/, 'expected letters, digits, _ and -'),
      parameter,
    )
    .optional(),
});

/** A template with its values put in. */
export const templateFileSchema: z.ZodType<TemplateFile> = z
  .strictObject({
    template: z.string(),
    version: z.number(),
    parameters: z.record(z.string(), parameter).optional(),
    ...shared,
  })
  .meta({ id: 'Template', title: 'Millrace template' });

/**
 * The JSON Schema (draft 7, which editors read) of a pipeline file.
 * Generated from what validates files, so it cannot differ from it.
 */
export function pipelineSchema(): JsonObject {
  const generated = z.toJSONSchema(pipelineFileSchema, {
    target: 'draft-7',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  });
  return JSON.parse(
    JSON.stringify({ ...generated, $id: 'https://millrace.dev/schema/pipeline.json' }),
  ) as JsonObject;
}
