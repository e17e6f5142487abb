/**
 * `millrace:lambda`: a function with the signature of AWS Lambda as a task, in a warm local process.
 *
 * The handler, its context and its errors are those of AWS: an exception fails the task with `errorType` as the error and
 * the JSON that Lambda would report as the cause. Timeouts are `Sandbox.Timedout`, crashes `Runtime.ExitError`, code that
 * cannot be loaded `Runtime.ImportModuleError` and its siblings. What the function prints is logged with its request id.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism, constants } from 'node:os';
import { argumentProblems, parseArguments } from '../arguments.js';
import type {
  Connector,
  Json,
  LogRecord,
  TaskContext,
  TaskOutcome,
  TaskRequest,
} from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown, TaskFailure, taskErrors } from '../errors.js';
import type { Confinement } from '../process/confinement.js';
import { checkOutput } from '../process/json-output.js';
import { OUTPUT_LIMIT, type OutputSink } from '../process/output-capture.js';
import { TERMINATION_GRACE } from '../process/process-group.js';
import { type FunctionCode, functionCode } from './function-code.js';
import { FunctionPool } from './function-pool.js';
import {
  DEFAULT_TIMEOUT_SECONDS,
  type LambdaArguments,
  lambdaArguments,
} from './lambda-arguments.js';
import { REPORTED_MEMORY } from './protocol.js';
import type { InvocationEnd, WarmFunction } from './warm-function.js';

/** Which account and region functions are told that they run in. */
export interface FunctionIdentity {
  region: string;
  accountId: string;
}

export interface LambdaConfig extends Confinement {
  /** Defaults to us-east-1 and an account of zeros. */
  identity?: FunctionIdentity;
  /** Processes of functions, idle and busy. Defaults to twice the processors, at least 4. */
  maxProcesses?: number;
  /** Seconds an idle process stays warm. Defaults to 300. */
  idleSeconds?: number;
  /** Milliseconds between SIGTERM and SIGKILL. Defaults to 5000. */
  terminationGrace?: number;
}

export function createLambdaConnector(config: LambdaConfig = {}): Connector {
  const identity = config.identity ?? { region: 'us-east-1', accountId: '000000000000' };
  const pool = new FunctionPool({
    region: identity.region,
    maxProcesses: config.maxProcesses ?? Math.max(4, availableParallelism() * 2),
    idleMilliseconds: (config.idleSeconds ?? 300) * 1_000,
    terminationGrace: config.terminationGrace ?? TERMINATION_GRACE,
  });
  return {
    kind: 'lambda',
    runsCode: true,
    dataArguments: ['payload'],
    secretArguments: { environment: 'values' },
    validate: (args) => argumentProblems(lambdaArguments, args),
    run: (task, context) => runLambda(task, context, pool, config, identity).catch(outcomeOfThrown),
    close: () => pool.close(),
  };
}

async function runLambda(
  task: TaskRequest,
  context: TaskContext,
  pool: FunctionPool,
  confinement: Confinement,
  identity: FunctionIdentity,
): Promise<TaskOutcome> {
  const args = parseArguments(lambdaArguments, task.arguments, 'lambda');
  const code = await functionCode(args, args, task.folder, confinement);
  const acquired = await acquire(pool, code, args, task, context, confinement);
  if (!acquired) return abortedOutcome();
  const { warm, cold } = acquired;
  try {
    context.started?.({ pid: warm.pid, startTime: warm.startTime });
    return await invoke(warm, cold, args, task, context, identity);
  } finally {
    pool.release(warm);
  }
}

