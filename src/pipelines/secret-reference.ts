/**
 * References to secrets in the arguments of a task: what a file says in place of a value that it must not hold.
 *
 *     env:     { TOKEN: { secret: county-api } }                         the value
 *     headers: { Authorization: { secret: county-api, format: "Bearer {}" } }
 *     env:     { KEY_FILE: { secret: county-key, as: file } }            the path of a file that holds it
 *
 * A reference counts only where the definition itself writes it. One that comes with the data (an input, a result) is
 * data: whoever may start an execution chooses no secrets. So a value is always looked at beside what was written.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../asl/json.js';

/** A secret by its name, and the form in which the task gets it. */
export interface SecretReference {
  readonly secret: string;
  /** A text with `{}` where the value goes. Default: the value alone. */
  readonly format?: string;
  /** `file`: the value is put into a file that ends with the attempt, and its path stands here. */
  readonly as?: 'file';
}

/** A reference, and the keys that lead to it. */
export interface WrittenReference {
  readonly reference: SecretReference;
  readonly at: readonly string[];
}

/** What names of secrets look like. */
export const SECRET_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;

const FIELDS: readonly string[] = ['secret', 'format', 'as'];

/**
 * The reference that a value of a definition is; undefined when it is something else.
 * @example asReference({ secret: 'county-api' }) // { secret: 'county-api' }
 * @example asReference({ secret: '{% $states.input.name %}' }) // undefined
 */
export function asReference(written: Json): SecretReference | undefined {
  if (!isObject(written) || !Object.hasOwn(written, 'secret')) return undefined;
  const { secret, format, as } = written;
  if (Object.keys(written).some((name) => !FIELDS.includes(name))) return undefined;
  if (typeof secret !== 'string' || !SECRET_NAME.test(secret)) return undefined;
  const isFormat = format === undefined || (typeof format === 'string' && format.includes('{}'));
  if (!isFormat || (as !== undefined && as !== 'file')) return undefined;
  return {
    secret,
    ...(typeof format === 'string' ? { format } : {}),
    ...(as === 'file' ? { as } : {}),
  };
}

/**
 * Every reference that a definition writes into the arguments of a task.
 * @example referencesIn({ env: { TOKEN: { secret: 'a' } } }) // [{ reference: { secret: 'a' }, at: ['env', 'TOKEN'] }]
 */
export function referencesIn(written: Json, at: readonly string[] = []): WrittenReference[] {
  const reference = asReference(written);
  if (reference !== undefined) return [{ reference, at }];
  if (typeof written !== 'object' || written === null) return [];
  return Object.entries(written).flatMap(([key, value]) => referencesIn(value, [...at, key]));
}

/**
 * The arguments with other values in the places of references. Where `fill` answers undefined the member is left out.
 * @param value the arguments as they were computed
 * @param written what the definition says of them
 */
export function fillReferences(
  value: Json,
  written: Json,
  fill: (written: WrittenReference) => Json | undefined,
  at: readonly string[] = [],
): Json | undefined {
  const reference = asReference(written);
  if (reference !== undefined) return fill({ reference, at });
  if (Array.isArray(value) && Array.isArray(written)) {
    return value.flatMap((item, index) => {
      const beside = written[index];
      if (beside === undefined) return [item];
      const filled = fillReferences(item, beside, fill, [...at, String(index)]);
      return filled === undefined ? [] : [filled];
    });
  }
  if (!isObject(value) || !isObject(written)) return value;
  const members = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const beside = Object.hasOwn(written, key) ? written[key] : undefined;
    if (beside === undefined) return [[key, item]];
    const filled = fillReferences(item, beside, fill, [...at, key]);
    return filled === undefined ? [] : [[key, filled]];
  });
  // Unlike assignments this makes own members of all names.
  return Object.fromEntries(members) as JsonObject;
}

/** The text that a task gets. @example inFormat({ secret: 'a', format: 'Bearer {}' }, 'abc') // 'Bearer abc' */
export function inFormat({ format }: SecretReference, value: string): string {
  return format === undefined ? value : format.split('{}').join(value);
}

/**
 * A reference for definitions that are written in TypeScript.
 * @example shell('extract', { script: 'extract.py', env: { TOKEN: secret('county-api') } })
 */
export function secret(
  name: string,
  options: { readonly format?: string; readonly as?: 'file' } = {},
): JsonObject {
  const { format, as } = options;
  return {
    secret: name,
    ...(format === undefined ? {} : { format }),
    ...(as === undefined ? {} : { as }),
  };
}
