/**
 * How a server fails to start on a database.
 * @module
 */
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/** What a person reads of what the store threw; undefined when it is about something else. */
export function databaseFailure(error: unknown): CommandFailure | undefined {
  const { name, code, message = '' } = error as { name?: string; code?: string; message?: string };
  if (name !== 'StoreError') return undefined;
  switch (code) {
    case 'locked':
      return new CommandFailure('Another server is active on this database.', {
        exitCode: EXIT.conflict,
        code: 'MILL5500',
        fix: 'Start this one with --standby: it waits, hands requests to the other one, and takes over when that is gone.',
      });
    case 'newer-schema':
      return new CommandFailure(message, {
        exitCode: EXIT.conflict,
        code: 'MILL5042',
        fix: 'Use the version of Millrace that wrote it, or a newer one.',
      });
    case 'driver':
      return new CommandFailure(`The database cannot be used: ${message}`, {
        exitCode: EXIT.usage,
        code: 'MILL5501',
        fix: 'Mend the address in --store (or MILLRACE_STORE), or the rights of its user: it makes and changes tables in the first schema of its search path.',
      });
    case 'io':
    case 'busy':
    case 'ambiguous':
      return new CommandFailure(`The database cannot be reached: ${message}`, {
        exitCode: EXIT.unreachable,
        code: 'MILL5502',
        fix: 'See that PostgreSQL runs, that the address in --store (or MILLRACE_STORE) is right, and that this machine may connect.',
      });
    default:
      return undefined;
  }
}
