/**
 * A large database of PostgreSQL: what queries touch, how soon another server takes over, and what retention costs those who
 * start executions meanwhile.
 *
 * Rows are made by the server itself, as copies of executions that have really run.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type pg from 'pg';
import { DECLARED_TABLES } from '../src/engine/declared-tables.js';
import { openPostgresStore } from '../src/store/postgres/postgres-store.js';
import { fillPostgres, touchedBy } from '../test/support/large-postgres.js';
import { withDatabase } from './database.js';
import {
  type BenchServer,
  closedLoop,
  executions,
  newDataFolder,
  report,
  round,
  startBenchServer,
} from './load.js';

/** What every query of the store touches, and how long it takes, in a database of so many executions. */
export async function largeDatabase(count: number): Promise<void> {
  await withDatabase(async ({ pool }) => {
    const store = await openPostgresStore({ pool });
    await store.joinTables(DECLARED_TABLES);
    await store.close();
    const client = await pool.connect();
    const started = performance.now();
    await fillPostgres(client, count);
    const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
    report({
      bench: 'database filled',
      executions: count,
      seconds: Math.round((performance.now() - started) / 1000),
      gb: round(Number(rows[0].bytes) / 1e9, 1),
    });
    const touched = await touchedBy(client);
    client.release();
    const slowest = touched.sort((a, b) => b.milliseconds - a.milliseconds);
    for (const { sql, method, pages, milliseconds, gone } of slowest.slice(0, 8)) {
      report({
        bench: 'queries of a large database, the slowest',
        method,
        pages,
        ms: round(milliseconds),
        gone_through: gone.join(','),
        sql: sql.replaceAll(/\s+/g, ' ').slice(0, 90),
      });
    }
    report({
      bench: 'queries of a large database',
      executions: count,
      queries: new Set(touched.map(({ sql }) => sql)).size,
      looked_at: touched.length,
      p99_ms: round(slowest[Math.floor(slowest.length / 100)]?.milliseconds ?? 0),
      above_10_ms: slowest.filter(({ milliseconds }) => milliseconds > 10).length,
    });
  });
}

/** Copies of the executions from `first` to `last`, `times` over, with ids of their own. */
async function copyExecutions(
  client: pg.ClientBase,
  { first, last, times }: { first: number; last: number; times: number },
): Promise<void> {
  const { rows: found } = await client.query(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name IN ('executions', 'history', 'logs', 'threads', 'timers') ORDER BY table_name, ordinal_position",
  );
  const size = last - first + 1;
  for (const table of ['executions', 'history', 'logs', 'threads', 'timers']) {
    const isExecution = table === 'executions';
    const key = isExecution ? 'number' : 'execution';
    const columns = (found as { table_name: string; column_name: string }[])
      .filter((one) => one.table_name === table)
      .map((one) => one.column_name)
      // Numbered by the server.
      .filter((name) => isExecution || name !== 'number');
    const shift = `copy.n * ${size} `;
    const values = columns.map((name) => {
      if (name === key) return `${key} + ${shift}`;
      if (isExecution && (name === 'id' || name === 'name')) {
        return `md5((number + ${shift})::text)::uuid::text`;
      }
      // It is made of number and time.
      if (name === 'digest') return 'NULL';
      return name;
    });
    await client.query(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table}, generate_series(1, ${times}) AS copy(n)
       WHERE ${key} BETWEEN ${first} AND ${last}`,
    );
  }
  await client.query('VACUUM ANALYZE');
}

/** How soon another server is active after the active one was killed, with so many executions that wait. */
export async function takeOver(count: number): Promise<void> {
  await withDatabase(async ({ pool, place }) => {
    const key = join(newDataFolder(), 'key');
    const first = await startBenchServer(undefined, { place, standby: key });
    const { id } = await first.post<{ id: string }>('/executions', {
      pipeline: 'wait',
      input: { v: 1 },
    });
    const client = await pool.connect();
    const { rows } = await client.query('SELECT number FROM executions WHERE id = $1', [id]);
    const number = Number(rows[0].number);
    await first.close();
    await copyExecutions(client, { first: number, last: number, times: count - 1 });
    client.release();
    const active = await startBenchServer(undefined, { place, standby: key });
    let stands: () => void = () => {};
    const standing = new Promise<void>((resolve) => {
      stands = resolve;
    });
    const other = startBenchServer(undefined, { place, standby: key, onWaiting: () => stands() });
    await standing;
    const killed = performance.now();
    await active.close({ kill: true });
    const second = await other;
    await second.get('/executions?limit=1');
    const took = performance.now() - killed;
    const { rss } = await second.figures();
    const waiting = await second.get<{ executions: unknown[] }>(
      '/executions?limit=1&status=RUNNING',
    );
    report({
      bench: 'taken over after a kill',
      waiting: count,
      seconds: round(took / 1000),
      goal: '< 10',
      rss_mb: Math.round(rss / 1e6),
      lists: waiting.executions?.length,
    });
    await second.close();
  });
}

/** What starts cost while retention removes, against what they cost without. */
export async function retention(count: number): Promise<void> {
  await withDatabase(async ({ pool, place }) => {
    let server = await startBenchServer(undefined, { place });
    const made = Math.min(1_000, count / 10);
    await closedLoop(made, 50, executions(server, 'pass'));
    await server.close({ remove: false });
    const client = await pool.connect();
    const { rows } = await client.query(
      "SELECT MIN(number) AS first, MAX(number) AS last FROM executions WHERE pipeline = 'pass'",
    );
    const [first, last] = [Number(rows[0].first), Number(rows[0].last)];
    // What is older has the lower numbers.
    await client.query(
      'UPDATE executions SET started_at = started_at - $1, stopped_at = stopped_at - $1 WHERE number <= $2',
      [200 * 86_400_000, last],
    );
    await copyExecutions(client, { first, last, times: Math.round(count / made) });
    client.release();
    server = await startBenchServer(undefined, { place });
    const without = await startsAt(server, 200, 20_000);
    const started = performance.now();
    let removed = 0;
    const sweeping = server.sweep().then((answer) => {
      removed = answer.removed;
      return performance.now() - started;
    });
    const during = await startsAt(server, 200, 60_000);
    report({
      bench: 'starts at 200/s while retention removes',
      old: count,
      without_p99_ms: round(without),
      during_p99_ms: round(during),
      ratio: round(during / without),
      goal: '< 2',
    });
    const seconds = (await sweeping) / 1000;
    report({
      bench: 'retention',
      removed,
      seconds: round(seconds, 1),
      removed_per_s: Math.round(removed / seconds),
    });
    await server.close();
  });
}

/** Starts executions at a rate, whatever the answers take; the 99th percentile of the answers, milliseconds. */
async function startsAt(server: BenchServer, perSecond: number, forMs: number): Promise<number> {
  const took: number[] = [];
  const asked: Promise<void>[] = [];
  const begun = performance.now();
  const total = Math.round((perSecond * forMs) / 1000);
  while (asked.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * perSecond) / 1000));
    while (asked.length < due) {
      const planned = begun + (asked.length * 1000) / perSecond;
      asked.push(
        server
          .post('/executions', { pipeline: 'pass', name: randomUUID(), input: { v: 1 } })
          .then(() => void took.push(performance.now() - planned)),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(asked);
  took.sort((a, b) => a - b);
  return took[Math.floor(took.length * 0.99)] ?? 0;
}
