/**
 * `millrace:http`: one HTTP request as a task.
 *
 * Answers `{ statusCode, headers, body }`: JSON bodies parsed, text as text, other bytes as `bodyBase64`; with `saveTo`
 * the body goes to a file and the answer has `file: { path, bytes, sha256 }`. Other statuses than expected fail the task
 * with `Http.StatusCode.404` and the beginning of the body. Only addresses of the public internet are dialled unless the
 * configuration allows more, and each of at most five redirects is checked the same way.
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { isCredentialHeader, isSecretParameter } from '../../secrets/names.js';
import { MASK, SecretValues } from '../../secrets/secret-values.js';
import { findSecrets } from '../../secrets/secrets-in-json.js';
import { maskText, tellCredential } from '../../secrets/secrets-in-text.js';
import { argumentProblems, parseArguments } from '../arguments.js';
import type { Connector, Json, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown, TaskFailure, taskErrors } from '../errors.js';
import { checkOutput, DATA_LIMIT } from '../process/json-output.js';
import { printable } from '../process/log-lines.js';
import { writableInside } from '../process/resolve-inside.js';
import { type ExchangeRequest, exchange } from './exchange.js';
import { DEFAULT_TIMEOUT_SECONDS, type HttpArguments, httpArguments } from './http-arguments.js';
import { connectionProblem, type HttpConfig, isListed } from './http-config.js';
import { isPublicAddress } from './public-address.js';
import { bodyAsJson, readBody, readExcerpt, saveBody } from './response-body.js';

const REDIRECT_LIMIT = 5;
const EXCERPT_BYTES = 2_000;

export function createHttpConnector(config: HttpConfig = {}): Connector {
  return {
    kind: 'http',
    runsCode: false,
    secretArguments: { url: 'value', headers: 'values', query: 'values', body: 'values' },
    validate: (args) => argumentProblems(httpArguments, args),
    run: (task, context) => runHttp(task, context, config).catch(outcomeOfThrown),
  };
}

async function runHttp(
  task: TaskRequest,
  context: TaskContext,
  config: HttpConfig,
): Promise<TaskOutcome> {
  const args = parseArguments(httpArguments, task.arguments, 'http');
  const seconds = args.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const timeout = AbortSignal.timeout(seconds * 1_000);
  const signal = AbortSignal.any([context.signal, timeout]);
  const values = secretsOf(args);
  const mask = (text: string): string => values.mask(maskText(text));
  /** The target of a redirect has secrets of its own. */
  const learn = (url: URL): void => void maskText(url.href, (secret) => values.add(secret));
  try {
    return await request(args, task, context, config, signal, { mask, learn });
  } catch (error) {
    if (context.signal.aborted) return abortedOutcome();
    if (timeout.aborted) {
      return failed(taskErrors.httpTimeout, `There was no complete answer within ${seconds} s.`);
    }
    if (error instanceof TaskFailure) return failed(error.error, mask(error.message));
    return failed(taskErrors.httpConnection, mask(connectionProblem(error)));
  }
}

async function request(
  args: HttpArguments,
  task: TaskRequest,
  context: TaskContext,
  config: HttpConfig,
  signal: AbortSignal,
  { mask, learn }: { mask: (text: string) => string; learn: (url: URL) => void },
): Promise<TaskOutcome> {
  const file = args.saveTo === undefined ? undefined : writableInside(args.saveTo, task.workFolder);
  const options = {
    isAllowed: (address: string) => isPublicAddress(address) || isListed(address, config),
    resolve: config.resolve,
    signal,
  };
  let next: ExchangeRequest = firstRequest(args, task.traceparent);
  for (let redirects = 0; ; redirects += 1) {
    const begin = performance.now();
    const answer = await exchange(next, options);
    context.heartbeat();
    const status = answer.statusCode ?? 0;
    const message = `${next.method} ${mask(next.url.href)}: ${status}, ${Math.round(performance.now() - begin)} ms`;
    context.log({ at: Date.now(), stream: 'system', level: 'info', message: printable(message) });
    const expected = args.expect
      ? args.expect.status.includes(status)
      : status >= 200 && status < 300;
    const target = expected ? undefined : redirectTarget(answer, next.url);
    if (!target) {
      if (!expected) return unexpectedStatus(answer, mask);
      return await answered(answer, file, task.workFolder, config);
    }
    answer.destroy();
    learn(target);
    if (redirects === REDIRECT_LIMIT) {
      throw new TaskFailure(
        taskErrors.httpRedirects,
        `The address redirected more than ${REDIRECT_LIMIT} times, at last to ${target.href}.`,
      );
    }
    next = redirected(next, target, status);
  }
}

