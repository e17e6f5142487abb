/**
 * The HTTP request that delivers an event to an API destination, with what its connection adds: credentials, headers,
 * parameters. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 * @module
 */
import type { Pair } from '../../../asl/http-request.js';
import type { Json, JsonObject } from '../../../asl/json.js';
import type { DestinationRequest } from '../../kernel/ports.js';
import { pairsOf } from './connection-secrets.js';
import type { Connections } from './connections.js';
import type { Delivery, Failure } from './delivery.js';
import type { DeclaredResources } from './resources.js';

/** Headers that belong to the exchange itself. */
const RESERVED: ReadonlySet<string> = new Set(
  ['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'trailer'].concat([
    'expect',
    'keep-alive',
    'proxy-connection',
    'proxy-authorization',
  ]),
);

/** The request, or why there is none. */
export async function requestFor(
  rules: DeclaredResources,
  connections: Connections,
  team: string,
  { target, body }: Delivery,
): Promise<DestinationRequest | Failure> {
  const destination = rules.destinationOf(team, target.Arn);
  if (destination === undefined) {
    return { code: 'NO_RESOURCE', message: `There is no API destination ${target.Arn}.` };
  }
  const shared = await connections.additions(team, destination.connection);
  if ('error' in shared) {
    const message = `The connection of ${target.Arn} cannot be used: ${shared.cause}`;
    return { code: 'NO_PERMISSIONS', message };
  }
  const own = (target.HttpParameters ?? {}) as JsonObject;
  const url = urlOf(destination.endpoint, own.PathParameterValues);
  if (url === undefined) {
    return { code: 'INVALID_PARAMETER', message: `${target.Arn} has no valid URL.` };
  }
  for (const [name, value] of [...pairsOf(own.QueryStringParameters), ...shared.query]) {
    url.searchParams.set(name, value);
  }
  const headers: { [name: string]: string } = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'millrace',
  };
  for (const [name, value] of [...pairsOf(own.HeaderParameters), ...shared.headers]) {
    if (!RESERVED.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  const hasBody = destination.method !== 'GET' && destination.method !== 'HEAD';
  const text = withBodyParameters(body, shared.body);
  if (hasBody) headers['content-length'] = String(Buffer.byteLength(text));
  return {
    url: url.href,
    method: destination.method,
    headers,
    body: hasBody ? text : undefined,
  };
}

/** Each `*` of the path stands for the next value. */
function urlOf(endpoint: string, given: Json | undefined): URL | undefined {
  const values = Array.isArray(given) ? given.map(String) : [];
  let next = 0;
  const filled = endpoint.replaceAll('*', () => {
    const value = values[next] ?? '*';
    next += 1;
    return encodeURIComponent(value);
  });
  return URL.canParse(filled) ? new URL(filled) : undefined;
}

/** Members that the connection adds to a body that is an object. */
function withBodyParameters(body: string, more: readonly Pair[]): string {
  if (more.length === 0) return body;
  try {
    const parsed = JSON.parse(body) as Json;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return body;
    return JSON.stringify({ ...parsed, ...Object.fromEntries(more) });
  } catch {
    return body;
  }
}
