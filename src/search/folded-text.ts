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
  const lower = text.toLowerCase();
  // Looking is cheaper than replacing, and few texts have it.
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower;
}
