/**
 * The text of a query: how it stands in an address, what is put into it, where an error is.
 * @module
 */

/** Longer ones are in no address: browsers and messengers cut them off. */
export const LONGEST_SHARED = 8_000;
const PREFIX = 'q=';

/** What comes after `#` in the address; undefined when the text is too long for one. */
export function textToHash(text: string): string | undefined {
  const hash = PREFIX + encodeURIComponent(text);
  return hash.length > LONGEST_SHARED ? undefined : hash;
}

/** The text that an address holds; undefined when it holds none. */
export function textInHash(hash: string): string | undefined {
  const rest = hash.replace(/^#/, '');
  if (!rest.startsWith(PREFIX) || rest.length > LONGEST_SHARED) return undefined;
  try {
    return decodeURIComponent(rest.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}

/** @example quotedName('a "b"') // '"a ""b"""' */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Puts a word where the cursor is, with a space where it would grow together with what stands there.
 * @returns the text, and where the cursor is then
 */
export function insertAt(
  text: string,
  from: number,
  to: number,
  word: string,
): { text: string; cursor: number } {
  const before = text.slice(0, from);
  const after = text.slice(to);
  const left = before === '' || /[\s(,.]$/.test(before) ? '' : ' ';
  const right = after === '' || /^[\s),.;]/.test(after) ? '' : ' ';
  const cursor = from + left.length + word.length;
  return { text: `${before}${left}${word}${right}${after}`, cursor };
}

/** The line that an error names, where the text has one: its number from 1, and where it begins and ends. */
export function lineOfError(
  message: string,
  text: string,
): { line: number; from: number; to: number } | undefined {
  const line = Number(/\bline (\d{1,6}): /.exec(message)?.[1]);
  const lines = text.split('\n');
  const found = lines[line - 1];
  if (found === undefined) return undefined;
  const from = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  // What the message has in quotes is shown itself, where it stands in the line.
  for (const [, name = ''] of message.matchAll(/"([^"]+)"/g)) {
    const at = found.indexOf(name);
    if (at >= 0) return { line, from: from + at, to: from + at + name.length };
  }
  return { line, from, to: from + found.length };
}
