/**
 * Where a store lies, as it is told to the processes that read it beside the server, and how they read it.
 *
 * It is handed over as a message: an address may hold a password, and neither the arguments nor the environment of a process are
 * for its eyes alone.
 * @module
 */
import { type DriverName, openReader } from './driver.js';
import { type Plan, runNow } from './plan.js';
import type { Awaitable } from './store.js';

export type StoreSource =
  | { readonly kind: 'sqlite'; readonly database: string; readonly driver: DriverName }
  | { readonly kind: 'postgres'; readonly url: string };

export interface SourceReader {
  /** Runs a plan in one transaction that cannot write: what it sees is of one piece. Throws a StoreError. */
  read<Answer>(plan: Plan<Answer>): Awaitable<Answer>;
  close(): Awaitable<void>;
}

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
