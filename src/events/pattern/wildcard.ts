/**
 * Wildcard patterns: `*` stands for any characters, also none; `\*` and `\\` for themselves.
 *
 * A pattern is the literal pieces between its stars. Taking each piece at its first occurrence behind the piece before is
 * always right, so nothing is ever tried twice, whatever the value.
 * @module
 */

/** A parsed wildcard. One piece means that there is no star. */
export interface Wildcard {
  readonly written: string;
  readonly pieces: readonly string[];
}

/** More positions than this that one value can be at, all at once, make a pattern too complex. */
const MAX_LIVE_POSITIONS = 9;
const MAX_STEPS = 10_000;

/** Parses, or tells why not. Positions count UTF-8 bytes and the opening quote, as EventBridge does. */
export function parseWildcard(written: string): { wildcard: Wildcard } | { reason: string } {
  const pieces = [''];
  let bytes = 1;
  for (let i = 0; i < written.length; i++) {
    let character = written.charAt(i);
    if (character === '*') {
      if (written.charAt(i + 1) === '*') {
        return { reason: `Consecutive wildcard characters at pos ${bytes}` };
      }
      pieces.push('');
      bytes += 1;
      continue;
    }
    if (character === '\\') {
      const escaped = written.charAt(i + 1);
      if (escaped !== '*' && escaped !== '\\') {
        return { reason: `Invalid escape character at pos ${bytes}` };
      }
      character = escaped;
      bytes += 1;
      i += 1;
    }
    pieces[pieces.length - 1] += character;
    bytes += utf8Length(character);
  }
  return { wildcard: { written, pieces } };
}

/** Length in UTF-8 of one UTF-16 unit; half of four bytes for each half of a pair. */
function utf8Length(unit: string): number {
  const code = unit.charCodeAt(0);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code >= 0xd800 && code <= 0xdfff ? 2 : 3;
}

/** True when a text matches. Time is proportional to the length of the text. */
export function matchesWildcard({ pieces }: Wildcard, text: string): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] ?? '';
    const found = indexOf(text, piece, at, end);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

/** Where `piece` begins in `text` between two offsets, or -1. Long pieces are searched without going back in the text. */
function indexOf(text: string, piece: string, from: number, end: number): number {
  if (piece.length <= 16) {
    const found = text.indexOf(piece, from);
    return found >= 0 && found + piece.length <= end ? found : -1;
  }
  const borders = bordersOf(piece);
  let matched = 0;
  for (let i = from; i < end; i++) {
    const unit = text.charCodeAt(i);
    while (matched > 0 && piece.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (piece.charCodeAt(matched) === unit) matched += 1;
    if (matched === piece.length) return i - matched + 1;
  }
  return -1;
}

/** For each prefix the length of its longest proper prefix that is also its suffix (Knuth, Morris, Pratt 1977). */
function bordersOf(piece: string): number[] {
  const borders = [0];
  for (let i = 1, length = 0; i < piece.length; i++) {
    while (length > 0 && piece.charCodeAt(i) !== piece.charCodeAt(length)) {
      length = borders[length - 1] ?? 0;
    }
    if (piece.charCodeAt(i) === piece.charCodeAt(length)) length += 1;
    borders.push(length);
  }
  return borders;
}

/**
 * True when some value could be at too many positions of the pattern at once. Our matching does not mind; EventBridge
 * refuses such patterns, and a pattern that runs here has to run there. A star is two positions: just reached, and having
 * swallowed something. EventBridge does not publish its limit.
 */
export function isTooComplex({ pieces }: Wildcard): boolean {
  if (pieces.length < 3) return false;
  const symbols: (string | undefined)[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) symbols.push(undefined);
    symbols.push(...piece);
  }
  const start = [0];
  const seen = new Set([start.join()]);
  const waiting = [start];
  for (let steps = 0; waiting.length > 0; steps++) {
    if (steps > MAX_STEPS) return true;
    const positions = waiting.pop() ?? [];
    // Characters that nothing waits for lead to some of the positions that the others lead to.
    for (const symbol of new Set(positions.map((position) => awaited(symbols, position)))) {
      if (symbol === undefined) continue;
      const next = positionsAfter(symbols, positions, symbol);
      if (next.length > MAX_LIVE_POSITIONS) return true;
      const key = next.join();
      if (!seen.has(key)) {
        seen.add(key);
        waiting.push(next);
      }
    }
  }
  return false;
}

/** The character that leads on from a position: the one to come, or the one behind the star. */
function awaited(symbols: readonly (string | undefined)[], position: number): string | undefined {
  const index = position >> 1;
  return symbols[index] ?? symbols[index + 1];
}

/** The positions after one more character: twice the index of the symbol to come, and one more inside of a star. */
function positionsAfter(
  symbols: readonly (string | undefined)[],
  positions: readonly number[],
  character: string,
): number[] {
  const next = new Set<number>();
  for (const position of positions) {
    const index = position >> 1;
    const isStar = index < symbols.length && symbols[index] === undefined;
    if (isStar) next.add(2 * index + 1);
    const literal = isStar ? index + 1 : index;
    if (literal < symbols.length && symbols[literal] === character) next.add(2 * (literal + 1));
  }
  return [...next].sort((a, b) => a - b);
}
