/**
 * How a process beside the server reads a store.
 * @module
 */
import { type DriverName, openReader } from './driver.js';
import { runNow } from './plan.js';
import type { SourceReader, StoreSource } from './source.js';

/** KiB of pages that a reader keeps; what it reads often the system keeps as well. */
const CACHE = 8_192;

/**
 * Opens a store that somebody else writes.
 * @param deadline milliseconds after which PostgreSQL gives up a query; a process on SQLite is killed instead
 * @example const reader = await openSource({ kind: 'sqlite', database: 'data/millrace.db', driver: 'libsql' }, 10_000);
 */
export async function openSource(source: StoreSource, deadline: number): Promise<SourceReader> {
  switch (source.kind) {
    case 'sqlite':
      return openFile(source.database, source.driver);
    case 'postgres': {
      const { openPostgresReader } = await import('./postgres/postgres-reader.js');
      return openPostgresReader(source.url, deadline);
    }
  }
}

/** It never checkpoints, not even when it is the last to close: the file is open for reading alone. */
function openFile(database: string, name: DriverName): SourceReader {
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
  const begin = driver.prepare('BEGIN');
  const end = driver.prepare('COMMIT');
  return {
    read(plan) {
      begin.run();
      try {
        return runNow(driver, plan);
      } finally {
        end.run();
      }
    },
    close: () => driver.close(),
  };
}
