/**
 * Checks Assign: names of variables and the template of their values.
 * @module
 */
import { isObject } from '../json.js';
import {
  at,
  type Check,
  jsonataTemplate,
  type Place,
  payloadTemplate,
  wrongType,
} from './place.js';

/** Longest name of a variable. Source: Step Functions developer guide, "Passing data with variables". */
const MAX_NAME = 80;

export const assignment: Check = (value, place) => {
  if (!isObject(value)) {
    wrongType(place, 'Object');
    return;
  }
  const isPathLanguage = place.language === 'JSONPath';
  for (const key of Object.keys(value)) {
    checkName(isPathLanguage && key.endsWith('.$') ? key.slice(0, -2) : key, at(place, key));
  }
  if (isPathLanguage) payloadTemplate(value, place);
  else jsonataTemplate(value, place);
};

function checkName(name: string, place: Place): void {
  if (name === 'states') {
    const message = "Cannot assign to reserved variable '$states'.";
    place.report.error('RESERVED_VARIABLE_NAME', place, message);
    return;
  }
  const problem =
    name.length > MAX_NAME
      ? `the variable name exceeds the ${MAX_NAME}-character limit`
      : isIdentifier(name)
        ? undefined
        : 'the variable name contains invalid characters';
  if (problem === undefined) return;
  const message = `Invalid variable name '${name}': ${problem}.`;
  place.report.error('INVALID_VARIABLE_NAME', place, message);
}

function isIdentifier(name: string): boolean {
  const [first = '', ...rest] = name;
  return isLetter(first) && rest.every((character) => isLetter(character) || isDigit(character));
}

function isLetter(character: string): boolean {
  return (
    character === '_' ||
    character.toLowerCase() !== character.toUpperCase() ||
    (character !== '' && character > '\u007f')
  );
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
