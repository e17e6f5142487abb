/**
 * Event buses and who may do what with them.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { BusAttributes, BusDetail } from '../../../engine/features/rules/calls/bus-calls.js';
import { type Call, timestamp } from '../call.js';
import { invalid, notFound, present, readTags, withoutNulls } from './names.js';
import { pageOf } from './pages.js';

export async function createEventBus({ engine, caller, request }: Call): Promise<object> {
  if (request.EventSourceName) {
    throw notFound(`Event source ${request.EventSourceName} does not exist.`);
  }
  const tags = readTags(request.Tags ?? []);
  const wanted = { ...attributesOf(request), tags };
  const bus = await engine.buses.create(caller.own, request.Name, wanted);
  return { EventBusArn: bus.arn, ...shownAttributes(bus) };
}

export async function updateEventBus({ engine, caller, request }: Call): Promise<object> {
  const bus = await engine.buses.update(caller.own, named(request.Name), attributesOf(request));
  return { Arn: bus.arn, Name: bus.name, ...shownAttributes(bus) };
}

export function describeEventBus({ engine, caller, request }: Call): object {
  const bus = engine.buses.describe(caller.own, named(request.Name));
  return { Name: bus.name, Arn: bus.arn, ...shownAttributes(bus), ...shown(bus) };
}

export function listEventBuses({ engine, caller, request }: Call): object {
  const wanted = engine.buses
    .list(caller.own)
    .filter(({ name }) => name.startsWith(request.NamePrefix ?? ''));
  const { items, rest } = pageOf('buses', wanted, ({ name }) => name, request);
  return {
    EventBuses: items.map((bus) => ({
      Name: bus.name,
      Arn: bus.arn,
      ...present({ Description: bus.description }),
      ...shown(bus),
    })),
    ...rest,
  };
}

export async function deleteEventBus({ engine, caller, request }: Call): Promise<object> {
  await engine.buses.delete(caller.own, request.Name);
  return {};
}

export async function putPermission({ engine, caller, request }: Call): Promise<object> {
  const { Policy, StatementId, Action, Principal, Condition } = request;
  const given = [StatementId, Action, Principal].filter((member) => member);
  if (Policy ? given.length > 0 || Condition : given.length < 3) {
    throw invalid('Provide either a policy or the parameters action, principal and statementId.');
  }
  const permission = Policy
    ? { policy: readPolicy(Policy) }
    : {
        id: StatementId,
        action: Action,
        principal: Principal,
        ...(Condition
          ? {
              condition: { type: Condition.Type, key: Condition.Key, value: Condition.Value },
            }
          : {}),
      };
  await engine.buses.putPermission(caller.own, named(request.EventBusName), permission);
  return {};
}

export async function removePermission({ engine, caller, request }: Call): Promise<object> {
  const { StatementId, RemoveAllPermissions } = request;
  if (!RemoveAllPermissions && !StatementId) throw invalid('Parameter StatementId is required.');
  const statement = RemoveAllPermissions ? 'all' : { id: StatementId };
  await engine.buses.removePermission(caller.own, named(request.EventBusName), statement);
  return {};
}

/** The bus that a request names; absent and null mean the default one. */
export function named(nameOrArn: string | null | undefined): string | undefined {
  return nameOrArn ?? undefined;
}

function attributesOf(request: Call['request']): BusAttributes {
  const { Description, KmsKeyIdentifier, DeadLetterConfig, LogConfig } = request;
  return withoutNulls({
    ...(Description ? { description: Description } : {}),
    ...(KmsKeyIdentifier ? { kmsKeyIdentifier: KmsKeyIdentifier } : {}),
    ...(DeadLetterConfig ? { deadLetterConfig: DeadLetterConfig } : {}),
    ...(LogConfig ? { logConfig: LogConfig } : {}),
  });
}

function shownAttributes(bus: BusAttributes): object {
  return present({
    Description: bus.description,
    KmsKeyIdentifier: bus.kmsKeyIdentifier,
    DeadLetterConfig: bus.deadLetterConfig,
    LogConfig: bus.logConfig,
  });
}

function shown({ createdAt, updatedAt, policy }: BusDetail): object {
  return present({
    Policy: policy && JSON.stringify(policy),
    CreationTime: createdAt && timestamp(createdAt),
    LastModifiedTime: updatedAt && timestamp(updatedAt),
  });
}

function readPolicy(text: string): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    throw invalid('Parameter Policy is not valid. Reason: it is not JSON.');
  }
  const statements = isObject(parsed) ? parsed.Statement : undefined;
  if (!isObject(parsed) || !Array.isArray(statements) || !statements.every(isObject)) {
    throw invalid('Parameter Policy is not valid. Reason: it has no list of statements.');
  }
  return parsed;
}
