/**
 * Whether a complete version becomes current.
 * @module
 */

/** What is current, of a dataset or of one of its intervals. */
export interface Current {
  readonly version: string;
  /** Text id of the interval that it is for. */
  readonly interval?: string;
}

/**
 * Decides. Intervals are compared by their text ids, which begin with the time that they begin at.
 * @param current of the dataset; of the interval where each has its own
 * @example becomesCurrent({ version: 'a', interval: '2026-11-02' }, { interval: '2026-11-01' }) // false
 */
export function becomesCurrent(
  current: Current | undefined,
  made: { readonly interval?: string },
): boolean {
  if (current?.interval === undefined || made.interval === undefined) return true;
  return made.interval >= current.interval;
}
