/**
 * What every query costs on PostgreSQL: none touches more pages when ten times as much is kept (../query-plans.test.ts asks SQLite).
 *
 * PostgreSQL chooses its plans by what lies in the tables, so they are filled, and the server has looked at them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/requirements.js';
import { DECLARED_TABLES } from '../../../test/support/declared-tables.js';
import { fillPostgres, type Touched, touchedBy } from '../../../test/support/large-postgres.js';
import { PostgresServer } from '../../../test/support/postgres-server.js';
import { openPostgresStore } from './postgres-store.js';

describe.skipIf(requirement('postgresql').missing)('the queries of the store on PostgreSQL', () => {
  let server: PostgresServer;
  let few: Touched[];
  let many: Touched[];

  async function measure(count: number): Promise<Touched[]> {
    const space = await server.makeSpace();
    const store = await openPostgresStore({ pool: space.pool });
    await store.joinTables(DECLARED_TABLES);
    await store.close();
    const client = await space.pool.connect();
    try {
      await fillPostgres(client, count);
      return await touchedBy(client);
    } finally {
      client.release(true);
      await space.remove();
    }
  }

  beforeAll(async () => {
    server = await PostgresServer.start();
    few = await measure(10_000);
    many = await measure(100_000);
  }, 300_000);
  afterAll(() => server?.stop());

  it('are looked at, of every method that reads', () => {
    expect(new Set(many.map(({ method }) => method)).size).toBeGreaterThan(40);
    expect(new Set(many.map(({ sql }) => sql)).size).toBeGreaterThan(150);
  });

  it('touch as many pages of 100,000 executions as of 10,000, whatever is asked for', () => {
    const before = mostOf(few);
    const grown = [...mostOf(many)].filter(
      ([sql, pages]) => !isAllowed(sql) && pages > 1.5 * (before.get(sql) ?? 0) + 12,
    );
    expect(grown).toEqual([]);
  });

  it('go through no table that grows', () => {
    const grows = new Set(['executions', 'history', 'logs', 'events', 'check_results']);
    const gone = many.filter((one) => one.gone.some((table) => grows.has(table)));
    expect(gone).toEqual([]);
  });
});

/** What grows with what it is asked about, and not with what is kept. */
const ALLOWED: readonly { query: string; reason: string }[] = [
  {
    query: 'SELECT COUNT(*) AS count FROM executions WHERE map_run',
    reason: 'children of one map run; counted beside the main loop',
  },
  {
    query: 'SELECT * FROM logs WHERE number IN (',
    reason: 'two or three pages for each of the segments that a search looks at, 32 at a time',
  },
];

function isAllowed(sql: string): boolean {
  return ALLOWED.some(({ query }) => sql.replaceAll(/\s+/g, ' ').startsWith(query));
}

/** The most pages that each text has touched. */
function mostOf(touched: readonly Touched[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const { sql, pages } of touched) most.set(sql, Math.max(pages, most.get(sql) ?? 0));
  return most;
}