/** A process of the function, or of its fallback where the runtime's program is missing. */
async function acquire(
  pool: FunctionPool,
  code: FunctionCode,
  args: LambdaArguments,
  task: TaskRequest,
  context: TaskContext,
  confinement: Confinement,
): Promise<{ warm: WarmFunction; cold: boolean } | undefined> {
  try {
    return await pool.acquire(code, context.signal);
  } catch (error) {
    const isMissing = error instanceof TaskFailure && error.error === taskErrors.startFailed;
    if (!isMissing || !args.fallback) throw error;
    const { fallback } = args;
    const twin = await functionCode(
      { ...fallback, folder: fallback.folder ?? args.folder },
      args,
      task.folder,
      confinement,
    );
    context.log({
      at: Date.now(),
      stream: 'system',
      level: 'warn',
      message: `${error.message} Running the fallback ${twin.handler} (${twin.runtime}) instead.`,
    });
    return pool.acquire(twin, context.signal);
  }
}

async function invoke(
  warm: WarmFunction,
  cold: boolean,
  args: LambdaArguments,
  task: TaskRequest,
  context: TaskContext,
  { region, accountId }: FunctionIdentity,
): Promise<TaskOutcome> {
  const requestId = randomUUID();
  const timeout = args.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const begin = Date.now();
  const log = (record: LogRecord): void =>
    context.log({ ...record, fields: { ...record.fields, requestId } });
  const sink: OutputSink = {
    budget: { remaining: OUTPUT_LIMIT },
    log,
    heartbeat: context.heartbeat,
  };
  const end = await warm.invoke(
    {
      requestId,
      event: args.payload ?? {},
      deadline: begin + timeout * 1_000,
      functionName: warm.code.name,
      functionArn: `arn:aws:lambda:${region}:${accountId}:function:${warm.code.name}`,
      traceId: traceOf(requestId, begin),
      ...(task.traceparent === undefined ? {} : { traceparent: task.traceparent }),
      memory: args.memory ?? REPORTED_MEMORY,
      millrace: {
        workFolder: task.workFolder,
        execution: task.execution.id,
        pipeline: task.execution.pipeline,
        state: task.state,
        ...(task.isTestRun === true ? { isTestRun: true as const } : {}),
      },
    },
    sink,
    context.signal,
  );
  const at = Date.now();
  const message = `Function ${warm.code.name}: ${at - begin} ms${cold ? ', cold start' : ''}`;
  log({ at, stream: 'system', level: 'debug', message });
  return outcomeOf(end, requestId, timeout);
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function traceOf(requestId: string, at: number): string {
  const seconds = Math.floor(at / 1_000).toString(16);
  return `Root=1-${seconds}-${requestId.replaceAll('-', '').slice(-24)};Sampled=0`;
}

function outcomeOf(end: InvocationEnd, requestId: string, timeout: number): TaskOutcome {
  switch (end.type) {
    case 'result': {
      const output = checkOutput(end.result, "The function's result");
      return { type: 'succeeded', output };
    }
    case 'error':
      return failed(errorType(end.error), JSON.stringify(end.error));
    case 'timedOut': {
      const message = `Task timed out after ${timeout.toFixed(2)} seconds`;
      return runtimeFailure(taskErrors.lambdaTimeout, requestId, message);
    }
    case 'exited':
      return runtimeFailure(taskErrors.lambdaExit, requestId, exitMessage(end.exit));
    case 'aborted':
      return abortedOutcome();
  }
}

function errorType(error: { [field: string]: Json }): string {
  const type = error.errorType;
  return typeof type === 'string' && type !== '' ? type : 'Error';
}

/** What Lambda itself reports when a function did not answer. */
function runtimeFailure(name: string, requestId: string, message: string): TaskOutcome {
  const cause = { errorType: name, errorMessage: `RequestId: ${requestId} Error: ${message}` };
  return failed(name, JSON.stringify(cause));
}

function exitMessage(exit: { code: number | null; signal: NodeJS.Signals | null }): string {
  if (exit.signal) {
    const words: { [signal: string]: string } = { SIGKILL: 'killed', SIGABRT: 'aborted' };
    const number = constants.signals[exit.signal];
    return `Runtime exited with error: signal: ${words[exit.signal] ?? `${exit.signal} (${number})`}`;
  }
  if (exit.code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${exit.code}`;
}
