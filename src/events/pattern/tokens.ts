/**
 * Reads the text of an event pattern token by token.
 *
 * Patterns are not read with JSON.parse: a key that is written twice means something (the later one wins for each path,
 * not for the whole object), and a refusal tells line and column where the reader stood. EventBridge's reader stands behind
 * the token, but behind the opening quote of a string whose text was not asked for yet; and it reads a name together with
 * the first token of its value.
 * @module
 */
import { PatternRefusal } from './refusal.js';

/** One token. `text` is the unescaped text of names and strings, and the written text of all others. */
export interface Token {
  readonly type: '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'literal';
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind it. */
  readonly end: number;
}

/** Where reading stands. */
export interface TokenReader {
  readonly text: string;
  /** Offset of the first character that is not read. */
  position: number;
  /** Offset that a refusal points at. */
  location: number;
  /** The open brackets; `isFresh` until something stands inside. */
  readonly open: { readonly bracket: '{' | '['; isFresh: boolean }[];
  /** The first token of a value whose name was given out. */
  ahead: Token | undefined;
}

const MAX_DEPTH = 500;
const MAX_SHOWN = 500;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Starts reading a text. */
export function openTokens(text: string): TokenReader {
  return { text, position: 0, location: 0, open: [], ahead: undefined };
}

/** The next token. Refuses where the text is not JSON. */
export function nextToken(reader: TokenReader): Token {
  const token = reader.ahead ?? scan(reader);
  reader.ahead = token.type === 'name' ? scanValue(reader) : undefined;
  const stand = reader.ahead ?? token;
  reader.location = stand.type === 'string' ? stand.start + 1 : stand.end;
  return token;
}

/** The text of a string or number. The reader stands behind it from now on. */
export function textOf(reader: TokenReader, token: Token): string {
  reader.location = token.end;
  return token.text;
}

/** Refuses unless nothing but space follows. */
export function expectEnd(reader: TokenReader): void {
  if (peek(reader) !== '') unexpected(reader, 'expected the end of the text');
}

/** Refuses the pattern, pointing at where the reader stands. */
export function refuse(reader: TokenReader, reason: string): never {
  throw new PatternRefusal(`${reason}${located(reader)}`);
}

/** Where the reader stands, in the words that follow a reason. */
function located(reader: TokenReader): string {
  const { text, location } = reader;
  const before = text.slice(0, location).split(/\r\n|\r|\n/);
  const column = (before.at(-1)?.length ?? 0) + 1;
  const shown =
    text.length > MAX_SHOWN
      ? `"${text.slice(0, MAX_SHOWN)}"[truncated ${text.length - MAX_SHOWN} chars]`
      : `"${text}"`;
  return `\n at [Source: (String)${shown}; line: ${before.length}, column: ${column}]`;
}

function scan(reader: TokenReader): Token {
  const inside = reader.open.at(-1);
  if (inside === undefined) return scanValue(reader);
  const next = peek(reader);
  const closing = inside.bracket === '{' ? '}' : ']';
  if (next === closing) {
    reader.open.pop();
    return take(reader, closing, next);
  }
  if (!inside.isFresh) {
    if (next !== ',') {
      const kind = inside.bracket === '{' ? 'Object' : 'Array';
      unexpected(reader, `was expecting comma to separate ${kind} entries`);
    }
    reader.position += 1;
  }
  inside.isFresh = false;
  if (inside.bracket === '[') return scanValue(reader);
  if (peek(reader) !== '"') {
    unexpected(reader, 'was expecting double-quote to start field name');
  }
  const name = { ...scanString(reader), type: 'name' as const };
  if (peek(reader) !== ':') {
    unexpected(reader, 'was expecting a colon to separate field name and value');
  }
  reader.position += 1;
  return name;
}

function scanValue(reader: TokenReader): Token {
  const next = peek(reader);
  if (next === '{' || next === '[') {
    if (reader.open.length >= MAX_DEPTH) {
      reader.location = reader.position;
      refuse(reader, `Nested more than ${MAX_DEPTH} levels deep`);
    }
    reader.open.push({ bracket: next, isFresh: true });
    return take(reader, next, next);
  }
  if (next === '"') return scanString(reader);
  const number = matchAt(NUMBER, reader);
  if (number !== undefined) return take(reader, 'number', number);
  const literal = matchAt(LITERAL, reader);
  if (literal !== undefined) return take(reader, 'literal', literal);
  return unexpected(reader, 'expected a valid value');
}

function scanString(reader: TokenReader): Token {
  const written = matchAt(STRING, reader);
  if (written === undefined) {
    reader.location = reader.text.length;
    return refuse(reader, 'Unexpected end-of-input or illegal character in a string');
  }
  const token = take(reader, 'string', written);
  return { ...token, text: JSON.parse(written) as string };
}

function take(reader: TokenReader, type: Token['type'], text: string): Token {
  const start = reader.position;
  reader.position += text.length;
  return { type, text, start, end: reader.position };
}

function matchAt(pattern: RegExp, reader: TokenReader): string | undefined {
  pattern.lastIndex = reader.position;
  return pattern.exec(reader.text)?.[0];
}

/** The next character that is not space; empty at the end. */
function peek(reader: TokenReader): string {
  reader.position += matchAt(SPACE, reader)?.length ?? 0;
  return reader.text.charAt(reader.position);
}

function unexpected(reader: TokenReader, wanted: string): never {
  const found = reader.text.codePointAt(reader.position);
  reader.location = Math.min(reader.position + 1, reader.text.length);
  if (found === undefined) return refuse(reader, `Unexpected end-of-input: ${wanted}`);
  const shown = String.fromCodePoint(found);
  return refuse(reader, `Unexpected character ('${shown}' (code ${found})): ${wanted}`);
}
