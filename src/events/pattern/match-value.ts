/**
 * Asks one value one question. The automaton does not come here for most questions; it answers them for all rules at once.
 * @module
 */
import { addressBits } from './address.js';
import type { ValueMatcher } from './matcher-types.js';
import { NUMERIC_LIMIT } from './parse-expression.js';
import { matchesWildcard } from './wildcard.js';

/** A value that is neither array nor object. */
export type Scalar = string | number | boolean | null;

/** True when the value matches. `absent` matches no value at all. */
export function matchesValue(matcher: ValueMatcher, value: Scalar): boolean {
  switch (matcher.type) {
    case 'equals':
      return matcher.value === value;
    case 'exists':
      return true;
    case 'absent':
      return false;
    case 'anything-but':
      return !matcher.excluded.some((excluded) => matchesValue(excluded, value));
    case 'numeric': {
      if (typeof value !== 'number' || Math.abs(value) > NUMERIC_LIMIT) return false;
      const { low, isLowOpen, high, isHighOpen } = matcher;
      return (
        (isLowOpen ? value > low : value >= low) && (isHighOpen ? value < high : value <= high)
      );
    }
    default:
      return typeof value === 'string' && matchesText(matcher, value);
  }
}

type TextMatcher = Exclude<
  ValueMatcher,
  { type: 'equals' | 'exists' | 'absent' | 'anything-but' | 'numeric' }
>;

function matchesText(matcher: TextMatcher, text: string): boolean {
  switch (matcher.type) {
    case 'equals-ignore-case':
      return foldCase(text) === foldCase(matcher.text);
    case 'prefix':
      return matcher.ignoresCase
        ? foldCase(text).startsWith(foldCase(matcher.text))
        : text.startsWith(matcher.text);
    case 'suffix':
      return matcher.ignoresCase
        ? foldCase(text).endsWith(foldCase(matcher.text))
        : text.endsWith(matcher.text);
    case 'wildcard':
      return matchesWildcard(matcher.wildcard, text);
    case 'address':
      return addressBits(text) === matcher.bits;
    case 'cidr':
      return addressBits(text)?.startsWith(matcher.bits) ?? false;
  }
}

/** The form in which texts are compared that differ only in case. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}
