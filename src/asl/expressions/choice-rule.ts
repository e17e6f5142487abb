/**
 * Rules of a Choice state in the JSONPath query language.
 *
 * A comparison between values of different types is simply not fulfilled. A variable that is not there is an error,
 * except for IsPresent and for the other type tests behind it. Source: Step Functions developer guide, "Choice state".
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { parseTimestamp } from '../timestamp.js';
import { ExpressionFailure } from './failure.js';
import { compilePath, findPath, type Path } from './path.js';
import type { Scope } from './scope.js';
import { compileWildcards, matchesWildcards, type Wildcards } from './wildcard.js';

type Ordering = 'Equals' | 'LessThan' | 'LessThanEquals' | 'GreaterThan' | 'GreaterThanEquals';
type Comparable = 'String' | 'Numeric' | 'Timestamp';
type TypeTest = 'IsNull' | 'IsBoolean' | 'IsNumeric' | 'IsString' | 'IsTimestamp';

export type ChoiceRule =
  | { type: 'and' | 'or'; rules: ChoiceRule[] }
  | { type: 'not'; rule: ChoiceRule }
  | { type: 'isPresent'; variable: Path; expected: boolean }
  | { type: 'isType'; variable: Path; test: TypeTest; expected: boolean }
  | { type: 'matches'; variable: Path; pattern: Wildcards }
  | { type: 'boolean'; variable: Path; operand: Operand }
  | { type: 'compare'; variable: Path; kind: Comparable; ordering: Ordering; operand: Operand };

type Operand = { type: 'literal'; value: Json } | { type: 'path'; path: Path };

const ORDERINGS: Ordering[] = [
  'Equals',
  'LessThan',
  'LessThanEquals',
  'GreaterThan',
  'GreaterThanEquals',
];

/** Every operator of a rule, with how it is compiled. The names are those of the language. */
export const CHOICE_OPERATORS: readonly string[] = [
  ...(['String', 'Numeric', 'Timestamp'] as const).flatMap((kind) =>
    ORDERINGS.flatMap((ordering) => [`${kind}${ordering}`, `${kind}${ordering}Path`]),
  ),
  'BooleanEquals',
  'BooleanEqualsPath',
  'StringMatches',
  'IsPresent',
  'IsNull',
  'IsBoolean',
  'IsNumeric',
  'IsString',
  'IsTimestamp',
];

/**
 * Reads one rule; `Next`, `Comment`, `Assign` and `Output` beside the operator are somebody else's business.
 * @throws ExpressionFailure States.Runtime when the rule has no operator or a path in it is wrong
 * @example compileChoiceRule({ Variable: '$.size', NumericGreaterThan: 10 })
 */
export function compileChoiceRule(rule: JsonObject): ChoiceRule {
  if (Array.isArray(rule.And)) return { type: 'and', rules: rule.And.map(compileNested) };
  if (Array.isArray(rule.Or)) return { type: 'or', rules: rule.Or.map(compileNested) };
  if (rule.Not !== undefined) return { type: 'not', rule: compileNested(rule.Not) };
  const operator = Object.keys(rule).find((key) => CHOICE_OPERATORS.includes(key));
  if (operator === undefined || typeof rule.Variable !== 'string') {
    throw new ExpressionFailure(
      'States.Runtime',
      'A choice rule needs And, Or, Not, or a Variable with one comparison operator',
    );
  }
  return compileTest(compilePath(rule.Variable), operator, rule[operator] as Json);
}

function compileNested(rule: Json): ChoiceRule {
  if (isObject(rule)) return compileChoiceRule(rule);
  throw new ExpressionFailure('States.Runtime', 'A choice rule must be an object');
}

