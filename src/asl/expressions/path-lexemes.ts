/**
 * The smallest parts of a JSONPath: quoted names, whole numbers and how a mistake is reported.
 * @module
 */
import type { TextReader } from './text-reader.js';

/** A path's text is wrong; `message` says where and why. */
export class PathSyntaxError extends Error {}

/**
 * A quoted name or text. A backslash escapes the quote and itself and is otherwise an ordinary character, as the service
 * reads it.
 */
export function readQuoted(reader: TextReader): string {
  const quote = reader.peek();
  if (quote !== "'" && quote !== '"') throw syntaxError(reader, 'a quoted name is missing');
  reader.take(quote);
  const parts: string[] = [];
  for (;;) {
    parts.push(reader.readWhile((character) => character !== quote && character !== '\\'));
    if (reader.atEnd()) throw syntaxError(reader, 'a closing quote is missing');
    if (reader.take(quote)) return parts.join('');
    reader.take('\\');
    if (reader.take(quote)) parts.push(quote);
    else if (reader.take('\\')) parts.push('\\');
    else parts.push('\\');
  }
}

/** A whole number with an optional minus sign, of at most 15 digits. */
export function readInteger(reader: TextReader): number {
  const sign = reader.take('-') ? -1 : 1;
  const digits = reader.readWhile(isDigit);
  if (digits === '' || digits.length > 15) throw syntaxError(reader, 'a whole number is missing');
  return sign * Number(digits);
}

/** The problem, with where the reader stands. */
export function syntaxError(reader: TextReader, problem: string): PathSyntaxError {
  return new PathSyntaxError(`${problem} (at character ${reader.position + 1})`);
}

/** True for 0 to 9. */
export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
