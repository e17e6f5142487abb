/**
 * The program of a reader: `reader.js DATABASE DRIVER`, started by `reader-pool.ts`.
 *
 * Its connection cannot write and never checkpoints, not even when it is the last to close: the file is open for reading
 * alone. Each order is one transaction, begun when the order comes, so it sees all that was committed before and is of one
 * piece.
 * @module
 */
import { type Driver, type DriverName, openReader } from '../driver.js';
import { StoreError } from '../errors.js';
import { queriesOf } from '../queries.js';
import type { Answer, Order } from './messages.js';

/** KiB of pages that a reader keeps; what it reads often the system keeps as well. */
const CACHE = 8_192;

function open(database: string, name: DriverName): Driver {
  const driver = openReader(database, name);
  for (const setting of [
    'query_only = 1',
    'wal_autocheckpoint = 0',
    'mmap_size = 0',
    'busy_timeout = 1000',
    `cache_size = -${CACHE}`,
  ]) {
    driver.prepare(`PRAGMA ${setting}`).all();
  }
  return driver;
}

function run(): void {
  const [database = '', name = 'libsql'] = process.argv.slice(2);
  const driver = open(database, name as DriverName);
  const store = queriesOf(driver);
  const begin = driver.prepare('BEGIN');
  const end = driver.prepare('COMMIT');

  function answer({ id, method, values }: Order): Answer {
    begin.run();
    try {
      const read = store[method] as (...values: unknown[]) => unknown;
      return { id, answer: read(...values) };
    } catch (error) {
      const code = error instanceof StoreError ? error.code : 'driver';
      return {
        id,
        failure: { code, message: error instanceof Error ? error.message : `${error}` },
      };
    } finally {
      end.run();
    }
  }

  // Without the server there is nobody to read for.
  process.once('disconnect', () => process.exit());
  process.on('message', (order: Order) => process.send?.(answer(order)));
}

run();
