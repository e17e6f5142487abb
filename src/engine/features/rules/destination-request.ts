/**
 * The HTTP request that delivers an event to an API destination, with what its connection adds: credentials, headers,
 * parameters. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { DestinationRequest } from '../../kernel/ports.js';
import type { Delivery, Failure } from './delivery.js';
import type { ConnectionRecord } from './records.js';
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
export function requestFor(
  kernel: Kernel,
  rules: DeclaredResources,
  team: string,
  { target, body }: Delivery,
): DestinationRequest | Failure {
  const destination = rules.destinationOf(team, target.Arn);
  if (destination === undefined) {
    return { code: 'NO_RESOURCE', message: `There is no API destination ${target.Arn}.` };
  }
  const connection = rules.connectionOf(team, destination.connection);
  if (connection?.state !== 'AUTHORIZED') {
    const state = connection === undefined ? 'is gone' : `is ${connection.state}`;
    return { code: 'NO_PERMISSIONS', message: `The connection of ${target.Arn} ${state}.` };
  }
  const secrets = secretsOf(kernel, connection);
  if (secrets === undefined) {
    const message = `The secrets of the connection of ${target.Arn} cannot be read: was seal.key replaced?`;
    return { code: 'NO_PERMISSIONS', message };
  }
  const own = (target.HttpParameters ?? {}) as JsonObject;
  const shared = (secrets.InvocationHttpParameters ?? {}) as JsonObject;
  const url = urlOf(destination.endpoint, own.PathParameterValues);
  if (url === undefined) {
    return { code: 'INVALID_PARAMETER', message: `${target.Arn} has no valid URL.` };
  }
  for (const [name, value] of pairsOf(own.QueryStringParameters)) url.searchParams.set(name, value);
  for (const [name, value] of pairsOf(shared.QueryStringParameters)) {
    url.searchParams.set(name, value);
  }
  const headers: { [name: string]: string } = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'millrace',
  };
  const given = [...pairsOf(own.HeaderParameters), ...pairsOf(shared.HeaderParameters)];
  for (const [name, value] of [...given, ...credentialsOf(secrets)]) {
    if (!RESERVED.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  const hasBody = destination.method !== 'GET' && destination.method !== 'HEAD';
  const text = withBodyParameters(body, pairsOf(shared.BodyParameters));
  if (hasBody) headers['content-length'] = String(Buffer.byteLength(text));
  return {
    url: url.href,
    method: destination.method,
    headers,
    body: hasBody ? text : undefined,
  };
}

/** Undefined when they were sealed under another key. */
export function secretsOf(
  { encryption, secrets }: Pick<Kernel, 'encryption' | 'secrets'>,
  { sealed }: ConnectionRecord,
): JsonObject | undefined {
  try {
    const opened = JSON.parse(encryption.open(sealed)) as JsonObject;
    secrets.declareIn(opened);
    return opened;
  } catch {
    return undefined;
  }
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

/** `{ name: value }` of a target, or `[{ Key, Value }]` of a connection. */
function pairsOf(given: Json | undefined): [string, string][] {
  if (Array.isArray(given)) {
    return given.map((one) => {
      const { Key, Value } = one as { Key?: string; Value?: string };
      return [String(Key ?? ''), String(Value ?? '')];
    });
  }
  return Object.entries((given ?? {}) as JsonObject).map(([name, value]) => [name, String(value)]);
}

function credentialsOf({
  BasicAuthParameters,
  ApiKeyAuthParameters,
}: JsonObject): [string, string][] {
  if (BasicAuthParameters) {
    const { Username, Password } = BasicAuthParameters as { Username: string; Password: string };
    const encoded = Buffer.from(`${Username}:${Password}`).toString('base64');
    return [['authorization', `Basic ${encoded}`]];
  }
  if (ApiKeyAuthParameters) {
    const { ApiKeyName, ApiKeyValue } = ApiKeyAuthParameters as {
      ApiKeyName: string;
      ApiKeyValue: string;
    };
    return [[ApiKeyName, ApiKeyValue]];
  }
  return [];
}

/** Members that the connection adds to a body that is an object. */
function withBodyParameters(body: string, more: [string, string][]): string {
  if (more.length === 0) return body;
  try {
    const parsed = JSON.parse(body) as Json;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return body;
    return JSON.stringify({ ...parsed, ...Object.fromEntries(more) });
  } catch {
    return body;
  }
}
