/**
 * Published versions of state machines, and aliases that route starts to them.
 * @module
 */
import { EngineError } from '../../../engine/kernel/errors.js';
import type { AliasRecord, AliasRoute, PipelineRef } from '../../../store/store.js';
import { type Call, timestamp } from '../call.js';
import { WireError } from '../wire-error.js';
import {
  readAliasArn,
  readVersionArn,
  refuseMapLabel,
  refuseQualified,
  type StateMachineName,
} from './arns.js';
import { pageOf } from './pages.js';
import { findStateMachine, refusal } from './state-machines.js';

export async function publishStateMachineVersion(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { named, detail } = findStateMachine(call, request.stateMachineArn);
  refuseQualified(named, request.stateMachineArn);
  const { revisionId, description } = request;
  try {
    const published = await engine.stateMachines.publish(caller.scope, detail, {
      ...(revisionId ? { revisionId } : {}),
      ...(description ? { description } : {}),
    });
    return {
      creationDate: timestamp(published.createdAt),
      stateMachineVersionArn: `${engine.arns.stateMachine(detail.name)}:${published.version}`,
    };
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'RevisionConflict') {
      const { given, current } = error.details;
      throw new WireError(
        'ConflictException',
        `Failed to publish the State Machine version for revision ${given}. The current State Machine revision is ${current}.`,
      );
    }
    throw refusal(error, request.stateMachineArn);
  }
}

export async function listStateMachineVersions(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { named, detail } = findStateMachine(call, request.stateMachineArn);
  refuseQualified(named, request.stateMachineArn);
  const arn = engine.arns.stateMachine(detail.name);
  const all = await engine.stateMachines.versions(caller.scope, detail);
  const { items, nextToken } = pageOf(`versions ${detail.name}`, all, request);
  return {
    stateMachineVersions: items.map(({ version, createdAt }) => ({
      stateMachineVersionArn: `${arn}:${version}`,
      creationDate: timestamp(createdAt),
    })),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

export async function deleteStateMachineVersion(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const arn = request.stateMachineVersionArn;
  const { version } = readVersionArn(engine.arns.identity, arn);
  try {
    await engine.stateMachines.deleteVersion(
      caller.scope,
      findStateMachine(call, arn).detail,
      version,
    );
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'VersionInUse') {
      throw new WireError(
        'ConflictException',
        `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${error.details.aliases}]`,
      );
    }
    // Deleting what is not there is no error.
    if (!isNoStateMachine(error)) throw error;
  }
  return {};
}

export async function createStateMachineAlias(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { machine, routing } = findRouting(call, request.routingConfiguration);
  try {
    const alias = await engine.stateMachines.createAlias(
      caller.scope,
      machine,
      request.name,
      routing,
      request.description ?? undefined,
    );
    return {
      stateMachineAliasArn: `${engine.arns.stateMachine(machine.name)}:${alias.name}`,
      creationDate: timestamp(alias.createdAt),
    };
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'AliasExists') {
      throw new WireError(
        'ConflictException',
        `Failed to create alias because an alias with the same name and a different routing configuration already exists.`,
      );
    }
    throw missing(error);
  }
}

export async function describeStateMachineAlias(call: Call): Promise<object> {
  const { engine, caller } = call;
  const { machine, alias } = findAlias(call);
  try {
    return describeAlias(
      engine.arns.stateMachine(machine.name),
      await engine.stateMachines.alias(caller.scope, machine, alias),
    );
  } catch (error) {
    throw missing(error);
  }
}

export async function updateStateMachineAlias(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { machine, alias } = findAlias(call);
  const { description, routingConfiguration } = request;
  if (description === undefined && !routingConfiguration) {
    throw new WireError(
      'ValidationException',
      'Either the description or the RoutingConfiguration must be specified',
    );
  }
  const routed = routingConfiguration ? findRouting(call, routingConfiguration) : undefined;
  if (routed && routed.machine.name !== machine.name) {
    throw new WireError(
      'ValidationException',
      'The routing configuration of an alias names versions of its own state machine only.',
    );
  }
  try {
    const updated = await engine.stateMachines.updateAlias(caller.scope, machine, alias, {
      ...(routed ? { routing: routed.routing } : {}),
      ...(typeof description === 'string' ? { description } : {}),
    });
    return { updateDate: timestamp(updated.updatedAt) };
  } catch (error) {
    throw missing(error);
  }
}

