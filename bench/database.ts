/**
 * A database of PostgreSQL for as long as a benchmark takes.
 * @module
 */
import { PostgresServer, type Space } from '../test/support/postgres-server.js';

export interface Database extends Space {
  readonly schema: string;
  /** Where a server finds it: `--store`. */
  readonly place: string;
}

/** @example await withDatabase(async ({ place }) => { const server = await startBenchServer(undefined, { place }); … }) */
export async function withDatabase(use: (database: Database) => Promise<void>): Promise<void> {
  const server = await PostgresServer.start();
  try {
    const space = await server.makeSpace();
    await use({ ...space, place: server.addressOf(space.schema) });
    await space.remove();
  } finally {
    await server.stop();
  }
}
