/**
 * Where the validator stands, and the checks of single values.
 *
 * A `Place` is handed down through the definition; each check reports at it and returns nothing, so all problems of a
 * definition are found at once.
 * @module
 */
import type { QueryLanguage } from '../definition.js';
import { ExpressionFailure } from '../expressions/failure.js';
import { compileIntrinsic, isIntrinsic } from '../expressions/intrinsic.js';
import { jsonataSyntaxProblem } from '../expressions/jsonata.js';
import { isJsonataString, jsonataText } from '../expressions/jsonata-template.js';
import { compilePath, setPath } from '../expressions/path.js';
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { parseTimestamp } from '../timestamp.js';
import { below, type Report } from './diagnostic.js';
import { suggest } from './suggestion.js';

export interface Place {
  readonly report: Report;
  /** JSON pointer of what is being checked. */
  readonly pointer: string;
  /** Query language of the state around it. */
  readonly language: QueryLanguage;
  /** What the machine around it may use. */
  readonly machineType: 'STANDARD' | 'EXPRESS';
}

/** Checks one value and reports at its place. */
export type Check = (value: Json, place: Place) => void;

/** The place of a child. */
export function at(place: Place, ...keys: (string | number)[]): Place {
  return { ...place, pointer: below(place.pointer, ...keys) };
}

/** Reports a wrong value here. */
export function wrong(place: Place, message: string, suggestion?: string): void {
  place.report.schemaError(place.pointer, message, suggestion);
}

/** The name that was probably meant, unless so much is wrong that guessing would take long. */
export function meantName(
  place: Place,
  name: string,
  candidates: readonly string[],
): string | undefined {
  return place.report.explains ? suggest(name, candidates) : undefined;
}

/** `; did you mean 'Next'?`, or nothing. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? '' : `; did you mean '${meant}'?`;
}

export const anything: Check = () => undefined;

export const text: Check = (value, place) => {
  if (typeof value !== 'string')
    wrong(place, `Expected value of type String, found ${kind(value)}`);
};

export const nonEmptyText: Check = (value, place) => {
  if (typeof value !== 'string' || value === '') wrong(place, 'A non-empty string is required');
};

export const boolean: Check = (value, place) => {
  if (typeof value !== 'boolean')
    wrong(place, `Expected value of type Boolean, found ${kind(value)}`);
};

export const object: Check = (value, place) => {
  if (!isObject(value)) wrong(place, `Expected value of type Object, found ${kind(value)}`);
};

/** What is said of a field whose value is none of those that it may have. */
export function notOneOf(field: string, words: readonly string[]): string {
  return `The field '${field}' should have one of these values: [${words.join(', ')}]`;
}

/** One of a few words. */
export function oneOf(...words: string[]): Check {
  return (value, place) => {
    if (typeof value !== 'string' || !words.includes(value)) {
      const field = place.pointer.slice(place.pointer.lastIndexOf('/') + 1);
      wrong(place, notOneOf(field, words));
    }
  };
}

/** A whole number in a range. */
export function integer(least: number, most: number): Check {
  return (value, place) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      wrong(place, `Expected an integer from ${least} to ${most}`);
    }
  };
}

/** Any number in a range. */
export function decimal(least: number, most: number): Check {
  return (value, place) => {
    if (typeof value !== 'number' || value < least || value > most) {
      wrong(place, `Expected a number from ${least} to ${most}`);
    }
  };
}

/** In JSONata states the value may also be computed by `{% %}`. */
export function orExpression(check: Check): Check {
  return (value, place) => {
    if (place.language === 'JSONata' && typeof value === 'string' && isJsonataString(value)) {
      expression(value, place);
    } else {
      check(value, place);
    }
  };
}

/** A list, each item checked. */
export function listOf(item: Check, least = 0): Check {
  return (value, place) => {
    if (!Array.isArray(value)) {
      wrong(place, `Expected value of type Array, found ${kind(value)}`);
      return;
    }
    if (value.length < least) wrong(place, 'Value cannot be empty');
    for (const [index, each] of value.entries()) item(each, at(place, index));
  };
}

