/**
 * Arguments of a `millrace:dataset` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `dataset` | the name of a dataset that the pipeline lists under `datasets` |
 * | `from` | files of the work folder (what earlier steps wrote), or of the pipeline's folder: names, patterns, lists of them, or `{ files, … }` with how they are written |
 * | `table` | instead of files a table that others keep: `{ iceberg: FOLDER }`, `{ delta: FOLDER }`, `{ dbt: MODEL, target: FOLDER }`, or `{ at, snapshot, rows, columns }` |
 * @module
 */
import { z } from 'zod';
import { type InputArgument, inputArgument } from '../sql/input-arguments.js';

export type TableArgument =
  | { iceberg: string }
  | { delta: string }
  | { dbt: string; target?: string | undefined }
  | {
      at: string;
      snapshot: string | number;
      rows?: number | undefined;
      columns?: { [name: string]: string } | undefined;
    };

export interface DatasetArguments {
  dataset: string;
  from?: InputArgument | undefined;
  table?: TableArgument | undefined;
}

const place = z.string().min(1).max(2_000);

const tableArgument: z.ZodType<TableArgument> = z.union([
  z.strictObject({ iceberg: place }),
  z.strictObject({ delta: place }),
  z.strictObject({ dbt: z.string().min(1).max(200), target: place.optional() }),
  z.strictObject({
    at: place,
    // A number that JSON cannot hold is another one already: it is to be a text.
    snapshot: z.union([z.string().min(1).max(200), z.int()]),
    rows: z.int().min(0).optional(),
    columns: z
      .record(z.string().min(1).max(1_000), z.string().min(1).max(2_000))
      .refine((all) => Object.keys(all).length <= 10_000, { message: 'more than 10,000 columns' })
      .optional(),
  }),
]);

export const datasetArguments: z.ZodType<DatasetArguments> = z
  .strictObject({
    dataset: z.string().min(1).max(200),
    from: inputArgument.optional(),
    table: tableArgument.optional(),
  })
  .refine(({ from, table }) => (from === undefined) !== (table === undefined), {
    message: 'say either the files (from), or the table of others (table)',
  });
