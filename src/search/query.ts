/**
 * A search as data: what a text of the search grammar means, ready to be matched and small enough to be sent to a reader.
 *
 * All terms of a query must hold. A term holds when one of its alternatives does; with `not` when none does. Texts are folded
 * (`folded-text.ts`), times are milliseconds since the epoch, durations milliseconds: nothing depends on when or where a query
 * is matched.
 * @module
 */

/** Kinds of things that can be searched; each has a table of fields (`fields.ts`). */
export type SearchKind = 'executions' | 'checks' | 'expectations' | 'events' | 'logs';

export interface SearchQuery {
  readonly kind: SearchKind;
  readonly terms: readonly Term[];
}

/** A text with gaps: `['mon', 'e']` is `mon*e`, `['monroe']` has none. Folded. */
export type Pattern = readonly string[];

/** Numbers between two bounds; null is none. */
export interface Span {
  readonly low: number | null;
  readonly high: number | null;
  readonly lowIncluded: boolean;
  readonly highIncluded: boolean;
}

export type Term = { readonly not: boolean } & (
  | { readonly is: 'text'; readonly any: readonly Pattern[] }
  /** The whole value of a field. */
  | { readonly is: 'name'; readonly field: string; readonly any: readonly Pattern[] }
  /** Anywhere in the value of a field. */
  | { readonly is: 'contains'; readonly field: string; readonly any: readonly Pattern[] }
  /** Number, time, duration, or the rank of a level. */
  | { readonly is: 'span'; readonly field: string; readonly any: readonly Span[] }
  /** The whole value of a tag; its key is folded. */
  | { readonly is: 'tag'; readonly key: string; readonly any: readonly Pattern[] }
  /** A member of the thing's JSON, by its folded path. */
  | {
      readonly is: 'member';
      readonly path: readonly string[];
      readonly any: readonly MemberValue[];
    }
);

/** A text is compared with texts, numbers and booleans as they are written; a span with numbers alone. */
export type MemberValue = { readonly pattern: Pattern } | { readonly span: Span };

/** What is wrong with a query: where, why, and what to write instead. Columns count from 1, in UTF-16 units. */
export interface QueryProblem {
  readonly column: number;
  readonly length: number;
  readonly why: string;
  readonly fix: string;
}

/** What of a thing is searched. Texts as they are; levels as words. */
export interface SearchRecord {
  readonly tags: { readonly [key: string]: string };
  /** By field; absent: it has none. Several texts: one of them suffices. */
  readonly values: { readonly [field: string]: SearchValue | undefined };
  /** Where free text is looked for. */
  readonly text: readonly (string | undefined)[];
  /** What `field.NAME:` (logs) and `detail.NAME:` (events) look into. */
  readonly members?: unknown;
}

export type SearchValue = string | number | readonly string[];
