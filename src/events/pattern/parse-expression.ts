/**
 * Reads what stands in braces inside of a field's array: `{"prefix": "a"}`, `{"anything-but": …}` and the like.
 *
 * Which shapes are accepted, in which order they are checked and with which words they are refused is what the EventBridge
 * API answers (Amazon EventBridge User Guide, "Comparison operators for use in event patterns").
 * @module
 */
import { addressBits, cidrBits } from './address.js';
import type { ValueMatcher } from './matcher-types.js';
import { PatternRefusal } from './refusal.js';
import { nextToken, refuse, type Token, type TokenReader, textOf } from './tokens.js';
import { isTooComplex, parseWildcard, type Wildcard } from './wildcard.js';

/** Numbers beyond are not compared by EventBridge. */
export const NUMERIC_LIMIT = 5e9;

const ONE_KEY = 'Only one key allowed in match expression';
const MUST_BE_STRING = (name: string): string => `${name} match pattern must be a string`;

/** Reads one match expression, whose `{` has been read. */
export function parseExpression(reader: TokenReader): ValueMatcher {
  const name = nextToken(reader);
  if (name.type !== 'name') refuse(reader, 'Match expression name not found');
  switch (name.text) {
    case 'exactly':
      return closed(reader, equalsText(stringValue(reader, MUST_BE_STRING('exact'))));
    case 'prefix':
    case 'suffix':
      return parseAffix(reader, name.text);
    case 'numeric':
      return parseNumeric(reader);
    case 'anything-but':
      return parseAnythingBut(reader);
    case 'exists':
      return parseExists(reader);
    case 'cidr':
      return parseCidr(reader);
    case 'equals-ignore-case': {
      const text = stringValue(reader, MUST_BE_STRING(name.text));
      return closed(reader, { type: 'equals-ignore-case', text });
    }
    case 'wildcard': {
      const wildcard = wildcardOf(reader, stringValue(reader, MUST_BE_STRING(name.text)));
      return closed(reader, { type: 'wildcard', wildcard });
    }
    default:
      return refuse(reader, `Unrecognized match type ${name.text}`);
  }
}

/** A text that a value has to equal. Addresses are equal however they are written. */
export function equalsText(text: string): ValueMatcher {
  const bits = addressBits(text);
  return bits === undefined
    ? { type: 'equals', value: text }
    : { type: 'address', written: text, bits };
}

