/**
 * Checks the rules of a Choice state, in both query languages.
 * @module
 */
import { CHOICE_OPERATORS } from '../expressions/choice-rule.js';
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { assignment } from './assignment.js';
import {
  checkFields,
  type Fields,
  requireFields,
  tooFew,
  tooMany,
  unsupportedField,
  wrongLanguage,
} from './fields.js';
import {
  at,
  boolean,
  type Check,
  comparedPath,
  decimal,
  expression,
  jsonataTemplate,
  meantName,
  nonEmptyText,
  type Place,
  text,
  timestamp,
  wrong,
  wrongType,
} from './place.js';

const CONDITION_RULE: Fields = {
  Comment: text,
  Condition: (value, place) => {
    if (typeof value !== 'boolean') expression(value, place);
  },
  Next: nonEmptyText,
  Assign: assignment,
  Output: jsonataTemplate,
};

export const choices: Check = (value, place) => {
  if (!Array.isArray(value)) {
    wrongType(place, 'Array');
    return;
  }
  if (value.length === 0) wrong(place, 'Value cannot be empty');
  for (const [index, rule] of value.entries()) {
    const here = at(place, index);
    if (!isObject(rule)) wrongType(here, 'Object');
    else if (place.language === 'JSONata') checkConditionRule(rule, here);
    else checkRule(rule, here, 'top');
  }
};

function checkConditionRule(rule: JsonObject, place: Place): void {
  requireFields(rule, ['Next'], place);
  const isForeign = (name: string): boolean => isTest(name) || name === 'Variable';
  const foreign = Object.keys(rule).filter(isForeign);
  for (const name of foreign) wrongLanguage(name, 'JSONPath', place);
  if (rule.Condition === undefined && foreign.length === 0) wrong(place, SELECTORS_MESSAGE);
  const own = Object.entries(rule).filter(([name]) => !isForeign(name));
  checkFields(Object.fromEntries(own), CONDITION_RULE, place);
}

/** What a rule may test, of which it has exactly one. */
const SELECTORS = ['And', 'Or', 'Not', 'Variable', 'Condition'];
const SELECTORS_MESSAGE = `The object must have only one of the following fields, [${SELECTORS.join(', ')}]`;

function checkRule(rule: JsonObject, place: Place, level: 'top' | 'nested'): void {
  if (level === 'top') requireFields(rule, ['Next'], place);
  if (SELECTORS.filter((name) => rule[name] !== undefined).length !== 1) {
    wrong(place, SELECTORS_MESSAGE);
  }
  const operators = CHOICE_OPERATORS.filter((name) => rule[name] !== undefined);
  if (operators.length > 1) tooMany(CHOICE_OPERATORS, place);
  if (operators.length === 0 && rule.Variable !== undefined) tooFew(CHOICE_OPERATORS, place);
  for (const [name, value] of Object.entries(rule)) checkRuleField(name, value, place, level);
}

function isTest(name: string): boolean {
  return name === 'And' || name === 'Or' || name === 'Not' || CHOICE_OPERATORS.includes(name);
}

function checkRuleField(name: string, value: Json, rule: Place, level: 'top' | 'nested'): void {
  const place = at(rule, name);
  switch (name) {
    case 'Comment':
      text(value, place);
      return;
    case 'Variable':
      comparedPath(value, place);
      return;
    case 'Condition':
      wrongLanguage(name, 'JSONata', rule);
      return;
    case 'And':
    case 'Or':
      checkNested(value, place);
      return;
    case 'Not':
      if (isObject(value)) checkRule(value, place, 'nested');
      else wrongType(place, 'Object');
      return;
    case 'Next':
    case 'Assign':
      if (level === 'nested') unsupportedField(name, rule);
      else if (name === 'Next') nonEmptyText(value, place);
      else assignment(value, place);
      return;
    default:
      if (CHOICE_OPERATORS.includes(name)) checkOperand(name, value, place);
      else unsupportedField(name, rule, meantName(rule, name, RULE_FIELDS));
  }
}

const RULE_FIELDS = [...CHOICE_OPERATORS, 'And', 'Or', 'Not', 'Variable', 'Next'];

function checkNested(value: Json, place: Place): void {
  if (!Array.isArray(value)) {
    wrongType(place, 'Array');
    return;
  }
  if (value.length === 0) wrong(place, 'Value cannot be empty');
  for (const [index, rule] of value.entries()) {
    const here = at(place, index);
    if (isObject(rule)) checkRule(rule, here, 'nested');
    else wrongType(here, 'Object');
  }
}

function checkOperand(name: string, value: Json, place: Place): void {
  if (name.endsWith('Path')) comparedPath(value, place);
  else if (name.startsWith('Numeric')) decimal(-Number.MAX_VALUE, Number.MAX_VALUE)(value, place);
  else if (name.startsWith('Timestamp')) timestamp(value, place);
  else if (name.startsWith('String')) text(value, place);
  else boolean(value, place);
}
