/**
 * What the responses of AWS's APIs look like, for the check of mocked results.
 *
 * Each file of `service-models/` describes one service in lines: first its operations and the structures they answer
 * with, then the structures, then the texts that are allowed where a type says `#Name`.
 *
 *     Encrypt EncryptResponse
 *     EncryptResponse CiphertextBlob:s1-6144 KeyId:s1-2048 EncryptionAlgorithm:#EncryptionAlgorithmSpec
 *     #EncryptionAlgorithmSpec SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1
 *
 * A type is `s` text (also bytes and times), with its lengths; `n` number, with its bounds; `b` boolean; `*` anything;
 * `[T]` list; `{T}` map; else the name of a structure. `!` marks required members.
 * @module
 */
import { parseResource } from '../task-resource.js';

export type Shape =
  | { type: 'any' | 'boolean' }
  | { type: 'string'; min: number; max: number; values?: readonly string[] }
  | { type: 'number'; min: number; max: number }
  | { type: 'list' | 'map'; member: () => Shape }
  | {
      type: 'structure';
      /** Names of required members, as Step Functions writes them. */
      required: readonly string[];
      members: ReadonlyMap<string, () => Shape>;
    };

type Load = () => Promise<{ MODEL: string }>;

/** Services by the name that resources use. */
const SERVICES: { readonly [name: string]: Load } = {
  athena: () => import('./service-models/athena.js'),
  batch: () => import('./service-models/batch.js'),
  bedrock: () => import('./service-models/bedrock-runtime.js'),
  bedrockruntime: () => import('./service-models/bedrock-runtime.js'),
  cloudwatch: () => import('./service-models/cloudwatch.js'),
  cloudwatchlogs: () => import('./service-models/logs.js'),
  codebuild: () => import('./service-models/codebuild.js'),
  comprehend: () => import('./service-models/comprehend.js'),
  databrew: () => import('./service-models/databrew.js'),
  dynamodb: () => import('./service-models/dynamodb.js'),
  ec2: () => import('./service-models/ec2.js'),
  ecr: () => import('./service-models/ecr.js'),
  ecs: () => import('./service-models/ecs.js'),
  elasticmapreduce: () => import('./service-models/emr.js'),
  emr: () => import('./service-models/emr.js'),
  'emr-containers': () => import('./service-models/emr-containers.js'),
  emrcontainers: () => import('./service-models/emr-containers.js'),
  'emr-serverless': () => import('./service-models/emr-serverless.js'),
  emrserverless: () => import('./service-models/emr-serverless.js'),
  eventbridge: () => import('./service-models/events.js'),
  events: () => import('./service-models/events.js'),
  firehose: () => import('./service-models/firehose.js'),
  glue: () => import('./service-models/glue.js'),
  kinesis: () => import('./service-models/kinesis.js'),
  kms: () => import('./service-models/kms.js'),
  lambda: () => import('./service-models/lambda.js'),
  polly: () => import('./service-models/polly.js'),
  rdsdata: () => import('./service-models/rds-data.js'),
  redshiftdata: () => import('./service-models/redshift-data.js'),
  rekognition: () => import('./service-models/rekognition.js'),
  s3: () => import('./service-models/s3.js'),
  sagemaker: () => import('./service-models/sagemaker.js'),
  scheduler: () => import('./service-models/scheduler.js'),
  secretsmanager: () => import('./service-models/secretsmanager.js'),
  ses: () => import('./service-models/ses.js'),
  sesv2: () => import('./service-models/sesv2.js'),
  sfn: () => import('./service-models/stepfunctions.js'),
  sns: () => import('./service-models/sns.js'),
  sqs: () => import('./service-models/sqs.js'),
  ssm: () => import('./service-models/ssm.js'),
  states: () => import('./service-models/stepfunctions.js'),
  sts: () => import('./service-models/sts.js'),
  textract: () => import('./service-models/textract.js'),
  transcribe: () => import('./service-models/transcribe.js'),
  translate: () => import('./service-models/translate.js'),
};

/** Members that an optimized integration reads as JSON: any value may stand there. */
const READ_AS_JSON: { readonly [integration: string]: readonly string[] } = {
  'lambda:invoke': ['Payload'],
  'bedrock:invokeModel': ['Body'],
  'states:startExecution.sync:2': ['Input', 'Output'],
};

