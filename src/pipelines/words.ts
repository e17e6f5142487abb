/**
 * Splits a command line into its words, without any shell.
 *
 * Blanks separate; quotes keep blanks together; a backslash takes the next character as it is, except inside of single
 * quotes. Nothing else is special: `;`, `|`, `$` and `*` are ordinary characters.
 * @module
 */

/**
 * The words of a command line; undefined when a quote is left open.
 * @example splitWords("python3 'my file.py'") // ['python3', 'my file.py']
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote !== '' && character === quote) {
      quote = '';
    } else if (character === '\\' && quote !== "'") {
      index += 1;
      word = (word ?? '') + line.charAt(index);
    } else if (quote !== '') {
      word = (word ?? '') + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (
      character === ' ' ||
      character === '\t' ||
      character === '\n' ||
      character === '\r'
    ) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

/** A text that `splitWords` reads as one word, whatever is in it. */
export function quoteWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
