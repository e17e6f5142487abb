/**
 * The words of a file of Prometheus 1.x rules, each with its place.
 *
 * Names, strings in three kinds of quotes, numbers and durations, brackets and operators; comments are kept, because
 * somebody wrote them for a reason. Keywords are names here: `ALERT` may be the name of nothing else at the start of a rule.
 *
 * Source: promql/lex.go of Prometheus 1.8 (keywords are compared whatever their case).
 * @module
 */

export type TokenKind = 'name' | 'string' | 'number' | 'duration' | 'symbol' | 'comment' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As it is written. */
  readonly text: string;
  /** Characters from the beginning of the file. */
  readonly at: number;
}

/** Something that is wrong in a file, and what to do about it. */
export interface RuleProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

/** Thrown inside the parser; the caller makes a problem of it and goes on with the next rule. */
export class RuleError extends Error {
  readonly at: number;
  readonly fix: string;

  constructor(at: number, message: string, fix: string) {
    super(message);
    this.at = at;
    this.fix = fix;
  }
}

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /#[^\n]*/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![a-zA-Z0-9_:.])/y],
  ['number', /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[a-zA-Z_:][a-zA-Z0-9_:]*/y],
  ['symbol', /[=!]~|[=!<>]=|[-+*/%^=<>(){}[\],]/y],
];
const BLANK = /[\s\uFEFF]*/y;

/**
 * All words of a text, the end as the last one.
 * @throws RuleError for a character that begins no word, and for a string without an end
 * @example tokensOf('ALERT Down IF up == 0').map(({ text }) => text) // ['ALERT', 'Down', 'IF', 'up', '==', '0', '']
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)?.[0].length ?? 0;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found) return { kind, text: found, at };
  }
  const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if ('"\'`'.includes(letter)) {
    throw new RuleError(at, 'This string has no end.', `End it with ${letter} on the same line.`);
  }
  throw new RuleError(at, `Nothing begins with ${letter}.`, 'Remove it, or put it into quotes.');
}

/** Line and column of a place, both from 1. @example placeOf('a\nbc', 3) // { line: 2, column: 2 } */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}

const ESCAPES: { readonly [letter: string]: string } = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', "'": "'", '"': '"' },
};

/**
 * What a string says. Escapes are those of Go; between backquotes there are none.
 * @throws RuleError for an escape that there is not
 * @example unquoted({ kind: 'string', text: '"a\\"b"', at: 0 }) // 'a"b'
 */
export function unquoted({ text, at }: Token): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  const pattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;
  return inner.replaceAll(pattern, (whole, hex, four, eight, octal, letter, offset: number) => {
    const digits = hex ?? four ?? eight;
    const code = digits === undefined ? Number.parseInt(octal, 8) : Number.parseInt(digits, 16);
    if (Number.isFinite(code) && code <= 0x10ffff) return String.fromCodePoint(code);
    const plain = ESCAPES[letter as string];
    if (plain !== undefined) return plain;
    const fix = 'Write \\\\ for a backslash, or put the text between backquotes.';
    throw new RuleError(at + 1 + offset, `There is no escape ${whole}.`, fix);
  });
}
