/**
 * Checks the rules of a Choice state, in both query languages.
 * @module
 */
import { CHOICE_OPERATORS } from '../expressions/choice-rule.js';
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { assignment } from './assignment.js';
import { checkFields, type Fields, requireFields } from './fields.js';
import {
  at,
  boolean,
  type Check,
  decimal,
  didYouMean,
  expression,
  jsonataTemplate,
  kind,
  meantName,
  nonEmptyText,
  type Place,
  path,
  text,
  timestamp,
  wrong,
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
    wrong(place, `Expected value of type Array, found ${kind(value)}`);
    return;
  }
  if (value.length === 0) wrong(place, 'Value cannot be empty');
  for (const [index, rule] of value.entries()) {
    const here = at(place, index);
    if (!isObject(rule)) wrong(here, `Expected value of type Object, found ${kind(rule)}`);
    else if (place.language === 'JSONata') checkConditionRule(rule, here);
    else checkRule(rule, here, 'top');
  }
};

function checkConditionRule(rule: JsonObject, place: Place): void {
  requireFields(rule, ['Condition', 'Next'], place);
  checkFields(rule, CONDITION_RULE, place, 'a rule of a JSONata Choice state');
}

function checkRule(rule: JsonObject, place: Place, level: 'top' | 'nested'): void {
  if (level === 'top') requireFields(rule, ['Next'], place);
  const tests = Object.keys(rule).filter(isTest);
  if (tests.length === 0)
    wrong(place, `A rule needs And, Or, Not, or a Variable with one operator`);
  if (tests.length > 1) wrong(place, `A rule has one operator, not [${tests.join(', ')}]`);
  const needsVariable = tests.some((name) => CHOICE_OPERATORS.includes(name));
  if (needsVariable) requireFields(rule, ['Variable'], place);
  for (const [name, value] of Object.entries(rule)) {
    checkRuleField(name, value, at(place, name), level);
  }
}

function isTest(name: string): boolean {
  return name === 'And' || name === 'Or' || name === 'Not' || CHOICE_OPERATORS.includes(name);
}

function checkRuleField(name: string, value: Json, place: Place, level: 'top' | 'nested'): void {
  switch (name) {
    case 'Comment':
      text(value, place);
      return;
    case 'Variable':
      path(value, place);
      return;
    case 'And':
    case 'Or':
      checkNested(value, place);
      return;
    case 'Not':
      if (isObject(value)) checkRule(value, place, 'nested');
      else wrong(place, `Expected value of type Object, found ${kind(value)}`);
      return;
    case 'Next':
    case 'Assign':
      if (level === 'nested') wrong(place, `Field '${name}' is only allowed at the top of a rule`);
      else if (name === 'Next') nonEmptyText(value, place);
      else assignment(value, place);
      return;
    default:
      checkOperator(name, value, place);
  }
}

function checkNested(value: Json, place: Place): void {
  if (!Array.isArray(value) || value.length === 0) {
    wrong(place, 'A non-empty list of rules is required');
    return;
  }
  for (const [index, rule] of value.entries()) {
    const here = at(place, index);
    if (isObject(rule)) checkRule(rule, here, 'nested');
    else wrong(here, `Expected value of type Object, found ${kind(rule)}`);
  }
}

function checkOperator(name: string, value: Json, place: Place): void {
  if (!CHOICE_OPERATORS.includes(name)) {
    const meant = meantName(place, name, [
      ...CHOICE_OPERATORS,
      'And',
      'Or',
      'Not',
      'Variable',
      'Next',
    ]);
    const hint = didYouMean(meant);
    wrong(place, `Field '${name}' is not supported in a Choice rule${hint}`, meant);
  } else if (name.endsWith('Path')) {
    path(value, place);
  } else if (name.startsWith('Numeric')) {
    decimal(-Number.MAX_VALUE, Number.MAX_VALUE)(value, place);
  } else if (name.startsWith('Timestamp')) {
    timestamp(value, place);
  } else if (name.startsWith('String')) {
    text(value, place);
  } else {
    boolean(value, place);
  }
}
