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
import { readJsonata } from '../expressions/jsonata.js';
import { isJsonataString, jsonataText } from '../expressions/jsonata-template.js';
import { compilePath, setPath } from '../expressions/path.js';
import { isReadReference } from '../expressions/reference-path.js';
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { parseTimestamp } from '../timestamp.js';
import { below, type Report, type Spot } from './diagnostic.js';
import { suggest } from './suggestion.js';

export interface Place extends Spot {
  readonly report: Report;
  /** Query language of the state around it. */
  readonly language: QueryLanguage;
  /** What the machine around it may use. */
  readonly machineType: 'STANDARD' | 'EXPRESS';
  /** True in what a catcher computes: there is an error to read. */
  readonly hasErrorOutput?: boolean;
}

/** Checks one value and reports at its place. */
export type Check = (value: Json, place: Place) => void;

/** The place of a child. */
export function at(place: Place, ...keys: (string | number)[]): Place {
  return { ...place, ...below(place, ...keys) };
}

/** Reports a wrong value here. */
export function wrong(place: Place, message: string, suggestion?: string): void {
  place.report.schemaError(place, message, suggestion);
}

/** Reports a field that must not be in the object here: the service names the object, people want to see the field. */
export function wrongField(place: Place, name: string, message: string, meant?: string): void {
  const spot = { pointer: at(place, name).pointer, location: place.location };
  place.report.schemaError(spot, message, meant);
}

/** The name that was probably meant, unless so much is wrong that guessing would take long. */
export function meantName(
  place: Place,
  name: string,
  candidates: readonly string[],
): string | undefined {
  return place.report.explains ? suggest(name, candidates) : undefined;
}

/** What is said of empty texts and lists. */
const EMPTY = 'Value cannot be empty';

export const anything: Check = () => undefined;

/** Reports a value of another type than the service expects. */
export function wrongType(place: Place, type: string): void {
  wrong(place, `Expected value of type ${type}`);
}

export const text: Check = (value, place) => {
  if (typeof value !== 'string') wrongType(place, 'String');
};

export const nonEmptyText: Check = (value, place) => {
  if (value === '') wrong(place, EMPTY);
  else text(value, place);
};

export const boolean: Check = (value, place) => {
  if (typeof value !== 'boolean') wrongType(place, 'Boolean');
};

export const object: Check = (value, place) => {
  if (!isObject(value)) wrongType(place, 'Object');
};

/** One of a few words. */
export function oneOf(...words: string[]): Check {
  return (value, place) => {
    if (typeof value !== 'string') wrongType(place, 'String');
    else if (!words.includes(value)) {
      const meant = meantName(place, value, words);
      wrong(place, `Value should be one of the following: [${words.join(', ')}]`, meant);
    }
  };
}

/** A whole number in a range. */
export function integer(least: number, most: number): Check {
  return (value, place) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) wrongType(place, 'Integer');
    else inRange(value, least, most, place);
  };
}

/** Any number in a range. */
export function decimal(least: number, most: number): Check {
  return (value, place) => {
    if (typeof value !== 'number') wrongType(place, 'Number');
    else inRange(value, least, most, place, (bound) => bound.toFixed(1));
  };
}

function inRange(
  value: number,
  least: number,
  most: number,
  place: Place,
  shown: (bound: number) => string = String,
): void {
  if (value < least) wrong(place, `Minimum value is ${shown(least)}`);
  else if (value > most) wrong(place, `Maximum value is ${shown(most)}`);
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
      wrongType(place, 'Array');
      return;
    }
    if (value.length < least) wrong(place, EMPTY);
    for (const [index, each] of value.entries()) item(each, at(place, index));
  };
}

/** A JSONPath. */
export const path: Check = (value, place) => {
  if (typeof value !== 'string') wrongType(place, 'String');
  else attempt(place, () => compilePath(value), 'Value must be a valid JSONPath.');
};

/**
 * A path that can name one place only and reads the input or a variable. The context object can be read by few fields, of
 * which none is such a path. Source: Step Functions developer guide, "Accessing execution data from the Context object".
 */
export const readReference: Check = (value, place) => {
  if (typeof value !== 'string' || !value.startsWith('$')) {
    comparedPath(value, place);
    return;
  }
  attempt(
    place,
    () => compilePath(value),
    'Value must be a valid JSONPath.',
    () => {
      if (!isReadReference(value)) wrong(place, 'Value is not a Reference Path');
    },
  );
};

/** What a Choice rule looks at or compares with. */
export const comparedPath: Check = (value, place) => {
  if (typeof value === 'string' && !value.startsWith('$')) {
    wrong(place, "Value is not a Reference Path: Reference path didn't start with '$'");
  } else {
    path(value, place);
  }
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
      'Value must be a valid JSONPath or a valid intrinsic function call.',
    );
  } else {
    path(value, place);
  }
};

/** A place to write to: `$.a.b[0]`. */
export const referencePath: Check = (value, place) => {
  if (value === null) return;
  if (typeof value !== 'string') {
    wrongType(place, 'String');
    return;
  }
  if (!value.startsWith('$')) {
    path(value, place);
    return;
  }
  try {
    setPath({}, value, null);
  } catch (failure) {
    if (!(failure instanceof ExpressionFailure)) throw failure;
    // An index cannot be set in the empty object tried here; only the syntax is of interest.
    if (failure.error === 'States.Runtime') wrong(place, 'Value is not a Reference Path');
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
    wrong(place, 'JSONata string must start with {% and end with %}');
    return;
  }
  const { problem, references } = readJsonata(jsonataText(value));
  if (problem !== undefined) place.report.error('INVALID_JSONATA_EXPRESSION', place, problem);
  for (const message of references.map((name) => unsupported(name, place))) {
    if (message !== undefined) place.report.error('UNSUPPORTED_JSONATA_EXPRESSION', place, message);
  }
};

/** Why an expression cannot read something that it names outside of all data; undefined when it can. */
function unsupported(name: string, place: Place): string | undefined {
  if (name === '$$') return "Reference to '$$' is not supported.";
  if (name !== '$states.errorOutput') {
    return `Reference to '${name}' at the top level is not supported.`;
  }
  return place.hasErrorOutput ? undefined : "Field '$states.errorOutput' does not exist.";
}

/** Any JSON in which strings `{% %}` are expressions. */
export const jsonataTemplate: Check = (value, place) => {
  if (typeof value === 'string') {
    if (value.startsWith('{%')) expression(value, place);
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
        at(place, key),
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

/** True for a text that would be a path or an intrinsic function where one is expected. */
export function looksComputed(value: string): boolean {
  return value.startsWith('$.') || value.startsWith('$$.') || isIntrinsic(value);
}

function attempt(
  place: Place,
  compile: () => unknown,
  message: string,
  then: () => void = () => undefined,
): void {
  try {
    compile();
  } catch (failure) {
    if (!(failure instanceof ExpressionFailure)) throw failure;
    wrong(place, message);
    return;
  }
  then();
}
