/**
 * Patterns of StringMatches: `*` stands for any characters, `\*` for a star, `\\` for a backslash.
 * @module
 */

/** The texts between the stars. One text: no star at all. */
export type Wildcards = readonly string[];

/** @example compileWildcards('log-*.txt') // ['log-', '.txt'] */
export function compileWildcards(pattern: string): Wildcards {
  const parts: string[] = [];
  let part: string[] = [];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const next = pattern.charAt(index + 1);
    if (character === '\\' && (next === '*' || next === '\\')) {
      part.push(next);
      index += 1;
    } else if (character === '*') {
      parts.push(part.join(''));
      part = [];
    } else {
      part.push(character);
    }
  }
  parts.push(part.join(''));
  return parts;
}

/** True when the whole text fits. Takes the first place of each part, so it never goes back and time stays bounded. */
export function matchesWildcards(parts: Wildcards, text: string): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}
