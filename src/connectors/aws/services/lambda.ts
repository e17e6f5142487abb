/**
 * AWS Lambda. https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 *
 * The payload goes in and comes out as JSON. A function that fails gives the task its own error's name.
 * @module
 */
import type { AwsJson, AwsObject } from '../../../aws/aws.js';
import type { LogRecord } from '../../connector.js';
import type { ToldBesides } from '../../remote-tasks.js';
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

/** Functions that are waited for answer with the last 4 KB of their log, when they are asked to. */
function isTailed(input: AwsObject): boolean {
  return (input.InvocationType ?? 'RequestResponse') === 'RequestResponse';
}

/** The last lines of a function, and what its REPORT line says of its use. */
function besides(output: AwsObject, at: number): ToldBesides {
  const text = Buffer.from(textIn(output, 'LogResult'), 'base64').toString('utf8');
  const billed = /Billed Duration: (\d+) ms/.exec(text)?.[1];
  const memory = /Memory Size: (\d+) MB/.exec(text)?.[1];
  const gbSeconds = (Number(billed ?? 0) / 1000) * (Number(memory ?? 0) / 1024);
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(START|END|INIT_START) /.test(line))
    .map((message): LogRecord => {
      const isError = /^\[ERROR\]|"level": ?"(ERROR|FATAL)"|Task timed out/.test(message);
      return { at, stream: 'stdout', level: isError ? 'error' : 'info', message };
    });
  return {
    ...(gbSeconds > 0 ? { used: { gbSeconds } } : {}),
    ...(lines.length > 0 ? { lines } : {}),
  };
}

export const LAMBDA: readonly Integration[] = [
  {
    resource: 'lambda:invoke',
    forms: REQUEST_OR_TOKEN,
    api: ['lambda', 'invoke'],
    names: { prefix: 'Lambda', base: 'AWSLambdaException', service: 'AWSLambda' },
    hasMetadata: true,
    prepare: ({ Payload, ...input }) => ({
      ...(isTailed(input) ? { LogType: 'Tail' } : {}),
      ...input,
      ...(Payload === undefined ? {} : { Payload: payloadText(Payload) }),
    }),
    besides,
    hidden: ({ LogType }) => (LogType === 'Tail' ? [] : ['x-amz-log-result']),
    failure: functionFailure,
    shown: ({ LogResult, ...output }, { LogType }) => ({
      ...output,
      ...(LogResult !== undefined && LogType === 'Tail' ? { LogResult } : {}),
      Payload: payloadOf(output),
    }),
  },
];
