/**
 * Secrets in JSON: what stands under a secret name, and what looks like a secret inside of a text.
 *
 * Also pairs are looked at, in which a member says what the other one is: `{ "Key": "Authorization", "Value": … }`.
 * Expressions and references in definitions are none; quoted texts inside of them are. Nor is the name of a secret that is
 * kept here, where `{ "secret": NAME }` refers to it.
 * @module
 */
import { isLabel, isSecretName } from './names.js';
import { MASK } from './secret-values.js';
import { isReference, maskText, tellCredential } from './secrets-in-text.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Found = (secret: string) => void;

/** Nobody nests deeper; what does is masked whole. */
const DEEPEST = 1_000;
/**
 * What the engine names a waiting task by: whoever is to answer reads it in the history, under whatever name the definition
 * gave it. Answering takes the right to change things, which the token does not give.
 */
const TASK_TOKEN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{1,9}-\d{1,9}$/;
const NAMES_OF_NAMES = ['Key', 'key', 'Name', 'name', 'header', 'Header'] as const;
const NAMES_OF_VALUES = ['Value', 'value'] as const;
/** Members of a reference to a secret that is kept here. */
const OF_REFERENCES: ReadonlySet<string> = new Set(['secret', 'format', 'as']);

/**
 * Calls back for every secret in a value.
 * @param isKnown whether something stands in a text that is known to be secret
 * @param isName whether a text is the name of a secret that is kept here
 * @returns whether there is any
 */
export function findSecrets(
  value: Json,
  found: Found,
  isKnown: (text: string) => boolean = () => false,
  isName: (text: string) => boolean = () => false,
): boolean {
  let isThere = false;
  const mask = (text: string): string => {
    if (!isThere && isKnown(text)) isThere = true;
    return text;
  };
  return walk(value, { found, mask, isName, depth: 0 }) !== value || isThere;
}

/**
 * The value with `***` in place of its secrets; the same object when there are none. The given value is not changed.
 * @param mask also masks what else is known to be secret in a text
 * @param isName whether a text is the name of a secret that is kept here
 * @example maskJson({ user: 'ann', password: 'x-9' }) // { user: 'ann', password: '***' }
 */
export function maskJson(
  value: Json,
  mask: (text: string) => string = (text) => text,
  isName: (text: string) => boolean = () => false,
): Json {
  return walk(value, { found: undefined, mask, isName, depth: 0 });
}

interface Walk {
  found: Found | undefined;
  mask: (text: string) => string;
  isName: (text: string) => boolean;
  depth: number;
}

function walk(value: Json, at: Walk): Json {
  if (typeof value === 'string') return walkText(value, at);
  if (typeof value !== 'object' || value === null) return value;
  if (at.depth >= DEEPEST) return MASK;
  at.depth += 1;
  const walked = Array.isArray(value) ? walkList(value, at) : walkMembers(value, at);
  at.depth -= 1;
  return walked;
}

