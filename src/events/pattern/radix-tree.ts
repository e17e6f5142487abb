/**
 * A set of keys with values which finds all keys that a text begins with, in time that does not depend on their number.
 *
 * A radix tree over UTF-16 units. Texts are read forwards or backwards, so that suffixes are kept as well as prefixes.
 * Adding and removing undo each other exactly: no node stays behind.
 * @module
 */
import { type Few, visitMembers, withMember, withoutMember } from './few.js';

interface RadixNode<T extends object> {
  /** What is read on the way into this node. */
  label: string;
  next: Map<number, RadixNode<T>> | undefined;
  values: Few<T>;
}

/** Keys and what they stand for. */
export interface RadixTree<T extends object> {
  readonly isBackwards: boolean;
  readonly root: RadixNode<T>;
}

/** A tree without keys. Backwards, it finds keys that a text ends with. */
export function newRadixTree<T extends object>(direction: 'forwards' | 'backwards'): RadixTree<T> {
  return { isBackwards: direction === 'backwards', root: newNode('') };
}

function newNode<T extends object>(label: string): RadixNode<T> {
  return { label, next: undefined, values: undefined };
}

function keyAsRead<T extends object>(tree: RadixTree<T>, key: string): string {
  if (!tree.isBackwards) return key;
  let reversed = '';
  for (let i = key.length - 1; i >= 0; i--) reversed += key.charAt(i);
  return reversed;
}

/** Adds a value under a key. */
export function addKey<T extends object>(tree: RadixTree<T>, key: string, value: T): void {
  let rest = keyAsRead(tree, key);
  let node = tree.root;
  while (rest !== '') {
    const unit = rest.charCodeAt(0);
    const next = node.next?.get(unit);
    if (next === undefined) {
      const leaf = newNode<T>(rest);
      node.next ??= new Map();
      node.next.set(unit, leaf);
      node = leaf;
      break;
    }
    const shared = sharedLength(next.label, rest);
    if (shared < next.label.length) {
      const upper = newNode<T>(next.label.slice(0, shared));
      next.label = next.label.slice(shared);
      upper.next = new Map([[next.label.charCodeAt(0), next]]);
      node.next?.set(unit, upper);
      node = upper;
    } else {
      node = next;
    }
    rest = rest.slice(shared);
  }
  node.values = withMember(node.values, value);
}

/** Removes a value from a key. */
export function removeKey<T extends object>(tree: RadixTree<T>, key: string, value: T): void {
  let rest = keyAsRead(tree, key);
  const trail: RadixNode<T>[] = [tree.root];
  let node = tree.root;
  while (rest !== '') {
    const next = node.next?.get(rest.charCodeAt(0));
    if (next === undefined || !rest.startsWith(next.label)) return;
    rest = rest.slice(next.label.length);
    node = next;
    trail.push(node);
  }
  node.values = withoutMember(node.values, value);
  for (let i = trail.length - 1; i > 0; i--) {
    const child = trail[i];
    const parent = trail[i - 1];
    if (child === undefined || parent?.next === undefined || child.values !== undefined) return;
    const unit = child.label.charCodeAt(0);
    if (child.next === undefined) {
      parent.next.delete(unit);
      if (parent.next.size === 0) parent.next = undefined;
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
export function visitKeysOf<T extends object>(
  tree: RadixTree<T>,
  text: string,
  visit: (value: T) => void,
  from = 0,
): void {
  let node = tree.root;
  let read = from;
  for (;;) {
    if (node.values !== undefined) visitMembers(node.values, visit);
    if (read >= text.length || node.next === undefined) return;
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

function unitAt<T extends object>(tree: RadixTree<T>, text: string, index: number): number {
  return text.charCodeAt(tree.isBackwards ? text.length - 1 - index : index);
}
