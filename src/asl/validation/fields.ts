/**
 * Checks an object against a table of its fields: unknown, missing, excluded by the query language, wrong.
 * @module
 */
import type { QueryLanguage } from '../definition.js';
import type { JsonObject } from '../json.js';
import { at, type Check, meantName, type Place, wrong, wrongField } from './place.js';
import { inSetOrder } from './set-order.js';

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

/** Checks every field of an object. */
export function checkFields(object: JsonObject, fields: Fields, place: Place): void {
  for (const [name, value] of Object.entries(object)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      unsupportedField(name, place, meantName(place, name, Object.keys(fields)));
    } else if (typeof field === 'function') {
      field(value, at(place, name));
    } else if (field.only !== place.language) {
      wrongLanguage(name, field.only, place);
    } else {
      field.check(value, at(place, name));
    }
  }
}

/** Reports a field that an object does not have. */
export function unsupportedField(name: string, place: Place, meant?: string): void {
  wrongField(place, name, `Field '${name}' is not supported`, meant);
}

/** Reports a field that belongs to the other query language. */
export function wrongLanguage(name: string, only: QueryLanguage, place: Place): void {
  wrongField(
    place,
    name,
    `The QueryLanguage is set to '${place.language}', but field '${name}' is only supported for the '${only}' QueryLanguage`,
  );
}

/** Reports required fields that are absent. */
export function requireFields(object: JsonObject, names: readonly string[], place: Place): void {
  const missing = names.filter((name) => object[name] === undefined);
  if (missing.length > 0) {
    wrong(place, `These fields are required: [${inSetOrder(missing).join(', ')}]`);
  }
}

/** Reports fields that exclude each other, e.g. a value and its `…Path`. */
export function atMostOneOf(object: JsonObject, names: readonly string[], place: Place): void {
  if (names.filter((name) => object[name] !== undefined).length > 1) tooMany(names, place);
}

/** Reports when not exactly one of the fields is given. */
export function exactlyOneOf(object: JsonObject, names: readonly string[], place: Place): void {
  atMostOneOf(object, names, place);
  if (names.every((name) => object[name] === undefined)) tooFew(names, place);
}

/** Reports that more than one of some fields is given. */
export function tooMany(names: readonly string[], place: Place): void {
  const listed = inSetOrder(names).join(', ');
  wrong(place, `There should only be one of the following fields: [${listed}]`);
}

/** Reports that none of some fields is given. */
export function tooFew(names: readonly string[], place: Place): void {
  const listed = inSetOrder(names).join(', ');
  wrong(place, `This object should have only one of the following fields: [${listed}]`);
}
