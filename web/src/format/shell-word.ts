/**
 * Commands to copy.
 * @module
 */

/**
 * Quotes a text for a POSIX shell when it needs quoting.
 * @example shellWord("it's") // "'it'\\''s'"
 */
export function shellWord(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