function parseAffix(reader: TokenReader, type: 'prefix' | 'suffix'): ValueMatcher {
  const token = nextToken(reader);
  if (token.type === '{') {
    const name = nextToken(reader);
    if (name.type !== 'name') {
      refuse(reader, `${type === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
    }
    if (name.text !== 'equals-ignore-case') {
      refuse(reader, `Unsupported ${type} pattern: ${name.text}`);
    }
    const text = stringValue(reader, MUST_BE_STRING('equals-ignore-case'));
    return closed(reader, closed(reader, { type, text, ignoresCase: true }));
  }
  if (token.type !== 'string') refuse(reader, MUST_BE_STRING(type));
  return closed(reader, { type, text: textOf(reader, token), ignoresCase: false });
}

function parseExists(reader: TokenReader): ValueMatcher {
  const token = nextToken(reader);
  if (token.type !== 'literal' || token.text === 'null') {
    refuse(reader, 'exists match pattern must be either true or false.');
  }
  return closed(reader, { type: token.text === 'true' ? 'exists' : 'absent' });
}

function parseCidr(reader: TokenReader): ValueMatcher {
  // The service speaks of "prefix" here.
  const written = stringValue(reader, MUST_BE_STRING('prefix'));
  const parsed = cidrBits(written);
  if ('reason' in parsed) throw new PatternRefusal(parsed.reason);
  return closed(reader, { type: 'cidr', written, bits: parsed.bits });
}

function parseNumeric(reader: TokenReader): ValueMatcher {
  if (nextToken(reader).type !== '[') refuse(reader, 'Value of numeric must be an array.');
  const first = nextToken(reader);
  if (first.type !== 'string') {
    refuse(reader, `Invalid member in numeric match: ${textOf(reader, first)}`);
  }
  const operator = textOf(reader, first);
  if (!['=', '<', '<=', '>', '>='].includes(operator)) {
    nextToken(reader);
    refuse(reader, `Unrecognized numeric range operator: ${operator}`);
  }
  const named = operator === '=' ? 'equals' : operator;
  const bound = numericValue(reader, nextToken(reader), named);
  let range = rangeOf(operator, bound);
  const next = nextToken(reader);
  if (next.type !== ']') {
    if (!operator.startsWith('>')) refuse(reader, 'Too many elements in numeric expression');
    range = { ...range, ...parseUpperBound(reader, next) };
    if (range.high <= range.low) refuse(reader, 'Bottom must be less than top');
  }
  if (nextToken(reader).type !== '}') refuse(reader, 'Too many elements in numeric expression');
  return range;
}

type Range = ValueMatcher & { type: 'numeric' };

function rangeOf(operator: string, bound: number): Range {
  const whole = { low: -NUMERIC_LIMIT, isLowOpen: false, high: NUMERIC_LIMIT, isHighOpen: false };
  const isOpen = operator === '<' || operator === '>';
  if (operator === '=') return { type: 'numeric', ...whole, low: bound, high: bound };
  return operator.startsWith('<')
    ? { type: 'numeric', ...whole, high: bound, isHighOpen: isOpen }
    : { type: 'numeric', ...whole, low: bound, isLowOpen: isOpen };
}

function parseUpperBound(reader: TokenReader, token: Token): { high: number; isHighOpen: boolean } {
  const operator = textOf(reader, token);
  if (token.type !== 'string') refuse(reader, `Bad value in numeric range: ${operator}`);
  if (operator !== '<' && operator !== '<=') {
    refuse(reader, `Bad numeric range operator: ${operator}`);
  }
  const high = numericValue(reader, nextToken(reader), operator);
  if (nextToken(reader).type !== ']') refuse(reader, 'Too many terms in numeric range expression');
  return { high, isHighOpen: operator === '<' };
}

function numericValue(reader: TokenReader, token: Token, operator: string): number {
  if (token.type !== 'number') refuse(reader, `Value of ${operator} must be numeric`);
  return comparable(reader, token);
}

function comparable(reader: TokenReader, token: Token): number {
  const number = Number(textOf(reader, token));
  if (Math.abs(number) > NUMERIC_LIMIT) {
    refuse(reader, 'Value must be between -5.0E9 and 5.0E9, inclusive');
  }
  return number;
}

/** The operators that may stand inside of `anything-but`, and the words for values which they do not take. */
const EXCLUSIONS: Readonly<Record<string, string>> = {
  prefix: 'prefix/suffix match pattern must be a string',
  suffix: 'prefix/suffix match pattern must be a string',
  wildcard: 'wildcard match pattern must be a string',
  'equals-ignore-case':
    'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
};

function parseAnythingBut(reader: TokenReader): ValueMatcher {
  let token = nextToken(reader);
  let operator: string | undefined;
  if (token.type === '{') {
    const name = nextToken(reader);
    if (name.type !== 'name') refuse(reader, 'Anything-But expression name not found');
    operator = name.text;
    if (!Object.hasOwn(EXCLUSIONS, operator)) {
      refuse(reader, `Unsupported anything-but pattern: ${operator}`);
    }
    token = nextToken(reader);
  }
  if (token.type !== '[' && token.type !== 'string' && token.type !== 'number') {
    refuse(reader, 'Value of anything-but must be an array or single string/number value.');
  }
  const excluded =
    token.type === '['
      ? insideList(reader, () => parseExcludedList(reader, operator))
      : [parseExcluded(reader, token, operator)];
  if (operator === undefined && new Set(excluded.map(typeOfExcluded)).size !== 1) {
    refuse(
      reader,
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  const matcher: ValueMatcher = { type: 'anything-but', excluded };
  const tooMany = 'Too many elements in numeric expression';
  if (nextToken(reader).type !== '}') refuse(reader, tooMany);
  if (operator !== undefined && nextToken(reader).type !== '}') refuse(reader, tooMany);
  return matcher;
}

function typeOfExcluded(matcher: ValueMatcher): string {
  return matcher.type === 'equals' ? typeof matcher.value : matcher.type;
}

function parseExcludedList(reader: TokenReader, operator: string | undefined): ValueMatcher[] {
  const excluded: ValueMatcher[] = [];
  for (let token = nextToken(reader); token.type !== ']'; token = nextToken(reader)) {
    if (operator === undefined && token.type !== 'string' && token.type !== 'number') {
      refuse(reader, 'Inside anything but list, start|null|boolean is not supported.');
    }
    excluded.push(parseExcluded(reader, token, operator));
  }
  return excluded;
}

function parseExcluded(
  reader: TokenReader,
  token: Token,
  operator: string | undefined,
): ValueMatcher {
  if (operator === undefined) {
    return token.type === 'number'
      ? { type: 'equals', value: comparable(reader, token) }
      : { type: 'equals', value: textOf(reader, token) };
  }
  if (token.type !== 'string') refuse(reader, EXCLUSIONS[operator] ?? operator);
  const text = textOf(reader, token);
  switch (operator) {
    case 'prefix':
    case 'suffix':
      if (text === '') refuse(reader, 'Null prefix/suffix not allowed');
      return { type: operator, text, ignoresCase: false };
    case 'wildcard':
      return { type: 'wildcard', wildcard: wildcardOf(reader, text) };
    default:
      return { type: 'equals-ignore-case', text };
  }
}

/** The service tells the place twice when it refuses something inside of a list. */
function insideList<T>(reader: TokenReader, parse: () => T): T {
  try {
    return parse();
  } catch (refusal) {
    if (!(refusal instanceof PatternRefusal)) throw refusal;
    return refuse(reader, refusal.message);
  }
}

function wildcardOf(reader: TokenReader, text: string): Wildcard {
  const parsed = parseWildcard(text);
  if ('reason' in parsed) return refuse(reader, parsed.reason);
  if (isTooComplex(parsed.wildcard)) {
    throw new PatternRefusal(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  }
  return parsed.wildcard;
}

function stringValue(reader: TokenReader, otherwise: string): string {
  const token = nextToken(reader);
  return token.type === 'string' ? textOf(reader, token) : refuse(reader, otherwise);
}

function closed<T>(reader: TokenReader, matcher: T): T {
  if (nextToken(reader).type !== '}') refuse(reader, ONE_KEY);
  return matcher;
}
