/**
 * The tasks that steps of AWS become: optimized integrations of Step Functions, as they would be written by hand.
 *
 * | step | Resource |
 * | --- | --- |
 * | `batch` | `batch:submitJob.sync` |
 * | `glue` | `glue:startJobRun.sync` |
 * | `emr`, with `cluster` | `elasticmapreduce:addStep.sync` |
 * | `emr`, with `application` | `emr-serverless:startJobRun.sync` |
 * | `athena` | `athena:startQueryExecution.sync` |
 * | `lambda`, an ARN | the function itself: payload in, payload out |
 * | `sns` | `sns:publish` |
 * | `sqs` | `sqs:sendMessage` |
 *
 * The query of `athena` may be in a file (`query-files.ts`). With `wait: false` without `.sync`. Source of the parameters: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 * @module
 */
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import type { AwsArguments, AwsStepKind } from './aws-step-schema.js';
import type { ProblemCode } from './problem.js';
import { CLUSTER_VARIABLE } from './sections/cluster-section.js';
import type { ProblemDetails } from './source-file.js';

/** What becomes of a step. */
export interface AwsTask {
  readonly resource: string;
  readonly given: Json;
  /** The argument that gets the whole data unless it is given. */
  readonly input?: string;
}

/** Tells what is wrong with the step as a whole. */
export type TellProblem = (code: ProblemCode, message: string, details?: ProblemDetails) => void;

const PREFIX = 'arn:aws:states:::';
const PATH = '.$';

/**
 * The task of a step that AWS performs.
 * @param name the step's
 * @param hasCluster the pipeline has a cluster of its own
 * @param written its arguments; a text stands for the one that matters most
 * @example awsTask('glue', 'load', 'load-parcels', tell) // { resource: 'arn:aws:states:::glue:startJobRun.sync', given: { JobName: 'load-parcels' } }
 */
export function awsTask(
  kind: AwsStepKind,
  name: string,
  written: string | AwsArguments,
  tell: TellProblem,
  hasCluster = false,
): AwsTask {
  switch (kind) {
    case 'batch':
      return batchTask(name, asObject(written, 'definition'), tell);
    case 'glue':
      return glueTask(asObject(written, 'job'), tell);
    case 'emr':
      return emrTask(name, asObject(written, 'cluster'), tell, hasCluster);
    case 'athena':
      return athenaTask(
        asObject(written, typeof written === 'string' && isQueryFile(written) ? 'file' : 'query'),
        tell,
      );
    case 'sns': {
      const given = asObject(written, 'topic');
      needs(given, ['topic'], tell, 'sns: { topic: arn:aws:sns:…, message: Done }');
      const map = { topic: 'TopicArn', message: 'Message', subject: 'Subject', ...FIFO };
      return {
        resource: `${PREFIX}sns:publish`,
        given: { ...renamed(given, map), ...attributes(given) },
        input: 'Message',
      };
    }
    case 'sqs': {
      const given = asObject(written, 'queue');
      needs(given, ['queue'], tell, 'sqs: { queue: https://sqs.…/name }');
      const map = { queue: 'QueueUrl', body: 'MessageBody', delay: 'DelaySeconds', ...FIFO };
      return {
        resource: `${PREFIX}sqs:sendMessage`,
        given: { ...renamed(given, map), ...attributes(given) },
        input: 'MessageBody',
      };
    }
  }
}

/** Whether a step `lambda` means a function over there: by its ARN, or as `{ function: … }`. */
export function isFunctionElsewhere(written: string | AwsArguments): boolean {
  if (typeof written === 'string') return written.startsWith('arn:');
  return has(written, 'function');
}

/** The task of `lambda: arn:aws:lambda:…`, or of `lambda: { function: …, payload: … }`. */
export function functionTask(written: string | AwsArguments, tell: TellProblem): AwsTask {
  if (typeof written === 'string') return { resource: written, given: {}, input: '' };
  const other = Object.keys(written).find(
    (field) => !['function', 'payload', 'qualifier'].includes(bare(field)),
  );
  if (other !== undefined) {
    tell('MILL1104', `"${other}" has no meaning for a function over there`, {
      fix: 'lambda: { function: arn:aws:lambda:…, payload: … }',
    });
  }
  const { function: arn, payload } = written;
  if (typeof arn === 'string' && arn.startsWith('arn:') && !has(written, 'qualifier')) {
    const path = written[`payload${PATH}`];
    if (path === undefined) {
      return { resource: arn, given: payload ?? {}, ...(payload === undefined && { input: '' }) };
    }
  }
  const map = { function: 'FunctionName', payload: 'Payload', qualifier: 'Qualifier' };
  return { resource: `${PREFIX}lambda:invoke`, given: renamed(written, map), input: 'Payload' };
}

