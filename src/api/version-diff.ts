/**
 * What changed from one version of a dataset to another.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, timeSchema } from './values.js';

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.string().describe('In the words of DuckDB'),
});

const sideSchema = z.strictObject({
  team: z.string(),
  dataset: z.string(),
  version: z.string(),
  state: z.enum(['published', 'kept', 'rejected', 'shadow']),
  at: timeSchema,
  execution: z.string().describe('Who wrote it'),
  codeVersion: z.string().describe('Of the pipeline'),
  interval: z.string().exactOptional(),
  bytes: countSchema,
});

const schemaDiffSchema = z
  .strictObject({
    added: z.array(columnSchema),
    removed: z.array(columnSchema),
    retyped: z.array(z.strictObject({ name: z.string(), from: z.string(), to: z.string() })),
    reordered: z.boolean().describe('The same columns come in another order'),
    counts: z.strictObject({ added: countSchema, removed: countSchema, retyped: countSchema }),
  })
  .describe('At most a hundred columns of each kind; `counts` has all');

const repeatedSchema = z.strictObject({
  keys: countSchema.describe('Keys that more than one row has'),
  rows: countSchema.describe('Rows that have these'),
});

const cellSchema = z
  .string()
  .nullable()
  .describe('As DuckDB writes it, at most 200 characters; null: there is no value');

const exampleSchema = z.union([
  z.strictObject({
    type: z.enum(['added', 'removed']),
    cells: z.array(cellSchema),
    times: countSchema.describe('How often such a row is added, removed'),
  }),
  z.strictObject({
    type: z.literal('changed'),
    from: z.array(cellSchema),
    to: z.array(cellSchema),
    differs: z.array(countSchema).describe('Positions of what differs'),
  }),
]);

const tableDiffSchema = z.strictObject({
  schema: schemaDiffSchema,
  key: z.strictObject({
    columns: z.array(z.string()),
    by: z
      .enum(['said', 'contract', 'none'])
      .describe('The query, the unique columns of the contract; none: whole rows are counted'),
    repeated: z
      .strictObject({ from: repeatedSchema, to: repeatedSchema })
      .exactOptional()
      .describe('The key does not tell all rows apart; those of one key are paired in their order'),
  }),
  rows: z.strictObject({
    from: countSchema,
    to: countSchema,
    added: countSchema,
    removed: countSchema,
    changed: countSchema.describe('Rows of one key with other values; 0 without a key'),
    same: countSchema,
  }),
  compared: countSchema.describe('Columns that were compared'),
  columns: z
    .array(z.strictObject({ name: z.string(), changed: countSchema }))
    .describe('In how many rows a column changed; the 200 that changed most'),
  changedColumns: countSchema.describe('How many columns changed'),
  shown: z.array(z.string()).describe('Columns of the examples'),
  hidden: countSchema.describe('Columns that were compared and are not among these'),
  examples: z.array(exampleSchema),
});

const filesDiffSchema = z.strictObject({
  from: countSchema.describe('Files'),
  to: countSchema,
  added: countSchema,
  removed: countSchema,
  changed: countSchema,
  moved: countSchema.describe('The same file under another path'),
  same: countSchema,
  examples: z.array(
    z.strictObject({
      type: z.enum(['added', 'removed', 'changed', 'moved']),
      path: z.string(),
      was: z.string().exactOptional().describe('Where it was'),
      bytes: z
        .strictObject({ from: countSchema.exactOptional(), to: countSchema.exactOptional() })
        .exactOptional(),
    }),
  ),
});

const SIDE = {
  ...{ team: 'parcels', dataset: 'parcels/example', state: 'published' as const },
  ...{ execution: '0199c1d2-0000-7000-8000-000000000001', codeVersion: '3', bytes: 1_024 },
};

export const versionDiffSchema = z
  .strictObject({
    from: sideSchema,
    to: sideSchema,
    stage: z.enum(['raw', 'structured']),
    same: z.boolean().describe('Neither columns nor rows, or files, differ'),
    table: tableDiffSchema.exactOptional().describe('Of structured data'),
    files: filesDiffSchema.exactOptional().describe('Of raw data'),
  })
  .meta({
    id: 'VersionDiff',
    examples: [
      {
        from: { ...SIDE, version: '20261129T031502Z-8c1d22fa', at: 1_795_046_400_000 },
        to: { ...SIDE, version: '20261130T031502Z-9d2e33ab', at: 1_795_132_800_000 },
        ...{ stage: 'structured', same: false },
        table: {
          schema: {
            ...{ added: [], removed: [], retyped: [], reordered: false },
            counts: { added: 0, removed: 0, retyped: 0 },
          },
          key: { columns: ['parcel_id'], by: 'contract' },
          rows: { from: 2, to: 3, added: 1, removed: 0, changed: 1, same: 1 },
          ...{ compared: 2, columns: [{ name: 'area', changed: 1 }], changedColumns: 1 },
          ...{ shown: ['parcel_id', 'area'], hidden: 0 },
          examples: [
            { type: 'changed', from: ['7', '12.5'], to: ['7', '13.0'], differs: [1] },
            { type: 'added', cells: ['11', '3.5'], times: 1 },
          ],
        },
      },
    ],
  });
export type VersionDiff = z.infer<typeof versionDiffSchema>;

const columnsSchema = z
  .string()
  .min(1)
  .max(10_000)
  .describe('Names with commas between them; one that has a comma in it in double quotes');

export const showDiff = route('GET', PATHS.datasetDiff, {
  needs: 'analyst',
  summary: 'Show what changed from one version to another',
  params: z.object({
    name: z.string().max(300).describe('Name of the dataset, or TEAM:NAME'),
  }),
  querystring: z.object({
    from: z
      .string()
      .max(100)
      .optional()
      .describe('An id, or `current`; default: what was current before the later version'),
    to: z
      .string()
      .max(500)
      .optional()
      .describe('An id, `current` (default), or NAME@VERSION of another dataset'),
    key: columnsSchema
      .optional()
      .describe('Columns that tell rows apart; default: those that the contract says are unique'),
    columns: columnsSchema.optional().describe('Columns that are compared; default: all'),
    stamps: z
      .enum(['leave out', 'compare'])
      .optional()
      .describe('Columns that tell which execution made a row; default: leave out'),
    limit: z.coerce
      .number()
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('Examples of each kind; default: 10'),
  }),
  response: { 200: versionDiffSchema, ...problems },
});
