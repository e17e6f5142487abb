/**
 * Checks Retry and Catch.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { assignment } from './assignment.js';
import { checkFields, type Fields, only, requireFields } from './fields.js';
import {
  at,
  type Check,
  decimal,
  didYouMean,
  integer,
  jsonataTemplate,
  kind,
  listOf,
  meantName,
  nonEmptyText,
  oneOf,
  type Place,
  referencePath,
  text,
  wrong,
} from './place.js';

/** Largest number of seconds and attempts. Source: Amazon States Language specification, "Errors". */
const MOST = 99_999_999;
/** MaxDelaySeconds stays below a year. */
const MOST_DELAY = 31_622_400;

/** Names in the reserved space that something raises. */
const STATES_ERRORS = [
  'States.ALL',
  'States.BranchFailed',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
  'States.HeartbeatTimeout',
  'States.Http.Socket',
  'States.IntrinsicFailure',
  'States.ItemReaderFailed',
  'States.NoChoiceMatched',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.QueryEvaluationError',
  'States.ResultPathMatchFailure',
  'States.ResultWriterFailed',
  'States.Runtime',
  'States.TaskFailed',
  'States.Timeout',
];

const RETRIER: Fields = {
  Comment: text,
  ErrorEquals: listOf(nonEmptyText, 1),
  IntervalSeconds: integer(1, MOST),
  MaxAttempts: integer(0, MOST),
  BackoffRate: decimal(1, MOST),
  MaxDelaySeconds: integer(1, MOST_DELAY),
  JitterStrategy: oneOf('FULL', 'NONE'),
};

const CATCHER: Fields = {
  Comment: text,
  ErrorEquals: listOf(nonEmptyText, 1),
  Next: nonEmptyText,
  Assign: assignment,
  ...only('JSONPath', { ResultPath: referencePath }),
  ...only('JSONata', { Output: jsonataTemplate }),
};

export const retry: Check = (value, place) => {
  checkHandlers(value, place, (handler, here) => {
    requireFields(handler, ['ErrorEquals'], here);
    checkFields(handler, RETRIER, here, 'a Retrier');
    const { MaxDelaySeconds: most, IntervalSeconds: first = 1 } = handler;
    if (typeof most === 'number' && typeof first === 'number' && most <= first) {
      wrong(here, "'MaxDelaySeconds' must be greater than 'IntervalSeconds'");
    }
  });
};

export const catchers: Check = (value, place) => {
  checkHandlers(value, place, (handler, here) => {
    requireFields(handler, ['ErrorEquals', 'Next'], here);
    checkFields(handler, CATCHER, here, 'a Catcher');
  });
};

function checkHandlers(
  value: Json,
  place: Place,
  check: (handler: JsonObject, here: Place) => void,
): void {
  if (!Array.isArray(value)) {
    wrong(place, `Expected value of type Array, found ${kind(value)}`);
    return;
  }
  for (const [index, handler] of value.entries()) {
    const here = at(place, index);
    if (!isObject(handler)) {
      wrong(here, `Expected value of type Object, found ${kind(handler)}`);
      continue;
    }
    check(handler, here);
    checkErrorNames(handler.ErrorEquals, at(here, 'ErrorEquals'), index === value.length - 1);
  }
}

function checkErrorNames(names: Json | undefined, place: Place, isLast: boolean): void {
  if (!Array.isArray(names)) return;
  if (names.includes('States.ALL')) {
    if (names.length > 1) wrong(place, "'States.ALL' must be alone in its 'ErrorEquals'");
    if (!isLast)
      wrong(place, "'States.ALL' must be in the last element: nothing behind it can match");
  }
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || !name.startsWith('States.') || STATES_ERRORS.includes(name))
      continue;
    const meant = meantName(place, name, STATES_ERRORS);
    const hint = didYouMean(meant);
    place.report.warning(
      'UNKNOWN_ERROR_NAME',
      at(place, index).pointer,
      `Nothing raises '${name}', and names that start with 'States.' are reserved${hint}`,
    );
  }
}
