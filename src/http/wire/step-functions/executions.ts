/**
 * Start, stop, redrive, describe and list executions.
 * @module
 */

import type { ExecutionStatus } from '../../../asl/execution-state.js';
import type { Json } from '../../../asl/json.js';
import type {
  Engine,
  ExecutionDetail,
  ExecutionSummary,
  ListExecutions,
  StartRequest,
} from '../../../engine/engine.js';
import type { StateMachineDetail } from '../../../engine/features/state-machines/state-machines.js';
import { EngineError } from '../../../engine/kernel/errors.js';
import { narrowed, type Scope } from '../../../engine/kernel/scope.js';
import { type Call, timestamp } from '../call.js';
import { viewOf } from '../caller.js';
import { WireError } from '../wire-error.js';
import { noExecution, noResource, noStateMachine, readArn, refuseMapLabel } from './arns.js';
import { readJson } from './json-text.js';
import { readToken, resultsOf, toToken } from './pages.js';
import { describeRevision, findStateMachine } from './state-machines.js';

/** Every type of machine but this one answers an operation; the other is refused with this. */
function notSupported(): WireError {
  return new WireError(
    'StateMachineTypeNotSupported',
    'This operation is not supported by this type of state machine',
  );
}

/**
 * The execution that an ARN names, if the caller sees it.
 * @throws WireError ExecutionDoesNotExist, InvalidArn
 */
export async function findExecution(
  { engine, caller }: Call,
  arn: string,
): Promise<ExecutionDetail> {
  readArn(engine.arns.identity, arn, 'execution');
  try {
    const found = await engine.executions.describe(caller.scope, arn, viewOf(caller));
    // By its id it would also be found under another machine's name.
    if (found.arn === arn) return found;
  } catch (error) {
    if (!(error instanceof EngineError && error.kind === 'ExecutionNotFound')) throw error;
  }
  throw noExecution(arn);
}

export async function startExecution(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { start, detail } = readStart(call);
  try {
    const started = await engine.executions.start(caller.scope, start);
    if (!started.created && !(await isRunning(call, started.id))) throw exists(started.arn);
    return { executionArn: started.arn, startDate: timestamp(started.startedAt) };
  } catch (error) {
    throw startRefusal(error, engine.arns.execution(detail.name, request.name), request);
  }
}

async function isRunning({ engine, caller }: Call, id: string): Promise<boolean> {
  return (await engine.executions.describe(caller.scope, id)).status === 'RUNNING';
}

export async function startSyncExecution(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { start, detail } = readStart(call);
  if (detail.attributes.type !== 'EXPRESS') throw notSupported();
  try {
    const ended = await engine.executions.run(caller.scope, start, viewOf(caller));
    const stopped = ended.stoppedAt ?? ended.startedAt;
    return {
      ...outcomeOf(ended, request.includedData),
      executionArn: ended.arn,
      stateMachineArn: engine.arns.stateMachine(detail.name),
      name: nameOf(ended),
      startDate: timestamp(ended.startedAt),
      stopDate: timestamp(stopped),
      ...(request.traceHeader ? { traceHeader: request.traceHeader } : {}),
      billingDetails: {
        billedMemoryUsedInMB: 64,
        billedDurationInMilliseconds: Math.ceil((stopped - ended.startedAt) / 100) * 100,
      },
    };
  } catch (error) {
    throw startRefusal(error, engine.arns.execution(detail.name, request.name), request);
  }
}

function readStart(call: Call): { start: StartRequest; detail: StateMachineDetail } {
  const { request } = call;
  const { named, detail } = findStateMachine(call, request.stateMachineArn);
  refuseMapLabel(named, request.stateMachineArn);
  const { qualifier, testCase } = named;
  const given = request.input;
  let input: Json | undefined;
  if (typeof given === 'string') {
    const read = readJson(given);
    if ('problem' in read) {
      throw invalidInput(read.problem === '' ? 'Invalid execution input.' : read.problem);
    }
    input = read.value;
  }
  const start: StartRequest = {
    pipeline: detail.name,
    team: detail.team,
    ...(input === undefined ? {} : { input }),
    ...(request.name ? { name: request.name } : {}),
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(testCase === undefined ? {} : { testCase }),
  };
  return { start, detail };
}

