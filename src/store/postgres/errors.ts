/**
 * Turns what PostgreSQL or its driver has thrown into a StoreError; ../errors.ts has the codes.
 *
 * A connection that is lost says nothing about what it was about: while it commits nobody knows whether it did (`ambiguous`);
 * at any other moment nothing of the transaction is kept, but the lock of the store went with it (`io`). Both end the process,
 * which recovers at its next start.
 *
 * Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html
 * @module
 */
import { StoreError, type StoreErrorCode } from '../errors.js';

/** Where a transaction stands. */
export type Moment = 'before the commit' | 'while it commits';

/** By SQLSTATE, or by its class: the first two letters. */
const CODES: { readonly [state: string]: StoreErrorCode } = {
  // Nothing was written, and it may succeed later: serialization failure, deadlock, lock not available, query cancelled.
  '40001': 'busy',
  '40P01': 'busy',
  '55P03': 'busy',
  '57014': 'busy',
  '53300': 'busy',
  '53100': 'full',
  '53400': 'full',
  '25006': 'readonly',
  '58030': 'io',
  XX001: 'corrupt',
  XX002: 'corrupt',
  '23': 'constraint',
  // Out of memory, shutting down, starting up, system errors, no connection.
  '53': 'io',
  '57': 'io',
  '58': 'io',
  '08': 'io',
};

/** Of a refusal during COMMIT these say for certain that the transaction was rolled back. */
const CERTAIN: ReadonlySet<StoreErrorCode> = new Set(['constraint', 'busy']);

/** @example normalise(error).code // 'constraint' */
export function normalise(error: unknown, moment: Moment = 'before the commit'): StoreError {
  if (error instanceof StoreError) return error;
  const thrown = error as { code?: unknown; message?: unknown };
  const message = String(thrown.message ?? error);
  const found = classify(thrown.code);
  const isCertain = moment === 'before the commit' || CERTAIN.has(found);
  return new StoreError(isCertain ? found : 'ambiguous', message, { cause: error });
}

function classify(code: unknown): StoreErrorCode {
  // The server gives five letters; what the network or the driver throws has another code, or none.
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return 'io';
  return CODES[code] ?? CODES[code.slice(0, 2)] ?? 'driver';
}
