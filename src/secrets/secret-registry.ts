/**
 * The one place that masks. It knows the secrets of the server itself, and what makes a value of others a secret.
 *
 *     declared values (tokens, keys, connections, environment) ─┐
 *     names of members, headers, parameters ────────────────────┼─▶ *** in whatever is shown, logged or sent on
 *     values that an execution was seen to use as secrets ──────┘
 *
 * Sources add to it what they know: whoever issues or opens a secret calls `declare`.
 * @module
 */
import { isSecretName } from './names.js';
import { SecretValues } from './secret-values.js';
import { findSecrets, type Json, maskJson } from './secrets-in-json.js';
import { maskText } from './secrets-in-text.js';

export interface SecretRegistry {
  /** From now on this value is masked wherever it appears. */
  declare(value: string): void;
  /** It has expired and opens nothing any more: it is no longer masked. Credentials come and go by the hour. */
  forget(value: string): void;
  /** The name of a secret that is kept here: where something refers to it by that name, the name is shown. */
  declareName(name: string): void;
  /** Every value of a piece of JSON that is secret by its name: the parameters of a connection. */
  declareIn(value: Json): void;
  /** Calls back for every secret in a value that is not declared. True when there is any, also a declared one. */
  find(value: unknown, found: (secret: string) => void): boolean;
  /** @param own what is secret besides, for one execution */
  text(text: string, own?: SecretValues): string;
  /** The same object when nothing is secret in it. */
  json<Value>(value: Value, own?: SecretValues): Value;
}

/** Values of a whole server: secrets of all teams with their parts, tokens, keys. */
const MOST_DECLARED = 50_000;

/** Names of secrets, at most: what comes after them is shown as `***`. */
const MOST_NAMES = 50_000;

/** @example const secrets = createSecretRegistry(); secrets.declare(token); log(secrets.text(line)); */
export function createSecretRegistry(): SecretRegistry {
  const declared = new SecretValues([], MOST_DECLARED);
  const names = new Set<string>();
  const isName = (text: string): boolean => names.has(text);
  const maskKnown = (text: string, own: SecretValues | undefined): string => {
    const masked = declared.mask(text);
    return own === undefined ? masked : own.mask(masked);
  };
  return {
    declare: (value) => void declared.add(value),
    forget: (value) => void declared.remove(value),
    declareName(name) {
      if (names.size < MOST_NAMES) names.add(name);
    },
    declareIn(value) {
      findSecrets(value, (secret) => void declared.add(secret));
    },
    find: (value, found) =>
      findSecrets(value as Json, found, (text) => declared.isIn(text), isName),
    text: (text, own) => maskKnown(maskText(text), own),
    json: (value, own) =>
      maskJson(value as Json, (text) => maskKnown(text, own), isName) as typeof value,
  };
}

/** For tests of users and simulations, whose data is made up and compared as it is: nothing is secret. */
export function nothingSecret(): SecretRegistry {
  return {
    declare() {},
    forget() {},
    declareName() {},
    declareIn() {},
    find: () => false,
    text: (text) => text,
    json: (value) => value,
  };
}

/** Declares what the server's environment holds: cloud credentials and everything with the name of a secret. */
export function declareEnvironment(
  secrets: SecretRegistry,
  environment: { readonly [name: string]: string | undefined },
): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (isSecretName(name)) secrets.declare(value);
    else maskText(value, (secret) => secrets.declare(secret));
  }
}
