/**
 * Columns that a stamped dataset has besides its own: what made a row.
 * @module
 */
export const STAMPS: readonly string[] = ['_millrace_execution', '_code_version', '_source'];
