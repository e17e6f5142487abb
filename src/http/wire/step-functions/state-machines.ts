/**
 * Create, read, update and delete state machines.
 * @module
 */
import type { MachineDefinition } from '../../../asl/definition.js';
import type { JsonObject } from '../../../asl/json.js';
import { variableReferences } from '../../../asl/variable-references.js';
import type { StateMachineDetail } from '../../../engine/features/state-machines/state-machines.js';
import { EngineError } from '../../../engine/kernel/errors.js';
import { teamOf } from '../../../engine/kernel/scope.js';
import type { PipelineRef, PublishedVersionRecord } from '../../../store/store.js';
import { type Call, timestamp } from '../call.js';
import { WireError } from '../wire-error.js';
import {
  noStateMachine,
  readStateMachineArn,
  refuseQualified,
  type StateMachineName,
} from './arns.js';
import { readDefinition } from './definitions.js';
import { pageOf } from './pages.js';
import { readTags } from './tags.js';

const DEFAULT_LOGGING = { level: 'OFF', includeExecutionData: false };
const DEFAULT_TRACING = { enabled: false };
const DEFAULT_ENCRYPTION = { type: 'AWS_OWNED_KEY' };

/**
 * The state machine that an ARN names, if the caller sees it.
 * @throws WireError StateMachineDoesNotExist
 */
