/**
 * What is read beside the main loop: everything whose answer is long, or takes more than a look-up by a key.
 * @module
 */
import type { Store } from '../store.js';

export const READS = [
  'listExecutionHeads',
  'readHistory',
  'readLogs',
  'logTail',
  'listMapRunsOf',
  'countMapChildren',
  'listEvents',
  'listBackfills',
  'listDeadLetters',
] as const satisfies readonly (keyof Store)[];

export type ReadMethod = (typeof READS)[number];

/** The part of a store that readers answer. What was committed before a call is in its answer. */
export type ReadStore = {
  [Method in ReadMethod]: (
    ...values: Parameters<Store[Method]>
  ) => Promise<Awaited<ReturnType<Store[Method]>>>;
};
