/**
 * The process in which a Node function stays warm: `node node-runtime.js FOLDER HANDLER`.
 *
 * Loads the handler with the first invocation and then serves one invocation after the other, see `../protocol.ts`. It
 * behaves as AWS Lambda's Node runtime does: async handlers, callbacks, `context.done`, and its names of errors.
 *
 * While an invocation runs, its descriptor does not keep the process alive. So a handler that waits for nothing is
 * noticed: with a callback the answer is null, with a promise the process ends, as on AWS. What a callback was given is
 * answered then, too: when everything that the handler has begun is done, unless `callbackWaitsForEmptyEventLoop` is false.
 * @module
 */
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Json } from '../../connector.js';
import { type Invocation, outputEnd, RESPONSE_LIMIT, type Response } from '../protocol.js';

type Callback = (error?: unknown, result?: unknown) => void;
type Handler = (event: Json, context: object, callback: Callback) => unknown;

class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Frames of this file, compiled or mapped back to its source: they would tell the author of a function nothing. */
const OWN_FRAME = /[\\/]lambda[\\/]runtime[\\/]node-runtime\.[jt]s/;

const [folder = '.', handlerName = ''] = process.argv.slice(2);
const channel = new Socket({ fd: 3, readable: true, writable: true });
let handler: Handler | undefined;
/** The invocation that has no answer yet. */
let current:
  | {
      requestId: string;
      /** Its handler has returned no promise. */
      usesCallback: boolean;
      /** What its callback was given, until everything that it has begun is done. */
      given?: { error: unknown; result: unknown };
    }
  | undefined;

process.env.AWS_LAMBDA_LOG_STREAM_NAME = `millrace/${process.pid}`;
process.env.AWS_EXECUTION_ENV = `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;

channel.on('error', () => process.exit(0));
const lines = createInterface({ input: channel });
lines.on('line', (line) => void serve(JSON.parse(line) as Invocation));
lines.on('close', () => process.exit(0));

process.on('beforeExit', () => {
  if (current?.given) settle(current.given.error, current.given.result);
  else if (current?.usesCallback) answer(null);
});
process.on('uncaughtException', (error) => fail(error, true));
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason));
  if (reason instanceof Error && reason.stack) error.stack = `${error.name}: ${reason.stack}`;
  fail(error, true);
});

async function serve(invocation: Invocation): Promise<void> {
  current = { requestId: invocation.requestId, usesCallback: false };
  try {
    handler ??= await loadHandler();
  } catch (error) {
    fail(error, true);
    return;
  }
  channel.unref();
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  if (invocation.traceparent === undefined) delete process.env.TRACEPARENT;
  else process.env.TRACEPARENT = invocation.traceparent;
  const isOpen = (): boolean => current?.requestId === invocation.requestId;
  let isPromised = false;
  // An answer after the first one, or for an invocation that is over, is ignored.
  const finish: Callback = (error, result) => {
    if (!isOpen() || current?.given) return;
    if (isPromised || context.callbackWaitsForEmptyEventLoop === false) settle(error, result);
    else if (current) current.given = { error, result };
  };
  const context = contextOf(invocation, finish);
  try {
    const returned = handler(invocation.event, context, finish);
    if (isThenable(returned)) {
      isPromised = true;
      // A promise has its own end, so nothing waits for more than that.
      if (current?.given) settle(current.given.error, current.given.result);
      const result = await returned;
      if (isOpen()) settle(undefined, result);
    } else if (current) current.usesCallback = true;
  } catch (error) {
    if (isOpen()) settle(error ?? new Error('The handler threw nothing.'), undefined);
  }
}

function settle(error: unknown, result: unknown): void {
  if (error === null || error === undefined) answer(result);
  else fail(error, false);
}

async function loadHandler(): Promise<Handler> {
  const nameStart = handlerName.lastIndexOf('/') + 1;
  const dot = handlerName.indexOf('.', nameStart);
  const module = handlerName.slice(0, dot);
  const file = ['.js', '.mjs', '.cjs']
    .map((ending) => resolve(folder, module + ending))
    .find((path) => existsSync(path));
  if (!file) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  }
  const loaded = await importModule(file);
  const path = handlerName.slice(dot + 1).split('.');
  const found = memberOf(loaded, path) ?? memberOf(loaded.default, path);
  if (typeof found !== 'function') {
    throw new RuntimeError(
      'Runtime.HandlerNotFound',
      `${handlerName} is undefined or not exported`,
    );
  }
  return found as Handler;
}

async function importModule(file: string): Promise<{ [name: string]: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { [name: string]: unknown };
  } catch (error) {
    if (error instanceof SyntaxError) throw renamed('Runtime.UserCodeSyntaxError', error);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw renamed('Runtime.ImportModuleError', error as Error);
    }
    throw error;
  }
}

function renamed(name: string, error: Error): RuntimeError {
  const other = new RuntimeError(name, String(error));
  other.stack = `${name}: ${error.stack ?? String(error)}`;
  return other;
}

function memberOf(value: unknown, path: string[]): unknown {
  let member = value;
  for (const name of path) {
    if (member === null || (typeof member !== 'object' && typeof member !== 'function')) {
      return undefined;
    }
    member = (member as { [name: string]: unknown })[name];
  }
  return member;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

function contextOf(
  invocation: Invocation,
  finish: Callback,
): { callbackWaitsForEmptyEventLoop: boolean; [name: string]: unknown } {
  const { functionName, functionArn, requestId, deadline } = invocation;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(invocation.memory),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `millrace/${process.pid}`,
    millrace: invocation.millrace,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: finish,
    succeed: (result: unknown) => finish(undefined, result),
    fail: (error: unknown) => finish(error ?? new Error('The handler failed without an error.')),
  };
}

function answer(result: unknown): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    fail(new Error('Unable to stringify response body'), false);
    return;
  }
  if (Buffer.byteLength(text) > RESPONSE_LIMIT) {
    const message = `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`;
    fail(new RuntimeError('Function.ResponseSizeTooLarge', message), false);
    return;
  }
  respond((requestId) => `{"requestId":${JSON.stringify(requestId)},"result":${text}}`);
}

function fail(error: unknown, fatal: boolean): void {
  if (!current) process.exit(1); // nobody is waiting for this error: the next invocation gets a new process
  respond((requestId) => {
    const response: Response = { requestId, error: describeError(error), fatal };
    return JSON.stringify(response);
  });
}

/** As AWS reports errors of Node functions. */
function describeError(error: unknown): { [field: string]: Json } {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = (error.stack ?? '').split('\n').filter((line) => !OWN_FRAME.test(line));
  return { errorType: error.name, errorMessage: String(error.message), trace };
}

function respond(line: (requestId: string) => string): void {
  if (!current) return;
  const { requestId } = current;
  current = undefined;
  channel.ref();
  process.stdout.write(`\n${outputEnd(requestId)}\n`);
  process.stderr.write(`\n${outputEnd(requestId)}\n`);
  channel.write(`${line(requestId)}\n`);
}
