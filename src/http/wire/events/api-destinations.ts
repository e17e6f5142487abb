/**
 * API destinations: HTTP endpoints that rules deliver to, each through a connection.
 * @module
 */
import type { ApiDestinationDetail } from '../../../engine/features/rules/calls/api-destination-calls.js';
import { type Call, timestamp } from '../call.js';
import { present } from './names.js';
import { pageOf } from './pages.js';

export async function createApiDestination({ engine, caller, request }: Call): Promise<object> {
  const { Name, Description, InvocationRateLimitPerSecond: rate } = request;
  const destination = await engine.apiDestinations.create(caller.own, {
    name: Name,
    connection: request.ConnectionArn,
    ...(Description ? { description: Description } : {}),
    endpoint: request.InvocationEndpoint,
    method: request.HttpMethod,
    ...(rate ? { ratePerSecond: rate } : {}),
  });
  return shownState(destination);
}

export async function updateApiDestination({ engine, caller, request }: Call): Promise<object> {
  const { Description, ConnectionArn, InvocationEndpoint, HttpMethod } = request;
  const rate = request.InvocationRateLimitPerSecond;
  const destination = await engine.apiDestinations.update(caller.own, request.Name, {
    ...(Description ? { description: Description } : {}),
    ...(ConnectionArn ? { connection: ConnectionArn } : {}),
    ...(InvocationEndpoint ? { endpoint: InvocationEndpoint } : {}),
    ...(HttpMethod ? { method: HttpMethod } : {}),
    ...(rate ? { ratePerSecond: rate } : {}),
  });
  return shownState(destination);
}

export function describeApiDestination({ engine, caller, request }: Call): object {
  const destination = engine.apiDestinations.describe(caller.own, request.Name);
  return { ...present({ Description: destination.description }), ...shown(destination) };
}

export function listApiDestinations({ engine, caller, request }: Call): object {
  const { NamePrefix, ConnectionArn } = request;
  const wanted = engine.apiDestinations
    .list(caller.own)
    .filter(
      ({ name, connection }) =>
        name.startsWith(NamePrefix ?? '') && (!ConnectionArn || connection === ConnectionArn),
    );
  const { items, rest } = pageOf('api destinations', wanted, ({ name }) => name, request);
  return { ApiDestinations: items.map(shown), ...rest };
}

export async function deleteApiDestination({ engine, caller, request }: Call): Promise<object> {
  await engine.apiDestinations.delete(caller.own, request.Name);
  return {};
}

function shownState(destination: ApiDestinationDetail): object {
  return {
    ApiDestinationArn: destination.arn,
    ApiDestinationState: destination.isActive ? 'ACTIVE' : 'INACTIVE',
    CreationTime: timestamp(destination.createdAt),
    LastModifiedTime: timestamp(destination.updatedAt),
  };
}

function shown(destination: ApiDestinationDetail): object {
  return {
    Name: destination.name,
    ...shownState(destination),
    ConnectionArn: destination.connection,
    InvocationEndpoint: destination.endpoint,
    HttpMethod: destination.method,
    InvocationRateLimitPerSecond: destination.ratePerSecond,
  };
}
