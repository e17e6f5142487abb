/**
 * The syntax of JSONPath filters: `?(@.price < 10 && @.tag in ['a','b'])` → predicate.
 *
 *     or      = and ('||' and)*
 *     and     = unary ('&&' unary)*
 *     unary   = '!' unary | '(' or ')' | operand [operator operand]
 *     operand = path | number | text | true | false | null | '[' operand, … ']'
 * @module
 */
import type { Json } from '../json.js';
import { readQuoted, syntaxError } from './path-lexemes.js';
import type { ComparisonOperator, Operand, ParsedPath, Predicate } from './path-model.js';
import type { TextReader } from './text-reader.js';

/** Deepest nesting of filters, parentheses and lists. */
const MAX_DEPTH = 32;

/** Longer operators first: `<=` must not be read as `<`. */
const OPERATORS: ComparisonOperator[] = [
  '===',
  '!==',
  '==',
  '!=',
  '<=',
  '>=',
  '<',
  '>',
  'subsetof',
  'contains',
  'noneof',
  'anyof',
  'empty',
  'size',
  'type',
  'nin',
  'in',
];

/** Reads a path where the reader stands. Handed in, because paths contain filters and filters contain paths. */
export type ReadPath = (reader: TextReader, depth: number) => ParsedPath;

/** Reads a predicate behind `?`. */
export function parseFilter(reader: TextReader, depth: number, readPath: ReadPath): Predicate {
  checkDepth(reader, depth);
  reader.skipBlanks();
  if (!reader.take('(')) throw syntaxError(reader, "a filter is written '[?(…)]'");
  const predicate = readOr(reader, depth, readPath);
  if (!reader.take(')')) throw syntaxError(reader, "')' is missing at the end of a filter");
  return predicate;
}

function readOr(reader: TextReader, depth: number, readPath: ReadPath): Predicate {
  const operands = [readAnd(reader, depth, readPath)];
  while (reader.take('||')) operands.push(readAnd(reader, depth, readPath));
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { type: 'or', operands };
}

function readAnd(reader: TextReader, depth: number, readPath: ReadPath): Predicate {
  const operands = [readUnary(reader, depth, readPath)];
  while (reader.take('&&')) operands.push(readUnary(reader, depth, readPath));
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { type: 'and', operands };
}

function readUnary(reader: TextReader, depth: number, readPath: ReadPath): Predicate {
  checkDepth(reader, depth);
  reader.skipBlanks();
  let predicate: Predicate;
  if (reader.peek() === '!' && !reader.text.startsWith('!=', reader.position)) {
    reader.take('!');
    predicate = {
      type: 'not',
      operand: readUnary(reader, depth + 1, readPath),
    };
  } else if (reader.take('(')) {
    predicate = readOr(reader, depth + 1, readPath);
    if (!reader.take(')')) throw syntaxError(reader, "')' is missing");
  } else {
    predicate = readComparison(reader, depth, readPath);
  }
  reader.skipBlanks();
  return predicate;
}

function readComparison(reader: TextReader, depth: number, readPath: ReadPath): Predicate {
  const left = readOperand(reader, depth, readPath);
  reader.skipBlanks();
  if (reader.text.startsWith('=~', reader.position)) {
    throw syntaxError(reader, 'regular expressions are not supported in filters');
  }
  const operator = OPERATORS.find((candidate) => reader.take(candidate));
  if (operator === undefined) {
    if (left.type === 'path') return { type: 'exists', path: left.path };
    return {
      type: 'constant',
      value: left.value !== false && left.value !== null,
    };
  }
  reader.skipBlanks();
  return {
    type: 'compare',
    left,
    operator,
    right: readOperand(reader, depth, readPath),
  };
}

function readOperand(reader: TextReader, depth: number, readPath: ReadPath): Operand {
  const character = reader.peek();
  if (character === '@' || character === '$') {
    return { type: 'path', path: readPath(reader, depth) };
  }
  return { type: 'literal', value: readLiteral(reader, depth) };
}

function readLiteral(reader: TextReader, depth: number): Json {
  checkDepth(reader, depth);
  const character = reader.peek();
  if (character === "'" || character === '"') return readQuoted(reader);
  if (reader.take('[')) return readLiteralList(reader, depth + 1);
  if (reader.take('true')) return true;
  if (reader.take('false')) return false;
  if (reader.take('null')) return null;
  const digits = reader.readWhile((c) => (c >= '0' && c <= '9') || '+-.eE'.includes(c));
  const value = Number(digits);
  if (digits === '' || digits.length > 40 || !Number.isFinite(value)) {
    throw syntaxError(reader, 'a path or a literal is missing');
  }
  return value;
}

function readLiteralList(reader: TextReader, depth: number): Json[] {
  const items: Json[] = [];
  reader.skipBlanks();
  if (reader.take(']')) return items;
  for (;;) {
    reader.skipBlanks();
    items.push(readLiteral(reader, depth));
    reader.skipBlanks();
    if (reader.take(']')) return items;
    if (!reader.take(',')) throw syntaxError(reader, "',' or ']' is missing in a list");
  }
}

function checkDepth(reader: TextReader, depth: number): void {
  if (depth > MAX_DEPTH)
    throw syntaxError(reader, `a filter nests at most ${MAX_DEPTH} levels deep`);
}
