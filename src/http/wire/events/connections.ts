/**
 * Connections: how API destinations let Millrace in. Secrets come in and never go out again.
 * @module
 */

import { randomUUID } from 'node:crypto';
import { setOwn } from '../../../asl/expressions/property.js';
import type { JsonObject } from '../../../asl/json.js';
import type { ConnectionRecord } from '../../../engine/features/rules/records.js';
import { type Call, timestamp } from '../call.js';
import {
  alreadyExists,
  invalid,
  invalidParameter,
  notFound,
  present,
  tooMany,
  withoutNulls,
} from './names.js';
import { pageOf } from './pages.js';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_CONNECTIONS = 3_000;
/** The member of AuthParameters that belongs to a type. */
const PARAMETERS: { readonly [type: string]: string } = {
  BASIC: 'BasicAuthParameters',
  API_KEY: 'ApiKeyAuthParameters',
  OAUTH_CLIENT_CREDENTIALS: 'OAuthParameters',
};
/** Members of AuthParameters that are never shown, wherever they stand. */
const SECRETS: ReadonlySet<string> = new Set(['Password', 'ApiKeyValue', 'ClientSecret']);

export async function createConnection(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { Name: name, Description, AuthorizationType: type } = request;
  const { connections } = engine.eventResources;
  if (request.InvocationConnectivityParameters) {
    throw invalidParameter('InvocationConnectivityParameters', 'There are no private APIs here.');
  }
  const parameters: JsonObject = withoutNulls(request.AuthParameters);
  checkParameters(type, parameters);
  const id = randomUUID();
  const now = engine.now();
  const record: ConnectionRecord = {
    id,
    secretId: randomUUID(),
    ...(Description ? { description: Description } : {}),
    authorizationType: type,
    ...stateFor(type),
    parameters: withoutSecrets(parameters),
    sealed: engine.seal(JSON.stringify(parameters)),
    createdAt: now,
    updatedAt: now,
    authorizedAt: now,
  };
  await engine.changeEvents((turn) => {
    if (connections.get(caller.team, name))
      throw alreadyExists(`Connection ${name} already exists.`);
    if (connections.count(caller.team) >= MAX_CONNECTIONS) throw tooMany();
    connections.put(turn, caller.team, name, record);
  });
  return shownState(call, name, record);
}

/** What is given takes the place of what was; for another type of authorization all of it must be given. */
export async function updateConnection(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { Name: name, Description } = request;
  const given: JsonObject = withoutNulls(request.AuthParameters ?? {});
  const record = await engine.changeEvents((turn) => {
    const before = knownConnection(call, name, 'update');
    const type = request.AuthorizationType ?? before.authorizationType;
    const known = type === before.authorizationType ? (engine.secretsOf(before) ?? {}) : {};
    const parameters = merged(known, given);
    checkParameters(type, parameters);
    const now = engine.now();
    const { reason: _, description, ...rest } = before;
    const after: ConnectionRecord = {
      ...rest,
      ...((Description ?? description) ? { description: Description ?? description } : {}),
      authorizationType: type,
      ...stateFor(type),
      parameters: withoutSecrets(parameters),
      sealed: engine.seal(JSON.stringify(parameters)),
      updatedAt: now,
      authorizedAt: now,
    };
    engine.eventResources.connections.put(turn, caller.team, name, after);
    return after;
  });
  return { ...shownState(call, name, record), LastAuthorizedTime: timestamp(record.authorizedAt) };
}

export function describeConnection(call: Call): object {
  const { Name: name } = call.request;
  const record = knownConnection(call, name, 'describe');
  const { region, accountId } = call.engine.arns.identity;
  return {
    Name: name,
    ...present({ Description: record.description }),
    ...shownSummary(call, name, record),
    SecretArn: `arn:aws:secretsmanager:${region}:${accountId}:secret:events!connection/${name}/${record.secretId}`,
    AuthParameters: record.parameters,
  };
}

export function listConnections(call: Call): object {
  const { engine, caller, request } = call;
  const { NamePrefix, ConnectionState } = request;
  const wanted = engine.eventResources.connections
    .list(caller.team)
    .filter(
      ({ name, value }) =>
        name.startsWith(NamePrefix ?? '') && (!ConnectionState || value.state === ConnectionState),
    );
  const { items, rest } = pageOf('connections', wanted, ({ name }) => name, request);
  return {
    Connections: items.map(({ name, value }) => ({
      Name: name,
      ...shownSummary(call, name, value),
    })),
    ...rest,
  };
}

