/**
 * Every table that kernel and features declare. That none is missing says `declared-tables.test.ts`.
 * @module
 */
export { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
