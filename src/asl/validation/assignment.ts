/**
 * Checks Assign: names of variables and the template of their values.
 * @module
 */
import { isObject } from '../json.js';
import {
  at,
  type Check,
  jsonataTemplate,
  kind,
  type Place,
  payloadTemplate,
  wrong,
} from './place.js';

/** Longest name of a variable. Source: Step Functions developer guide, "Passing data with variables". */
const MAX_NAME = 80;

export const assignment: Check = (value, place) => {
  if (!isObject(value)) {
    wrong(place, `Expected value of type Object, found ${kind(value)}`);
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
    wrong(place, "'states' is reserved and cannot be assigned");
  } else if (name.length > MAX_NAME) {
    wrong(place, `The name of a variable has at most ${MAX_NAME} characters`);
  } else if (!isIdentifier(name)) {
    wrong(
      place,
      `'${name}' is not a variable name: use letters, digits and '_', not beginning with a digit`,
    );
  }
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
