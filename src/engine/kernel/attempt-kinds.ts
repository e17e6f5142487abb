/**
 * Kinds of attempts that no connector performs; of the others the kind is the connector's.
 * @module
 */

/** The kind of attempts that a test answers. */
export const MOCKED = 'mock';
/** The kind of attempts that a test run records. */
export const RECORDED = 'recorded';
/** The kind of attempts that another system performs. */
export const REMOTE = 'remote';
/** The kind of attempts that wait for a cluster of a pool. */
export const POOL = 'pool';
