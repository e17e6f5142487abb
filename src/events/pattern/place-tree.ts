/**
 * Places of values, ordered from the outermost array inwards, so that those which fit to elements already taken are found
 * without looking at the others.
 * @module
 */
import type { ArrayPlace, Leaf } from './event-fields.js';

/** The element that is taken of each array. */
export type Places = ReadonlyMap<number, number>;

/** Values at one place, and the arrays inside of it. */
export interface PlaceTree {
  hasLeaf: boolean;
  readonly arrays: Map<number, Map<number, PlaceTree>>;
}

/** A tree of the places of these values. */
export function placeTree(leaves: readonly Leaf[]): PlaceTree {
  const root: PlaceTree = { hasLeaf: false, arrays: new Map() };
  for (const { place } of leaves) nodeAt(root, place).hasLeaf = true;
  return root;
}

function nodeAt(root: PlaceTree, place: ArrayPlace | undefined): PlaceTree {
  if (place === undefined) return root;
  const outer = nodeAt(root, place.outer);
  const elements = outer.arrays.get(place.array) ?? new Map<number, PlaceTree>();
  outer.arrays.set(place.array, elements);
  const node = elements.get(place.element) ?? { hasLeaf: false, arrays: new Map() };
  elements.set(place.element, node);
  return node;
}

/** The taken elements together with each place of the tree that takes no other element of the same arrays. */
export function* placesFitting(tree: PlaceTree, taken: Places): Generator<Places> {
  if (tree.hasLeaf) yield taken;
  for (const [array, elements] of tree.arrays) {
    const element = taken.get(array);
    if (element !== undefined) {
      const inner = elements.get(element);
      if (inner !== undefined) yield* placesFitting(inner, taken);
      continue;
    }
    for (const [other, inner] of elements) {
      yield* placesFitting(inner, new Map(taken).set(array, other));
    }
  }
}