function startRefusal(error: unknown, arn: string, request: Call['request']): unknown {
  if (!(error instanceof EngineError)) return error;
  switch (error.kind) {
    case 'ExecutionConflict':
      return exists(arn);
    case 'InvalidName':
      return new WireError('InvalidName', `Invalid Name: '${request.name}'`);
    case 'PayloadTooLarge':
    case 'PayloadTooDeep':
    case 'PayloadText':
    case 'PayloadNotJson':
      return invalidInput(error.message);
    case 'PipelineNotFound':
    case 'VersionNotFound':
    case 'AliasNotFound':
      return noStateMachine(request.stateMachineArn);
    case 'TestCaseUnknown':
      return new WireError('ValidationException', `${error.message} ${error.fix}`);
    default:
      return error;
  }
}

function exists(arn: string): WireError {
  return new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
}

function invalidInput(problem: string): WireError {
  return new WireError(
    'InvalidExecutionInput',
    `Invalid State Machine Execution Input: '${problem}'`,
  );
}

export async function stopExecution(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const found = await findExecution(call, request.executionArn);
  const { error, cause } = request;
  let stoppedAt = found.stoppedAt;
  if (found.status === 'RUNNING') {
    try {
      const stopped = await engine.executions.stop(caller.scope, found.id, {
        ...(typeof error === 'string' ? { error } : {}),
        ...(typeof cause === 'string' ? { cause } : {}),
      });
      stoppedAt = stopped.stoppedAt;
    } catch (failure) {
      // It ended in between: what has ended is stopped.
      if (!(failure instanceof EngineError && failure.kind === 'ExecutionNotRunning'))
        throw failure;
      stoppedAt = (await engine.executions.describe(caller.scope, found.id)).stoppedAt;
    }
  }
  return { stopDate: timestamp(stoppedAt ?? found.startedAt) };
}

/** Redrives that were asked for with a client token, so that a repeated request is the same one. */
const redriven = new WeakMap<Engine, Map<string, { token: string; at: number }>>();
const MAX_REDRIVEN = 1_000;

export async function redriveExecution(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { clientToken } = request;
  const found = await findExecution(call, request.executionArn);
  const known = redriven.get(engine) ?? new Map<string, { token: string; at: number }>();
  redriven.set(engine, known);
  const earlier = known.get(found.id);
  if (clientToken && earlier && earlier.token === clientToken) {
    return { redriveDate: timestamp(earlier.at) };
  }
  const { redriveStatusReason: reason } = redriveStatus(found);
  if (reason !== undefined) throw new WireError('ExecutionNotRedrivable', reason);
  try {
    const { redrivenAt, startedAt } = await engine.executions.redrive(caller.scope, found.id);
    const at = redrivenAt ?? startedAt;
    if (known.size >= MAX_REDRIVEN) known.clear();
    if (clientToken) known.set(found.id, { token: clientToken, at });
    return { redriveDate: timestamp(at) };
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'ExecutionNotRedrivable') {
      throw new WireError('ExecutionNotRedrivable', String(error.details.reason));
    }
    throw error;
  }
}

export async function describeExecution(call: Call): Promise<object> {
  const { engine, request } = call;
  const found = await findExecution(call, request.executionArn);
  return {
    ...outcomeOf(found, request.includedData),
    ...headOf(engine, found),
    redriveCount: found.redriveCount,
    ...redriveStatus(found),
  };
}

/** Members that DescribeExecution and ListExecutions share. */
function headOf(engine: Engine, execution: ExecutionSummary): object {
  const machine = engine.arns.stateMachine(execution.pipeline);
  const { publishedVersion, alias, stoppedAt, redrivenAt, mapRun } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: stateMachineOf(engine, execution),
    name: nameOf(execution),
    status: execution.status,
    startDate: timestamp(execution.startedAt),
    ...(stoppedAt === undefined ? {} : { stopDate: timestamp(stoppedAt) }),
    ...(publishedVersion === undefined
      ? {}
      : { stateMachineVersionArn: `${machine}:${publishedVersion}` }),
    ...(alias === undefined ? {} : { stateMachineAliasArn: `${machine}:${alias}` }),
    ...(redrivenAt === undefined ? {} : { redriveDate: timestamp(redrivenAt) }),
    ...(mapRun === undefined ? {} : mapRunOf(execution)),
  };
}

/** A child of a map run belongs to `MACHINE/LABEL`: its own ARN says so. */
function stateMachineOf(engine: Engine, { arn, pipeline }: ExecutionSummary): string {
  const owner = arn.split(':')[6] ?? pipeline;
  return engine.arns.stateMachine(owner);
}

function mapRunOf({ mapRunArn }: ExecutionSummary & { mapRunArn?: string }): object {
  return mapRunArn === undefined ? {} : { mapRunArn };
}

function nameOf({ arn, name }: ExecutionSummary): string {
  return arn.split(':')[7] ?? name;
}