function batchTask(name: string, given: AwsArguments, tell: TellProblem): AwsTask {
  needs(given, ['queue', 'definition'], tell, 'batch: { queue: etl, definition: load:3 }');
  const overrides: JsonObject = {
    ...renamed(given, { command: 'Command' }),
    ...(given.environment === undefined ? {} : { Environment: variables(given.environment) }),
    ...renamed(given, { environment: 'Environment' }, PATH),
    ...resources(given),
  };
  const map = {
    ...{ job: 'JobName', queue: 'JobQueue', definition: 'JobDefinition' },
    ...{ parameters: 'Parameters', share: 'ShareIdentifier' },
    priority: 'SchedulingPriorityOverride',
  };
  return {
    resource: waiting('batch:submitJob', given),
    given: {
      ...(has(given, 'job') ? {} : { JobName: jobName(name) }),
      ...renamed(given, map),
      ...(Object.keys(overrides).length === 0 ? {} : { ContainerOverrides: overrides }),
      ...(has(given, 'array') ? { ArrayProperties: renamed(given, { array: 'Size' }) } : {}),
    },
  };
}

/** Names of Batch's jobs: letters, digits, hyphens and underscores. */
function jobName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 128) || 'job';
}

function resources(given: AwsArguments): JsonObject {
  const all: JsonObject[] = [];
  for (const [field, Type] of Object.entries({ vcpus: 'VCPU', memory: 'MEMORY' })) {
    const value = given[field];
    const at = given[`${field}${PATH}`];
    if (value !== undefined) all.push({ Type, Value: textOf(value) });
    else if (at !== undefined) all.push({ Type, [`Value${PATH}`]: at });
  }
  return all.length === 0 ? {} : { ResourceRequirements: all };
}

function glueTask(given: AwsArguments, tell: TellProblem): AwsTask {
  needs(given, ['job'], tell, 'glue: load-parcels');
  const { arguments: written } = given;
  const map = {
    ...{ job: 'JobName', workers: 'NumberOfWorkers', workerType: 'WorkerType' },
    ...{ timeout: 'Timeout', executionClass: 'ExecutionClass' },
  };
  return {
    resource: waiting('glue:startJobRun', given),
    given: {
      ...renamed(given, map),
      ...(written === undefined ? {} : { Arguments: hyphened(written) }),
      ...renamed(given, { arguments: 'Arguments' }, PATH),
    },
  };
}

function hyphened(written: Json): Json {
  if (!isObject(written)) return written;
  const all = Object.entries(written).map(([name, value]) => [
    name.startsWith('--') ? name : `--${name}`,
    name.endsWith(PATH) ? value : textOf(value),
  ]);
  return Object.fromEntries(all) as JsonObject;
}

function emrTask(
  name: string,
  given: AwsArguments,
  tell: TellProblem,
  hasCluster: boolean,
): AwsTask {
  if (has(given, 'application')) return serverlessTask(name, given, tell);
  const isShared = hasCluster && !has(given, 'cluster');
  const fields = isShared ? ['args'] : ['cluster', 'args'];
  needs(given, fields, tell, 'emr: { cluster: j-…, args: [spark-submit, …] }');
  refuse(given, ['role', 'entryPoint', 'sparkParameters'], 'a step of a cluster', tell);
  const jar = { jar: 'Jar', args: 'Args', mainClass: 'MainClass' };
  return {
    resource: waiting('elasticmapreduce:addStep', given),
    given: {
      ...(isShared ? ownCluster(given) : renamed(given, { cluster: 'ClusterId' })),
      Step: {
        ...(has(given, 'name') ? {} : { Name: name }),
        ...(has(given, 'onFailure') ? {} : { ActionOnFailure: 'CONTINUE' }),
        ...renamed(given, { name: 'Name', onFailure: 'ActionOnFailure' }),
        HadoopJarStep: {
          ...(has(given, 'jar') ? {} : { Jar: 'command-runner.jar' }),
          ...renamed(given, jar),
        },
      },
    },
  };
}

/** In the spelling of the rest of the arguments: the two do not mix. */
function ownCluster(given: AwsArguments): JsonObject {
  return JSON.stringify(given).includes('"{%')
    ? { ClusterId: `{% $${CLUSTER_VARIABLE} %}` }
    : { [`ClusterId${PATH}`]: `$${CLUSTER_VARIABLE}` };
}

