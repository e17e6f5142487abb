/**
 * Which known word somebody may have meant.
 * @module
 */

/**
 * The known word that is one or two slips away, by the Damerau-Levenshtein distance of neighbours (optimal string alignment).
 * Words of three letters and less are never guessed, and of four and five one slip is allowed.
 *
 * @example nearestName('statsu', ['status', 'state']) // 'status'
 */
export function nearestName(word: string, known: readonly string[]): string | undefined {
  const allowed = word.length <= 3 ? 0 : word.length <= 5 ? 1 : 2;
  let best: string | undefined;
  let least = allowed + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = slips(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function slips(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let cost = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + same,
      );
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return above[right.length] as number;
}
