/**
 * Reads an event pattern: from its text to the branches that can match.
 *
 * Every field of an object has to match, which `$or` changes for the objects in its array. So a pattern is a list of
 * branches, each a set of paths with matchers: an `$or` of three objects beside other fields makes three branches, and two
 * such make nine. A path that is written twice in one branch counts as written last.
 * @module
 */
import type { EventPattern, PatternField, ValueMatcher } from './matcher-types.js';
import { equalsText, parseExpression } from './parse-expression.js';
import { type EventError, PatternRefusal } from './refusal.js';
import {
  expectEnd,
  nextToken,
  openTokens,
  refuse,
  type Token,
  type TokenReader,
  textOf,
} from './tokens.js';

/** Characters that the API takes (PutRule, EventPattern). */
export const MAX_PATTERN_LENGTH = 4096;

const MAX_BRANCHES = 1000;

/** Names that cannot be fields inside of `$or`: an operator at the wrong place, or reserved by the service. */
const RESERVED_IN_OR: ReadonlySet<string> = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard'],
  ...['numeric', 'cidr', '=', '<', '<=', '>', '>=', 'regex', 'not-wildcard'],
  ...['not-equals-ignore-case', 'date-after', 'date-on-or-after', 'date-before'],
  ...['date-on-or-before', 'in-date-range', 'ip-address-in-range', 'ip-address-not-in-range'],
]);

type Branches = Map<string, PatternField>[];

/**
 * Parses and checks an event pattern.
 *
 * @param text JSON text; a value is read as its JSON text.
 * @returns the pattern, or the error that the EventBridge API answers.
 * @example parsePattern('{"source":["shop"]}') // { pattern: … }
 * @example parsePattern('{"source":"shop"}')   // { error: { code: 'InvalidEventPatternException', … } }
 */
export function parsePattern(
  text: string | { readonly [key: string]: unknown },
): { pattern: EventPattern } | { error: EventError } {
  const written = typeof text === 'string' ? text : JSON.stringify(text);
  if (written.length > MAX_PATTERN_LENGTH) {
    const message = `1 validation error detected: Value at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to ${MAX_PATTERN_LENGTH}`;
    return { error: { code: 'ValidationException', message } };
  }
  const reader = openTokens(written);
  try {
    if (nextToken(reader).type !== '{') refuse(reader, 'Filter is not an object');
    const branches = parseObject(reader, [], undefined, { isInOr: false });
    expectEnd(reader);
    return {
      pattern: {
        text: written,
        branches: branches.map((fields) => ({ fields: [...fields.values()].sort(byPath) })),
      },
    };
  } catch (refusal) {
    if (!(refusal instanceof PatternRefusal)) throw refusal;
    const message = `Event pattern is not valid. Reason: ${refusal.message}`;
    return { error: { code: 'InvalidEventPatternException', message } };
  }
}

function byPath(a: PatternField, b: PatternField): number {
  return a.path < b.path ? -1 : 1;
}

function parseObject(
  reader: TokenReader,
  before: Branches,
  path: string | undefined,
  place: { isInOr: boolean },
): Branches {
  let branches = before;
  let isEmpty = true;
  for (let token = nextToken(reader); token.type !== '}'; token = nextToken(reader)) {
    isEmpty = false;
    const name = token.text;
    if (name === '$or') {
      branches = parseOr(reader, branches, path);
      continue;
    }
    if (place.isInOr && RESERVED_IN_OR.has(name)) {
      refuse(reader, `${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const inner = path === undefined ? name : `${path}.${name}`;
    const value = nextToken(reader);
    if (value.type === '{') branches = parseObject(reader, branches, inner, place);
    else if (value.type === '[') branches = withField(branches, parseField(reader, inner));
    else refuse(reader, `"${name}" must be an object or an array`);
  }
  if (isEmpty) refuse(reader, 'Empty objects are not allowed');
  return branches;
}

function withField(branches: Branches, field: PatternField): Branches {
  const all = branches.length === 0 ? [new Map()] : branches;
  for (const branch of all) branch.set(field.path, field);
  return all;
}

function parseOr(reader: TokenReader, before: Branches, path: string | undefined): Branches {
  if (nextToken(reader).type !== '[') refuse(reader, 'It must be an Array followed with $or.');
  const branches: Branches = [];
  let count = 0;
  for (let token = nextToken(reader); token.type !== ']'; token = nextToken(reader)) {
    count += 1;
    if (token.type !== '{') {
      refuse(reader, 'Only JSON object is allowed in array of $or relationship.');
    }
    const copies = before.length === 0 ? [new Map()] : before.map((branch) => new Map(branch));
    branches.push(...parseObject(reader, copies, path, { isInOr: true }));
    if (branches.length > MAX_BRANCHES) {
      refuse(
        reader,
        `There cannot be more than ${MAX_BRANCHES} combinations of $or relationships.`,
      );
    }
  }
  if (count < 2) refuse(reader, 'There must have at least 2 Objects in $or relationship.');
  return branches;
}

function parseField(reader: TokenReader, path: string): PatternField {
  const matchers: ValueMatcher[] = [];
  for (let token = nextToken(reader); token.type !== ']'; token = nextToken(reader)) {
    matchers.push(token.type === '{' ? parseExpression(reader) : parseValue(reader, token));
  }
  if (matchers.length === 0) refuse(reader, 'Empty arrays are not allowed');
  return { path, matchers };
}

function parseValue(reader: TokenReader, token: Token): ValueMatcher {
  switch (token.type) {
    case 'string':
      return equalsText(textOf(reader, token));
    case 'number':
      return { type: 'equals', value: Number(token.text) };
    case 'literal':
      return { type: 'equals', value: token.text === 'null' ? null : token.text === 'true' };
    default:
      return refuse(reader, 'Match value must be String, number, true, false, or null');
  }
}