function walkText(text: string, at: Walk): Json {
  const masked = maskText(text, at.found);
  if (masked === text) return at.mask(text);
  // JSON in a text is known better than by its looks.
  const parsed = /^\s*[[{]/.test(text) ? parse(text) : undefined;
  if (parsed === undefined) return at.mask(masked);
  const inside = walk(parsed, at);
  return inside === parsed ? at.mask(masked) : JSON.stringify(inside);
}

function walkList(list: Json[], at: Walk): Json {
  let copy: Json[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const one = list[index] as Json;
    const before = index === 0 ? undefined : list[index - 1];
    const walked = isSecretFlag(before) ? walkSecret(one, '', at) : walk(one, at);
    if (walked === one) continue;
    copy ??= [...list];
    copy[index] = walked;
  }
  return copy ?? list;
}

/** `--password` in the arguments of a command: the next one is the secret. */
function isSecretFlag(before: Json | undefined): boolean {
  return typeof before === 'string' && /^--?[A-Za-z]/.test(before) && isSecretName(before);
}

function walkMembers(object: { [key: string]: Json }, at: Walk): Json {
  if (isNamed(object, at)) return object;
  let copy: [string, Json][] | undefined;
  const paired = pairedSecret(object);
  let index = 0;
  for (const name in object) {
    if (!Object.hasOwn(object, name)) continue;
    const value = object[name] as Json;
    const walked =
      name === paired || isSecretName(name) ? walkSecret(value, name, at) : walk(value, at);
    const key = name.length >= 6 ? at.mask(name) : name;
    if (walked !== value || key !== name) {
      copy ??= Object.entries(object);
      copy[index] = [key, walked];
    }
    index += 1;
  }
  return copy === undefined ? object : fromEntries(copy);
}

/** `{ secret: NAME }`, with the name of a secret that is kept here, and nothing in it that looks like one. */
function isNamed(object: { [key: string]: Json }, { isName, mask }: Walk): boolean {
  const { secret, format } = object;
  if (typeof secret !== 'string' || !isName(secret)) return false;
  if (Object.keys(object).some((key) => !OF_REFERENCES.has(key))) return false;
  if (format === undefined) return true;
  return typeof format === 'string' && isPlainFormat(format) && mask(format) === format;
}

/** `Bearer {}`: what stands around the value is a word or two, and no value itself. */
function isPlainFormat(format: string): boolean {
  return format.split('{}').every((part) => /^[A-Za-z]{0,12}[ :=]{0,2}$/.test(part));
}

/** `Object.fromEntries` with an own `__proto__` kept as what it is. */
function fromEntries(entries: readonly [string, Json][]): { [key: string]: Json } {
  const object: { [key: string]: Json } = {};
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

/** The name of the member that holds the secret which another member names. */
function pairedSecret(object: { [key: string]: Json }): string | undefined {
  const value = NAMES_OF_VALUES.find((name) => typeof object[name] === 'string');
  if (value === undefined) return undefined;
  if (object.IsValueSecret === true) return value;
  const isNamed = NAMES_OF_NAMES.some((name) => {
    const label = object[name];
    return typeof label === 'string' && isSecretName(label);
  });
  return isNamed ? value : undefined;
}

/** Everything beneath a secret name is secret, but for what only says which one it is. */
function walkSecret(value: Json, name: string, at: Walk): Json {
  if (typeof value === 'string') return secretText(value, name, at);
  // A number, because YAML reads `password: 12345678` as one.
  if (typeof value === 'number') {
    if (String(value).length < 4) return value;
    at.found?.(String(value));
    return MASK;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (at.depth >= DEEPEST) return MASK;
  at.depth += 1;
  let walked: Json;
  if (Array.isArray(value)) {
    const list = value.map((one) => walkSecret(one, name, at));
    walked = list.some((one, index) => one !== value[index]) ? list : value;
  } else if (isNamed(value, at)) {
    walked = value;
  } else {
    const entries = Object.entries(value).map(([key, one]): [string, Json] => [
      key,
      isLabel(key) && !isSecretName(key) ? walk(one, at) : walkSecret(one, key, at),
    ]);
    walked = entries.some(([key, one]) => one !== value[key]) ? fromEntries(entries) : value;
  }
  at.depth -= 1;
  return walked;
}

function secretText(text: string, name: string, at: Walk): string {
  if (text === '' || text === MASK || TASK_TOKEN.test(text)) return text;
  // A path to the secret, or a function of it.
  const isPath = name.endsWith('.$') && /^(\$|States\.)/.test(text);
  if (isPath || isReference(text)) return maskLiterals(text, at);
  tellCredential(text, at.found);
  return MASK;
}

/** Texts in quotes inside of an expression: `{% 'Bearer abcdef' & $x %}`. */
function maskLiterals(expression: string, at: Walk): string {
  if (expression.startsWith('arn:')) return at.mask(expression);
  const masked = expression.replace(
    /(['"])((?:\\.|(?!\1)[^\\]){6,})\1/g,
    (_whole, quote: string, literal: string) => {
      // `{}` of States.Format and a scheme alone are no secrets.
      const parts = literal.split(/\{\}|\s+/).filter((part) => part.length >= 6);
      if (parts.every((part) => /^(Bearer|Basic|Digest)$/i.test(part))) return _whole;
      for (const part of parts) at.found?.(part);
      return `${quote}${MASK}${quote}`;
    },
  );
  return at.mask(masked);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
