/**
 * Checks an object against a table of its fields: unknown, missing, excluded by the query language, wrong.
 * @module
 */
import type { QueryLanguage } from '../definition.js';
import type { JsonObject } from '../json.js';
import { at, type Check, didYouMean, meantName, type Place, wrong } from './place.js';

/** What may be in an object. */
export interface Fields {
  readonly [name: string]: Check | { readonly only: QueryLanguage; readonly check: Check };
}

/** A field that only one query language knows. */
export function only(language: QueryLanguage, fields: { readonly [name: string]: Check }): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, check]) => [name, { only: language, check }]),
  );
}

/**
 * Checks every field of an object.
 * @param what names the object in messages, e.g. `a Task state`
 */
export function checkFields(object: JsonObject, fields: Fields, place: Place, what: string): void {
  for (const [name, value] of Object.entries(object)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const meant = meantName(place, name, Object.keys(fields));
      const hint = didYouMean(meant);
      wrong(at(place, name), `Field '${name}' is not supported in ${what}${hint}`, meant);
    } else if (typeof field === 'function') {
      field(value, at(place, name));
    } else if (field.only !== place.language) {
      wrong(
        at(place, name),
        `Field '${name}' is only supported when the QueryLanguage is '${field.only}', but here it is '${place.language}'`,
      );
    } else {
      field.check(value, at(place, name));
    }
  }
}

/** Reports required fields that are absent. */
export function requireFields(object: JsonObject, names: readonly string[], place: Place): void {
  for (const name of names) {
    if (object[name] === undefined) wrong(place, `The field '${name}' is required but was missing`);
  }
}

/** Reports fields that exclude each other, e.g. a value and its `…Path`. */
export function atMostOneOf(object: JsonObject, names: readonly string[], place: Place): void {
  const given = names.filter((name) => object[name] !== undefined);
  if (given.length > 1)
    wrong(place, `Only one of these fields may be given: [${given.join(', ')}]`);
}

/** Reports when not exactly one of the fields is given. */
export function exactlyOneOf(object: JsonObject, names: readonly string[], place: Place): void {
  atMostOneOf(object, names, place);
  if (names.every((name) => object[name] === undefined)) {
    wrong(place, `One of these fields is required: [${names.join(', ')}]`);
  }
}
