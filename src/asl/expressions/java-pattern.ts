/**
 * Regular expressions as Step Functions reads them: in an expression they are written like JavaScript's, but
 * `java.util.regex` matches them.
 *
 * The two agree on most patterns. Where the same characters mean something else, the pattern is rewritten to what Java
 * means: `\s` is ASCII white space only, `.` does not match U+0085 either, and `$` also matches before a line break at the
 * end of the text. Source: Java SE API, `java.util.regex.Pattern`.
 * @module
 */

const WHITE_SPACE = ' \\t\\n\\v\\f\\r';
/** All but white space, as ranges: a negated set cannot stand inside of another set. */
const OTHER_THAN_WHITE_SPACE = '\\0-\\x08\\x0e-\\x1f!-\\uffff';
const LINE_BREAKS = '\\n\\r\\u0085\\u2028\\u2029';
/** The end, or before the line break at the end; never between `\r` and `\n`. */
const END = `(?=(?:\\r\\n|[${LINE_BREAKS}])?$)(?!(?<=\\r)\\n)`;

/** A JavaScript pattern that matches what Java would match; made by JSONata from the pattern of an expression. */
export class JavaPattern extends RegExp {
  constructor({ source, flags }: RegExp) {
    super(translated(source, flags.includes('m')), flags);
  }
}

function translated(source: string, isMultiline: boolean): string {
  const parts: string[] = [];
  let isInSet = false;
  for (let index = 0; index < source.length; index += 1) {
    const char = source.charAt(index);
    if (char === '\\') {
      index += 1;
      parts.push(escaped(source.charAt(index), isInSet));
    } else if (isInSet) {
      isInSet = char !== ']';
      parts.push(char);
    } else {
      isInSet = char === '[';
      parts.push(single(char, isMultiline));
    }
  }
  return parts.join('');
}

function escaped(char: string, isInSet: boolean): string {
  if (char === 's') return isInSet ? WHITE_SPACE : `[${WHITE_SPACE}]`;
  if (char === 'S') return isInSet ? OTHER_THAN_WHITE_SPACE : `[^${WHITE_SPACE}]`;
  return `\\${char}`;
}

function single(char: string, isMultiline: boolean): string {
  if (char === '.') return `[^${LINE_BREAKS}]`;
  if (char === '$' && !isMultiline) return END;
  return char;
}
