/**
 * How a connection lets Millrace in (AuthParameters): what each type needs, what of it may be shown, and what a change of a
 * part leaves as it was. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html
 * @module
 */
import { setOwn } from '../../../../asl/expressions/property.js';
import type { JsonObject } from '../../../../asl/json.js';
import { EngineError } from '../../../kernel/errors.js';

/** The member of AuthParameters that belongs to a type, and what must be in it. */
const TYPES: { readonly [type: string]: { member: string; needs: readonly string[] } } = {
  BASIC: { member: 'BasicAuthParameters', needs: ['Username', 'Password'] },
  API_KEY: { member: 'ApiKeyAuthParameters', needs: ['ApiKeyName', 'ApiKeyValue'] },
  OAUTH_CLIENT_CREDENTIALS: {
    member: 'OAuthParameters',
    needs: ['ClientParameters', 'AuthorizationEndpoint', 'HttpMethod'],
  },
};
/** Members of AuthParameters that are never shown, wherever they stand. */
const SECRETS: ReadonlySet<string> = new Set(['Password', 'ApiKeyValue', 'ClientSecret']);

/** Throws ConnectionRefused. */
export function checkParameters(type: string, parameters: JsonObject): void {
  const refuse = (problem: string): never => {
    throw new EngineError('ConnectionRefused', { problem });
  };
  const { member = '', needs = [] } = TYPES[type] ?? {};
  if (parameters[member] === undefined) {
    refuse(`Authorization type ${type} needs AuthParameters.${member}.`);
  }
  const [other] = Object.values(TYPES).filter(
    (one) => one.member !== member && one.member in parameters,
  );
  if (other) refuse(`Authorization type ${type} does not go with AuthParameters.${other.member}.`);
  const missing = needs.find((name) => !(name in (parameters[member] as JsonObject)));
  if (missing !== undefined) refuse(`AuthParameters.${member} needs ${missing}.`);
}

/** What was, with what is given in its place; one level of what is nested, too. */
export function merged(known: JsonObject, given: JsonObject): JsonObject {
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
export function withoutSecrets(parameters: JsonObject): JsonObject {
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
