/**
 * How a store fails, the same for every driver.
 *
 * - `full`: no space; nothing was written. Try again when there is space.
 * - `busy`: somebody else was in the way (a lock, a deadlock, too many connections); nothing was written.
 * - `constraint`: a row that must be unique is there already; nothing was written.
 * - `readonly`: the file or disk cannot be written; reading works.
 * - `io`, `ambiguous`: nobody knows what is durable: the disk failed, or the connection to PostgreSQL was lost (`ambiguous`:
 *   while it committed). Never try again: end the process and recover.
 * - `corrupt`: the file is damaged. Write nothing any more; reading may work.
 * - `fenced`, `gone`: the file is another server's by now, or no longer where it was opened. End the process.
 * - `reads-full`, `read-late`, `reader-lost`, `closing`: what is read beside the main loop was not answered; try again.
 * - `locked`: another process owns the file or schema. `newer-schema`: a newer Millrace wrote it.
 * @module
 */
export type StoreErrorCode =
  | 'full'
  | 'busy'
  | 'constraint'
  | 'readonly'
  | 'io'
  | 'corrupt'
  | 'ambiguous'
  | 'fenced'
  | 'gone'
  | 'locked'
  | 'newer-schema'
  | 'reads-full'
  | 'read-late'
  | 'reader-lost'
  | 'closing'
  | 'driver';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** True when it is certain that a failed commit wrote nothing and a later one may succeed. */
export function isRetriable(error: unknown): error is StoreError {
  return (
    error instanceof StoreError &&
    (error.code === 'full' || error.code === 'busy' || error.code === 'readonly')
  );
}
