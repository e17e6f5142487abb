/**
 * Lineage: what data was made of, what was made of it, and events of OpenLineage.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, objectSchema, pageOf, paging, timeSchema } from './values.js';

const VERSION = '20261130T031502Z-8c1d22fa';
const EXECUTION = '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f';

const useSchema = z
  .strictObject({
    source: z
      .string()
      .describe('dataset:TEAM:NAME, or file:PATH for a file that came with the pipeline'),
    column: z.string(),
    how: z
      .enum([
        'identity',
        'transformation',
        'aggregation',
        'conditional',
        'window',
        'filter',
        'join',
        'group by',
        'sort',
      ])
      .describe('What it was used for: the first three are in the value, the others decided it'),
  })
  .meta({
    id: 'ColumnUse',
    examples: [{ source: 'dataset:parcels:parcels/raw', column: 'apn', how: 'identity' as const }],
  });

export const tracedTableSchema = z
  .strictObject({
    columns: z.array(
      z.strictObject({
        name: z.string(),
        from: z.array(useSchema),
        unknown: z.string().exactOptional().describe('Why there may be more'),
      }),
    ),
    rows: z.array(useSchema).describe('What decided which rows there are'),
    unknown: z.string().exactOptional().describe('Why more may have decided that'),
  })
  .meta({
    id: 'TracedTable',
    examples: [
      {
        columns: [
          {
            name: 'parcel_id',
            from: [
              { source: 'dataset:parcels:parcels/raw', column: 'apn', how: 'identity' as const },
            ],
          },
        ],
        rows: [],
      },
    ],
  });

const NODE_EXAMPLE = {
  ...{ id: 'v12', hop: 0, provider: 'millrace' as const, team: 'parcels' },
  ...{ name: 'parcels/example', version: VERSION, at: 1_795_132_800_000, isCurrent: true },
  ...{ state: 'published' as const, pipeline: 'parcels-example', task: 'publish' },
  ...{ execution: EXECUTION, codeVersion: '3 6d1f6a0f', rows: 41_872 },
};

export const lineageNodeSchema = z
  .strictObject({
    id: z.string().describe('v and the number of a version, or t and that of data of others'),
    hop: countSchema.describe('Hops from what was asked for'),
    provider: z.enum(['millrace', 'openlineage']).describe('openlineage: others have told of it'),
    team: z.string().describe('Who owns it; of data of others: whose token told of it'),
    name: z.string(),
    namespace: z.string().exactOptional().describe('Of data of others'),
    version: z.string().exactOptional(),
    at: timeSchema.describe('When it was written, or told of last'),
    isCurrent: z.boolean().exactOptional(),
    state: z.enum(['published', 'kept', 'rejected', 'shadow']).exactOptional(),
    pipeline: z.string().exactOptional(),
    task: z.string().exactOptional().describe('Name of the state'),
    execution: z.string().exactOptional().describe('Id of the execution that wrote it'),
    codeVersion: z.string().exactOptional(),
    interval: z.string().exactOptional(),
    rows: countSchema.exactOptional(),
    columns: tracedTableSchema
      .exactOptional()
      .describe('Of a version: absent when nothing is known of its columns'),
  })
  .meta({ id: 'LineageNode', examples: [NODE_EXAMPLE] });
export type LineageNode = z.infer<typeof lineageNodeSchema>;

const edgeSchema = z.strictObject({
  output: z.string().describe('Id of a node'),
  input: z.string().describe('Id of the node that it was made of'),
  job: z
    .strictObject({ namespace: z.string(), name: z.string(), run: z.string() })
    .exactOptional()
    .describe('Of others; absent: the execution of the output'),
});

const INPUT_EXAMPLE = {
  ...NODE_EXAMPLE,
  ...{ id: 'v11', hop: 1, name: 'parcels/raw', pipeline: 'parcels-download' },
};

export const lineageSchema = z
  .strictObject({
    direction: z.enum(['up', 'down']),
    hops: countSchema,
    nodes: z.array(lineageNodeSchema).describe('What was asked for first, then by hops'),
    edges: z.array(edgeSchema),
    isCut: z.boolean().describe('There is more: ask for more hops, or a greater limit'),
  })
  .meta({
    id: 'Lineage',
    examples: [
      {
        ...{ direction: 'up' as const, hops: 2, isCut: false },
        nodes: [NODE_EXAMPLE, INPUT_EXAMPLE],
        edges: [{ output: 'v12', input: 'v11' }],
      },
    ],
  });
export type Lineage = z.infer<typeof lineageSchema>;

export const versionRepairSchema = z
  .strictObject({
    version: lineageNodeSchema,
    steps: z
      .array(
        z.strictObject({
          action: z
            .enum(['roll back', 'run', 'repair', 'tell'])
            .describe(
              'roll back: make an earlier version current; run: start its pipeline again; repair: its pipeline depends on that of the bad version, and `millrace repair` runs it; tell: others have made it',
            ),
          team: z.string(),
          dataset: z.string(),
          version: z.string().exactOptional().describe('What is current and was touched'),
          pipeline: z.string().exactOptional(),
          owner: z.string().exactOptional().describe('Who answers for the dataset'),
          reason: z.string(),
          command: z.string().exactOptional(),
        }),
      )
      .describe('In the order in which to do them'),
    touched: countSchema.describe('Versions, and data of others, that were made of it'),
    replaced: countSchema.describe('How many of these are not current any more'),
    isCut: z.boolean().describe('More was touched than is told'),
  })
  .meta({
    id: 'VersionRepair',
    examples: [
      {
        version: NODE_EXAMPLE,
        steps: [
          {
            ...{ action: 'run' as const, team: 'parcels', dataset: 'parcels/example' },
            ...{ version: VERSION, pipeline: 'parcels-example' },
            reason: 'it is current: correct what made it, then make it anew',
            command: 'millrace run parcels-example --team parcels',
          },
        ],
        ...{ touched: 0, replaced: 0, isCut: false },
      },
    ],
  });
export type VersionRepair = z.infer<typeof versionRepairSchema>;

export const executionLineageSchema = z
  .strictObject({
    written: z.array(lineageNodeSchema),
    read: z.array(lineageNodeSchema).describe('Fixed when the execution began'),
  })
  .meta({
    id: 'ExecutionLineage',
    examples: [{ written: [NODE_EXAMPLE], read: [INPUT_EXAMPLE] }],
  });
export type ExecutionLineage = z.infer<typeof executionLineageSchema>;

export const takenEventSchema = z
  .strictObject({
    inputs: z
      .array(z.string())
      .describe('Ids of nodes that the run has read, as far as it is told'),
    outputs: z.array(z.string()),
    flow: z.int().exactOptional().describe('Number of what its job does; once the run is complete'),
    ignored: z.array(z.string()).describe('What of the event was not taken'),
  })
  .meta({
    id: 'TakenLineageEvent',
    examples: [{ inputs: ['t4'], outputs: ['t5'], flow: 2, ignored: [] }],
  });
export type TakenLineageEvent = z.infer<typeof takenEventSchema>;

export const lineageSendingSchema = z
  .strictObject({
    sending: z
      .strictObject({
        to: z.string(),
        sent: countSchema.describe('Since the server was started'),
        waiting: countSchema,
        lost: countSchema.describe('Refused by the receiver, or too many waited'),
        failure: z.string().exactOptional().describe('Why the last try failed'),
      })
      .nullable()
      .describe('null: no events are sent'),
  })
  .meta({
    id: 'LineageSending',
    examples: [
      { sending: { to: 'http://marquez:5000/api/v1/lineage', sent: 12, waiting: 0, lost: 0 } },
    ],
  });
export type LineageSending = z.infer<typeof lineageSendingSchema>;

/** Names have slashes: in a path they are written %2F. */
const named = z.object({ name: z.string().max(1_000).describe('Name of the dataset') });
const versioned = z.object({
  name: z.string().max(200).describe('Name of the dataset'),
  version: z.string().max(100).describe('An id, or `current`'),
});

