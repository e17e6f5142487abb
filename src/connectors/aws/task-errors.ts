/**
 * Names and causes of failed tasks as Step Functions gives them, for what a call was refused with.
 *
 * Optimized integrations were made with AWS's first Java SDK and `aws-sdk:` ones with its second: they name errors and word
 * causes differently. Source: Step Functions developer guide, "Handling errors" and "Learning to use AWS service SDK
 * integrations".
 * @module
 */
import type { AwsObject } from '../../aws/aws.js';
import type { ErrorNames, Failed, Refused } from './integration.js';

/** Characters of parameters that a cause repeats: a cause has 32,768 at most. */
const MOST_SHOWN = 8_000;

/** Refused before anything was sent: the definition is wrong. */
function unusable(refused: Refused, parameters: AwsObject): Failed {
  const written = JSON.stringify(parameters);
  const shown =
    written.length > MOST_SHOWN ? `${written.slice(0, MOST_SHOWN)}… (${written.length})` : written;
  const problems = refused.problems ?? [refused.message];
  return {
    type: 'failed',
    error: 'States.Runtime',
    cause: `The Parameters '${shown}' could not be used to start the Task: [${problems.join(', ')}]`,
  };
}

/** Names that are given here and are none of AWS's. */
const OWN = new Set([
  'InvalidParameters',
  'UnknownAccount',
  'UnknownRegion',
  'UnknownService',
  'UnknownAction',
]);

function common(refused: Refused, parameters: AwsObject): Failed | undefined {
  if (refused.statusCode !== undefined) return undefined;
  if (OWN.has(refused.name)) return unusable(refused, parameters);
  if (refused.name === 'AnswerTooLarge') {
    return { type: 'failed', error: 'States.DataLimitExceeded', cause: refused.message };
  }
  return undefined;
}

/**
 * The failure of an optimized integration.
 * @example optimizedFailure(refused, BATCH, {}).error // 'Batch.ClientException'
 */
export function optimizedFailure(
  refused: Refused,
  { prefix, base, service }: ErrorNames,
  parameters: AwsObject,
): Failed {
  const known = common(refused, parameters);
  if (known !== undefined) return known;
  const { name, message, statusCode, requestId = 'null', isModelled = false } = refused;
  if (statusCode === undefined) {
    return { type: 'failed', error: `${prefix}.SdkClientException`, cause: message };
  }
  const error = isModelled ? exceptionName(name) : base;
  return {
    type: 'failed',
    error: `${prefix}.${error}`,
    cause: `${message} (Service: ${service}; Status Code: ${statusCode}; Error Code: ${name}; Request ID: ${requestId}; Proxy: null)`,
  };
}

/**
 * The failure of an `aws-sdk:` integration.
 * @param service as AWS's second Java SDK calls it: `DynamoDb`
 * @example sdkFailure(refused, 'Glue', {}).error // 'Glue.EntityNotFoundException'
 */
export function sdkFailure(refused: Refused, service: string, parameters: AwsObject): Failed {
  const known = common(refused, parameters);
  if (known !== undefined) return known;
  const { name, message, statusCode, requestId = 'null', isModelled = false } = refused;
  if (statusCode === undefined) {
    return { type: 'failed', error: `${service}.SdkClientException`, cause: message };
  }
  const error = isModelled ? exceptionName(name) : `${service}Exception`;
  const { extendedRequestId } = refused;
  const extended =
    extendedRequestId === undefined ? '' : `, Extended Request ID: ${extendedRequestId}`;
  return {
    type: 'failed',
    error: `${service}.${error}`,
    cause: `${message} (Service: ${service}, Status Code: ${statusCode}, Request ID: ${requestId}${extended})`,
  };
}

/** Some services have errors without that ending; Step Functions gives it to all. */
function exceptionName(name: string): string {
  return name.endsWith('Exception') ? name : `${name}Exception`;
}
