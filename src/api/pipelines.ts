/**
 * Pipelines: what is deployed, how its graph looks, and what is wrong in the files.
 * @module
 */
import { z } from 'zod';
import type { MachineDefinition } from '../asl/definition.js';
import { executionSchema } from './executions.js';
import { graphSchema } from './graph.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, jsonSchema, listOf, objectSchema, tagsSchema, timeSchema } from './values.js';

const EXAMPLE = {
  name: 'orders',
  team: 'default',
  tags: { domain: 'shop' },
  version: 3,
  digest: '6d1f6a0f2b7c4d0e9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f',
  deployedAt: 1_795_132_800_000,
};

export const pipelineSchema = z
  .strictObject({
    name: z.string(),
    team: z.string(),
    tags: tagsSchema,
    version: z.int().describe('Current version: 1, 2, 3 …'),
    digest: z.string().describe('SHA-256 of definition and bindings'),
    deployedAt: timeSchema,
  })
  .meta({ id: 'Pipeline', examples: [EXAMPLE] });
export type Pipeline = z.infer<typeof pipelineSchema>;

export const pipelineOverviewSchema = pipelineSchema
  .extend({
    problems: countSchema.describe('Problems in the pipeline file as it is now'),
    recent: z.array(executionSchema).describe('Latest executions, newest first, at most 20'),
  })
  .meta({ id: 'PipelineOverview', examples: [{ ...EXAMPLE, problems: 0, recent: [] }] });
export type PipelineOverview = z.infer<typeof pipelineOverviewSchema>;

// What it looks like is the language's: it is not written here once more.
const definitionSchema = z
  .record(z.string(), jsonSchema)
  .describe(
    'The state machine, in the Amazon States Language',
  ) as unknown as z.ZodType<MachineDefinition>;

const stateMachineSchema = z.strictObject({
  type: z.enum(['STANDARD', 'EXPRESS']),
  roleArn: z.string(),
  definitionText: z.string().describe('The definition as it was sent'),
  loggingConfiguration: objectSchema.exactOptional(),
  tracingConfiguration: objectSchema.exactOptional(),
  encryptionConfiguration: objectSchema.exactOptional(),
  revisionId: z.string().exactOptional(),
  createdAt: timeSchema,
});

export const pipelineDetailSchema = pipelineSchema
  .extend({
    deployment: z.strictObject({
      name: z.string(),
      team: z.string(),
      tags: tagsSchema,
      input: jsonSchema.exactOptional().describe('Of an execution that is started without one'),
      definition: definitionSchema,
      bindings: z.record(z.string(), objectSchema).describe('Who performs which resource'),
      folder: z.string().describe('Folder of the pipeline file'),
      sections: objectSchema.exactOptional().describe('Everything else in the pipeline file'),
      format: z.number().exactOptional().describe('Form of the sections; 1 when absent'),
      stateMachine: stateMachineSchema
        .exactOptional()
        .describe('What AWS keeps of it, when a client of the AWS API made it'),
      candidate: z
        .literal(true)
        .exactOptional()
        .describe('It was stored to be tried by test runs, and never deployed'),
    }),
  })
  .meta({
    id: 'PipelineDetail',
    examples: [
      {
        ...EXAMPLE,
        deployment: {
          name: 'orders',
          team: 'default',
          tags: { domain: 'shop' },
          definition: { StartAt: 'Load', States: { Load: { Type: 'Pass', End: true } } },
          bindings: {},
          folder: '/srv/pipelines',
        },
      },
    ],
  });
export type PipelineDetail = z.infer<typeof pipelineDetailSchema>;

export const fileProblemSchema = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    code: z.string().describe('Stable code, such as MILL1101'),
    message: z.string(),
    file: z.string(),
    pipeline: z.string().exactOptional().describe('When it could be read'),
    team: z.string().exactOptional().describe('Whose it is, when the file tells'),
    line: z.int().describe('From 1'),
    column: z.int().describe('From 1'),
    length: z.int().describe('How many characters are meant'),
    why: z.string().describe('Why it matters'),
    fix: z.string().exactOptional(),
    suggestion: z.string().exactOptional().describe('A name that was probably meant'),
  })
  .meta({
    id: 'PipelineProblem',
    examples: [
      {
        severity: 'error',
        code: 'MILL1101',
        message: "unknown field 'stpes'",
        file: 'orders.yaml',
        pipeline: 'orders',
        team: 'default',
        line: 3,
        column: 1,
        length: 5,
        why: 'a field that nobody reads is most likely a misspelling',
        suggestion: 'steps',
      },
    ],
  });
export type FileProblem = z.infer<typeof fileProblemSchema>;

export const nameParams = z.object({
  name: z.string().min(1).max(128).describe('Name of the pipeline'),
});
const versionQuery = z.object({
  version: z.coerce.number().int().min(1).optional().describe('Default: the current one'),
});

export const listPipelines = route('GET', PATHS.pipelines, {
  needs: 'viewer',
  summary: 'All pipelines with their latest executions',
  response: { 200: listOf(pipelineOverviewSchema), ...problems },
});

export const describePipeline = route('GET', PATHS.pipeline, {
  needs: 'viewer',
  summary: 'One pipeline: its current version, or the one asked for',
  params: nameParams,
  querystring: versionQuery,
  response: { 200: pipelineDetailSchema, ...problems },
});

export const drawPipeline = route('GET', PATHS.graph, {
  needs: 'viewer',
  summary: 'The state machine as a graph, laid out',
  params: nameParams,
  querystring: versionQuery,
  response: { 200: graphSchema, ...problems },
});

export const listProblems = route('GET', PATHS.problems, {
  needs: 'viewer',
  summary: 'What is wrong in the pipeline files, as they are now',
  response: {
    200: z.strictObject({
      folder: z.string().exactOptional().describe('The watched folder'),
      items: z.array(fileProblemSchema),
    }),
    ...problems,
  },
});

export const reloadFiles = route('POST', PATHS.reload, {
  needs: 'editor',
  summary: 'Read the pipeline files again now',
  response: { 200: listOf(fileProblemSchema), ...problems },
});