export async function deleteStateMachineAlias(call: Call): Promise<object> {
  const { caller } = call;
  const { machine, alias } = findAlias(call);
  await call.engine.stateMachines.deleteAlias(caller.scope, machine, alias);
  return {};
}

export async function listStateMachineAliases(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { named, detail } = findStateMachine(call, request.stateMachineArn);
  const arn = engine.arns.stateMachine(detail.name);
  const version = await versionOf(call, named, detail);
  const all = (await engine.stateMachines.aliases(caller.scope, detail)).filter(
    ({ routing }) => version === undefined || routing.some((route) => route.version === version),
  );
  const { items, nextToken } = pageOf(`aliases ${detail.name}`, all, request);
  return {
    stateMachineAliases: items.map((alias) => ({
      stateMachineAliasArn: `${arn}:${alias.name}`,
      creationDate: timestamp(alias.createdAt),
    })),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

/** The version whose aliases are listed; undefined for all of the machine's. Throws InvalidArn, ResourceNotFound. */
async function versionOf(
  { engine, caller, request }: Call,
  named: StateMachineName,
  machine: PipelineRef,
): Promise<number | undefined> {
  const arn = request.stateMachineArn;
  refuseMapLabel(named, arn);
  if (named.qualifier === undefined) return undefined;
  const { version } = readVersionArn(engine.arns.identity, arn);
  const published = await engine.stateMachines.versions(caller.scope, machine);
  if (!published.some((each) => each.version === version)) throw nothingThere();
  return version;
}

/** Throws ResourceNotFound, also when there is no such machine: an alias is what is asked for. */
function findAlias(call: Call): { machine: PipelineRef; alias: string } {
  const arn = call.request.stateMachineAliasArn;
  const { alias } = readAliasArn(call.engine.arns.identity, arn);
  try {
    return { machine: findStateMachine(call, arn).detail, alias };
  } catch (error) {
    throw missing(error);
  }
}

function findRouting(
  call: Call,
  given: Parameters<typeof readRouting>[1],
): ReturnType<typeof readRouting> {
  try {
    return readRouting(call, given);
  } catch (error) {
    throw missing(error);
  }
}

function describeAlias(arn: string, alias: AliasRecord): object {
  return {
    stateMachineAliasArn: `${arn}:${alias.name}`,
    name: alias.name,
    ...(alias.description === undefined ? {} : { description: alias.description }),
    routingConfiguration: alias.routing.map(({ version, weight }) => ({
      stateMachineVersionArn: `${arn}:${version}`,
      weight,
    })),
    creationDate: timestamp(alias.createdAt),
    updateDate: timestamp(alias.updatedAt),
  };
}

/** Throws ValidationException unless it is one machine's versions, each once, with weights that add up to 100. */
function readRouting(
  call: Call,
  given: { stateMachineVersionArn: string; weight: number }[],
): { machine: PipelineRef; routing: AliasRoute[] } {
  const { identity } = call.engine.arns;
  const invalid = (reason: string): WireError =>
    new WireError('ValidationException', `Invalid routing configuration: ${reason}`);
  const routing: AliasRoute[] = [];
  const machines = new Map<string, PipelineRef>();
  for (const { stateMachineVersionArn, weight } of given) {
    const { name, version } = readVersionArn(identity, stateMachineVersionArn);
    if (routing.some((route) => route.version === version)) {
      throw invalid(`version ${version} of ${name} is named twice.`);
    }
    machines.set(name, findStateMachine(call, stateMachineVersionArn).detail);
    routing.push({ version, weight });
  }
  const [machine] = machines.values();
  if (machine === undefined || machines.size !== 1) {
    throw invalid('all versions must be of the same state machine.');
  }
  const sum = routing.reduce((total, { weight }) => total + weight, 0);
  if (sum !== 100) throw invalid(`the weights must add up to 100, not ${sum}.`);
  return { machine, routing };
}

function missing(error: unknown): unknown {
  const isMissing =
    error instanceof EngineError &&
    (error.kind === 'AliasNotFound' || error.kind === 'VersionNotFound');
  return isMissing || isNoStateMachine(error) ? nothingThere() : error;
}

function isNoStateMachine(error: unknown): boolean {
  return error instanceof WireError && error.code === 'StateMachineDoesNotExist';
}

function nothingThere(): WireError {
  return new WireError('ResourceNotFound', 'Request references a resource that does not exist.');
}
