/**
 * Where records lie, as commands are told it that work on them without a server.
 * @module
 */
import { Flags, type Interfaces } from '@oclif/core';
import { isDatabase } from '../store/copy/record-place.js';
import { databaseFailure } from './database-failure.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { storeFailure } from './store-failure.js';

/** The same as of `millrace up`, so that a command beside it finds the same records. */
export const STORE_FLAG: Interfaces.OptionFlag<string | undefined> = Flags.string({
  description:
    'database of PostgreSQL that the records lie in: postgres://… or env:NAME, the variable that holds an address',
  env: 'MILLRACE_STORE',
  helpValue: 'URL',
});

/**
 * An address with a password is seen by all who list processes: it may stand in a variable.
 * @throws CommandFailure MILL5503
 * @example placeOf('env:MILLRACE_STORE') // 'postgres://millrace@127.0.0.1/millrace'
 */
export function placeOf(given: string): string {
  const name = /^env:(\w+)$/.exec(given)?.[1];
  if (name === undefined) return given;
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new CommandFailure(`The variable ${name} is not set.`, {
    exitCode: EXIT.usage,
    code: 'MILL5503',
    fix: `Set it to a data folder or to an address such as postgres://millrace@127.0.0.1/millrace.`,
  });
}

/**
 * The address of a database. @param given with --store; empty is none, as for `millrace up`
 * @throws CommandFailure MILL5503, MILL5501
 */
export function databaseOf(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined;
  const url = placeOf(given);
  if (isDatabase(url)) return url;
  throw new CommandFailure('--store (or MILLRACE_STORE) is no address of a database.', {
    exitCode: EXIT.usage,
    code: 'MILL5501',
    fix: 'It looks like postgres://USER:PASSWORD@HOST:5432/DATABASE. A data folder is named with --data.',
  });
}

/**
 * How a command fails that works on a database, or on a file with what is in one.
 * @param place what a server may have, in words
 */
export function recordsFailure(error: unknown, place = 'the database'): unknown {
  const { code } = error as { code?: string };
  if (code === 'locked') {
    return new CommandFailure(`A server uses ${place}.`, {
      exitCode: EXIT.conflict,
      code: 'MILL5504',
      fix: 'Stop it (all of them, of a database), and try again.',
    });
  }
  if (code === 'constraint' || code === 'corrupt' || code === 'gone' || code === 'full') {
    return storeFailure(error);
  }
  return databaseFailure(error) ?? storeFailure(error);
}
