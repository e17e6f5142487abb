/**
 * API destinations: HTTP endpoints that rules deliver to, each through a connection.
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { ApiDestinationRecord } from '../../../engine/features/rules/records.js';
import { type Call, timestamp } from '../call.js';
import { connectionOf } from './connections.js';
import { alreadyExists, invalidParameter, notFound, present, tooMany } from './names.js';
import { pageOf } from './pages.js';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_DESTINATIONS = 3_000;
const DEFAULT_RATE = 300;

export async function createApiDestination(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { Name: name, Description, InvocationEndpoint, HttpMethod } = request;
  const { apiDestinations } = engine.eventResources;
  checkEndpoint(InvocationEndpoint);
  const now = engine.now();
  const record: ApiDestinationRecord = {
    id: randomUUID(),
    connection: request.ConnectionArn,
    ...(Description ? { description: Description } : {}),
    endpoint: InvocationEndpoint,
    method: HttpMethod,
    ratePerSecond: request.InvocationRateLimitPerSecond ?? DEFAULT_RATE,
    createdAt: now,
    updatedAt: now,
  };
  await engine.changeEvents((turn) => {
    connectionOf(call, record.connection);
    if (apiDestinations.get(caller.team, name)) {
      throw alreadyExists(`An api-destination '${name}' already exists.`);
    }
    if (apiDestinations.count(caller.team) >= MAX_DESTINATIONS) throw tooMany();
    apiDestinations.put(turn, caller.team, name, record);
  });
  return shownState(call, name, record);
}

export async function updateApiDestination(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { Name: name, Description, ConnectionArn, InvocationEndpoint, HttpMethod } = request;
  if (InvocationEndpoint) checkEndpoint(InvocationEndpoint);
  const record = await engine.changeEvents((turn) => {
    const before = knownDestination(call, name, 'update');
    if (ConnectionArn) connectionOf(call, ConnectionArn);
    const rate = request.InvocationRateLimitPerSecond;
    const after: ApiDestinationRecord = {
      ...before,
      ...(Description ? { description: Description } : {}),
      ...(ConnectionArn ? { connection: ConnectionArn } : {}),
      ...(InvocationEndpoint ? { endpoint: InvocationEndpoint } : {}),
      ...(HttpMethod ? { method: HttpMethod } : {}),
      ...(rate ? { ratePerSecond: rate } : {}),
      updatedAt: engine.now(),
    };
    engine.eventResources.apiDestinations.put(turn, caller.team, name, after);
    return after;
  });
  return shownState(call, name, record);
}

export function describeApiDestination(call: Call): object {
  const { Name: name } = call.request;
  const record = knownDestination(call, name, 'describe');
  return { ...present({ Description: record.description }), ...shown(call, name, record) };
}

export function listApiDestinations(call: Call): object {
  const { engine, caller, request } = call;
  const { NamePrefix, ConnectionArn } = request;
  const wanted = engine.eventResources.apiDestinations
    .list(caller.team)
    .filter(
      ({ name, value }) =>
        name.startsWith(NamePrefix ?? '') && (!ConnectionArn || value.connection === ConnectionArn),
    );
  const { items, rest } = pageOf('api destinations', wanted, ({ name }) => name, request);
  return { ApiDestinations: items.map(({ name, value }) => shown(call, name, value)), ...rest };
}

export async function deleteApiDestination(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  await engine.changeEvents((turn) => {
    knownDestination(call, request.Name, 'delete');
    engine.eventResources.apiDestinations.put(turn, caller.team, request.Name, undefined);
  });
  return {};
}

/** Throws ResourceNotFoundException. */
function knownDestination(
  { engine, caller }: Call,
  name: string,
  act: string,
): ApiDestinationRecord {
  const record = engine.eventResources.apiDestinations.get(caller.team, name);
  if (record === undefined) {
    throw notFound(
      `Failed to ${act} the api-destination(s). An api-destination '${name}' does not exist.`,
    );
  }
  return record;
}

/** Plain HTTP is for one's own network: who may be reached there is the operator's to say. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw invalidParameter('InvocationEndpoint', 'It must be the URL of an HTTPS endpoint.');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidParameter('InvocationEndpoint', 'Credentials belong to the connection.');
  }
}

function shownState(call: Call, name: string, record: ApiDestinationRecord): object {
  return {
    ApiDestinationArn: call.engine.eventResources.arns.apiDestination(name, record.id),
    ApiDestinationState: isActive(call, record) ? 'ACTIVE' : 'INACTIVE',
    CreationTime: timestamp(record.createdAt),
    LastModifiedTime: timestamp(record.updatedAt),
  };
}

function isActive(call: Call, { connection }: ApiDestinationRecord): boolean {
  try {
    return connectionOf(call, connection).state === 'AUTHORIZED';
  } catch {
    return false;
  }
}

function shown(call: Call, name: string, record: ApiDestinationRecord): object {
  return {
    Name: name,
    ...shownState(call, name, record),
    ConnectionArn: record.connection,
    InvocationEndpoint: record.endpoint,
    HttpMethod: record.method,
    InvocationRateLimitPerSecond: record.ratePerSecond,
  };
}
