/**
 * The words of a search with their places: quotes are taken off, operators and commas are kept apart.
 *
 *     -error:"Access Denied",Timeout   →   not, name `error`, values `Access Denied` (quoted) and `Timeout`
 *
 * @module
 */
import type { QueryProblem } from './query.js';

/** One text, in quotes or not. Column from 1. */
export interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly column: number;
  readonly length: number;
}

export interface RawTerm {
  readonly not: boolean;
  /** What stands before the colon; absent for free text. */
  readonly name?: Word;
  /** At least one, unless a name stands alone. */
  readonly values: readonly Word[];
}

/** A query may be this long. */
export const QUERY_LIMIT = 4_096;

/** Splits a query; what cannot be split is a problem and is left out. */
export function rawTerms(text: string, problems: QueryProblem[]): RawTerm[] {
  const terms: RawTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const not = text[at] === '-' && at + 1 < text.length && !isSpace(text.charCodeAt(at + 1));
    const start = not ? at + 1 : at;
    const name = nameAt(text, start);
    const values: Word[] = [];
    at = name === undefined ? start : start + name.length + 1;
    while (at < text.length && !isSpace(text.charCodeAt(at))) {
      const word = name === undefined ? freeWord(text, at) : valueWord(text, at);
      if (typeof word === 'string') {
        problems.push({
          column: at + 1,
          length: text.length - at,
          why: 'a quotation mark is opened and never closed',
          fix: 'close it with ", or write \\" for the mark itself',
        });
        return terms;
      }
      values.push(word);
      at = word.column - 1 + word.length;
      if (name !== undefined && text[at] === ',') at += 1;
    }
    terms.push({ not, ...(name === undefined ? {} : { name }), values });
  }
  return terms;
}

const NAME = /[\p{L}_][\p{L}\p{N}_.@/-]{0,127}:/uy;

function nameAt(text: string, start: number): Word | undefined {
  NAME.lastIndex = start;
  const found = NAME.exec(text)?.[0].slice(0, -1);
  if (found === undefined) return undefined;
  return { text: found, isQuoted: false, column: start + 1, length: found.length };
}

function freeWord(text: string, start: number): Word | 'open' {
  if (text[start] === '"') return quotedWord(text, start, '');
  let end = start;
  while (end < text.length && !isSpace(text.charCodeAt(end)) && text[end] !== '"') end += 1;
  return plain(text, start, end);
}

function valueWord(text: string, start: number): Word | 'open' {
  const operator = /^[<>=]{0,2}/.exec(text.slice(start, start + 2))?.[0] ?? '';
  if (text[start + operator.length] === '"') return quotedWord(text, start, operator);
  let end = start;
  while (end < text.length && !isSpace(text.charCodeAt(end)) && text[end] !== ',') end += 1;
  return plain(text, start, end);
}

function plain(text: string, start: number, end: number): Word {
  return {
    text: text.slice(start, end),
    isQuoted: false,
    column: start + 1,
    length: end - start,
  };
}

/** With an operator before the quotes it is as if there were none: `>"2026-11-20 05:00"`. */
function quotedWord(text: string, start: number, operator: string): Word | 'open' {
  let content = operator;
  for (let at = start + operator.length + 1; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"') {
      return {
        text: content,
        isQuoted: operator === '',
        column: start + 1,
        length: at + 1 - start,
      };
    }
    const next = text[at + 1];
    if (character === '\\' && (next === '"' || next === '\\')) {
      content += next;
      at += 1;
    } else content += character;
  }
  return 'open';
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
}