function compileTest(variable: Path, operator: string, value: Json): ChoiceRule {
  switch (operator) {
    case 'IsPresent':
      return { type: 'isPresent', variable, expected: value === true };
    case 'IsNull':
    case 'IsBoolean':
    case 'IsNumeric':
    case 'IsString':
    case 'IsTimestamp':
      return { type: 'isType', variable, test: operator, expected: value === true };
    case 'StringMatches':
      return { type: 'matches', variable, pattern: compileWildcards(String(value)) };
    case 'BooleanEquals':
    case 'BooleanEqualsPath':
      return { type: 'boolean', variable, operand: compileOperand(operator, value) };
    default: {
      const kind = operator.startsWith('String')
        ? 'String'
        : operator.startsWith('Numeric')
          ? 'Numeric'
          : 'Timestamp';
      const rest = operator.slice(kind.length);
      const name = rest.endsWith('Path') ? rest.slice(0, -'Path'.length) : rest;
      const ordering = ORDERINGS.find((candidate) => candidate === name) ?? 'Equals';
      return {
        type: 'compare',
        variable,
        kind,
        ordering,
        operand: compileOperand(operator, value),
      };
    }
  }
}

function compileOperand(operator: string, value: Json): Operand {
  return operator.endsWith('Path')
    ? { type: 'path', path: compilePath(String(value)) }
    : { type: 'literal', value };
}

/**
 * True when the rule is fulfilled.
 * @throws ExpressionFailure States.Runtime when a variable is not there
 */
export function matchesChoiceRule(rule: ChoiceRule, scope: Scope): boolean {
  switch (rule.type) {
    case 'and':
      return rule.rules.every((each) => matchesChoiceRule(each, scope));
    case 'or':
      return rule.rules.some((each) => matchesChoiceRule(each, scope));
    case 'not':
      return !matchesChoiceRule(rule.rule, scope);
    case 'isPresent':
      return isPresent(rule.variable, scope) === rule.expected;
    case 'isType':
      return hasType(rule.test, variableOf(rule.variable, scope)) === rule.expected;
    case 'matches': {
      const value = variableOf(rule.variable, scope);
      return typeof value === 'string' && matchesWildcards(rule.pattern, value);
    }
    case 'boolean': {
      const value = variableOf(rule.variable, scope);
      return typeof value === 'boolean' && value === operandOf(rule.operand, scope);
    }
    case 'compare':
      return compare(
        rule.kind,
        rule.ordering,
        variableOf(rule.variable, scope),
        operandOf(rule.operand, scope),
      );
  }
}

/** An indefinite path is present when it finds something. */
function isPresent(path: Path, scope: Scope): boolean {
  const value = findPath(path, scope);
  if (!path.definite && Array.isArray(value)) return value.length > 0;
  return value !== undefined;
}

function variableOf(path: Path, scope: Scope): Json {
  const value = findPath(path, scope);
  if (value !== undefined) return value;
  throw new ExpressionFailure(
    'States.Runtime',
    `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
  );
}

function operandOf(operand: Operand, scope: Scope): Json {
  return operand.type === 'literal' ? operand.value : variableOf(operand.path, scope);
}

function hasType(test: TypeTest, value: Json): boolean {
  switch (test) {
    case 'IsNull':
      return value === null;
    case 'IsBoolean':
      return typeof value === 'boolean';
    case 'IsNumeric':
      return typeof value === 'number';
    case 'IsString':
      return typeof value === 'string';
    case 'IsTimestamp':
      return typeof value === 'string' && parseTimestamp(value) !== undefined;
  }
}

function compare(kind: Comparable, ordering: Ordering, left: Json, right: Json): boolean {
  switch (kind) {
    case 'String':
      return (
        typeof left === 'string' && typeof right === 'string' && ordered(ordering, left, right)
      );
    case 'Numeric':
      return (
        typeof left === 'number' && typeof right === 'number' && ordered(ordering, left, right)
      );
    case 'Timestamp': {
      if (typeof left !== 'string' || typeof right !== 'string') return false;
      const [a, b] = [parseTimestamp(left), parseTimestamp(right)];
      return a !== undefined && b !== undefined && ordered(ordering, a, b);
    }
  }
}

function ordered<Value extends string | number>(
  ordering: Ordering,
  left: Value,
  right: Value,
): boolean {
  switch (ordering) {
    case 'Equals':
      return left === right;
    case 'LessThan':
      return left < right;
    case 'LessThanEquals':
      return left <= right;
    case 'GreaterThan':
      return left > right;
    case 'GreaterThanEquals':
      return left >= right;
  }
}
