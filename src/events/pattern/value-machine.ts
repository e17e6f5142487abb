/**
 * All questions that rules ask about the values of one path, at one point of the automaton, answered together.
 *
 * Each kind of matcher has an index in which a value finds those that match it: a hash for equal values and for addresses,
 * radix trees for prefixes and suffixes, an interval tree for ranges. A wildcard is found by the literal text that it begins
 * with, ends with or contains, and then checked. Only `anything-but` is asked one by one: nearly all of those match anyway.
 * @module
 */
import { addressBits } from './address.js';
import {
  type AddressSet,
  addBlock,
  newAddressSet,
  removeBlock,
  visitBlocks,
} from './address-set.js';
import { type Few, visitMembers, withMember, withoutMember } from './few.js';
import { foldCase, matchesValue, type Scalar } from './match-value.js';
import type { PatternField, ValueMatcher } from './matcher-types.js';
import { NUMERIC_LIMIT } from './parse-expression.js';
import { addKey, newRadixTree, type RadixTree, removeKey, visitKeysOf } from './radix-tree.js';
import { addRange, newRangeSet, type RangeSet, removeRange, visitRanges } from './range-set.js';
import { matchesWildcard, type Wildcard } from './wildcard.js';

/** Whoever asks; `field` is the question. The same object has to be added and removed. */
export interface Asker {
  readonly field: PatternField;
}

/** The questions of many askers. An index is there once something was put into it. */
export interface ValueMachine<T extends Asker> {
  equal?: Map<Scalar, Few<T>>;
  any?: Few<T>;
  others?: Set<T>;
  folded?: Map<string, Few<T>>;
  prefixes?: RadixTree<T>;
  suffixes?: RadixTree<T>;
  foldedPrefixes?: RadixTree<T>;
  foldedSuffixes?: RadixTree<T>;
  addresses?: AddressSet<T>;
  ranges?: RangeSet<T>;
  wildcardPrefixes?: RadixTree<T>;
  wildcardSuffixes?: RadixTree<T>;
  wildcardPieces?: RadixTree<T>;
}

/** Units of a piece inside a wildcard that are kept in the index; the rest is checked afterwards. */
const INDEXED_PIECE = 16;

/** A machine without questions. */
export function newValueMachine<T extends Asker>(): ValueMachine<T> {
  return {};
}

/** Adds all questions of an asker. */
export function addAsker<T extends Asker>(machine: ValueMachine<T>, asker: T): void {
  for (const matcher of asker.field.matchers) addMatcher(machine, matcher, asker);
}

/** Removes all questions of an asker. */
export function removeAsker<T extends Asker>(machine: ValueMachine<T>, asker: T): void {
  for (const matcher of asker.field.matchers) removeMatcher(machine, matcher, asker);
}

function addMatcher<T extends Asker>(m: ValueMachine<T>, matcher: ValueMatcher, asker: T): void {
  switch (matcher.type) {
    case 'equals':
      m.equal ??= new Map();
      addTo(m.equal, matcher.value, asker);
      return;
    case 'exists':
      m.any = withMember(m.any, asker);
      return;
    case 'absent':
      return;
    case 'anything-but':
      m.others ??= new Set();
      m.others.add(asker);
      return;
    case 'equals-ignore-case':
      m.folded ??= new Map();
      addTo(m.folded, foldCase(matcher.text), asker);
      return;
    case 'numeric':
      m.ranges ??= newRangeSet();
      addRange(m.ranges, matcher, asker);
      return;
    case 'address':
    case 'cidr':
      m.addresses ??= newAddressSet();
      addBlock(m.addresses, matcher.bits, asker);
      return;
    default: {
      const { index, key } = treeFor(matcher);
      if (index === undefined) {
        m.equal ??= new Map();
        addTo(m.equal, key, asker);
        return;
      }
      m[index] ??= newRadixTree(BACKWARDS.has(index) ? 'backwards' : 'forwards');
      addKey(m[index], key, asker);
    }
  }
}

function removeMatcher<T extends Asker>(m: ValueMachine<T>, matcher: ValueMatcher, asker: T): void {
  switch (matcher.type) {
    case 'equals':
      removeFrom(m.equal, matcher.value, asker);
      return;
    case 'exists':
      m.any = withoutMember(m.any, asker);
      return;
    case 'absent':
      return;
    case 'anything-but':
      m.others?.delete(asker);
      return;
    case 'equals-ignore-case':
      removeFrom(m.folded, foldCase(matcher.text), asker);
      return;
    case 'numeric':
      if (m.ranges !== undefined) removeRange(m.ranges, matcher, asker);
      return;
    case 'address':
    case 'cidr':
      if (m.addresses !== undefined) removeBlock(m.addresses, matcher.bits, asker);
      return;
    default: {
      const { index, key } = treeFor(matcher);
      if (index === undefined) {
        removeFrom(m.equal, key, asker);
        return;
      }
      const tree = m[index];
      if (tree !== undefined) removeKey(tree, key, asker);
    }
  }
}

type TreeName =
  | 'prefixes'
  | 'suffixes'
  | 'foldedPrefixes'
  | 'foldedSuffixes'
  | 'wildcardPrefixes'
  | 'wildcardSuffixes'
  | 'wildcardPieces';

