/**
 * What a connection holds: its parameters opened, declared as secrets, and read as what they add to a request.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnectionAuthRequestParameters.html
 * @module
 */
import type { ConnectionAdditions, Pair } from '../../../asl/http-request.js';
import type { Json, JsonObject } from '../../../asl/json.js';
import type { SecretRegistry } from '../../../secrets/secret-registry.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { ConnectionRecord } from './records.js';

/** Members that are secret, whatever their values look like. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set(['Password', 'ApiKeyValue', 'ClientSecret']);

/** Undefined when they were sealed under another key. From now on they are masked. */
export function secretsOf(
  { encryption, secrets }: Pick<Kernel, 'encryption' | 'secrets'>,
  { sealed }: ConnectionRecord,
): JsonObject | undefined {
  try {
    const opened = JSON.parse(encryption.open(sealed)) as JsonObject;
    declareSecrets(secrets, opened);
    return opened;
  } catch {
    return undefined;
  }
}

/** Everything of AuthParameters that is secret by its name, or was marked as such, is masked from now on. */
export function declareSecrets(secrets: SecretRegistry, parameters: JsonObject): void {
  secrets.declareIn(parameters);
  JSON.stringify(parameters, (name, value: unknown) => {
    if (SECRET_MEMBERS.has(name) && typeof value === 'string') secrets.declare(value);
    const marked = (value ?? {}) as { IsValueSecret?: unknown; Value?: unknown };
    if (marked.IsValueSecret === true && typeof marked.Value === 'string') {
      secrets.declare(marked.Value);
    }
    return value;
  });
}

/**
 * What a connection adds to each request, without a token of OAuth.
 * @param opened all of AuthParameters
 * @example additionsOf({ ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: '…' } }).headers // [['X-Key', '…']]
 */
export function additionsOf(opened: JsonObject): ConnectionAdditions {
  const shared = (opened.InvocationHttpParameters ?? {}) as JsonObject;
  return {
    headers: [...pairsOf(shared.HeaderParameters), ...credentialsOf(opened)],
    query: pairsOf(shared.QueryStringParameters),
    body: pairsOf(shared.BodyParameters),
  };
}

/** `{ name: value }` of a target, or `[{ Key, Value }]` of a connection. */
export function pairsOf(given: Json | undefined): Pair[] {
  if (Array.isArray(given)) {
    return given.map((one) => {
      const { Key, Value } = one as { Key?: string; Value?: string };
      return [String(Key ?? ''), String(Value ?? '')];
    });
  }
  return Object.entries((given ?? {}) as JsonObject).map(([name, value]) => [name, String(value)]);
}

function credentialsOf({ BasicAuthParameters, ApiKeyAuthParameters }: JsonObject): Pair[] {
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
