/**
 * The catalogue of data: finding datasets, looking at their rows, asking SQL of them.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import {
  countSchema,
  type Json,
  jsonSchema,
  listOf,
  pageOf,
  paging,
  timeSchema,
} from './values.js';

export type { Json };

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.string().describe('In the words of DuckDB'),
});

const COLUMN = { name: 'parcel_id', type: 'BIGINT' };

export const foundDatasetSchema = z
  .strictObject({
    team: z.string(),
    name: z.string(),
    pipeline: z.string().describe('Who writes it'),
    description: z.string().exactOptional(),
    publishedAt: timeSchema.exactOptional(),
    columns: z.array(z.string()).describe('Columns that were found by their names'),
  })
  .meta({
    id: 'FoundDataset',
    examples: [
      {
        ...{ team: 'parcels', name: 'parcels/example', pipeline: 'parcels-example' },
        columns: ['parcel_id'],
      },
    ],
  });
export type FoundDataset = z.infer<typeof foundDatasetSchema>;

export const datasetUseSchema = z
  .strictObject({
    team: z.string().describe('Whose it is'),
    name: z.string(),
    pipeline: z.string().describe('Who writes it'),
    description: z.string().exactOptional(),
    readers: z.array(z.string()).describe('Other teams that may read it'),
    readBy: z
      .array(z.strictObject({ team: z.string(), pipeline: z.string(), alias: z.string() }))
      .describe('Pipelines that say they read it, and under which name'),
    publishedAt: timeSchema.exactOptional(),
    ageMs: countSchema.exactOptional().describe('Milliseconds since then'),
    columns: z.array(columnSchema.extend({ masked: z.boolean() })),
  })
  .meta({
    id: 'DatasetUse',
    examples: [
      {
        ...{ team: 'parcels', name: 'parcels/example', pipeline: 'parcels-example', readers: [] },
        readBy: [{ team: 'parcels', pipeline: 'report', alias: 'parcels' }],
        columns: [{ ...COLUMN, masked: false }],
      },
    ],
  });
export type DatasetUse = z.infer<typeof datasetUseSchema>;

export const schemaStepSchema = z
  .strictObject({
    version: z.string(),
    at: timeSchema,
    state: z.string(),
    change: jsonSchema.describe('Columns that are added, removed, of another type'),
    words: z.string(),
  })
  .meta({
    id: 'SchemaStep',
    examples: [
      {
        ...{ version: '20261130T031502Z-8c1d22fa', at: 1_795_132_800_000, state: 'published' },
        change: { added: [COLUMN], removed: [], retyped: [], reordered: false },
        words: 'new: parcel_id',
      },
    ],
  });
export type SchemaStep = z.infer<typeof schemaStepSchema>;

export const rowsSchema = z
  .strictObject({
    columns: z.array(columnSchema),
    rows: z
      .array(z.array(jsonSchema))
      .describe('Values in the order of the columns; what JSON does not hold exactly is text'),
    truncated: z.boolean().describe('There are more rows'),
  })
  .meta({ id: 'DataRows', examples: [{ columns: [COLUMN], rows: [[7]], truncated: false }] });
export type DataRows = z.infer<typeof rowsSchema>;

export const profileSchema = z
  .strictObject({
    dataset: z.string(),
    version: z.string(),
    at: timeSchema.describe('When it was looked at'),
    rows: countSchema,
    left: countSchema.describe('Columns that were not looked at'),
    columns: z.array(
      columnSchema.extend({
        nulls: countSchema,
        distinct: countSchema.exactOptional().describe('An estimate, a few percent off'),
        min: z.string().exactOptional(),
        max: z.string().exactOptional(),
        mean: z.number().nullable().exactOptional(),
        deviation: z.number().nullable().exactOptional(),
        quartiles: z.array(z.number().nullable()).exactOptional(),
        histogram: z
          .strictObject({ bounds: z.array(z.number()), counts: z.array(countSchema) })
          .exactOptional()
          .describe('How many values lie between one bound and the next'),
        top: z
          .array(z.strictObject({ value: z.string(), count: countSchema }))
          .exactOptional()
          .describe('The most frequent values'),
        masked: z.literal(true).exactOptional().describe('Nobody is shown its values'),
      }),
    ),
  })
  .meta({
    id: 'VersionProfile',
    examples: [
      {
        ...{ dataset: 'parcels/example', version: '20261130T031502Z-8c1d22fa' },
        ...{ at: 1_795_132_800_000, rows: 2, left: 0 },
        columns: [{ ...COLUMN, nulls: 0, distinct: 2, min: '7', max: '9' }],
      },
    ],
  });
export type VersionProfile = z.infer<typeof profileSchema>;

const inputSchema = z
  .looseObject({ name: z.string() })
  .describe('Rows (columns, rows, truncated), or the problem why they are not shown');

export const stepWorkingSchema = z
  .strictObject({
    step: z.string(),
    sql: z.string().describe('The SQL, or the file with it'),
    before: z.array(inputSchema),
    after: z
      .strictObject({ rows: countSchema, truncated: z.boolean(), result: jsonSchema })
      .exactOptional()
      .describe('How many rows it made, and the first of them'),
    error: z.string().exactOptional(),
  })
  .meta({
    id: 'StepWorking',
    examples: [
      {
        ...{ step: 'clean', sql: 'clean.sql' },
        before: [{ name: 'raw', columns: [COLUMN], rows: [[7], [7]], truncated: false }],
        after: { rows: 1, truncated: false, result: [{ parcel_id: 7 }] },
      },
    ],
  });
export type StepWorking = z.infer<typeof stepWorkingSchema>;

const named = z.object({
  name: z.string().max(300).describe('Name of the dataset, or TEAM:NAME'),
});
const versioned = named.extend({ version: z.string().max(100).describe('An id, or `current`') });
const rowCount = z.coerce.number().int().min(1).max(1_000).optional().describe('Default: 20');

export const searchCatalogue = route('GET', PATHS.catalogue, {
  needs: 'viewer',
  summary: 'Find datasets by words of their names, descriptions and columns',
  querystring: z.object({
    q: z.string().max(500).describe('Words, or how they begin; all must be there'),
    limit: z.coerce.number().int().min(1).max(100).optional().describe('Default: 20'),
  }),
  response: { 200: listOf(foundDatasetSchema), ...problems },
});

export const showUse = route('GET', PATHS.datasetUse, {
  needs: 'viewer',
  summary: 'Show the columns of a dataset, how fresh it is, and who reads it',
  params: named,
  response: { 200: datasetUseSchema, ...problems },
});

export const listSchemaHistory = route('GET', PATHS.datasetSchemaHistory, {
  needs: 'viewer',
  summary: 'List versions whose columns changed, the newest first',
  params: named,
  querystring: z.object(paging),
  response: { 200: pageOf(schemaStepSchema), ...problems },
});

export const previewRows = route('GET', PATHS.datasetRows, {
  needs: 'analyst',
  summary: 'Show the first rows of a version',
  params: versioned,
  querystring: z.object({ limit: rowCount }),
  response: { 200: rowsSchema, ...problems },
});

export const showProfile = route('GET', PATHS.datasetProfile, {
  needs: 'analyst',
  summary: 'Show what the columns of a version are like',
  params: versioned,
  response: { 200: profileSchema, ...problems },
});

export const showWorking = route('GET', PATHS.executionWorking, {
  needs: 'analyst',
  summary: 'Show what each SQL step of an execution read and made',
  params: z.object({ id: z.string().max(300) }),
  querystring: z.object({ limit: rowCount }),
  response: { 200: listOf(stepWorkingSchema), ...problems },
});

export const runSql = route('POST', PATHS.sql, {
  needs: 'analyst',
  summary: 'Ask one SELECT of published versions of datasets',
  body: z.strictObject({
    sql: z.string().min(1).max(100_000).describe('Names: "NAME", "NAME@VERSION", "TEAM:NAME"'),
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Most rows of the answer; default: 1,000'),
  }),
  response: { 200: rowsSchema, ...problems },
});
