/**
 * Decides one branch of one pattern exactly: all of its fields have to match, by values that do not stand in different
 * elements of one array.
 *
 * Fields are taken in the order of their paths. What is kept between them are the elements in which the fields so far can
 * have matched, as far as later fields know the same arrays. `{"exists": false}` means: no value at this path that fits to
 * the elements taken so far. (That is the rule of the matcher inside EventBridge, aws/event-ruler.)
 * @module
 */
import type { Leaf } from './event-fields.js';
import { matchesValue } from './match-value.js';
import type { PatternField } from './matcher-types.js';
import { type Places, type PlaceTree, placesFitting, placeTree } from './place-tree.js';

/** More combinations of elements are not followed; an event of the largest size has fewer unless it was made to have more. */
const MAX_COMBINATIONS = 100_000;

const NO_PLACES: Places = new Map();

/** The first field for which nothing fits; undefined when the branch matches. */
export interface FieldMismatch {
  readonly field: PatternField;
  /** The values at its path. */
  readonly found: readonly Leaf[];
  /** True when some of them match, but only beside other elements of an array than the fields before. */
  readonly isInOtherElement: boolean;
}

/** Matches the fields of a branch, ordered by path, against the values of an event. */
export function mismatchOf(
  fields: readonly PatternField[],
  leavesOf: (path: string) => readonly Leaf[],
): FieldMismatch | undefined {
  const leaves = fields.map(({ path }) => leavesOf(path));
  const known = arraysOfLaterFields(leaves);
  let combinations: Places[] = [NO_PLACES];
  for (const [index, field] of fields.entries()) {
    const found = leaves[index] ?? [];
    const matching = found.filter(({ value }) =>
      field.matchers.some((matcher) => matchesValue(matcher, value)),
    );
    const absence = field.matchers.some(({ type }) => type === 'absent')
      ? placeTree(found)
      : undefined;
    combinations = extend(combinations, placeTree(matching), absence, known[index] ?? new Set());
    if (combinations.length === 0) return { field, found, isInOtherElement: matching.length > 0 };
  }
  return undefined;
}

function extend(
  combinations: readonly Places[],
  matching: PlaceTree,
  absence: PlaceTree | undefined,
  known: ReadonlySet<number>,
): Places[] {
  const extended = new Map<string, Places>();
  for (const places of combinations) {
    for (const fitting of placesFitting(matching, places)) {
      keep(extended, fitting, known);
      if (known.size === 0) return [...extended.values()];
      if (extended.size >= MAX_COMBINATIONS) return [...extended.values()];
    }
    if (absence !== undefined && placesFitting(absence, places).next().done === true) {
      keep(extended, places, known);
    }
  }
  return [...extended.values()];
}

function keep(into: Map<string, Places>, places: Places, known: ReadonlySet<number>): void {
  const cut = [...places].filter(([array]) => known.has(array));
  cut.sort(([a], [b]) => a - b);
  into.set(cut.join(';'), new Map(cut));
}

/** For each field the arrays around values of the fields behind it. */
function arraysOfLaterFields(leaves: readonly (readonly Leaf[])[]): ReadonlySet<number>[] {
  const known: Set<number>[] = [];
  let arrays = new Set<number>();
  for (const found of [...leaves].reverse()) {
    known.unshift(arrays);
    arrays = new Set(arrays);
    for (const leaf of found) {
      for (let at = leaf.place; at !== undefined; at = at.outer) arrays.add(at.array);
    }
  }
  return known;
}
