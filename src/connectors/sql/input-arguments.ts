/**
 * How the files of a view are written: options of DuckDB's readers, for what their guess gets wrong.
 *
 *     inputs: { orders: { files: orders.csv, delimiter: ";", quote: "'", types: { id: VARCHAR } } }
 *
 * Names and meanings are DuckDB's (https://duckdb.org/docs/stable/data/csv/overview), but for `delimiter`, its `delim`.
 * @module
 */
import { z } from 'zod';

/** Endings of files, and what reads them. */
export type InputFormat = 'csv' | 'json' | 'parquet';

export type ReaderOption = string | number | boolean | string[] | { [column: string]: string };

export interface ReaderOptions {
  format?: InputFormat | undefined;
  [name: string]: ReaderOption | undefined;
}

export type InputArgument = string | string[] | ({ files: string | string[] } & ReaderOptions);

/** Options of each reader. */
export const READER_OPTIONS: { readonly [format in InputFormat]: readonly string[] } = {
  csv: [
    'all_varchar',
    'columns',
    'comment',
    'dateformat',
    'decimal_separator',
    'delimiter',
    'encoding',
    'escape',
    'filename',
    'header',
    'hive_partitioning',
    'max_line_size',
    'null_padding',
    'nullstr',
    'quote',
    'sample_size',
    'skip',
    'strict_mode',
    'thousands',
    'timestampformat',
    'types',
    'union_by_name',
  ],
  json: [
    'columns',
    'dateformat',
    'filename',
    'hive_partitioning',
    'maximum_object_size',
    'sample_size',
    'timestampformat',
    'union_by_name',
  ],
  parquet: ['binary_as_string', 'filename', 'hive_partitioning', 'union_by_name'],
};

const path = z
  .string()
  .min(1)
  .refine((name) => !name.includes('\0'), 'A file name may not hold a NUL character.');
const files = z.union(
  [path, z.array(path).min(1).max(1_000)],
  'Give a file name or a list of them.',
);
const flag = z.boolean();
const text = z.string().max(1_000);
const character = z.string().max(1, 'Give one character, or "" for none.');
const count = z.int().min(0);
const types = z.record(z.string().min(1), z.string().min(1).max(10_000));

const withOptions = z.strictObject({
  files,
  format: z.enum(['csv', 'json', 'parquet']).optional(),
  all_varchar: flag.optional(),
  binary_as_string: flag.optional(),
  columns: types.optional(),
  comment: character.optional(),
  dateformat: text.optional(),
  decimal_separator: z.enum(['.', ',']).optional(),
  delimiter: z.string().min(1).max(4).optional(),
  encoding: text.optional(),
  escape: character.optional(),
  filename: z.union([flag, text]).optional(),
  header: flag.optional(),
  hive_partitioning: flag.optional(),
  max_line_size: count.optional(),
  maximum_object_size: count.optional(),
  null_padding: flag.optional(),
  nullstr: z.union([text, z.array(text).min(1).max(100)]).optional(),
  quote: character.optional(),
  sample_size: z.int().min(-1).optional(),
  skip: count.optional(),
  strict_mode: flag.optional(),
  thousands: character.optional(),
  timestampformat: text.optional(),
  types: types.optional(),
  union_by_name: flag.optional(),
});

/** The files of one view. */
export const inputArgument: z.ZodType<InputArgument> = z.unknown().transform((value, context) => {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const parsed = (isObject ? withOptions : files).safeParse(value);
  if (parsed.success) return parsed.data as InputArgument;
  for (const issue of parsed.error.issues) context.addIssue({ ...issue } as never);
  return z.NEVER;
});