const BACKWARDS: ReadonlySet<TreeName> = new Set<TreeName>([
  'suffixes',
  'foldedSuffixes',
  'wildcardSuffixes',
]);

type TreeMatcher = Extract<ValueMatcher, { type: 'prefix' | 'suffix' | 'wildcard' }>;

/** The tree and key under which a matcher is found; without a tree, the text that a value has to equal. */
function treeFor(matcher: TreeMatcher): { index: TreeName | undefined; key: string } {
  switch (matcher.type) {
    case 'prefix':
      return matcher.ignoresCase
        ? { index: 'foldedPrefixes', key: foldCase(matcher.text) }
        : { index: 'prefixes', key: matcher.text };
    case 'suffix':
      return matcher.ignoresCase
        ? { index: 'foldedSuffixes', key: foldCase(matcher.text) }
        : { index: 'suffixes', key: matcher.text };
    case 'wildcard':
      return treeForWildcard(matcher.wildcard);
  }
}

function treeForWildcard({ pieces }: Wildcard): { index: TreeName | undefined; key: string } {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return { index: undefined, key: first };
  const inner = pieces.slice(1, -1).sort((a, b) => b.length - a.length)[0] ?? '';
  if (first === '' && last === '' && inner !== '') {
    return { index: 'wildcardPieces', key: inner.slice(0, INDEXED_PIECE) };
  }
  return last.length > first.length
    ? { index: 'wildcardSuffixes', key: last }
    : { index: 'wildcardPrefixes', key: first };
}

function addTo<K, T extends Asker>(index: Map<K, Few<T>>, key: K, asker: T): void {
  index.set(key, withMember(index.get(key), asker));
}

function removeFrom<K, T extends Asker>(index: Map<K, Few<T>> | undefined, key: K, asker: T): void {
  const left = withoutMember(index?.get(key), asker);
  if (left === undefined) index?.delete(key);
  else index?.set(key, left);
}

/** Calls `visit` for every asker whose question the value answers; more than once for some. */
export function visitAskers<T extends Asker>(
  machine: ValueMachine<T>,
  value: Scalar,
  visit: (asker: T) => void,
): void {
  const { equal, any, others, ranges } = machine;
  if (equal !== undefined) visitMembers(equal.get(value), visit);
  if (any !== undefined) visitMembers(any, visit);
  if (others !== undefined) for (const asker of others) if (isOther(asker, value)) visit(asker);
  if (typeof value === 'string') visitTextAskers(machine, value, visit);
  else if (ranges !== undefined && typeof value === 'number' && Math.abs(value) <= NUMERIC_LIMIT) {
    visitRanges(ranges, value, visit);
  }
}

function isOther({ field }: Asker, value: Scalar): boolean {
  return field.matchers.some(
    (matcher) => matcher.type === 'anything-but' && matchesValue(matcher, value),
  );
}

function visitTextAskers<T extends Asker>(
  machine: ValueMachine<T>,
  text: string,
  visit: (asker: T) => void,
): void {
  const { prefixes, suffixes, folded, foldedPrefixes, foldedSuffixes, addresses } = machine;
  if (prefixes !== undefined) visitKeysOf(prefixes, text, visit);
  if (suffixes !== undefined) visitKeysOf(suffixes, text, visit);
  if (folded !== undefined || foldedPrefixes !== undefined || foldedSuffixes !== undefined) {
    const lower = foldCase(text);
    if (folded !== undefined) visitMembers(folded.get(lower), visit);
    if (foldedPrefixes !== undefined) visitKeysOf(foldedPrefixes, lower, visit);
    if (foldedSuffixes !== undefined) visitKeysOf(foldedSuffixes, lower, visit);
  }
  if (addresses !== undefined) {
    const bits = addressBits(text);
    if (bits !== undefined) visitBlocks(addresses, bits, visit);
  }
  visitWildcards(machine, text, visit);
}

function visitWildcards<T extends Asker>(
  { wildcardPrefixes, wildcardSuffixes, wildcardPieces }: ValueMachine<T>,
  text: string,
  visit: (asker: T) => void,
): void {
  if (
    wildcardPrefixes === undefined &&
    wildcardSuffixes === undefined &&
    wildcardPieces === undefined
  ) {
    return;
  }
  const candidates = new Set<T>();
  const collect = (asker: T): void => {
    candidates.add(asker);
  };
  if (wildcardPrefixes !== undefined) visitKeysOf(wildcardPrefixes, text, collect);
  if (wildcardSuffixes !== undefined) visitKeysOf(wildcardSuffixes, text, collect);
  if (wildcardPieces !== undefined) {
    for (let from = 0; from < text.length; from++) visitKeysOf(wildcardPieces, text, collect, from);
  }
  for (const asker of candidates) if (matchesSomeWildcard(asker, text)) visit(asker);
}

function matchesSomeWildcard({ field }: Asker, text: string): boolean {
  return field.matchers.some(
    (matcher) => matcher.type === 'wildcard' && matchesWildcard(matcher.wildcard, text),
  );
}