function firstRequest(args: HttpArguments, traceparent: string | undefined): ExchangeRequest {
  const url = new URL(args.url);
  url.hash = '';
  for (const [name, value] of Object.entries(args.query ?? {})) {
    for (const one of [value].flat()) url.searchParams.append(name, String(one));
  }
  const isText = typeof args.body === 'string';
  const body = args.body === undefined || isText ? args.body : JSON.stringify(args.body);
  const headers: { [name: string]: string } = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'millrace',
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(body === undefined
      ? {}
      : { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' }),
  };
  for (const [name, value] of Object.entries(args.headers ?? {}))
    headers[name.toLowerCase()] = value;
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body as string));
  return { url, method: args.method ?? 'GET', headers, body: body as string | undefined };
}

/** Undefined when the answer is no redirect that can be followed. */
function redirectTarget(answer: IncomingMessage, from: URL): URL | undefined {
  const { location } = answer.headers;
  if (location === undefined || ![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0)) {
    return undefined;
  }
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new TaskFailure(
    taskErrors.httpAddress,
    `The address redirected to ${JSON.stringify(location)}, which is no web address.`,
  );
}

/** As browsers do it: 303, and 301 or 302 after POST, become GET. Credentials stay with the origin they were meant for. */
function redirected(request: ExchangeRequest, target: URL, status: number): ExchangeRequest {
  const becomesGet =
    (status === 303 && request.method !== 'HEAD') ||
    ((status === 301 || status === 302) && request.method === 'POST');
  const isSameOrigin = target.origin === request.url.origin;
  const headers = Object.entries(request.headers).filter(
    ([name]) =>
      (isSameOrigin || !isCredentialHeader(name)) && !(becomesGet && name.startsWith('content-')),
  );
  return {
    url: target,
    method: becomesGet ? 'GET' : request.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : request.body,
  };
}

async function answered(
  answer: IncomingMessage,
  file: string | undefined,
  workFolder: string,
  config: HttpConfig,
): Promise<TaskOutcome> {
  const headers: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = isCredentialHeader(name) ? MASK : String(value);
  }
  const head = { statusCode: answer.statusCode ?? 0, headers };
  if (file !== undefined) {
    const limit = config.downloadLimit ?? 4_294_967_296;
    const saved = await saveBody(answer, file, limit, workFolder, config.user);
    return { type: 'succeeded', output: { ...head, file: { ...saved } } };
  }
  const body = await readBody(answer, DATA_LIMIT);
  const output: Json = { ...head, ...bodyAsJson(body, answer.headers['content-type'] ?? '') };
  return { type: 'succeeded', output: checkOutput(output, 'The answer') };
}

async function unexpectedStatus(
  answer: IncomingMessage,
  mask: (text: string) => string,
): Promise<TaskOutcome> {
  const status = answer.statusCode ?? 0;
  const excerpt = mask(await readExcerpt(answer, EXCERPT_BYTES));
  answer.destroy();
  const words = printable(answer.statusMessage ?? '');
  return failed(
    taskErrors.httpStatusCode + status,
    `The server answered ${status} ${words}.${excerpt === '' ? '' : ` It said:\n${excerpt}`}`,
  );
}

/** Credentials in the arguments, wherever they may stand. */
function secretsOf(args: HttpArguments): SecretValues {
  const values = new SecretValues();
  const add = (secret: string): void => void values.add(secret);
  findSecrets(args as unknown as Json, add);
  const url = new URL(args.url);
  maskText(url.href, add);
  const named = [
    ...Object.entries(args.headers ?? {}).filter(([name]) => isCredentialHeader(name)),
    ...Object.entries(args.query ?? {}).filter(([name]) => isSecretParameter(name)),
  ];
  for (const value of named.flatMap(([, one]) => one)) tellCredential(String(value), add);
  return values;
}
