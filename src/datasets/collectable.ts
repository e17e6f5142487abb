/**
 * Which versions may go: what is current, read by an open execution, among the newest, or young is kept.
 * @module
 */

export interface KeptVersion {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly isCurrent: boolean;
  /** An open execution reads it. */
  readonly isRead: boolean;
}

export interface KeepRule {
  /** How many of the newest. */
  readonly versions: number;
  /** Milliseconds; undefined: for good. */
  readonly age: number | undefined;
}

/**
 * Of one dataset.
 * @param versions the newest first
 * @example collectable([], { versions: 10, age: 0 }, 0) // []
 */
export function collectable(
  versions: readonly KeptVersion[],
  { versions: most, age }: KeepRule,
  now: number,
): KeptVersion[] {
  if (age === undefined) return [];
  return versions
    .slice(most)
    .filter(({ at, isCurrent, isRead }) => !isCurrent && !isRead && now - at > age);
}