/** The operation that answers in the end, where a resource waits for the outcome of another one. */
const POLLED: { readonly [integration: string]: string } = {
  'states:startExecution.sync': 'DescribeExecution',
  'states:startExecution.sync:2': 'DescribeExecution',
  'athena:startQueryExecution.sync': 'GetQueryExecution',
};

/**
 * The response that a Task's resource answers with.
 * @param resource as written in the definition
 * @returns undefined when it is not known here: functions, activities, HTTP, outcomes sent with a task token, …
 * @example await responseShape('arn:aws:states:::aws-sdk:kms:encrypt')
 */
export async function responseShape(resource: string): Promise<Shape | undefined> {
  const { events, service, action, pattern } = parseResource(resource);
  if (events !== 'Task' || pattern === 'waitForTaskToken') return undefined;
  const sdk = service.startsWith('aws-sdk:');
  const name = sdk ? service.slice('aws-sdk:'.length) : service;
  const load = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  const integration = `${service}:${action}`;
  const operation =
    pattern === 'requestResponse'
      ? action[0]?.toUpperCase() + action.slice(1)
      : POLLED[integration];
  if (load === undefined || operation === undefined) return undefined;
  const lines = (await load()).MODEL.split('\n');
  const response = findLine(lines, operation);
  if (response === undefined) return undefined;
  const naming: Naming = { sdk, json: READ_AS_JSON[integration] ?? [] };
  return shapeOf(lines, response, naming);
}

interface Naming {
  /** SDK integrations spell acronyms as words. */
  sdk: boolean;
  /** Members of the response itself that may hold any value. */
  json: readonly string[];
}

function findLine(lines: readonly string[], name: string): string | undefined {
  return lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
}

function shapeOf(lines: readonly string[], type: string, naming: Naming): Shape {
  const inner = (): Shape => shapeOf(lines, type.slice(1, -1), { ...naming, json: [] });
  if (type === '*') return { type: 'any' };
  if (type === 'b') return { type: 'boolean' };
  if (type.startsWith('[')) return { type: 'list', member: inner };
  if (type.startsWith('{')) return { type: 'map', member: inner };
  if (type.startsWith('#')) {
    const values = findLine(lines, type)?.split('|') ?? [];
    return { type: 'string', min: 0, max: Number.POSITIVE_INFINITY, values };
  }
  const text = /^s(?:(\d*)-(\d*))?$/.exec(type);
  if (text !== null) return { type: 'string', ...bounds(text, 0) };
  const number = /^n(?:([-\d.]*)~([-\d.]*))?$/.exec(type);
  if (number !== null) return { type: 'number', ...bounds(number, Number.NEGATIVE_INFINITY) };
  return structure(lines, findLine(lines, type) ?? '', naming);
}

function bounds(found: RegExpExecArray, least: number): { min: number; max: number } {
  const [, min = '', max = ''] = found;
  return {
    min: min === '' ? least : Number(min),
    max: max === '' ? Number.POSITIVE_INFINITY : Number(max),
  };
}

function structure(lines: readonly string[], line: string, naming: Naming): Shape {
  const required: string[] = [];
  const members = new Map<string, () => Shape>();
  for (const part of line.split(' ')) {
    const cut = part.indexOf(':');
    if (cut < 0) continue;
    const needed = part[cut - 1] === '!';
    const name = memberName(part.slice(0, needed ? cut - 1 : cut), naming.sdk);
    const type = part.slice(cut + 1);
    if (needed) required.push(name);
    members.set(name, () =>
      naming.json.includes(name) ? { type: 'any' } : shapeOf(lines, type, { ...naming, json: [] }),
    );
  }
  return { type: 'structure', required, members };
}

/**
 * A member's name as Step Functions writes it: with a capital, and from an SDK integration with acronyms as words.
 * @example memberName('SSEKMSKeyId', true) // 'SsekmsKeyId'
 */
export function memberName(name: string, sdk: boolean): string {
  const capital = name.slice(0, 1).toUpperCase() + name.slice(1);
  if (!sdk) return capital;
  return capital.replace(
    /[A-Z]{2,}(?=[A-Z][a-z]|\d|$)/g,
    (acronym) => acronym.slice(0, 1) + acronym.slice(1).toLowerCase(),
  );
}
