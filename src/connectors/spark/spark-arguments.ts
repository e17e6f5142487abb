/**
 * Arguments of a `millrace:spark` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `application` | a Python script or a jar under the pipeline's folder |
 * | `args` | its arguments |
 * | `mainClass` | of a jar |
 * | `master` | `local[*]` when absent: all processors of this machine; or the address of a master, `spark://…`, `k8s://…`, `yarn` |
 * | `conf` | settings of Spark: `{ spark.sql.shuffle.partitions: "8" }` |
 * | `pyFiles`, `jars`, `files` | more that the application needs, under the pipeline's folder |
 * | `input`, `env` | as of `millrace:shell` |
 * | `submit` | the program that submits; `spark-submit` when absent |
 * @module
 */
import { z } from 'zod';
import type { Json } from '../connector.js';
import { environmentVariables } from '../shell/shell-arguments.js';

export interface SparkArguments {
  application: string;
  args?: string[] | undefined;
  mainClass?: string | undefined;
  master?: string | undefined;
  conf?: { [name: string]: string | number | boolean } | undefined;
  pyFiles?: string[] | undefined;
  jars?: string[] | undefined;
  files?: string[] | undefined;
  input?: Json | undefined;
  env?: { [name: string]: string } | undefined;
  submit?: string | undefined;
}

const text = z
  .string()
  .min(1)
  .max(4_096)
  .refine((one) => !one.includes('\0'), 'An argument may not hold a NUL character.');
const path = text.refine(
  (one) => !one.startsWith('-') && !one.includes(','),
  'A file is named without a comma and does not begin with "-".',
);
const paths = z.array(path).max(1_000).optional();

/** Where the event log goes is ours to say. */
const TAKEN = /^spark\.eventLog\.(enabled|dir|compress|rolling\.enabled)$/;

export const sparkArguments: z.ZodType<SparkArguments> = z.strictObject({
  application: path,
  args: z.array(text).max(10_000).optional(),
  mainClass: z
    .string()
    .regex(/^[\w.$]{1,512}$/, 'expected the name of a class')
    .optional(),
  master: z
    .string()
    .regex(
      /^(local(\[(\*|\d{1,4})(,\d{1,4})?\])?|yarn|(spark|k8s):\/\/\S{1,1000})$/,
      'expected local[*], local[4], yarn, spark://HOST:PORT or k8s://…',
    )
    .optional(),
  conf: z
    .record(
      z
        .string()
        .regex(/^spark\.[\w.-]{1,300}$/, 'Settings of Spark begin with "spark.".')
        .refine(
          (name) => !TAKEN.test(name),
          'The event log is written where Millrace reads it: leave this out.',
        ),
      z.union([text, z.number(), z.boolean()]),
    )
    .optional(),
  pyFiles: paths,
  jars: paths,
  files: paths,
  input: z.json().optional(),
  env: environmentVariables.optional(),
  submit: text.optional(),
});
