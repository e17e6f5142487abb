/**
 * Arguments of a `millrace:sql` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `file` | an SQL file under the pipeline's folder; one or more statements |
 * | `query` | or the SQL itself |
 * | `parameters` | values for `$name` in the SQL, always bound, never pasted in; types are told in `runtime/sql-values.ts` |
 * | `inputs` | `{ view: file }`: CSV, TSV, JSON, JSON lines and Parquet files as views. Patterns such as `part-*.parquet` and lists of files are fine; `{ files, … }` says how they are written, see `input-arguments.ts` |
 * | `output` | `{ path, format? }`: the last statement, a SELECT, is written there; parquet, csv, json or jsonl, told from the ending when absent |
 *
 * Files of `inputs` are looked for in the work folder first (what earlier steps wrote), then in the pipeline's folder.
 * The output goes to the work folder.
 * @module
 */
import { z } from 'zod';
import { messageOf } from '../arguments.js';
import type { Json } from '../connector.js';
import { type InputArgument, inputArgument } from './input-arguments.js';

export type OutputFormat = 'parquet' | 'csv' | 'json' | 'jsonl';

interface SharedArguments {
  parameters?: { [name: string]: Json } | undefined;
  inputs?: { [view: string]: InputArgument } | undefined;
  output?: { path: string; format?: OutputFormat | undefined } | undefined;
}

export type SqlArguments = SharedArguments & ({ file: string } | { query: string });

const path = z
  .string()
  .min(1)
  .refine((name) => !name.includes('\0'), 'A file name may not hold a NUL character.');

const shared = {
  parameters: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Name parameters with letters, digits and _.'),
      z.json(),
    )
    .optional(),
  inputs: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Name views with letters, digits and _.'),
      inputArgument,
    )
    .optional(),
  output: z
    .strictObject({ path, format: z.enum(['parquet', 'csv', 'json', 'jsonl']).optional() })
    .optional(),
};

const withFile = z.strictObject({ file: path, ...shared });
const withQuery = z.strictObject({ query: z.string().min(1).max(1_000_000), ...shared });

const choice = z.looseObject({}).refine((value) => 'file' in value !== 'query' in value, {
  message: 'Give either "file", an SQL file, or "query", the SQL itself.',
  abort: true,
});

/** Reports problems of the form that was chosen, not of both. */
export const sqlArguments: z.ZodType<SqlArguments> = choice.transform((value, context) => {
  const parsed = ('file' in value ? withFile : withQuery).safeParse(value);
  if (parsed.success) return parsed.data as SqlArguments;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', message: messageOf(issue), path: issue.path });
  }
  return z.NEVER;
});
