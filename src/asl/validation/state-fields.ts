/**
 * Which fields each type of state may have, and what they must satisfy together.
 *
 * Source: Amazon States Language specification, "Table of State Types and Fields"; Step Functions developer guide.
 * @module
 */
import type { StateType } from '../definition.js';
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { missingParameters } from '../service-parameters.js';
import { parseResource } from '../task-resource.js';
import { assignment } from './assignment.js';
import { choices } from './choices.js';
import { catchers, retry } from './error-handling.js';
import { atMostOneOf, exactlyOneOf, type Fields, only } from './fields.js';
import { checkMap, MAP_FIELDS } from './map-fields.js';
import {
  anything,
  at,
  boolean,
  type Check,
  integer,
  jsonataTemplate,
  listOf,
  looksComputed,
  nonEmptyText,
  object,
  oneOf,
  orExpression,
  type Place,
  pathOrIntrinsic,
  pathOrNull,
  payloadTemplate,
  readReference,
  referencePath,
  text,
  timestamp,
  wrong,
  wrongType,
} from './place.js';
import { resource } from './resource.js';

/** Largest TimeoutSeconds, HeartbeatSeconds and Seconds. */
export const MOST_SECONDS = 99_999_999;

interface StateRules {
  readonly fields: Fields;
  readonly required: readonly string[];
  /** Checks across fields. */
  readonly together?: (state: JsonObject, place: Place) => void;
}

const COMMON: Fields = {
  Type: anything,
  Comment: text,
  QueryLanguage: oneOf('JSONPath', 'JSONata'),
};
const IN_AND_OUT: Fields = {
  ...only('JSONPath', { InputPath: pathOrNull, OutputPath: pathOrNull }),
  ...only('JSONata', { Output: jsonataTemplate }),
};
const TRANSITION: Fields = { Next: nonEmptyText, End: boolean };
const ASSIGN: Fields = { Assign: assignment };
const WORK: Fields = {
  ...only('JSONPath', {
    Parameters: payloadTemplate,
    ResultSelector: payloadTemplate,
    ResultPath: referencePath,
  }),
  ...only('JSONata', { Arguments: jsonataTemplate }),
  Retry: retry,
  Catch: catchers,
};

const credentials: Check = (value, place) => {
  if (!isObject(value)) {
    if (place.language === 'JSONata') jsonataTemplate(value, place);
    else wrongType(place, 'Object');
    return;
  }
  if (value.RoleArn === undefined && value['RoleArn.$'] === undefined) {
    wrong(place, "The field 'RoleArn' is required but was missing");
  }
  if (place.language === 'JSONata') jsonataTemplate(value, place);
  else payloadTemplate(value, place);
};

/** What an integration demands is looked for where parameters are written down; without any, the input is given. */
function checkParameters(state: JsonObject, place: Place): void {
  if (typeof state.Resource !== 'string') return;
  const field = place.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const given = state[field];
  if (!isObject(given)) return;
  for (const name of missingParameters(parseResource(state.Resource), given)) {
    wrong(at(place, field), `The field '${name}' is required but was missing`);
  }
}

/** The result of a Pass state is taken as it stands: paths in it are texts. */
const staticResult: Check = (value, place) => {
  if (isComputed(value)) {
    place.report.warning(
      'PASS_RESULT_IS_STATIC',
      place,
      "'Result' is used as it stands. To compute it, write 'Parameters'",
    );
  }
};

function isComputed(value: Json): boolean {
  if (typeof value === 'string') return looksComputed(value);
  if (Array.isArray(value)) return value.some(isComputed);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, item]) => key.endsWith('.$') || isComputed(item));
}

/** A text that may be computed, but by the field beside it: `ErrorPath` for `Error`. */
const literalText: Check = (value, place) => {
  text(value, place);
  if (place.language === 'JSONPath' && typeof value === 'string' && looksComputed(value)) {
    const field = place.pointer.slice(place.pointer.lastIndexOf('/') + 1);
    place.report.warning(
      'NO_PATH',
      place,
      `'${value}' is used as it stands. To compute it, write it as '${field}Path'`,
    );
  }
};

