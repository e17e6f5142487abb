/**
 * Ids that follow from what they stand for: computed again after a crash, they are the same.
 * @module
 */
import { createHash } from 'node:crypto';

/** A text of 64 hexadecimal digits that stands for another. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An id in the form of EventBridge's. */
export function derivedId(text: string): string {
  return hashOf(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