export const showLineage = route('GET', PATHS.lineage, {
  needs: 'viewer',
  summary: 'What a version was made of, or what was made of it',
  params: named,
  querystring: z.object({
    version: z.string().max(100).optional().describe('An id, or `current` (default)'),
    namespace: z.string().max(1_000).optional().describe('Of data of others, told by OpenLineage'),
    direction: z.enum(['up', 'down']).default('up'),
    hops: z.coerce.number().int().min(1).max(20).default(2),
    limit: z.coerce.number().int().min(1).max(1_000).default(200).describe('Nodes'),
    columns: z
      .enum(['true', 'false'])
      .default('false')
      .describe('What columns were made of; at most 200 nodes'),
  }),
  response: { 200: lineageSchema, ...problems },
});

export const showVersionRepair = route('GET', PATHS.versionRepair, {
  needs: 'viewer',
  summary: 'What a bad version touched, and what to do about it',
  params: versioned,
  response: { 200: versionRepairSchema, ...problems },
});

export const showExecutionLineage = route('GET', PATHS.executionLineage, {
  needs: 'viewer',
  summary: 'Versions of datasets that an execution wrote and read',
  params: z.object({ id: z.string().max(200).describe('Id of the execution') }),
  response: { 200: executionLineageSchema, ...problems },
});

export const listToldDatasets = route('GET', PATHS.toldDatasets, {
  needs: 'viewer',
  summary: 'List data of others that events of OpenLineage have told of',
  querystring: z.object(paging),
  response: { 200: pageOf(lineageNodeSchema), ...problems },
});

export const takeLineageEvent = route('POST', PATHS.openLineage, {
  needs: 'operator',
  summary: 'Take an event of OpenLineage, of Spark, dbt, Airflow or whoever speaks it',
  body: objectSchema,
  response: { 200: takenEventSchema, ...problems },
});

export const showLineageSending = route('GET', PATHS.openLineage, {
  needs: 'server',
  summary: 'How events of OpenLineage that are sent elsewhere fare',
  response: { 200: lineageSendingSchema, ...problems },
});
