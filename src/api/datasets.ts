/**
 * Datasets: named data, its versions, which one is current, and what they were made of.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, jsonSchema, pageOf, paging, timeSchema } from './values.js';

const VERSION = '20261130T031502Z-8c1d22fa';

const stage = z
  .enum(['raw', 'structured', 'table'])
  .describe('Files as they came, rows in Parquet, or where a table of others stands');

const VERSION_EXAMPLE = {
  ...{ number: 12, team: 'parcels', dataset: 'parcels/example', version: VERSION },
  state: 'published' as const,
  folder: `structured/parcels/parcels/example/versions/${VERSION}`,
  location: `/srv/datasets/structured/parcels/parcels/example/versions/${VERSION}`,
  at: 1_795_132_800_000,
  execution: '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f',
  ...{ pipeline: 'parcels-example', task: 'publish', codeVersion: '3 6d1f6a0f' },
  ...{ rows: 41_872, bytes: 1_904_112, files: 1, columns: 9 },
  digest: '6d1f6a0f2b7c4d0e9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f',
  isCurrent: true,
};

const tableSchema = z
  .strictObject({
    format: z.enum(['iceberg', 'delta', 'dbt', 'told']),
    at: z.string().describe('Its place, or what it is called'),
    snapshot: z.string(),
  })
  .describe('Of a table of others: which, and where it stood');

export const versionSchema = z
  .strictObject({
    number: z.int().describe('Versions that were written later have greater numbers'),
    team: z.string(),
    dataset: z.string(),
    version: z.string(),
    state: z
      .enum(['published', 'kept', 'rejected', 'shadow'])
      .describe(
        'published: it is current, or was; kept: of an earlier interval; rejected: its contract was not met; shadow: a test run wrote it',
      ),
    folder: z.string().describe('Relative to the root of the storage'),
    location: z.string().describe('Where its files lie'),
    at: timeSchema,
    execution: z.string().describe('Id of the execution that wrote it'),
    pipeline: z.string(),
    task: z.string().describe('Name of the state'),
    codeVersion: z.string().describe('Version and digest of the pipeline'),
    interval: z.string().exactOptional(),
    rows: countSchema.exactOptional(),
    bytes: countSchema,
    files: countSchema,
    columns: countSchema,
    digest: z.string().describe('SHA-256 of all files: the same content has the same'),
    schemaChange: jsonSchema.exactOptional(),
    table: tableSchema.exactOptional(),
    contract: jsonSchema.exactOptional().describe('What came of its contract'),
    quarantined: countSchema.exactOptional().describe('Rows that were held back'),
    quarantine: z.string().exactOptional().describe('Their folder, relative to the root'),
    removedAt: timeSchema.exactOptional().describe('Since when its files are gone'),
    isCurrent: z.boolean(),
  })
  .meta({ id: 'DatasetVersion', examples: [VERSION_EXAMPLE] });
export type DatasetVersion = z.infer<typeof versionSchema>;

export const datasetSchema = z
  .strictObject({
    team: z.string(),
    name: z.string(),
    stage,
    pipeline: z.string().describe('Who writes it'),
    owner: z.string().exactOptional().describe('Who answers for it, as that pipeline says'),
    byInterval: z.boolean().describe('Each interval has a current version of its own'),
    description: z.string().exactOptional(),
    readers: z.array(z.string()).describe('Other teams that may read it'),
    contract: jsonSchema.exactOptional(),
    current: z
      .array(versionSchema)
      .describe(
        'One; where each interval has its own, those of the latest 400 (in lists: the latest), the earliest first',
      ),
    intervals: countSchema.describe('How many versions are current'),
    last: versionSchema.exactOptional().describe('Written last, whatever became of it'),
    publishedAt: timeSchema.exactOptional(),
    failure: z.string().exactOptional().describe('Why the storage does not follow'),
  })
  .meta({
    id: 'Dataset',
    examples: [
      {
        ...{ team: 'parcels', name: 'parcels/example', stage: 'structured' as const },
        ...{ pipeline: 'parcels-example', byInterval: false, readers: [] },
        current: [VERSION_EXAMPLE],
        intervals: 1,
      },
    ],
  });
export type Dataset = z.infer<typeof datasetSchema>;

export const manifestSchema = z
  .looseObject({
    format: z.literal(1),
    team: z.string(),
    name: z.string(),
    version: z.string(),
    bytes: countSchema,
    rows: countSchema.exactOptional(),
    files: z.array(z.looseObject({ path: z.string(), bytes: countSchema, sha256: z.string() })),
    columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).exactOptional(),
    table: tableSchema.exactOptional(),
  })
  .meta({
    id: 'DatasetManifest',
    examples: [
      {
        ...{ format: 1 as const, team: 'parcels', name: 'parcels/example', version: VERSION },
        ...{ bytes: 1_904_112, rows: 41_872 },
        files: [{ path: 'part-0.parquet', bytes: 1_904_112, sha256: VERSION_EXAMPLE.digest }],
        columns: [{ name: 'parcel_id', type: 'BIGINT' }],
      },
    ],
  });
export type DatasetManifest = z.infer<typeof manifestSchema>;

/** Names have slashes: in a path they are written %2F. */
const named = z.object({ name: z.string().max(200).describe('Name of the dataset') });
const versioned = named.extend({ version: z.string().max(100).describe('An id, or `current`') });

export const listDatasets = route('GET', PATHS.datasets, {
  needs: 'viewer',
  summary: 'List datasets, by name',
  querystring: z.object({
    ...paging,
    q: z.string().max(500).optional().describe('Words of name, team, description or pipeline'),
  }),
  response: { 200: pageOf(datasetSchema), ...problems },
});

export const showDataset = route('GET', PATHS.dataset, {
  needs: 'viewer',
  summary: 'Show a dataset, and what of it is current',
  params: named,
  response: { 200: datasetSchema, ...problems },
});

export const listVersions = route('GET', PATHS.datasetVersions, {
  needs: 'viewer',
  summary: 'List versions of a dataset, the newest first',
  params: named,
  querystring: z.object(paging),
  response: { 200: pageOf(versionSchema), ...problems },
});

export const showVersion = route('GET', PATHS.datasetVersion, {
  needs: 'viewer',
  summary: 'Show a version of a dataset',
  params: versioned,
  response: { 200: versionSchema, ...problems },
});

export const showManifest = route('GET', PATHS.datasetManifest, {
  needs: 'viewer',
  summary: 'Show files and columns of a version',
  params: versioned,
  response: { 200: manifestSchema, ...problems },
});

export const rollBack = route('POST', PATHS.datasetRollback, {
  needs: 'operator',
  summary: 'Make an earlier version current',
  params: named,
  body: z.strictObject({ version: z.string().min(1).max(100) }),
  response: { 200: datasetSchema, ...problems },
});
