/**
 * The shapes of steps that AWS performs: `batch`, `glue`, `emr`, `athena`, `sns`, `sqs`, and `lambda` by its ARN.
 *
 * Every field may also be written as `field.$` with a path, or hold a text `{% … %}`, as in any other step.
 * @module
 */
import { z } from 'zod';
import type { Json } from '../asl/json.js';

/** Arguments of such a step, as they are written. */
export type AwsArguments = { [argument: string]: Json };

const json: z.ZodType<Json> = z.json();
const text = z.string().min(1);
const path = z.string().regex(/^\$/, 'expected a path: $.name');
/** A number, or an expression that gives one. */
const count = z.union([z.int().min(0), z.string().regex(/^\{%.*%\}$/s, 'expected a number')]);
const texts = z.union([z.array(z.union([z.string(), z.number(), z.boolean()])), expression()]);
const named = z.record(z.string(), json);
const wait = z
  .boolean()
  .optional()
  .meta({ description: 'false: goes on when it is submitted; default: waits until it has ended' });

function expression(): z.ZodType<string> {
  return z.string().regex(/^\{%.*%\}$/s, 'expected a list, or {% … %}');
}

type Fields = { readonly [field: string]: readonly [z.ZodType, string] };

/** Each field as it is, and as `field.$`. */
function shape(fields: Fields, more: { [field: string]: z.ZodType } = {}): z.ZodType<AwsArguments> {
  const members = Object.entries(fields).flatMap(([field, [type, description]]) => [
    [field, type.optional().meta({ description })],
    [`${field}.$`, path.optional().meta({ description: `${description}: a path to it` })],
  ]);
  const all = { ...Object.fromEntries(members), ...more } as { [field: string]: z.ZodType };
  return z.strictObject(all) as unknown as z.ZodType<AwsArguments>;
}

/** What each step may say. */
export const AWS_SHAPES = {
  batch: shape(
    {
      job: [text, "Name of the job; the step's name when absent"],
      queue: [text, 'Job queue: its name or ARN'],
      definition: [text, 'Job definition: its name, NAME:REVISION or ARN'],
      command: [texts, 'Command in place of that of the definition'],
      environment: [named, 'Environment variables by name'],
      parameters: [named, 'Values of the placeholders in the definition'],
      vcpus: [count, 'vCPUs of the job'],
      memory: [count, 'MiB of the job'],
      array: [count, 'Children of an array job'],
      share: [text, 'Share identifier, for queues with fair shares'],
      priority: [count, 'Priority within its share'],
    },
    { wait },
  ),
  glue: shape(
    {
      job: [text, 'Name of the job'],
      arguments: [named, 'Arguments; the two hyphens before their names may be left out'],
      workers: [count, 'Number of workers'],
      workerType: [text, 'G.1X, G.2X, …'],
      timeout: [count, "Minutes after which Glue ends it; the step's own timeout ends it too"],
      executionClass: [text, 'STANDARD or FLEX'],
    },
    { wait },
  ),
  emr: shape(
    {
      cluster: [text, "Id of the cluster that does it: j-…; the pipeline's own when absent"],
      application: [text, 'Id of an application of EMR Serverless that does it'],
      role: [text, 'ARN of the role of a job of EMR Serverless'],
      name: [text, "Name of the step; this step's when absent"],
      jar: [text, 'JAR to run; command-runner.jar when absent'],
      args: [texts, 'Its arguments: [spark-submit, …]'],
      mainClass: [text, 'Main class of the JAR'],
      onFailure: [text, 'CONTINUE (the default), CANCEL_AND_WAIT or TERMINATE_CLUSTER'],
      entryPoint: [text, 'Script or JAR of a job of EMR Serverless'],
      sparkParameters: [text, 'Parameters of spark-submit of a job of EMR Serverless'],
    },
    { wait },
  ),
  athena: shape(
    {
      query: [text, 'The query'],
      database: [text, 'Database of the query'],
      catalog: [text, 'Data catalog of the query'],
      workgroup: [text, 'Work group'],
      output: [text, 'Where results go: s3://bucket/prefix/'],
      parameters: [texts, 'Values of the question marks in the query'],
    },
    {
      wait,
      file: text
        .optional()
        .meta({ description: 'File with the query, in the folder of the pipeline: query.sql' }),
    },
  ),
  sns: shape({
    topic: [text, 'ARN of the topic'],
    message: [json, 'The message; the whole data when absent'],
    subject: [text, 'Subject, for mail'],
    attributes: [named, 'Attributes by name'],
    group: [text, 'Message group of a FIFO topic'],
    deduplication: [text, 'Deduplication id of a FIFO topic'],
  }),
  sqs: shape({
    queue: [text, 'URL of the queue'],
    body: [json, 'The message; the whole data when absent'],
    delay: [count, 'Seconds until it can be received'],
    attributes: [named, 'Attributes by name'],
    group: [text, 'Message group of a FIFO queue'],
    deduplication: [text, 'Deduplication id of a FIFO queue'],
  }),
};

/** Steps that AWS performs and nobody else. */
export type AwsStepKind = keyof typeof AWS_SHAPES;
export const AWS_STEP_KINDS = Object.keys(AWS_SHAPES) as AwsStepKind[];
