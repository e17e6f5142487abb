/**
 * Names with wildcards, as `fnmatch` of POSIX and Python has them: `*` any characters, `?` one, `[abc]`, `[a-z]`, `[!abc]` one
 * of a set, `[*]` the character itself. Case counts.
 *
 * https://docs.python.org/3/library/fnmatch.html
 * @module
 */

/** A name of a thing is found by its text first: one that holds wildcards itself is meant by its own name, too. */
export interface NameWildcard {
  readonly written: string;
  readonly parts: readonly Part[];
}

type Part =
  | { readonly type: 'any' }
  | { readonly type: 'one' }
  | { readonly type: 'letter'; readonly letter: string }
  | {
      readonly type: 'set';
      readonly isNot: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** @example matchesName(nameWildcard('load-*'), 'load-parcels') // true */
export function nameWildcard(written: string): NameWildcard {
  const letters = [...written];
  const parts: Part[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] as string;
    if (letter === '*') {
      if (parts.at(-1)?.type !== 'any') parts.push({ type: 'any' });
    } else if (letter === '?') parts.push({ type: 'one' });
    else if (letter === '[') {
      const set = setAt(letters, at);
      if (set === undefined) parts.push({ type: 'letter', letter });
      else {
        parts.push(set.part);
        at = set.end;
      }
    } else parts.push({ type: 'letter', letter });
  }
  return { written, parts };
}

/** The set that begins there; undefined: the bracket is not closed, and means itself. */
function setAt(letters: readonly string[], start: number): { part: Part; end: number } | undefined {
  const isNot = letters[start + 1] === '!';
  const first = start + (isNot ? 2 : 1);
  // A bracket that comes first is one of the set.
  const end = letters.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const ranges: [string, string][] = [];
  for (let at = first; at < end; at += 1) {
    const from = letters[at] as string;
    const isRange = letters[at + 1] === '-' && at + 2 < end;
    ranges.push([from, isRange ? (letters[at + 2] as string) : from]);
    if (isRange) at += 2;
  }
  return { part: { type: 'set', isNot, ranges }, end };
}

/** Whether a name is meant. Takes time in proportion to the lengths multiplied, never more. */
export function matchesName({ written, parts }: NameWildcard, name: string): boolean {
  if (name === written) return true;
  const letters = [...name];
  let [part, at] = [0, 0];
  // Where the last `*` was, and how much it has taken so far: only that one is ever tried again.
  let [star, taken] = [-1, 0];
  while (at < letters.length) {
    const current = parts[part];
    if (current?.type === 'any') {
      star = part;
      taken = at;
      part += 1;
    } else if (current !== undefined && takes(current, letters[at] as string)) {
      part += 1;
      at += 1;
    } else if (star >= 0) {
      taken += 1;
      at = taken;
      part = star + 1;
    } else return false;
  }
  while (parts[part]?.type === 'any') part += 1;
  return part === parts.length;
}

function takes(part: Part, letter: string): boolean {
  switch (part.type) {
    case 'any':
      return false;
    case 'one':
      return true;
    case 'letter':
      return part.letter === letter;
    case 'set':
      return part.ranges.some(([from, to]) => letter >= from && letter <= to) !== part.isNot;
  }
}
