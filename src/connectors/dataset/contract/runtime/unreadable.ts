/**
 * Why data cannot be read, in words: what DuckDB says of a file, as what is wrong and what to do.
 * @module
 */
import type { Unreadable } from '../check-protocol.js';

/** Data that cannot be read, on its way to the message. */
export class UnreadableData extends Error {
  readonly unreadable: Unreadable;

  constructor(unreadable: Unreadable) {
    super(unreadable.cause);
    this.unreadable = unreadable;
  }
}

interface Known {
  readonly says: RegExp;
  words(found: RegExpExecArray, whole: string): Unreadable;
}

const KNOWN: readonly Known[] = [
  {
    says: /Invalid unicode|not (?:utf-8|utf8) encoded|invalid UTF-?8/i,
    words: (_found, whole) => ({
      cause: `${place(whole)}the file is not written in UTF-8 throughout`,
      fix: 'say how it is written, such as --encoding latin-1, or convert it: iconv -f LATIN1 -t UTF-8',
    }),
  },
  {
    says: /unterminated quote/i,
    words: (_found, whole) => ({
      cause: `${place(whole)}a quote is opened and never closed: the file was cut off, or a value has a quote in it that is not doubled`,
      fix: 'write or copy the file again; where another sign quotes, say it: --quote',
    }),
  },
  {
    says: /Expected Number of Columns: (\d+) Found: (\d+)/i,
    words: ([, expected = '', found = ''], whole) => ({
      cause: `${place(whole)}there are ${found} fields, and the others have ${expected}: the file was cut off, or a value has the delimiter in it`,
      fix: 'write or copy the file again, and put values with the delimiter in quotes; where the delimiter was not found out, say it: --delimiter',
    }),
  },
  {
    says: /not possible to automatically detect the CSV/i,
    words: () => ({
      cause:
        'the file cannot be read as CSV: no delimiter gives all its lines the same fields, or it was cut off in quotes',
      fix: 'say how it is written (--delimiter, --quote, --encoding), or write it again',
    }),
  },
  {
    says: /Maximum line size/i,
    words: (_found, whole) => ({
      cause: `${place(whole)}a line is too long: most often a quote is not closed`,
      fix: 'look at the quotes of that line',
    }),
  },
  {
    says: /No magic bytes|too small to be a Parquet|footer length|Footer|metadata|thrift|TProtocol/i,
    words: () => ({
      cause:
        'the Parquet file is damaged: its footer, which says where everything is, cannot be read',
      fix: 'write or copy it again',
    }),
  },
  {
    says: /Malformed JSON/i,
    words: (_found, whole) => ({
      cause: `the file is no JSON: ${firstLine(whole)
        .replace(/^Invalid Input Error: /, '')
        .slice(0, 200)}`,
      fix: 'write it as a list of objects, or one object a line',
    }),
  },
  {
    says: /^Out of Memory Error/i,
    words: () => ({
      cause: 'the data needs more memory than it may take, also with what it writes to disk',
      fix: 'give it more: --memory 4096',
    }),
  },
  {
    says: /^IO Error: (?:Could not write|No space|.*No space left)/i,
    words: () => ({
      cause: 'the temporary folder has no room for what does not fit into memory',
      fix: 'make room, or give more memory: --memory 4096',
    }),
  },
];

/**
 * What DuckDB said, in words.
 * @example unreadableWords('Invalid Input Error: No magic bytes found at end of file').cause
 */
export function unreadableWords(thrown: unknown): Unreadable {
  if (thrown instanceof UnreadableData) return thrown.unreadable;
  const said = plainMessage(thrown);
  for (const { says, words } of KNOWN) {
    const found = says.exec(said);
    if (found !== null) return words(found, said);
  }
  return {
    cause: firstLine(said).slice(0, 400),
    fix: 'see that the files are what their names say, or say how they are written: --format, --delimiter, --encoding',
  };
}

/** What was said, without the place in a task's arguments that reading files puts before it. */
export function plainMessage(thrown: unknown): string {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return said.replace(/^inputs\.[^:\n]{1,200}:1: /, '');
}

function place(said: string): string {
  const [, line] = /CSV Error on Line: (\d+)/i.exec(said) ?? [];
  return line === undefined ? '' : `in line ${line} `;
}

function firstLine(said: string): string {
  return said.split('\n', 1)[0] ?? '';
}