function outcomeOf(found: ExecutionDetail, includedData?: string): object {
  const { error, cause, output, status } = found;
  const failure = {
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
  if (includedData === 'METADATA_ONLY') return { status, ...failure };
  return {
    status,
    input: JSON.stringify(found.input),
    inputDetails: { included: true },
    ...(output === undefined
      ? {}
      : { output: JSON.stringify(output), outputDetails: { included: true } }),
    ...failure,
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html, redriveStatus */
function redriveStatus({ status, mapRun }: ExecutionSummary): {
  redriveStatus: string;
  redriveStatusReason?: string;
} {
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    const redriveStatusReason = `Execution is ${status} and cannot be redriven`;
    return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  }
  return { redriveStatus: mapRun === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN' };
}

export async function describeStateMachineForExecution(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const found = await findExecution(call, request.executionArn);
  const revision = await engine.stateMachines.revision(
    caller.scope,
    { team: found.team, name: found.pipeline },
    found.version,
  );
  const label = found.arn.split(':')[6]?.split('/')[1];
  return {
    stateMachineArn: stateMachineOf(engine, found),
    name: found.pipeline,
    updateDate: timestamp(revision.updatedAt),
    ...describeRevision(revision, request.includedData),
    ...(label === undefined ? {} : { label }),
    ...mapRunOf(found),
  };
}

export async function listExecutions(call: Call): Promise<object> {
  const { engine, request } = call;
  const { stateMachineArn, mapRunArn, redriveFilter, statusFilter } = request;
  if (!stateMachineArn === !mapRunArn) {
    throw new WireError(
      'ValidationException',
      stateMachineArn
        ? 'Must not provide both a State Machine ARN and a Map Run ARN'
        : 'Must provide a State Machine ARN or Map Run ARN',
    );
  }
  if (stateMachineArn) refuseMapRunFilters(request);
  const { scope, filter } = stateMachineArn
    ? ofMachine(call, stateMachineArn)
    : await ofMapRun(call, mapRunArn);
  const list = `executions ${stateMachineArn ?? mapRunArn} ${statusFilter ?? ''} ${redriveFilter ?? ''}`;
  const cursor = readToken(list, request.nextToken);
  // A distributed Map is redriven as part of its execution here: none waits for it in a status of its own.
  if (statusFilter === 'PENDING_REDRIVE') return { executions: [] };
  const { items, next } = await engine.executions.list(scope, {
    ...filter,
    ...(statusFilter ? { status: statusFilter as ExecutionStatus } : {}),
    ...(redriveFilter ? { redriven: redriveFilter === 'REDRIVEN' } : {}),
    limit: resultsOf(request.maxResults),
    ...(cursor === undefined ? {} : { cursor }),
  });
  return {
    executions: items.map((execution) => ({
      ...headOf(engine, execution),
      redriveCount: execution.redriveCount,
    })),
    ...(next === undefined ? {} : { nextToken: toToken(list, next) }),
  };
}

/** @throws WireError ValidationException for what only the children of a map run can be asked for */
function refuseMapRunFilters({ statusFilter, redriveFilter }: Call['request']): void {
  const wrong = statusFilter === 'PENDING_REDRIVE' ? 'PENDING_REDRIVE status' : 'redrive';
  if (statusFilter !== 'PENDING_REDRIVE' && !redriveFilter) return;
  throw new WireError(
    'ValidationException',
    `The ${wrong} filter is only supported with a Map Run ARN`,
  );
}

/** Whose executions are listed, and which of them. */
interface Listed {
  scope: Scope;
  filter: ListExecutions;
}

function ofMachine(call: Call, arn: string): Listed {
  const { named, detail } = findStateMachine(call, arn);
  if (detail.attributes.type === 'EXPRESS') throw notSupported();
  const { qualifier } = named;
  const scope = narrowed(call.caller.scope, detail.team);
  const pipeline = detail.name;
  if (qualifier === undefined) return { scope, filter: { pipeline } };
  return /^\d+$/.test(qualifier)
    ? { scope, filter: { pipeline, publishedVersion: Number(qualifier) } }
    : { scope, filter: { pipeline, alias: qualifier } };
}

async function ofMapRun(call: Call, arn: string): Promise<Listed> {
  const { engine, caller } = call;
  readArn(engine.arns.identity, arn, 'mapRun');
  const run = await engine.mapRuns.describe(caller.scope, arn).catch((error: unknown) => {
    if (error instanceof EngineError) throw noResource(arn);
    throw error;
  });
  return { scope: caller.scope, filter: { mapRun: run.id } };
}
