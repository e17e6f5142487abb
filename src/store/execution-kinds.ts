/**
 * Kinds of executions that nobody's map run is, in the words of the indexes: each kind has indexes of its own, so what is decided from real
 * ones costs the same however many test runs there are.
 * @module
 */

export const REAL = 'map_run IS NULL AND test_run IS NULL';
export const TEST = 'map_run IS NULL AND test_run IS NOT NULL';

/** Both: whoever removes or counts what there is must see test runs, too. */
export const KINDS: readonly string[] = [REAL, TEST];
