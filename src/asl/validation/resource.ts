/**
 * Checks the Resource of a Task.
 * @module
 */
import { type Check, meantName, nonEmptyText, wrong } from './place.js';

/** Millrace's own kinds of task. The executions of other pipelines are started by the engine itself. */
export const MILLRACE_RESOURCES: readonly string[] = [
  'millrace:shell',
  'millrace:lambda',
  'millrace:sql',
  'millrace:spark',
  'millrace:dbt',
  'millrace:http',
  'millrace:dataset',
  'millrace:echo',
  'millrace:executions:start',
  'millrace:checks:report',
  'millrace:clusters:take',
];

/** How the outcome of a task arrives, as written behind a resource. */
const PATTERNS = ['.sync', '.sync:2', '.waitForTaskToken'];

/** What templates of CloudFormation, SAM and Terraform put in place of an ARN. */
const PLACEHOLDER = /^\$\{[^{}]{1,200}\}/;

/** `arn:aws:states:::service:action`, with how the outcome arrives. */
const INTEGRATION = /^arn:[^:]+:states:::([a-z0-9-]+):/;
/** Integrations that have no job to wait for. Source: developer guide, "Integrating services". */
const WITHOUT_SYNC = new Set(
  'apigateway aws-sdk bedrock-agentcore dynamodb events http lambda sns sqs'.split(' '),
);
/** Integrations that cannot hand out a task token. */
const WITHOUT_TOKEN = new Set(
  'athena batch bedrock-agentcore codebuild databrew dynamodb elasticmapreduce emr-containers emr-serverless glue http mediaconvert sagemaker'.split(
    ' ',
  ),
);

/** False for an integration that cannot be used in this way, whatever its action. */
function isRecognized(name: string, pattern: string | undefined): boolean {
  const service = INTEGRATION.exec(name)?.[1];
  if (service === undefined || pattern === undefined) return true;
  if (pattern === '.waitForTaskToken') return !WITHOUT_TOKEN.has(service);
  return !WITHOUT_SYNC.has(service) && (pattern === '.sync' || service === 'states');
}

export const resource: Check = (value, place) => {
  if (typeof value !== 'string' || value === '') {
    nonEmptyText(value, place);
    return;
  }
  const pattern = PATTERNS.find((candidate) => value.endsWith(candidate));
  const name = pattern === undefined ? value : value.slice(0, -pattern.length);
  if (name.startsWith('millrace:')) {
    if (!MILLRACE_RESOURCES.includes(name)) {
      const meant = meantName(place, name, MILLRACE_RESOURCES);
      wrong(
        place,
        `'${name}' is not a resource of Millrace; known are ${MILLRACE_RESOURCES.join(', ')}`,
        meant,
      );
    }
  } else if (PLACEHOLDER.test(name)) {
    place.report.warning(
      'UNREPLACED_PLACEHOLDER',
      place,
      `'${value}' is to be replaced when the definition is deployed: until then, only a binding of this name performs it`,
    );
  } else if (!name.startsWith('arn:')) {
    wrong(place, 'Value is not a valid resource ARN', meantName(place, name, MILLRACE_RESOURCES));
  }
  if (!isRecognized(name, pattern)) {
    const why =
      'The value is not a valid resource ARN, or the resource is not available in this region.';
    wrong(place, `The resource provided ${value} is not recognized. ${why}`);
  }
  if (place.machineType === 'EXPRESS') {
    if (pattern === '.waitForTaskToken') {
      wrong(
        place,
        "Express state machine does not support '.waitForTaskToken' service integration ",
      );
    } else if (pattern !== undefined) {
      wrong(place, "Express state machine does not support '.sync' service integration");
    } else if (name.startsWith('arn:') && name.includes(':activity:')) {
      wrong(place, 'Express state machine does not support Activity ARN');
    }
  }
};
