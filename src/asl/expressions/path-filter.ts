/**
 * Evaluates the predicate of a JSONPath filter `[?(…)]` for one candidate.
 *
 * Comparison follows Jayway: a number equals the text that spells it, an absent operand equals nothing, and an order
 * exists only between two numbers or two texts.
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { equalJson } from './equality.js';
import type { ComparisonOperator, Operand, ParsedPath, Predicate } from './path-model.js';

/** Finds what a path inside a filter refers to; undefined when nothing. */
export type OperandLookup = (path: ParsedPath) => Json | undefined;

/** True when the predicate holds; `lookup` resolves `@`, `$` and variables. */
export function holds(predicate: Predicate, lookup: OperandLookup): boolean {
  switch (predicate.type) {
    case 'constant':
      return predicate.value;
    case 'exists':
      return lookup(predicate.path) !== undefined;
    case 'not':
      return !holds(predicate.operand, lookup);
    case 'and':
      return predicate.operands.every((operand) => holds(operand, lookup));
    case 'or':
      return predicate.operands.some((operand) => holds(operand, lookup));
    case 'compare':
      return compare(
        operandValue(predicate.left, lookup),
        predicate.operator,
        operandValue(predicate.right, lookup),
      );
  }
}

function operandValue(operand: Operand, lookup: OperandLookup): Json | undefined {
  return operand.type === 'literal' ? operand.value : lookup(operand.path);
}

function compare(
  left: Json | undefined,
  operator: ComparisonOperator,
  right: Json | undefined,
): boolean {
  switch (operator) {
    case '==':
      return looselyEqual(left, right);
    case '!=':
      return !looselyEqual(left, right);
    case '===':
      return strictlyEqual(left, right);
    case '!==':
      return !strictlyEqual(left, right);
    case '<':
      return order(left, right) === -1;
    case '<=':
      return isOneOf(order(left, right), -1, 0);
    case '>':
      return order(left, right) === 1;
    case '>=':
      return isOneOf(order(left, right), 1, 0);
    case 'in':
      return Array.isArray(right) && right.some((item) => looselyEqual(left, item));
    case 'nin':
      return Array.isArray(right) && !right.some((item) => looselyEqual(left, item));
    case 'subsetof':
      return lists(left, right, (a, b) => a.every((item) => includes(b, item)));
    case 'anyof':
      return lists(left, right, (a, b) => a.some((item) => includes(b, item)));
    case 'noneof':
      return lists(left, right, (a, b) => !a.some((item) => includes(b, item)));
    case 'contains':
      if (typeof left === 'string') return typeof right === 'string' && left.includes(right);
      return Array.isArray(left) && right !== undefined && includes(left, right);
    case 'size':
      return lengthOf(left) !== undefined && lengthOf(left) === lengthOrNumber(right);
    case 'empty':
      return lengthOf(left) !== undefined && (lengthOf(left) === 0) === right;
    case 'type':
      return left !== undefined && typeName(left) === right;
  }
}

function looselyEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left === 'number' && typeof right === 'string') return spells(right, left);
  if (typeof left === 'string' && typeof right === 'number') return spells(left, right);
  return equalJson(left, right);
}

function spells(text: string, value: number): boolean {
  return text.trim() !== '' && Number(text) === value;
}

function strictlyEqual(left: Json | undefined, right: Json | undefined): boolean {
  return left !== undefined && right !== undefined && equalJson(left, right);
}

function order(left: Json | undefined, right: Json | undefined): -1 | 0 | 1 | undefined {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string');
  if (!comparable) return undefined;
  const [a, b] = [left as string, right as string];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isOneOf(value: number | undefined, ...accepted: number[]): boolean {
  return value !== undefined && accepted.includes(value);
}

function includes(list: Json[], value: Json): boolean {
  return list.some((item) => looselyEqual(item, value));
}

function lists(
  left: Json | undefined,
  right: Json | undefined,
  test: (left: Json[], right: Json[]) => boolean,
): boolean {
  return Array.isArray(left) && Array.isArray(right) && test(left, right);
}

function lengthOf(value: Json | undefined): number | undefined {
  return Array.isArray(value) || typeof value === 'string' ? value.length : undefined;
}

function lengthOrNumber(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : lengthOf(value);
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}