export function findStateMachine(
  { engine, caller }: Call,
  arn: string,
): { named: StateMachineName; detail: StateMachineDetail } {
  const named = readStateMachineArn(engine.arns.identity, arn);
  try {
    return { named, detail: engine.stateMachines.find(caller.scope, named.name) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  throw noStateMachine(arn);
}

export async function createStateMachine(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  checkVersionDescription(request);
  checkLogging(request.loggingConfiguration);
  const type = request.type ?? 'STANDARD';
  const definition = readDefinition(request.definition, type);
  let detail: StateMachineDetail;
  try {
    detail = await engine.stateMachines.create({
      name: request.name,
      team: teamOf(caller.own),
      tags: readTags(request.tags ?? []),
      definition,
      attributes: {
        type,
        roleArn: request.roleArn,
        definitionText: request.definition,
        ...configurationOf(request),
      },
    });
  } catch (error) {
    throw refusal(error, engine.arns.stateMachine(request.name));
  }
  return {
    stateMachineArn: engine.arns.stateMachine(detail.name),
    creationDate: timestamp(detail.attributes.createdAt),
    ...(request.publish ? await publishNow(call, detail) : {}),
  };
}

export async function updateStateMachine(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { named, detail } = findStateMachine(call, request.stateMachineArn);
  refuseQualified(named, request.stateMachineArn);
  const configuration = configurationOf(request);
  const isEmpty =
    !request.definition && !request.roleArn && Object.keys(configuration).length === 0;
  if (isEmpty) {
    throw new WireError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  checkVersionDescription(request);
  checkLogging(request.loggingConfiguration);
  let definition: MachineDefinition | undefined;
  if (request.definition) definition = readDefinition(request.definition, detail.attributes.type);
  let updated: StateMachineDetail;
  try {
    updated = await engine.stateMachines.update(caller.scope, detail, {
      ...(definition === undefined ? {} : { definition }),
      attributes: {
        ...(definition === undefined ? {} : { definitionText: request.definition }),
        ...(request.roleArn ? { roleArn: request.roleArn } : {}),
        ...configuration,
      },
    });
  } catch (error) {
    throw refusal(error, request.stateMachineArn);
  }
  const { revisionId } = updated.attributes;
  return {
    updateDate: timestamp(updated.updatedAt),
    ...(revisionId === undefined ? {} : { revisionId }),
    ...(request.publish ? await publishNow(call, detail) : {}),
  };
}

async function publishNow(
  { engine, caller, request }: Call,
  machine: PipelineRef,
): Promise<object> {
  const description = request.versionDescription;
  const options = description ? { description } : {};
  const published = await engine.stateMachines.publish(caller.scope, machine, options);
  return {
    stateMachineVersionArn: `${engine.arns.stateMachine(machine.name)}:${published.version}`,
  };
}

export async function deleteStateMachine(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const arn = request.stateMachineArn;
  // What it names is looked at first: the ARN of a version must not delete the machine.
  refuseQualified(readStateMachineArn(engine.arns.identity, arn), arn);
  try {
    await engine.stateMachines.delete(caller.scope, findStateMachine(call, arn).detail);
  } catch (error) {
    // Deleting what is not there is no error.
    if (!(error instanceof WireError && error.code === 'StateMachineDoesNotExist')) throw error;
  }
  return {};
}

export async function describeStateMachine(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { named, detail } = findStateMachine(call, request.stateMachineArn);
  let shown = detail;
  let published: PublishedVersionRecord | undefined;
  if (named.qualifier !== undefined) {
    if (!/^\d+$/.test(named.qualifier)) throw noStateMachine(request.stateMachineArn);
    try {
      const version = Number(named.qualifier);
      const found = await engine.stateMachines.describeVersion(caller.scope, detail, version);
      shown = found;
      published = found.published;
    } catch (error) {
      throw refusal(error, request.stateMachineArn);
    }
  }
  return {
    stateMachineArn: request.stateMachineArn,
    name: shown.name,
    status: 'ACTIVE',
    type: shown.attributes.type,
    creationDate: timestamp(published?.createdAt ?? shown.attributes.createdAt),
    ...describeRevision(shown, request.includedData),
    ...(named.label === undefined ? {} : { label: named.label }),
    ...(published?.description === undefined ? {} : { description: published.description }),
  };
}

/** What DescribeStateMachine and DescribeStateMachineForExecution both tell of a revision. */
export function describeRevision(
  { attributes, definition }: StateMachineDetail,
  includedData?: string,
): object {
  const { revisionId } = attributes;
  const references = variableReferences(definition);
  const isWhole = includedData !== 'METADATA_ONLY';
  return {
    definition: isWhole ? attributes.definitionText : '',
    roleArn: attributes.roleArn,
    loggingConfiguration: { ...DEFAULT_LOGGING, ...attributes.loggingConfiguration },
    tracingConfiguration: { ...DEFAULT_TRACING, ...attributes.tracingConfiguration },
    encryptionConfiguration: attributes.encryptionConfiguration ?? DEFAULT_ENCRYPTION,
    ...(revisionId === undefined ? {} : { revisionId }),
    ...(isWhole && Object.keys(references).length > 0 ? { variableReferences: references } : {}),
  };
}

export function listStateMachines({ engine, caller, request }: Call): object {
  const all = engine.stateMachines.list(caller.scope);
  const { items, nextToken } = pageOf('stateMachines', all, request);
  return {
    stateMachines: items.map(({ name, attributes }) => ({
      stateMachineArn: engine.arns.stateMachine(name),
      name,
      type: attributes.type,
      creationDate: timestamp(attributes.createdAt),
    })),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

/** Throws InvalidLoggingConfiguration. https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html */
function checkLogging(
  logging: { level?: string; destinations?: unknown[] } | undefined | null,
): void {
  if (!logging) return;
  const count = logging.destinations?.length ?? 0;
  const isOff = (logging.level ?? 'OFF') === 'OFF';
  if (count === 1 || (count === 0 && isOff)) return;
  throw new WireError(
    'InvalidLoggingConfiguration',
    'Invalid Logging Configuration: Must specify exactly one Log Destination.',
  );
}

function checkVersionDescription(request: {
  publish?: boolean;
  versionDescription?: string;
}): void {
  if (!request.versionDescription || request.publish) return;
  throw new WireError(
    'ValidationException',
    'Version description can only be set when publish is set to true.',
  );
}

function configurationOf(request: { [name: string]: unknown }): {
  loggingConfiguration?: JsonObject;
  tracingConfiguration?: JsonObject;
  encryptionConfiguration?: JsonObject;
} {
  const names = ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration'];
  return Object.fromEntries(
    names.filter((name) => request[name]).map((name) => [name, request[name] as JsonObject]),
  );
}

/** What an engine's refusal is in AWS's words. */
export function refusal(error: unknown, arn: string): unknown {
  if (!(error instanceof EngineError)) return error;
  switch (error.kind) {
    case 'PipelineNotFound':
      return noStateMachine(arn);
    case 'VersionNotFound':
      return noStateMachine(arn);
    case 'StateMachineExists':
      return new WireError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    case 'DeployedFromFile':
      return new WireError('ConflictException', `${error.message} ${error.fix}`);
    case 'InvalidName':
      return new WireError('InvalidName', `Invalid Name: '${arn.slice(arn.lastIndexOf(':') + 1)}'`);
    case 'InvalidDefinition':
      return new WireError(
        'InvalidDefinition',
        `Invalid State Machine Definition: '${error.message}'`,
      );
    default:
      return error;
  }
}
