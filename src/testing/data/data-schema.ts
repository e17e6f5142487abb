/**
 * What a test file says of data: what stands for the sources of a pipeline, and what must come of it.
 *
 *     data:
 *       files: { incoming/parcels.csv: fixtures/parcels.csv }
 *     tests:
 *       - name: keeps the last row of each parcel
 *         expect:
 *           data: { clean.parquet: { file: golden/clean.csv, key: parcel_id } }
 * @module
 */
import { z } from 'zod';
import type { Json } from '../../asl/json.js';
import { json } from '../../pipelines/step-schema.js';

/** Rows that a test file may write. */
const MOST_ROWS = 1_000;

export type Row = { [column: string]: Json };
export type ColumnTypes = { [column: string]: string };

/** Where rows come from: a file beside the test file, or the test file itself. */
export type SourceEntry =
  | string
  | { file: string; columns?: ColumnTypes | undefined; delimiter?: string | undefined }
  | { rows: Row[]; columns?: ColumnTypes | undefined; delimiter?: string | undefined };

export type SourceEntries = { [path: string]: SourceEntry };

export interface DataEntry {
  files?: SourceEntries | undefined;
  written?: SourceEntries | undefined;
  reads?: SourceEntries | undefined;
  code?: string | string[] | undefined;
}

export interface GoldenOptions {
  columns?: ColumnTypes | undefined;
  delimiter?: string | undefined;
  key?: string | string[] | undefined;
  ordered?: boolean | undefined;
  tolerance?: number | { [column: string]: number } | undefined;
  ignore?: string | string[] | undefined;
}

export type GoldenEntry =
  | string
  | ({ file: string } & GoldenOptions)
  | ({ rows: Row[] } & GoldenOptions);

export type GoldenEntries = { [path: string]: GoldenEntry };

/** A name that leads out of the folder it is meant in would read, or write, what is no test's. */
function isBelow(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\0') && !path.split(/[\\/]/).includes('..');
}

const below: z.ZodType<string> = z
  .string()
  .min(1)
  .max(1_000)
  .refine(isBelow, 'expected a path below the folder, such as incoming/parcels.csv');

const file: z.ZodType<string> = z
  .string()
  .min(1)
  .max(1_000)
  .refine((path) => !path.startsWith('/') && !path.includes('\0'), {
    message: 'expected a path from the test file on, such as fixtures/parcels.csv',
  })
  .meta({ description: 'A CSV, JSON or Parquet file, from the test file on' });

const column: z.ZodType<string> = z.string().min(1).max(1_000);

const columns: z.ZodType<ColumnTypes> = z
  .record(column, z.string().min(1).max(10_000))
  .meta({ description: 'Types of columns', examples: [{ area: 'decimal(10,2)' }] });

const delimiter: z.ZodType<string> = z
  .string()
  .min(1)
  .max(4)
  .meta({ description: 'What stands between the fields of the CSV file; a comma when absent' });

const rows: z.ZodType<Row[]> = z
  .array(z.record(column, json))
  .max(MOST_ROWS)
  .meta({ description: 'The rows themselves; a column that a row does not name is NULL there' });

const names: z.ZodType<string | string[]> = z.union([column, z.array(column).min(1).max(100)]);

const source: z.ZodType<SourceEntry> = z.union([
  file,
  z
    .looseObject({})
    .refine((entry) => 'file' in entry !== 'rows' in entry, {
      message: 'give either "file" or "rows"',
    })
    .pipe(
      z.strictObject({
        file: file.optional(),
        rows: rows.optional(),
        columns: columns.optional(),
        delimiter: delimiter.optional(),
      }),
    ),
]) as z.ZodType<SourceEntry>;

/** Data that the pipeline of a test reads. */
export const dataSchema: z.ZodType<DataEntry> = z
  .strictObject({
    files: z
      .record(below, source)
      .optional()
      .meta({
        description:
          'Files that tasks find in the folder of the pipeline, and what stands for each',
        examples: [{ 'incoming/parcels.csv': 'fixtures/parcels.csv' }],
      }),
    written: z.record(below, source).optional().meta({
      description: 'Files in the work folder, as steps that are mocked would have written them',
    }),
    reads: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), source)
      .optional()
      .meta({
        description:
          'Rows that stand for the datasets that the pipeline reads, by their names there',
        examples: [{ parcels: 'fixtures/parcels.csv' }],
      }),
    code: z
      .union([below, z.array(below).max(1_000)])
      .optional()
      .meta({
        description: "Further files and folders of the pipeline's folder that its tasks need",
      }),
  })
  .meta({ description: 'Data that stands for what the pipeline reads' });

const golden: z.ZodType<GoldenEntry> = z.union([
  file,
  z
    .looseObject({})
    .refine((entry) => 'file' in entry !== 'rows' in entry, {
      message: 'give either "file" or "rows"',
    })
    .pipe(
      z.strictObject({
        file: file.optional(),
        rows: rows.optional(),
        columns: columns.optional(),
        delimiter: delimiter.optional(),
        key: names.optional().meta({ description: 'Columns that tell a row from all others' }),
        ordered: z
          .boolean()
          .optional()
          .meta({ description: 'The rows must come in this order; any order will do when absent' }),
        tolerance: z
          .union([z.number().min(0), z.record(column, z.number().min(0))])
          .optional()
          .meta({
            description:
              'How far numbers of floating point may be apart, of all columns or by column',
            examples: [0.001],
          }),
        ignore: names.optional().meta({ description: 'Columns that are not compared' }),
      }),
    ),
]) as z.ZodType<GoldenEntry>;

/** Data that must have been written. */
export const goldenSchema: z.ZodType<GoldenEntries> = z.record(below, golden).meta({
  description: 'Files that tasks write into the work folder, and what must be in each',
  examples: [{ 'clean.parquet': { file: 'golden/clean.csv', key: 'parcel_id' } }],
});
