/**
 * A set of keys with values which finds all keys that a text begins with, in time that does not depend on their number.
 *
 * A radix tree over UTF-16 units. Texts are read forwards or backwards, so that suffixes are kept as well as prefixes.
 * Adding and removing undo each other exactly: no node stays behind.
 * @module
 */

interface RadixNode<T> {
  /** What is read on the way into this node. */
  label: string;
  next: Map<number, RadixNode<T>>;
  values: Set<T>;
}

/** Keys and what they stand for. */
export interface RadixTree<T> {
  readonly isBackwards: boolean;
  readonly root: RadixNode<T>;
}

/** A tree without keys. Backwards, it finds keys that a text ends with. */
export function newRadixTree<T>(direction: 'forwards' | 'backwards'): RadixTree<T> {
  return { isBackwards: direction === 'backwards', root: newNode('') };
}

function newNode<T>(label: string): RadixNode<T> {
  return { label, next: new Map(), values: new Set() };
}

function keyAsRead<T>(tree: RadixTree<T>, key: string): string {
  if (!tree.isBackwards) return key;
  let reversed = '';
  for (let i = key.length - 1; i >= 0; i--) reversed += key.charAt(i);
  return reversed;
}

/** Adds a value under a key. */
export function addKey<T>(tree: RadixTree<T>, key: string, value: T): void {
  let rest = keyAsRead(tree, key);
  let node = tree.root;
  while (rest !== '') {
    const unit = rest.charCodeAt(0);
    const next = node.next.get(unit);
    if (next === undefined) {
      const leaf = newNode<T>(rest);
      node.next.set(unit, leaf);
      node = leaf;
      break;
    }
    const shared = sharedLength(next.label, rest);
    if (shared < next.label.length) {
      const upper = newNode<T>(next.label.slice(0, shared));
      next.label = next.label.slice(shared);
      upper.next.set(next.label.charCodeAt(0), next);
      node.next.set(unit, upper);
      node = upper;
    } else {
      node = next;
    }
    rest = rest.slice(shared);
  }
  node.values.add(value);
}

/** Removes a value from a key. */
export function removeKey<T>(tree: RadixTree<T>, key: string, value: T): void {
  let rest = keyAsRead(tree, key);
  const trail: RadixNode<T>[] = [tree.root];
  let node = tree.root;
  while (rest !== '') {
    const next = node.next.get(rest.charCodeAt(0));
    if (next === undefined || !rest.startsWith(next.label)) return;
    rest = rest.slice(next.label.length);
    node = next;
    trail.push(node);
  }
  node.values.delete(value);
  for (let i = trail.length - 1; i > 0; i--) {
    const child = trail[i];
    const parent = trail[i - 1];
    if (child === undefined || parent === undefined || child.values.size > 0) return;
    const unit = child.label.charCodeAt(0);
    if (child.next.size === 0) {
      parent.next.delete(unit);
      continue;
    }
    const [only] = child.next.size === 1 ? child.next.values() : [];
    if (only !== undefined) {
      only.label = child.label + only.label;
      parent.next.set(unit, only);
    }
    return;
  }
}

function sharedLength(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

/** Calls `visit` with each value of every key that the text, read from an offset, begins with (backwards: ends with). */
export function visitKeysOf<T>(
  tree: RadixTree<T>,
  text: string,
  visit: (value: T) => void,
  from = 0,
): void {
  let node = tree.root;
  let read = from;
  for (;;) {
    if (node.values.size > 0) node.values.forEach(visit);
    if (read >= text.length) return;
    const next = node.next.get(unitAt(tree, text, read));
    if (next === undefined) return;
    const { label } = next;
    if (read + label.length > text.length) return;
    for (let i = 1; i < label.length; i++) {
      if (label.charCodeAt(i) !== unitAt(tree, text, read + i)) return;
    }
    read += label.length;
    node = next;
  }
}

function unitAt<T>(tree: RadixTree<T>, text: string, index: number): number {
  return text.charCodeAt(tree.isBackwards ? text.length - 1 - index : index);
}

/** True when nothing is kept. */
export function isEmptyTree<T>({ root }: RadixTree<T>): boolean {
  return root.next.size === 0 && root.values.size === 0;
}
