/**
 * Map runs: the distributed Maps of an execution.
 * @module
 */
import type { MapRunCounts, MapRunDetail } from '../../../engine/engine.js';
import { EngineError } from '../../../engine/kernel/errors.js';
import { type Call, timestamp } from '../call.js';
import { WireError } from '../wire-error.js';
import { noResource, readArn } from './arns.js';
import { findExecution } from './executions.js';
import { pageOf } from './pages.js';

export async function describeMapRun(call: Call): Promise<object> {
  const run = await findMapRun(call);
  return {
    mapRunArn: run.arn,
    executionArn: run.execution,
    status: run.status,
    startDate: timestamp(run.startedAt),
    ...(run.stoppedAt === undefined ? {} : { stopDate: timestamp(run.stoppedAt) }),
    maxConcurrency: run.maxConcurrency,
    toleratedFailureCount: run.toleratedFailureCount,
    toleratedFailurePercentage: run.toleratedFailurePercentage,
    executionCounts: countsOf(run.executions),
    itemCounts: countsOf(run.items),
    redriveCount: run.redriveCount,
    ...(run.redrivenAt === undefined ? {} : { redriveDate: timestamp(run.redrivenAt) }),
  };
}

function countsOf(counts: MapRunCounts): object {
  return { ...counts, failuresNotRedrivable: 0 };
}

export async function listMapRuns(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const found = await findExecution(call, request.executionArn);
  const all = await engine.mapRuns.list(caller.scope, found.id);
  const { items, nextToken } = pageOf(`map runs ${found.id}`, all, request);
  return {
    mapRuns: items.map((run) => ({
      executionArn: run.execution,
      mapRunArn: run.arn,
      stateMachineArn: engine.arns.stateMachine(run.arn.split(':')[6] ?? run.pipeline),
      startDate: timestamp(run.startedAt),
      ...(run.stoppedAt === undefined ? {} : { stopDate: timestamp(run.stoppedAt) }),
    })),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

export async function updateMapRun(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const run = await findMapRun(call);
  const names = ['maxConcurrency', 'toleratedFailureCount', 'toleratedFailurePercentage'] as const;
  const change = Object.fromEntries(
    names.filter((name) => typeof request[name] === 'number').map((name) => [name, request[name]]),
  );
  if (Object.keys(change).length === 0) {
    throw new WireError('ValidationException', 'At least one field to update must be specified');
  }
  try {
    await engine.mapRuns.update(caller.scope, run.id, change);
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'MapRunNotRunning') {
      throw new WireError('ValidationException', `Map Run is ${run.status} and cannot be updated`);
    }
    throw error;
  }
  return {};
}

/** Throws ResourceNotFound. */
async function findMapRun({ engine, caller, request }: Call): Promise<MapRunDetail> {
  const arn = request.mapRunArn;
  readArn(engine.arns.identity, arn, 'mapRun');
  try {
    return await engine.mapRuns.describe(caller.scope, arn);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  throw noResource(arn);
}