/** A JSONPath; null where the language allows it. */
export const path: Check = (value, place) => {
  if (typeof value !== 'string') {
    wrong(place, `Value is not a JSONPath: found ${kind(value)}`);
    return;
  }
  attempt(place, () => compilePath(value), `Value is not a valid JSONPath: '${value}'`);
};

export const pathOrNull: Check = (value, place) => {
  if (value !== null) path(value, place);
};

/** A path or an intrinsic function, as ErrorPath and CausePath take them. */
export const pathOrIntrinsic: Check = (value, place) => {
  if (typeof value === 'string' && isIntrinsic(value)) {
    attempt(
      place,
      () => compileIntrinsic(value),
      `Value is not a valid intrinsic function: '${value}'`,
    );
  } else {
    path(value, place);
  }
};

/** A place to write to: `$.a.b[0]`. */
export const referencePath: Check = (value, place) => {
  if (value === null) return;
  if (typeof value !== 'string') {
    wrong(place, `Value is not a Reference Path: found ${kind(value)}`);
    return;
  }
  try {
    setPath({}, value, null);
  } catch (failure) {
    if (!(failure instanceof ExpressionFailure)) throw failure;
    // An index cannot be set in the empty object tried here; only the syntax is of interest.
    if (failure.error === 'States.Runtime')
      wrong(place, `Value is not a Reference Path: '${value}'`);
  }
};

export const timestamp: Check = (value, place) => {
  if (typeof value !== 'string' || parseTimestamp(value) === undefined) {
    wrong(place, 'String does not match RFC3339 timestamp');
  }
};

/** A string `{% … %}`. */
export const expression: Check = (value, place) => {
  if (typeof value !== 'string' || !isJsonataString(value)) {
    wrong(place, "The value must be a JSONata expression: '{% … %}'");
    return;
  }
  const problem = jsonataSyntaxProblem(jsonataText(value));
  if (problem !== undefined) wrong(place, `Invalid JSONata expression: ${problem}`);
};

/** Any JSON in which strings `{% %}` are expressions. */
export const jsonataTemplate: Check = (value, place) => {
  if (typeof value === 'string') {
    if (isJsonataString(value)) expression(value, place);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) jsonataTemplate(item, at(place, index));
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) jsonataTemplate(item, at(place, key));
  }
};

/** Any JSON in which keys ending in `.$` hold a path or an intrinsic function. */
export const payloadTemplate: Check = (value, place) => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) payloadTemplate(item, at(place, index));
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) templateField(key, item, place);
  }
};

function templateField(key: string, value: Json, place: Place): void {
  if (!key.endsWith('.$')) {
    payloadTemplate(value, at(place, key));
    if (typeof value === 'string' && looksComputed(value)) {
      place.report.warning(
        'NO_DOLLAR',
        at(place, key).pointer,
        `'${value}' is used as it stands. To compute it, write the key as '${key}.$'`,
      );
    }
    return;
  }
  const message = `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`;
  if (typeof value !== 'string') {
    wrong(place, message);
  } else {
    attempt(
      place,
      () => (isIntrinsic(value) ? compileIntrinsic(value) : compilePath(value)),
      message,
    );
  }
}

function looksComputed(value: string): boolean {
  return value.startsWith('$.') || value.startsWith('$$.') || isIntrinsic(value);
}

function attempt(place: Place, compile: () => unknown, message: string): void {
  try {
    compile();
  } catch (failure) {
    if (!(failure instanceof ExpressionFailure)) throw failure;
    wrong(place, message);
  }
}

/** What a value is, in the words of the messages. */
export function kind(value: Json): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  if (typeof value === 'object') return 'Object';
  return typeof value === 'number' ? 'Number' : typeof value === 'string' ? 'String' : 'Boolean';
}