/** Forgets the secrets; what was to be delivered with them goes to the dead letters. */
export async function deauthorizeConnection(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const record = await engine.changeEvents((turn) => {
    const before = knownConnection(call, request.Name, 'deauthorize');
    const after = { ...before, state: 'DEAUTHORIZED', sealed: '', updatedAt: engine.now() };
    engine.eventResources.connections.put(turn, caller.team, request.Name, after);
    return after;
  });
  return {
    ...shownState(call, request.Name, record),
    LastAuthorizedTime: timestamp(record.authorizedAt),
  };
}

export async function deleteConnection(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const record = await engine.changeEvents((turn) => {
    const before = knownConnection(call, request.Name, 'delete');
    engine.eventResources.connections.put(turn, caller.team, request.Name, undefined);
    return before;
  });
  return {
    ...shownState(call, request.Name, { ...record, state: 'DELETING' }),
    LastAuthorizedTime: timestamp(record.authorizedAt),
  };
}

/** The connection that an ARN names, of the caller's. Throws ResourceNotFoundException. */
export function connectionOf(call: Call, arn: string): ConnectionRecord {
  const record = call.engine.eventResources.connectionOf(call.caller.team, arn);
  if (record === undefined) throw notFound(`Connection '${arn}' does not exist.`);
  return record;
}

/** Throws ResourceNotFoundException. */
function knownConnection({ engine, caller }: Call, name: string, act: string): ConnectionRecord {
  const record = engine.eventResources.connections.get(caller.team, name);
  if (record === undefined) {
    throw notFound(`Failed to ${act} the connection(s). Connection '${name}' does not exist.`);
  }
  return record;
}

function checkParameters(type: string, parameters: JsonObject): void {
  const needed = PARAMETERS[type] ?? '';
  if (parameters[needed] === undefined) {
    throw invalid(`Authorization type ${type} needs AuthParameters.${needed}.`);
  }
  const others = Object.values(PARAMETERS).filter((name) => name !== needed && name in parameters);
  if (others.length > 0) {
    throw invalid(`Authorization type ${type} does not go with AuthParameters.${others[0]}.`);
  }
  const [missing] = (
    {
      BASIC: ['Username', 'Password'],
      API_KEY: ['ApiKeyName', 'ApiKeyValue'],
      OAUTH_CLIENT_CREDENTIALS: ['ClientParameters', 'AuthorizationEndpoint', 'HttpMethod'],
    }[type] ?? []
  ).filter((member) => !(member in (parameters[needed] as JsonObject)));
  if (missing !== undefined) throw invalid(`AuthParameters.${needed} needs ${missing}.`);
}

function stateFor(type: string): { state: string; reason?: string } {
  if (type !== 'OAUTH_CLIENT_CREDENTIALS') return { state: 'AUTHORIZED' };
  return { state: 'AUTHORIZING', reason: 'This server does not ask OAuth endpoints for tokens.' };
}

function merged(known: JsonObject, given: JsonObject): JsonObject {
  const result = { ...known };
  for (const [name, value] of Object.entries(given)) {
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    const isNested = [before, value].every(
      (one) => typeof one === 'object' && one !== null && !Array.isArray(one),
    );
    setOwn(
      result,
      name,
      isNested ? { ...(before as JsonObject), ...(value as JsonObject) } : value,
    );
  }
  return result;
}

/** What may be shown: without passwords and the like, and without values that were marked as secret. */
function withoutSecrets(parameters: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(parameters, (name, value) => {
      if (SECRETS.has(name)) return undefined;
      const { IsValueSecret, ...rest } = (value ?? {}) as JsonObject;
      if (IsValueSecret !== true) return value;
      const { Value: _, ...shown } = rest;
      return { ...shown, IsValueSecret: true };
    }),
  ) as JsonObject;
}

function shownState({ engine }: Call, name: string, record: ConnectionRecord): object {
  return {
    ConnectionArn: engine.eventResources.arns.connection(name, record.id),
    ConnectionState: record.state,
    CreationTime: timestamp(record.createdAt),
    LastModifiedTime: timestamp(record.updatedAt),
  };
}

function shownSummary(call: Call, name: string, record: ConnectionRecord): object {
  return {
    ...shownState(call, name, record),
    ...present({ StateReason: record.reason }),
    AuthorizationType: record.authorizationType,
    LastAuthorizedTime: timestamp(record.authorizedAt),
  };
}
