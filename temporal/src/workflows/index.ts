/**
 * What the bundle of workflows offers: the names by which Temporal knows them never change.
 * @module
 */
export { execution } from './execution.js';
export { mapRun } from './map-run.js';
