/**
 * Writes matchers the way they stand in patterns.
 * @module
 */
import type { Json } from '../json.js';
import type { NumericRange, PatternField, ValueMatcher } from './matcher-types.js';
import { NUMERIC_LIMIT } from './parse-expression.js';

/** What stands in the array of a field, for example `["a", { "prefix": "b" }]`. */
export function describeField({ matchers }: PatternField): Json[] {
  return matchers.map(describeMatcher);
}

/** Equal for fields that ask the same. */
export function fieldKey(field: PatternField): string {
  return describeField(field)
    .map((matcher) => JSON.stringify(matcher))
    .sort()
    .join();
}

function describeMatcher(matcher: ValueMatcher): Json {
  switch (matcher.type) {
    case 'equals':
      return matcher.value;
    case 'address':
      return matcher.written;
    case 'equals-ignore-case':
      return { 'equals-ignore-case': matcher.text };
    case 'prefix':
    case 'suffix':
      return {
        [matcher.type]: matcher.ignoresCase ? { 'equals-ignore-case': matcher.text } : matcher.text,
      };
    case 'wildcard':
      return { wildcard: matcher.wildcard.written };
    case 'numeric':
      return { numeric: describeRange(matcher) };
    case 'cidr':
      return { cidr: matcher.written };
    case 'exists':
    case 'absent':
      return { exists: matcher.type === 'exists' };
    case 'anything-but':
      return { 'anything-but': describeExcluded(matcher.excluded) };
  }
}

function describeExcluded(excluded: readonly ValueMatcher[]): Json {
  const written = excluded.map(describeMatcher);
  const [first] = written;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) {
    return written.length === 1 && first !== undefined ? first : written;
  }
  const [operator = ''] = Object.keys(first);
  return { [operator]: written.map((one) => (one as { [key: string]: Json })[operator] ?? null) };
}

function describeRange({ low, isLowOpen, high, isHighOpen }: NumericRange): Json[] {
  if (low === high) return ['=', low];
  const bounds: Json[] = [];
  if (low > -NUMERIC_LIMIT || isLowOpen) bounds.push(isLowOpen ? '>' : '>=', low);
  if (high < NUMERIC_LIMIT || isHighOpen || bounds.length === 0) {
    bounds.push(isHighOpen ? '<' : '<=', high);
  }
  return bounds;
}
