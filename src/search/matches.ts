/**
 * Whether something is what a search asks for.
 * @module
 */
import { LEVEL_RANKS } from './fields.js';
import { foldedText } from './folded-text.js';
import type {
  MemberValue,
  Pattern,
  SearchQuery,
  SearchRecord,
  SearchValue,
  Span,
  Term,
} from './query.js';

/**
 * True when every term of the query holds. Costs the length of what is looked into for each term; a pattern with gaps is looked
 * for from left to right and never goes back.
 *
 * @example
 * matches(query, { tags: { county: 'monroe' }, values: { level: 'error', time: at }, text: [message] })
 */
export function matches(query: Pick<SearchQuery, 'terms'>, record: SearchRecord): boolean {
  return query.terms.every((term) => holds(term, record) !== term.not);
}

/** One of the alternatives of a term holds; `not` is not looked at. */
function holds(term: Term, record: SearchRecord): boolean {
  switch (term.is) {
    case 'text':
      return record.text.some((text) => text !== undefined && contains(foldedText(text), term.any));
    case 'name':
      return texts(record.values[term.field], (text) => isWhole(text, term.any));
    case 'contains':
      return texts(record.values[term.field], (text) => contains(text, term.any));
    case 'span': {
      const value = rank(record.values[term.field]);
      return value !== undefined && term.any.some((span) => isWithin(value, span));
    }
    case 'tag':
      return tagHolds(record.tags, term.key, term.any);
    case 'member':
      return memberHolds(record.members, term.path, 0, term.any);
  }
}

/** The whole of the folded text is one of the patterns. */
function isWhole(text: string, any: readonly Pattern[]): boolean {
  return any.some((pattern) => wholeMatches(text, pattern));
}

function contains(text: string, any: readonly Pattern[]): boolean {
  return any.some((pieces) => {
    let at = 0;
    for (const piece of pieces) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return true;
  });
}

function wholeMatches(text: string, pieces: Pattern): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end && text.endsWith(last);
}

function isWithin(value: number, { low, high, lowIncluded, highIncluded }: Span): boolean {
  if (low !== null && (value < low || (value === low && !lowIncluded))) return false;
  return high === null || value < high || (value === high && highIncluded);
}

function texts(value: SearchValue | undefined, holdsFor: (text: string) => boolean): boolean {
  if (value === undefined) return false;
  if (typeof value === 'string') return holdsFor(foldedText(value));
  if (typeof value === 'number') return holdsFor(String(value));
  return value.some((one) => holdsFor(foldedText(one)));
}

/** A number as it is, a word for a level as its rank. */
function rank(value: SearchValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && Object.hasOwn(LEVEL_RANKS, value)
    ? LEVEL_RANKS[value]
    : undefined;
}

function tagHolds(
  tags: { readonly [key: string]: string },
  key: string,
  any: readonly Pattern[],
): boolean {
  for (const own of Object.keys(tags)) {
    if (foldedText(own) === key && isWhole(foldedText(tags[own] as string), any)) return true;
  }
  return false;
}

/** Deeper than this nothing is looked for. */
const DEEPEST = 32;

/** Goes down the path; what stands in an array is looked at each for itself. A key may have dots of its own. */
function memberHolds(
  value: unknown,
  path: readonly string[],
  at: number,
  any: readonly MemberValue[],
  depth = 0,
): boolean {
  if (depth > DEEPEST) return false;
  if (Array.isArray(value)) {
    return value.some((one) => memberHolds(one, path, at, any, depth + 1));
  }
  if (at === path.length) return any.some((wanted) => valueHolds(value, wanted));
  if (typeof value !== 'object' || value === null) return false;
  for (const [key, inner] of Object.entries(value)) {
    const parts = foldedText(key).split('.');
    const fits = parts.every((part, index) => part === path[at + index]);
    if (fits && memberHolds(inner, path, at + parts.length, any, depth + 1)) return true;
  }
  return false;
}

function valueHolds(value: unknown, wanted: MemberValue): boolean {
  if ('span' in wanted) {
    // Loggers write numbers as texts, too.
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && isWithin(number, wanted.span);
  }
  if (typeof value === 'object' && value !== null) return wholeMatches('', wanted.pattern);
  if (value === undefined) return false;
  return wholeMatches(foldedText(String(value)), wanted.pattern);
}
