/**
 * Opens the records of a server, wherever they lie, with whoever reads them beside it and whoever looks after them.
 *
 *     nothing said ──▶ millrace.db in the data folder      postgres://… ──▶ a schema of a database
 *
 * @module
 */
import { join } from 'node:path';
import type { DriverName } from './driver.js';
import type { StoreError } from './errors.js';
import {
  keepLease,
  type ServerName,
  type StandbyOptions,
  underLease,
  whenFree,
} from './postgres/leadership.js';
import { openPool } from './postgres/pool.js';
import {
  openPostgresStore,
  type PostgresStore,
  watchPostgresStore,
} from './postgres/postgres-store.js';
import { createReaderPool, type ReaderPool } from './readers/reader-pool.js';
import type { StoreSource } from './source.js';
import { openSqliteStore } from './sqlite-store.js';
import type { Store } from './store.js';
import type { AnyTable } from './table.js';
import { watchStore } from './watch-store.js';

export interface RecordsOptions {
  /** Where a file would lie. */
  readonly data: string;
  /** `postgres://…`; undefined: a file. */
  readonly place: string | undefined;
  /** Tables that will be used: an upgrade brings all of them to this version's shape at once, or changes nothing. */
  readonly tables: readonly AnyTable[];
  /** How this server is told to others that stand by. Only of a database. */
  readonly server?: ServerName;
  /** Waits while another server has the database, instead of failing with `locked`. */
  readonly standby?: StandbyOptions;
  /** Told once, when damage is found while it is open. */
  onDamage(what: string): void;
  /** The records are another server's, gone, or out of reach: the process must end. */
  onLost(error: StoreError): void;
  /** The check for damage could not be carried through. */
  onProblem(problem: string): void;
}

export interface Records {
  readonly store: Store;
  /** For processes that read beside the server. */
  readonly source: StoreSource;
  readonly readers: ReaderPool;
  /** Ends who looks and who reads, then the store. */
  close(): Promise<void>;
}

/**
 * Throws a StoreError as `openSqliteStore` and `openPostgresStore` do.
 * @example const records = await openRecords({ data: '.millrace', place: undefined, … });
 */
export function openRecords(options: RecordsOptions): Promise<Records> {
  const { place } = options;
  return place === undefined ? openFile(options) : openDatabase(place, options);
}

async function openFile(options: RecordsOptions): Promise<Records> {
  const { data, tables, onDamage, onLost, onProblem } = options;
  const store = openSqliteStore({ file: join(data, 'millrace.db'), tables, onDamage });
  const { location: database, driver } = store.information();
  const source = { kind: 'sqlite', database, driver: driver as DriverName } as const;
  const readers = createReaderPool({ source, onDamage: store.noteDamage });
  const watch = watchStore(store, { onLost, onProblem });
  return {
    ...{ store, source, readers },
    async close() {
      await watch.close();
      // Before the connection that writes, which carries the log over as the last one.
      await readers.close();
      store.close();
    },
  };
}

/** Connections: one that writes, and those on which the engine reads what it needs. */
const CONNECTIONS = 5;

async function openDatabase(
  url: string,
  { onLost, server, standby, tables }: RecordsOptions,
): Promise<Records> {
  const pool = await openPool(url, { most: CONNECTIONS, as: 'millrace' });
  try {
    const open = (): Promise<PostgresStore> =>
      openPostgresStore({ pool, tables, ...(server === undefined ? {} : { server }) });
    const opened = standby === undefined ? await open() : await whenFree(pool, open, standby);
    const lease = keepLease(pool, opened.epoch, onLost);
    const store = underLease(opened, lease);
    const source = { kind: 'postgres', url } as const;
    const readers = createReaderPool({ source });
    const watch = watchPostgresStore(store, onLost);
    return {
      ...{ store, source, readers },
      async close() {
        lease.close();
        watch.close();
        await readers.close();
        await store.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
