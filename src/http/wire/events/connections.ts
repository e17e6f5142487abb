/**
 * Connections: how API destinations let Millrace in. Secrets come in and never go out again.
 * @module
 */
import type { ConnectionDetail } from '../../../engine/features/rules/calls/connection-calls.js';
import { type Call, timestamp } from '../call.js';
import { invalidParameter, present, withoutNulls } from './names.js';
import { pageOf } from './pages.js';

export async function createConnection({ engine, caller, request }: Call): Promise<object> {
  const { Name, Description, AuthorizationType } = request;
  if (request.InvocationConnectivityParameters) {
    throw invalidParameter('InvocationConnectivityParameters', 'There are no private APIs here.');
  }
  const connection = await engine.connections.create(caller.own, {
    name: Name,
    ...(Description ? { description: Description } : {}),
    authorizationType: AuthorizationType,
    parameters: withoutNulls(request.AuthParameters),
  });
  return shownState(connection);
}

export async function updateConnection({ engine, caller, request }: Call): Promise<object> {
  const { Name, Description, AuthorizationType } = request;
  const connection = await engine.connections.update(caller.own, Name, {
    ...(typeof Description === 'string' ? { description: Description } : {}),
    ...(AuthorizationType ? { authorizationType: AuthorizationType } : {}),
    parameters: withoutNulls(request.AuthParameters ?? {}),
  });
  return shownChange(connection);
}

export function describeConnection({ engine, caller, request }: Call): object {
  const connection = engine.connections.describe(caller.own, request.Name);
  return {
    Name: connection.name,
    ...present({ Description: connection.description }),
    ...shownSummary(connection),
    SecretArn: connection.secretArn,
    AuthParameters: connection.parameters,
  };
}

export function listConnections({ engine, caller, request }: Call): object {
  const { NamePrefix, ConnectionState } = request;
  const wanted = engine.connections
    .list(caller.own)
    .filter(
      ({ name, state }) =>
        name.startsWith(NamePrefix ?? '') && (!ConnectionState || state === ConnectionState),
    );
  const { items, rest } = pageOf('connections', wanted, ({ name }) => name, request);
  return {
    Connections: items.map((connection) => ({
      Name: connection.name,
      ...shownSummary(connection),
    })),
    ...rest,
  };
}

export async function deauthorizeConnection({ engine, caller, request }: Call): Promise<object> {
  return shownChange(await engine.connections.deauthorize(caller.own, request.Name));
}

export async function deleteConnection({ engine, caller, request }: Call): Promise<object> {
  const connection = await engine.connections.delete(caller.own, request.Name);
  return shownChange({ ...connection, state: 'DELETING' });
}

function shownState(connection: ConnectionDetail): object {
  return {
    ConnectionArn: connection.arn,
    ConnectionState: connection.state,
    CreationTime: timestamp(connection.createdAt),
    LastModifiedTime: timestamp(connection.updatedAt),
  };
}

function shownChange(connection: ConnectionDetail): object {
  const LastAuthorizedTime = timestamp(connection.authorizedAt);
  return { ...shownState(connection), LastAuthorizedTime };
}

function shownSummary(connection: ConnectionDetail): object {
  return {
    ...shownState(connection),
    ...present({ StateReason: connection.reason }),
    AuthorizationType: connection.authorizationType,
    LastAuthorizedTime: timestamp(connection.authorizedAt),
  };
}
