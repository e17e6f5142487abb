/**
 * Patterns of paths under a watched folder, with the rules that people know from gitignore.
 *
 * | pattern | files |
 * | --- | --- |
 * | `*.csv` | of such a name, in the folder and in every folder under it |
 * | `/*.csv`, `./*.csv` | in the folder itself |
 * | `in/*.csv`, `/in/*.csv` | in its folder `in`: a star does not go beyond a slash |
 * | `in/**`, `**\/2026/*.csv` | `**` between slashes stands for any folders, also none; at the end for everything there |
 *
 * `\*` and `\\` stand for themselves. Matching takes time proportional to the parts of pattern and path, whatever they hold.
 * @module
 */
import { matchesWildcard, parseWildcard, type Wildcard } from './wildcard.js';

export interface PathPattern {
  readonly written: string;
  /** It is about the name alone, in whatever folder. */
  readonly isName: boolean;
  readonly parts: readonly (Wildcard | '**')[];
}

/** Longest pattern. */
const MOST_LENGTH = 1_000;

/**
 * Parses, or tells why not.
 * @example parsePathPattern('/*.csv')
 */
export function parsePathPattern(written: string): { pattern: PathPattern } | { reason: string } {
  if (written.length > MOST_LENGTH) {
    return { reason: `a pattern has ${MOST_LENGTH} characters at most` };
  }
  const inside = written.replace(/^\.?\//, '');
  const texts = inside.split('/');
  const parts: (Wildcard | '**')[] = [];
  for (const text of texts) {
    if (text === '**') {
      if (parts.at(-1) !== '**') parts.push('**');
      continue;
    }
    if (text === '') return { reason: 'a name is missing between, before or behind the slashes' };
    if (text === '.' || text === '..') {
      return { reason: `"${text}" names no folder under the one that is watched` };
    }
    if (/(^|[^\\])(\\\\)*\*\*/.test(text)) {
      return { reason: 'write ** by itself between slashes, as in "in/**/*.csv"' };
    }
    const parsed = parseWildcard(text);
    if ('reason' in parsed) return parsed;
    parts.push(parsed.wildcard);
  }
  return { pattern: { written, isName: !written.includes('/'), parts } };
}

/**
 * True when a path fits.
 * @param path relative to the folder, with slashes
 */
export function matchesPath({ isName, parts }: PathPattern, path: string): boolean {
  const names = path.split('/');
  if (isName) return fits(parts, names.slice(-1));
  return fits(parts, names);
}

/** How many names the parts so far may stand for, part by part. */
function fits(parts: PathPattern['parts'], names: readonly string[]): boolean {
  let taken: boolean[] = [true, ...names.map(() => false)];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const next: boolean[] = names.map(() => false);
    next.push(false);
    let isWithin = false;
    for (let count = 0; count <= names.length; count += 1) {
      if (part === '**') {
        // At the end it stands for what lies in the folder, so for one name at least.
        next[count] = isLast ? isWithin : isWithin || taken[count] === true;
        isWithin ||= taken[count] === true;
      } else if (count > 0 && taken[count - 1]) {
        next[count] = matchesWildcard(part, names[count - 1] ?? '');
      }
    }
    taken = next;
  }
  return taken[names.length] === true;
}
