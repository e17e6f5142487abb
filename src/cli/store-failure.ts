/**
 * How commands that work on a database file fail.
 * @module
 */
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/** Turns what the store threw into what a person reads; anything else is thrown as it is. */
export function storeFailure(error: unknown): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (name !== 'StoreError' || message === undefined) return error;
  switch (code) {
    case 'constraint':
      return new CommandFailure(message, {
        exitCode: EXIT.conflict,
        code: 'MILL5040',
        fix: 'Choose another name or folder: nothing is ever replaced.',
      });
    case 'corrupt':
      return new CommandFailure(message, {
        exitCode: EXIT.checkFailed,
        code: 'MILL5041',
        fix: 'See all of it with `millrace verify`, and take an earlier backup (docs/guides/operations.md, "Damage and how to get back").',
      });
    case 'newer-schema':
      return new CommandFailure(message, {
        exitCode: EXIT.conflict,
        code: 'MILL5042',
        fix: 'Use the version of Millrace that wrote it, or a newer one.',
      });
    case 'full':
      return new CommandFailure('There is no space left on the disk.', {
        exitCode: EXIT.internal,
        code: 'MILL5030',
        fix: 'Free some space there, or choose another disk. Nothing was left behind.',
      });
    default:
      return new CommandFailure(message, {
        exitCode: EXIT.notFound,
        code: 'MILL5043',
        fix: 'Name a data folder with --data, or a file that is a database of Millrace and may be read.',
      });
  }
}