const RULES: Record<StateType, StateRules> = {
  Task: {
    fields: {
      ...COMMON,
      ...IN_AND_OUT,
      ...TRANSITION,
      ...ASSIGN,
      ...WORK,
      Resource: resource,
      Credentials: credentials,
      TimeoutSeconds: orExpression(integer(1, MOST_SECONDS)),
      HeartbeatSeconds: orExpression(integer(1, MOST_SECONDS)),
      ...only('JSONPath', {
        TimeoutSecondsPath: readReference,
        HeartbeatSecondsPath: readReference,
      }),
    },
    required: ['Resource'],
    together(state, place) {
      checkParameters(state, place);
      atMostOneOf(state, ['TimeoutSeconds', 'TimeoutSecondsPath'], place);
      atMostOneOf(state, ['HeartbeatSeconds', 'HeartbeatSecondsPath'], place);
      const { HeartbeatSeconds: heartbeat, TimeoutSeconds: timeout } = state;
      if (typeof heartbeat === 'number' && typeof timeout === 'number' && heartbeat >= timeout) {
        wrong(
          at(place, 'HeartbeatSeconds'),
          "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
        );
      }
    },
  },
  Pass: {
    fields: {
      ...COMMON,
      ...IN_AND_OUT,
      ...TRANSITION,
      ...ASSIGN,
      ...only('JSONPath', {
        Result: staticResult,
        Parameters: payloadTemplate,
        ResultPath: referencePath,
      }),
    },
    required: [],
  },
  Choice: {
    fields: { ...COMMON, ...IN_AND_OUT, ...ASSIGN, Choices: choices, Default: nonEmptyText },
    required: ['Choices'],
  },
  Wait: {
    fields: {
      ...COMMON,
      ...IN_AND_OUT,
      ...TRANSITION,
      ...ASSIGN,
      Seconds: orExpression(integer(0, MOST_SECONDS)),
      Timestamp: orExpression(timestamp),
      ...only('JSONPath', { SecondsPath: readReference, TimestampPath: readReference }),
    },
    required: [],
    together: (state, place) =>
      exactlyOneOf(state, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'], place),
  },
  Succeed: { fields: { ...COMMON, ...IN_AND_OUT }, required: [] },
  Fail: {
    fields: {
      ...COMMON,
      Error: literalText,
      Cause: literalText,
      ...only('JSONPath', { ErrorPath: pathOrIntrinsic, CausePath: pathOrIntrinsic }),
    },
    required: [],
    together(state, place) {
      atMostOneOf(state, ['Error', 'ErrorPath'], place);
      atMostOneOf(state, ['Cause', 'CausePath'], place);
      if (place.language === 'JSONata') {
        jsonataTemplate(state.Error ?? null, at(place, 'Error'));
        jsonataTemplate(state.Cause ?? null, at(place, 'Cause'));
      }
    },
  },
  Parallel: {
    fields: {
      ...COMMON,
      ...IN_AND_OUT,
      ...TRANSITION,
      ...ASSIGN,
      ...WORK,
      // The states inside are walked by `machine.ts`.
      Branches: listOf(object, 1),
    },
    required: ['Branches'],
  },
  Map: {
    fields: { ...COMMON, ...IN_AND_OUT, ...TRANSITION, ...ASSIGN, ...WORK, ...MAP_FIELDS },
    required: [],
    together: checkMap,
  },
};

/** Every type of state, in the order in which the service names them. */
export const STATE_TYPES: readonly StateType[] = [
  'Task',
  'Wait',
  'Pass',
  'Succeed',
  'Fail',
  'Choice',
  'Parallel',
  'Map',
];

/** What a state of a type may and must have. */
export function rulesOf(type: StateType): StateRules {
  return RULES[type];
}

/** True for types that end in themselves or choose by rules, and so have neither Next nor End. */
export function hasTransition(type: StateType): boolean {
  return Object.hasOwn(RULES[type].fields, 'Next');
}
