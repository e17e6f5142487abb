/**
 * Words by which datasets are found: `parcels/clean_2026` is found by parcels, clean_2026, clean and 2026, and by how they begin.
 * @module
 */

/** Words of one dataset, and their longest. */
const MOST_WORDS = 3_000;
const LONGEST = 100;

/**
 * In small letters, each once: parts of names, and names with `_` as a whole too.
 * @example wordsOf(['parcelId']) // ['parcelid', 'parcel', 'id']
 */
export function wordsOf(texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [whole] of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
      const parts = whole
        .split('_')
        .flatMap((part) => [part, ...part.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)]);
      for (const word of [whole, ...parts]) {
        if (word !== '') words.add(word.toLowerCase().slice(0, LONGEST));
        if (words.size >= MOST_WORDS) return [...words];
      }
    }
  }
  return [...words];
}

/**
 * What somebody asks for: words that must all be there, or begin so.
 * @example askedWords('Parcel id') // ['parcel', 'id']
 */
export function askedWords(query: string): string[] {
  const found = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...new Set(found.map((word) => word.slice(0, LONGEST)))].slice(0, 20);
}

/** Whether all that was asked for is the beginning of some word. */
export function hasAll(words: readonly string[], asked: readonly string[]): boolean {
  return asked.every((one) => words.some((word) => word.startsWith(one)));
}