function serverlessTask(name: string, given: AwsArguments, tell: TellProblem): AwsTask {
  const example = 'emr: { application: 00f…, role: arn:aws:iam::…, entryPoint: s3://…/job.py }';
  needs(given, ['role', 'entryPoint'], tell, example);
  refuse(given, ['cluster', 'jar', 'mainClass', 'onFailure'], 'EMR Serverless', tell);
  const spark = {
    ...{ entryPoint: 'EntryPoint', args: 'EntryPointArguments' },
    sparkParameters: 'SparkSubmitParameters',
  };
  return {
    resource: waiting('emr-serverless:startJobRun', given),
    given: {
      ...(has(given, 'name') ? {} : { Name: name }),
      ...renamed(given, { application: 'ApplicationId', role: 'ExecutionRoleArn', name: 'Name' }),
      JobDriver: { SparkSubmit: renamed(given, spark) },
    },
  };
}

/** Whether a text that stands for a query is the name of the file with it. */
function isQueryFile(text: string): boolean {
  return text.endsWith('.sql') && !/\s/.test(text);
}

function athenaTask(given: AwsArguments, tell: TellProblem): AwsTask {
  if (has(given, 'file') && has(given, 'query')) {
    tell('MILL1104', 'a query is written in the step or in a file: give "query" or "file"');
  } else if (!has(given, 'file')) {
    needs(given, ['query'], tell, 'athena: { query: "SELECT …", workgroup: primary }');
  }
  const { file } = given;
  const context = renamed(given, { database: 'Database', catalog: 'Catalog' });
  const output = renamed(given, { output: 'OutputLocation' });
  const map = { query: 'QueryString', workgroup: 'WorkGroup', parameters: 'ExecutionParameters' };
  return {
    resource: waiting('athena:startQueryExecution', given),
    given: {
      // The text of the file takes its place as soon as it is read.
      ...(file === undefined ? {} : { QueryString: { file } }),
      ...renamed(given, map),
      ...(Object.keys(context).length === 0 ? {} : { QueryExecutionContext: context }),
      ...(Object.keys(output).length === 0 ? {} : { ResultConfiguration: output }),
    },
  };
}

const FIFO = { group: 'MessageGroupId', deduplication: 'MessageDeduplicationId' };

function attributes({ attributes: written }: AwsArguments): JsonObject {
  if (!isObject(written ?? null)) return {};
  const all = Object.entries(written as JsonObject).map(([name, value]) =>
    name.endsWith(PATH)
      ? [bare(name), { DataType: 'String', [`StringValue${PATH}`]: value }]
      : [name, { DataType: 'String', StringValue: textOf(value) }],
  );
  return { MessageAttributes: Object.fromEntries(all) as JsonObject };
}

/** `{ NAME: value }` as AWS lists it. */
function variables(written: Json): Json {
  if (!isObject(written)) return written;
  return Object.entries(written).map(([name, value]) =>
    name.endsWith(PATH)
      ? { Name: bare(name), [`Value${PATH}`]: value }
      : { Name: name, Value: textOf(value) },
  );
}

/** Where AWS takes texts alone. */
function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asObject(written: string | AwsArguments, field: string): AwsArguments {
  return typeof written === 'string' ? { [field]: written } : written;
}

function bare(field: string): string {
  return field.endsWith(PATH) ? field.slice(0, -PATH.length) : field;
}

function has(given: AwsArguments, field: string): boolean {
  return Object.hasOwn(given, field) || Object.hasOwn(given, `${field}${PATH}`);
}

/** Members under the names that AWS has for them. @param only with this suffix alone */
function renamed(
  given: AwsArguments,
  names: { readonly [field: string]: string },
  only?: string,
): JsonObject {
  const members: JsonObject = {};
  for (const [field, name] of Object.entries(names)) {
    const value = given[field];
    const at = given[`${field}${PATH}`];
    if (value !== undefined && only === undefined) members[name] = value;
    if (at !== undefined) members[`${name}${PATH}`] = at;
  }
  return members;
}

function waiting(action: string, { wait }: AwsArguments): string {
  return `${PREFIX}${action}${wait === false ? '' : '.sync'}`;
}

function needs(
  given: AwsArguments,
  fields: readonly string[],
  tell: TellProblem,
  example: string,
): void {
  for (const field of fields) {
    if (!has(given, field)) tell('MILL1102', `the field "${field}" is missing`, { fix: example });
  }
}

function refuse(
  given: AwsArguments,
  fields: readonly string[],
  what: string,
  tell: TellProblem,
): void {
  const [field] = fields.filter((name) => has(given, name));
  if (field !== undefined) tell('MILL1104', `"${field}" has no meaning for ${what}`);
}
