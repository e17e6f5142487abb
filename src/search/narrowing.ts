/**
 * What a store can use of a search before it looks into anything: bounds that every match lies within.
 *
 * Narrowing never decides: what lies within it must still be matched (`matches.ts`). Terms with `not`, or with alternatives
 * that have no common bound, narrow nothing.
 * @module
 */
import { FIELDS } from './fields.js';
import type { Pattern, SearchQuery, Span, Term } from './query.js';

export interface Narrowing {
  /** Milliseconds: at this time or later. */
  readonly from?: number;
  /** At this time or earlier. */
  readonly to?: number;
  /** The lowest rank of a level that can match (`LEVEL_RANKS`). */
  readonly level?: number;
  /** Fields whose whole value is one of these folded texts: `names.team`, `names.pipeline`. */
  readonly names: { readonly [field: string]: readonly string[] };
  /** Of each of these tags (key folded) the value is one of these folded texts. */
  readonly tags: readonly { readonly key: string; readonly values: readonly string[] }[];
  /** Folded texts that all stand somewhere in what is searched by free text. */
  readonly texts: readonly string[];
}

/** @example narrowing(query) // { from: 1795150800000, level: 3, names: {}, tags: [{ key: 'county', values: ['monroe'] }], texts: [] } */
export function narrowing(query: SearchQuery): Narrowing {
  const time = FIELDS[query.kind].time;
  const names: { [field: string]: readonly string[] } = {};
  const tags: { key: string; values: readonly string[] }[] = [];
  const texts: string[] = [];
  let from: number | undefined;
  let to: number | undefined;
  let level: number | undefined;
  for (const term of query.terms) {
    if (term.not) continue;
    switch (term.is) {
      case 'text':
        texts.push(...commonPieces(term.any));
        break;
      case 'name': {
        const values = exact(term.any);
        const known = names[term.field];
        if (values) names[term.field] = known?.filter((one) => values.includes(one)) ?? values;
        break;
      }
      case 'tag': {
        const values = exact(term.any);
        if (values) tags.push({ key: term.key, values });
        break;
      }
      case 'span':
        if (term.field === time) {
          from = larger(from, lowest(term.any));
          to = smaller(to, highest(term.any));
        } else if (term.field === 'level') level = larger(level, lowest(term.any));
        break;
      case 'contains':
      case 'member':
        break;
    }
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(level === undefined ? {} : { level }),
    names,
    tags,
    texts,
  };
}

/**
 * The terms that ask only for what many things have in common (`isShared`), and the others: what is common needs to be matched
 * once. A match is what both match.
 *
 * @example splitTerms(query, (term) => term.is === 'tag')
 */
export function splitTerms(
  query: SearchQuery,
  isShared: (term: Term) => boolean,
): { shared: SearchQuery; own: SearchQuery } {
  const { kind, terms } = query;
  return {
    shared: { kind, terms: terms.filter(isShared) },
    own: { kind, terms: terms.filter((term) => !isShared(term)) },
  };
}

/** Pieces that stand in every match: those of the only alternative. */
function commonPieces(any: readonly Pattern[]): readonly string[] {
  const [only] = any;
  if (only === undefined || any.length > 1) return [];
  return only.filter((piece) => piece !== '');
}

function exact(any: readonly Pattern[]): readonly string[] | undefined {
  const values = any.map(([value, ...rest]) => (rest.length === 0 ? value : undefined));
  return values.every((value) => value !== undefined) ? (values as string[]) : undefined;
}

function lowest(any: readonly Span[]): number | undefined {
  if (any.some(({ low }) => low === null)) return undefined;
  return Math.min(...any.map(({ low }) => low as number));
}

function highest(any: readonly Span[]): number | undefined {
  if (any.some(({ high }) => high === null)) return undefined;
  return Math.max(...any.map(({ high }) => high as number));
}

function larger(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.max(left, right);
}

function smaller(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.min(left, right);
}
