/**
 * node scripts/write-service-models.mjs FOLDER
 *
 * Writes src/asl/test-state/service-models/*.ts: what the responses of AWS's APIs look like, for the check of mocked
 * results. FOLDER holds the public API models as botocore carries them (`botocore/data`, Apache License 2.0). The files
 * are of botocore 1.41.0, of the month that Step Functions began to check mocked results: its own models lag. Run it
 * again when a newer model matters, then `npx biome check --write src/asl/test-state/service-models`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const OUT = new URL('../src/asl/test-state/service-models/', import.meta.url).pathname;

/** Services, and for the large ones the operations that state machines use; an empty list means all. */
const SERVICES = {
  athena: [],
  batch: [],
  'bedrock-runtime': ['InvokeModel', 'Converse', 'ApplyGuardrail', 'StartAsyncInvoke'],
  cloudwatch: [],
  codebuild: ['StartBuild', 'StopBuild', 'StartBuildBatch', 'BatchGetBuilds', 'RetryBuild'],
  comprehend: [
    'DetectSentiment',
    'DetectEntities',
    'DetectKeyPhrases',
    'DetectDominantLanguage',
    'DetectPiiEntities',
    'ClassifyDocument',
  ],
  databrew: ['StartJobRun', 'DescribeJobRun'],
  dynamodb: [],
  ec2: [
    'DescribeInstanceStatus',
    'StartInstances',
    'StopInstances',
    'TerminateInstances',
    'CreateSnapshot',
  ],
  ecr: ['DescribeImages', 'ListImages', 'BatchGetImage', 'DescribeImageScanFindings', 'PutImage'],
  ecs: ['RunTask', 'DescribeTasks', 'ListTasks', 'StopTask', 'StartTask'],
  emr: [
    'RunJobFlow',
    'AddJobFlowSteps',
    'CancelSteps',
    'DescribeCluster',
    'DescribeStep',
    'ListClusters',
    'ListSteps',
  ],
  'emr-containers': [
    'CreateVirtualCluster',
    'DeleteVirtualCluster',
    'StartJobRun',
    'DescribeJobRun',
  ],
  'emr-serverless': [
    'CreateApplication',
    'StartApplication',
    'StopApplication',
    'DeleteApplication',
    'StartJobRun',
    'GetJobRun',
    'CancelJobRun',
  ],
  events: [],
  firehose: ['PutRecord', 'PutRecordBatch', 'DescribeDeliveryStream'],
  glue: [
    'StartJobRun',
    'GetJobRun',
    'GetJobRuns',
    'BatchStopJobRun',
    'StartCrawler',
    'GetCrawler',
    'StartWorkflowRun',
    'GetTable',
    'GetDatabase',
    'GetPartitions',
  ],
  kinesis: [],
  kms: [],
  lambda: [],
  logs: ['PutLogEvents', 'FilterLogEvents', 'StartQuery', 'GetQueryResults', 'CreateExportTask'],
  polly: [],
  'rds-data': [],
  'redshift-data': [],
  rekognition: [
    'DetectLabels',
    'DetectFaces',
    'DetectText',
    'CompareFaces',
    'DetectModerationLabels',
  ],
  s3: [],
  sagemaker: [
    'CreateEndpoint',
    'CreateEndpointConfig',
    'CreateHyperParameterTuningJob',
    'CreateLabelingJob',
    'CreateModel',
    'CreateProcessingJob',
    'CreateTrainingJob',
    'CreateTransformJob',
    'UpdateEndpoint',
    'DescribeEndpoint',
    'DescribeTrainingJob',
    'DescribeTransformJob',
    'DescribeProcessingJob',
  ],
  scheduler: [],
  secretsmanager: [],
  ses: ['SendEmail', 'SendTemplatedEmail', 'SendRawEmail', 'SendBulkTemplatedEmail'],
  sesv2: ['SendEmail', 'SendBulkEmail'],
  sns: [],
  sqs: [],
  ssm: [
    'GetParameter',
    'GetParameters',
    'GetParametersByPath',
    'PutParameter',
    'DeleteParameter',
    'SendCommand',
    'GetCommandInvocation',
    'ListCommandInvocations',
    'StartAutomationExecution',
    'GetAutomationExecution',
  ],
  stepfunctions: [],
  sts: [],
  textract: [],
  transcribe: ['StartTranscriptionJob', 'GetTranscriptionJob', 'ListTranscriptionJobs'],
  translate: ['TranslateText', 'TranslateDocument', 'StartTextTranslationJob'],
};

/** The newest model of a service. */
function load(folder, service) {
  const version = readdirSync(join(folder, service)).sort().at(-1);
  const file = join(folder, service, version, 'service-2.json.gz');
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
}

/** The lines of one service: operations, then the structures they answer with, then lists of texts. */
function describe(model, wanted) {
  const { shapes } = model;
  const structures = new Map();
  const enums = new Map();
  const bounds = (letter, sign, { min, max }) =>
    min === undefined && max === undefined ? letter : `${letter}${min ?? ''}${sign}${max ?? ''}`;
  const typeOf = (name) => {
    const shape = shapes[name];
    switch (shape.type) {
      case 'structure': {
        if (shape.document) return '*';
        if (!structures.has(name)) {
          structures.set(name, '');
          const required = new Set(shape.required ?? []);
          const members = Object.entries(shape.members)
            .filter(([, member]) => !shapes[member.shape].eventstream)
            .map(([key, m]) => `${key}${required.has(key) ? '!' : ''}:${typeOf(m.shape)}`);
          structures.set(name, `${name} ${members.join(' ')}`);
        }
        return name;
      }
      case 'list':
        return `[${typeOf(shape.member.shape)}]`;
      case 'map':
        return `{${typeOf(shape.value.shape)}}`;
      case 'boolean':
        return 'b';
      case 'timestamp':
        return 's';
      case 'string':
      case 'blob':
        if (shape.enum === undefined) return bounds('s', '-', shape);
        enums.set(name, shape.enum);
        return `#${name}`;
      default:
        return bounds('n', '~', shape);
    }
  };
  const operations = [];
  for (const [name, { output }] of Object.entries(model.operations)) {
    if (output === undefined || (wanted.length > 0 && !wanted.includes(name))) continue;
    if (Object.keys(shapes[output.shape].members).length === 0) continue;
    operations.push(`${name} ${typeOf(output.shape)}`);
  }
  const values = [...enums].map(([name, list]) => `#${name} ${list.join('|')}`);
  return [...operations, '', ...structures.values(), '', ...values].join('\n');
}

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: node scripts/write-service-models.mjs FOLDER\n');
  process.exit(2);
}
mkdirSync(OUT, { recursive: true });
for (const [service, wanted] of Object.entries(SERVICES)) {
  const text = describe(load(folder, service), wanted);
  if (/[`\\]|\$\{/.test(text)) throw new Error(`${service}: a name would end the text`);
  writeFileSync(
    join(OUT, `${service}.ts`),
    `/**\n * Responses of ${service}, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the\n * service's public API model.\n * @module\n */\nexport const MODEL: string = \`\n${text}\n\`;\n`,
  );
}
