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
  integer,
  jsonataTemplate,
  listOf,
  meantName,
  nonEmptyText,
  oneOf,
  type Place,
  referencePath,
  text,
  wrong,
  wrongType,
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
  IntervalSeconds: integer(0, MOST),
  MaxAttempts: integer(0, MOST),
  BackoffRate: decimal(1, MOST),
  MaxDelaySeconds: integer(1, MOST_DELAY),
  JitterStrategy: oneOf('NONE', 'FULL'),
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
    checkFields(handler, RETRIER, here);
  });
};

export const catchers: Check = (value, place) => {
  checkHandlers(value, place, (handler, here) => {
    requireFields(handler, ['ErrorEquals', 'Next'], here);
    checkFields(handler, CATCHER, { ...here, hasErrorOutput: true });
  });
};

function checkHandlers(
  value: Json,
  place: Place,
  check: (handler: JsonObject, here: Place) => void,
): void {
  if (!Array.isArray(value)) {
    wrongType(place, 'Array');
    return;
  }
  for (const [index, handler] of value.entries()) {
    const here = at(place, index);
    if (!isObject(handler)) {
      wrongType(here, 'Object');
      continue;
    }
    check(handler, here);
    checkErrorNames(handler.ErrorEquals, at(here, 'ErrorEquals'), index === value.length - 1);
  }
}

function checkErrorNames(names: Json | undefined, place: Place, isLast: boolean): void {
  if (!Array.isArray(names)) return;
  if (names.includes('States.ALL') && (names.length > 1 || !isLast)) {
    wrong(place, 'States.ALL must appear alone and at end of list');
  }
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || !name.startsWith('States.') || STATES_ERRORS.includes(name))
      continue;
    const meant = meantName(place, name, STATES_ERRORS);
    place.report.warning(
      'UNKNOWN_ERROR_NAME',
      at(place, index),
      `Nothing raises '${name}', and names that start with 'States.' are reserved`,
      meant,
    );
  }
}
