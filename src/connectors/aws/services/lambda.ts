/**
 * AWS Lambda. https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 *
 * The payload goes in and comes out as JSON. A function that fails gives the task its own error's name.
 * @module
 */
import type { AwsJson, AwsObject } from '../../../aws/aws.js';
import { type Failed, type Integration, REQUEST_OR_TOKEN, textIn } from '../integration.js';

/** What a function wrote, as JSON; text that is none stays text. */
function payloadOf(output: AwsObject): AwsJson {
  const text = textIn(output, 'Payload');
  try {
    return JSON.parse(text) as AwsJson;
  } catch {
    return text;
  }
}

/** Text that is JSON already is sent as it is; nothing is an empty object. */
function payloadText(payload: AwsJson): string {
  if (payload === null) return '{}';
  if (typeof payload !== 'string') return JSON.stringify(payload);
  try {
    JSON.parse(payload);
    return payload;
  } catch {
    return JSON.stringify(payload);
  }
}

/** A function's error is what its runtime reports: errorType, errorMessage, a trace. */
function functionFailure(output: AwsObject): Failed | undefined {
  if (textIn(output, 'FunctionError') === '') return undefined;
  const payload = payloadOf(output);
  const told = payload !== null && typeof payload === 'object' && !Array.isArray(payload);
  const error = told ? textIn(payload, 'errorType') : '';
  return {
    type: 'failed',
    error: error === '' ? 'Exception' : error,
    cause: textIn(output, 'Payload'),
  };
}

/**
 * What a function's REPORT line says of its use.
 * @param tail the last lines of its log, in base64, as Lambda answers them
 * @example usedOf('UkVQT1JU…') // { gbSeconds: 0.125 }
 */
export function usedOf(tail: string): { readonly [unit: string]: number } {
  const text = Buffer.from(tail, 'base64').toString('utf8');
  const billed = /Billed Duration: (\d+) ms/.exec(text)?.[1];
  const memory = /Memory Size: (\d+) MB/.exec(text)?.[1];
  if (billed === undefined || memory === undefined) return {};
  const gbSeconds = (Number(billed) / 1000) * (Number(memory) / 1024);
  return gbSeconds > 0 ? { gbSeconds } : {};
}

export const LAMBDA: readonly Integration[] = [
  {
    resource: 'lambda:invoke',
    forms: REQUEST_OR_TOKEN,
    api: ['lambda', 'invoke'],
    names: { prefix: 'Lambda', base: 'AWSLambdaException', service: 'AWSLambda' },
    hasMetadata: true,
    prepare: ({ Payload, ...input }) =>
      Payload === undefined ? input : { ...input, Payload: payloadText(Payload) },
    failure: functionFailure,
    shown: (output) => ({ ...output, Payload: payloadOf(output) }),
  },
];
