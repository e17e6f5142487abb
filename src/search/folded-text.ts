/**
 * Texts as they are compared: case does not matter.
 * @module
 */

/**
 * A text without case. The small sigma at the end of a word is the one inside of it: otherwise a part of a text would not be found in it.
 *
 * @example foldedText('Monroe') // 'monroe'
 */
export function foldedText(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}
