/**
 * What the package `millrace` offers to TypeScript programs: the builder of state machines.
 *
 * Everything else is reached by the command line and the HTTP API.
 * @module
 */
export * from './pipelines/builder.js';
export { secret } from './pipelines/secret-reference.js';
