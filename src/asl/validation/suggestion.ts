/**
 * "Did you mean …?"
 * @module
 */

/**
 * The candidate that was probably meant; undefined when none is close.
 * Counts inserted, deleted, replaced and swapped characters; case costs nothing.
 * @example suggest('Nxt', ['Next', 'End']) // 'Next'
 */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = name.length <= 3 ? 2 : name.length <= 6 ? 3 : 4;
  let compared = 0;
  for (const candidate of candidates) {
    compared += 1;
    if (compared > MAX_CANDIDATES) break;
    if (candidate.length > MAX_LENGTH) continue;
    const edits = distance(wanted, candidate.toLowerCase(), least);
    if (edits < least && edits < candidate.length) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** `; did you mean 'Next'?`, or nothing. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? '' : `; did you mean '${meant}'?`;
}

/** Most candidates that are looked at. */
const MAX_CANDIDATES = 2_000;
/** Names longer than this are not compared. */
const MAX_LENGTH = 80;

/** The number of edits between two texts, or `limit` when there are at least so many. */
function distance(a: string, b: string, limit: number): number {
  if (a.length - b.length >= limit || b.length - a.length >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    let smallest = row;
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(
        (last[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (last[column - 1] ?? limit) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, (beforeLast[column - 2] ?? limit) + 1);
      }
      current.push(edits);
      smallest = Math.min(smallest, edits);
    }
    if (smallest >= limit) return limit;
    beforeLast = last;
    last = current;
  }
  return Math.min(last[b.length] ?? limit, limit);
}
