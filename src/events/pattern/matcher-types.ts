/**
 * What one value of an event can be asked: the parsed form of everything that may stand in the array of a field.
 * @module
 */
import type { Wildcard } from './wildcard.js';

/** Matches a value that is not an array or object; `absent` matches that there is none. */
export type ValueMatcher =
  | { readonly type: 'equals'; readonly value: string | number | boolean | null }
  | { readonly type: 'equals-ignore-case'; readonly text: string }
  | { readonly type: 'prefix'; readonly text: string; readonly ignoresCase: boolean }
  | { readonly type: 'suffix'; readonly text: string; readonly ignoresCase: boolean }
  | { readonly type: 'wildcard'; readonly wildcard: Wildcard }
  | ({ readonly type: 'numeric' } & NumericRange)
  | { readonly type: 'address'; readonly written: string; readonly bits: string }
  | { readonly type: 'cidr'; readonly written: string; readonly bits: string }
  | { readonly type: 'exists' }
  | { readonly type: 'absent' }
  | { readonly type: 'anything-but'; readonly excluded: readonly ValueMatcher[] };

/** Both ends; an open end does not belong to the range. */
export interface NumericRange {
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
}

/** One field of a pattern: any of the matchers has to match a value at the path. */
export interface PatternField {
  /** Steps joined with dots; a dot inside of a step is no different from one between steps. */
  readonly path: string;
  readonly matchers: readonly ValueMatcher[];
}

/** One way in which a pattern can match: all fields, ordered by path. `$or` makes several ways. */
export interface PatternBranch {
  readonly fields: readonly PatternField[];
}

/** A valid event pattern. */
export interface EventPattern {
  readonly text: string;
  readonly branches: readonly PatternBranch[];
}
