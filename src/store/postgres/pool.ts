/**
 * Pools of the package `pg`, which is loaded only where a store lies on PostgreSQL.
 * @module
 */
import type { Pool } from 'pg';
import { StoreError } from '../errors.js';

export interface PoolOptions {
  /** Connections, at most. */
  readonly most: number;
  /** What the server calls them, in pg_stat_activity. */
  readonly as: string;
  /** Milliseconds after which a query is given up. Default: never. */
  readonly deadline?: number;
  /** Nothing can be written. Default: it can. */
  readonly isReadOnly?: boolean;
}

/** Milliseconds to connect in. */
const CONNECTING = 5_000;

/**
 * Looks at nothing yet: connections are made when they are needed.
 * Throws a StoreError `driver` when the address is none.
 *
 * @param url as libpq has it: `postgres://user:password@host:5432/database?sslmode=verify-full`
 * @example const pool = await openPool('postgres://localhost/millrace', { most: 4, as: 'millrace' });
 */
export async function openPool(url: string, options: PoolOptions): Promise<Pool> {
  expectAddress(url);
  const { default: pg } = await import('pg');
  const { deadline, isReadOnly } = options;
  const pool = new pg.Pool({
    connectionString: url,
    application_name: options.as,
    max: options.most,
    connectionTimeoutMillis: CONNECTING,
    // A line that was cut without a word is noticed, and not only by who next writes.
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    idleTimeoutMillis: 60_000,
    ...(deadline === undefined ? {} : { statement_timeout: deadline }),
    ...(isReadOnly === true
      ? {
          onConnect: (client) =>
            client.query('SET default_transaction_read_only = on').then(() => {}),
        }
      : {}),
  });
  // Connections may end while nobody uses them; the pool makes others.
  pool.on('error', () => {});
  return pool;
}

/** Throws a StoreError `driver`, without the address: it may hold a password. */
export function expectAddress(url: string): void {
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return;
  throw new StoreError(
    'driver',
    'The address of the store is none: it looks like postgres://USER:PASSWORD@HOST:5432/DATABASE.',
  );
}

/** The password in an address, to be masked wherever it might be written. */
export function passwordIn(url: string): string | undefined {
  const { password, searchParams } = new URL(url);
  const found = password === '' ? searchParams.get('password') : decodeURIComponent(password);
  return found === null || found === '' ? undefined : found;
}
