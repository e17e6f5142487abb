/**
 * Reads beside the server, in a process of its own: one connection that cannot write.
 * @module
 */
import type { SourceReader } from '../source.js';
import { readLater, withConnection } from './connection.js';
import { openPool } from './pool.js';

/** @param deadline milliseconds after which the server gives up a query, also when whoever asked is gone */
export async function openPostgresReader(url: string, deadline: number): Promise<SourceReader> {
  const pool = await openPool(url, { most: 1, as: 'millrace reader', deadline, isReadOnly: true });
  return {
    read: (plan) => withConnection(pool, (connection) => readLater(connection, plan)),
    close: () => pool.end(),
  };
}
