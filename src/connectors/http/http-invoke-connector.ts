/**
 * `http-invoke`: sends the request of an HTTP Task (`arn:aws:states:::http:invoke`), which the engine has put together with
 * what the task's connection adds.
 *
 * | answer | outcome |
 * | --- | --- |
 * | 200 to 299 | `{ Headers: { name: [values] }, ResponseBody, StatusCode, StatusText }`; JSON parsed |
 * | any other, also a redirect: none is followed | `States.Http.StatusCode.404` with its body as cause |
 * | none within 60 s, connection refused or cut | `States.Http.Socket` |
 * | bytes that are no text; images, sound, video, octet-stream | `States.Runtime` |
 * | more than 256 KiB | `States.DataLimitExceeded` |
 *
 * Only addresses of the public internet are dialled, unless the configuration allows more.
 * Source: Step Functions developer guide, "Call HTTPS APIs in Step Functions workflows".
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { maskText } from '../../secrets/secrets-in-text.js';
import { argumentProblems, parseArguments } from '../arguments.js';
import type { Connector, Json, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown, TaskFailure, taskErrors } from '../errors.js';
import { checkOutput } from '../process/json-output.js';
import { printable } from '../process/log-lines.js';
import { exchange } from './exchange.js';
import { connectionProblem, type HttpConfig, isListed } from './http-config.js';
import { isPublicAddress } from './public-address.js';
import { readBody, readExcerpt } from './response-body.js';

export const HTTP_INVOKE = 'http-invoke';

/** AWS's limits: of an answer in bytes, and of a request in milliseconds. */
const ANSWER_LIMIT = 262_144;
const TIMEOUT_MS = 60_000;
/** Bytes of a refusal that become the cause. */
const EXCERPT_BYTES = 8_192;
const NO_TEXT = /^(application\/octet-stream|(image|video|audio)\/.*)$/;

interface InvokeArguments {
  url: string;
  method: string;
  headers: { [name: string]: string };
  body?: string | undefined;
}

const invokeArguments: z.ZodType<InvokeArguments> = z.strictObject({
  url: z.string().refine(isAddress, 'ApiEndpoint is no address, or has credentials in it.'),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
});

/**
 * @param timeoutMs for the whole answer; AWS's 60 s when absent
 * @example createHttpInvokeConnector({ allowPrivateAddresses: ['10.0.0.7'] })
 */
export function createHttpInvokeConnector(
  config: HttpConfig = {},
  timeoutMs: number = TIMEOUT_MS,
): Connector {
  return {
    kind: HTTP_INVOKE,
    runsCode: false,
    validate: (args) => argumentProblems(invokeArguments, args),
    run: (task, context) => invoke(task, context, config, timeoutMs).catch(outcomeOfThrown),
  };
}

async function invoke(
  task: TaskRequest,
  context: TaskContext,
  config: HttpConfig,
  timeoutMs: number,
): Promise<TaskOutcome> {
  const args = parseArguments(invokeArguments, task.arguments, HTTP_INVOKE);
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([context.signal, timeout]);
  try {
    return await request(args, task, context, config, signal);
  } catch (error) {
    if (context.signal.aborted) return abortedOutcome();
    if (timeout.aborted) {
      const cause = `There was no complete answer within ${timeoutMs / 1_000} s.`;
      return failed(taskErrors.statesHttpSocket, cause);
    }
    if (error instanceof TaskFailure) {
      if (error.error !== taskErrors.httpResponseTooLarge) throw error;
      const cause = `The answer has more than ${ANSWER_LIMIT} bytes.`;
      return failed(taskErrors.dataLimitExceeded, cause);
    }
    return failed(taskErrors.statesHttpSocket, maskText(connectionProblem(error)));
  }
}

async function request(
  { url: address, method, headers, body }: InvokeArguments,
  task: TaskRequest,
  context: TaskContext,
  config: HttpConfig,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const url = new URL(address);
  const begin = performance.now();
  const { traceparent } = task;
  const answer = await exchange(
    {
      ...{ url, method, body },
      headers: {
        ...(traceparent === undefined ? {} : { traceparent }),
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    },
    {
      isAllowed: (one: string) => isPublicAddress(one) || isListed(one, config),
      resolve: config.resolve,
      signal,
    },
  );
  context.heartbeat();
  const status = answer.statusCode ?? 0;
  // Without its query, into which the connection may have put what lets Millrace in.
  const line = `${method} ${maskText(url.origin + url.pathname)}: ${status}, ${Math.round(performance.now() - begin)} ms`;
  context.log({ at: Date.now(), stream: 'system', level: 'info', message: printable(line) });
  return status >= 200 && status < 300 ? await taken(answer) : await refused(answer);
}

async function taken(answer: IncomingMessage): Promise<TaskOutcome> {
  const type = answer.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (NO_TEXT.test(type)) {
    answer.destroy();
    return failed(taskErrors.runtime, `The answer is ${type}, which an HTTP Task cannot take.`);
  }
  const bytes = await readBody(answer, ANSWER_LIMIT);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) {
    return failed(taskErrors.runtime, 'The answer is no text in UTF-8.');
  }
  const output = {
    Headers: answer.headersDistinct as { [name: string]: string[] },
    ResponseBody: bodyOf(text, type),
    StatusCode: answer.statusCode ?? 0,
    StatusText: printable(answer.statusMessage ?? ''),
  };
  return { type: 'succeeded', output: checkOutput({ ...output }, 'The answer') };
}

/** JSON where the answer says so and it is; else the text. */
function bodyOf(text: string, type: string): Json {
  if (type !== 'application/json' && !type.endsWith('+json')) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

async function refused(answer: IncomingMessage): Promise<TaskOutcome> {
  const status = answer.statusCode ?? 0;
  // What is cut off says no less that it was refused.
  const excerpt = await readExcerpt(answer, EXCERPT_BYTES).catch(() => '');
  answer.destroy();
  const words = printable(answer.statusMessage ?? '');
  const cause = excerpt === '' ? `The server answered ${status} ${words}.` : maskText(excerpt);
  return failed(taskErrors.statesHttpStatusCode + status, cause);
}

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return false;
  return url.username === '' && url.password === '';
}
