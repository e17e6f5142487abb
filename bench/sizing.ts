/**
 * What an execution costs: commits, rows and bytes where it is kept, memory while it waits. The figures of docs/guides/sizing.md.
 * @module
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openDriver } from '../src/store/driver.js';
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

const TABLES = ['executions', 'history', 'threads', 'attempts', 'logs', 'check_results', 'events'];

/** @param count executions of each kind */
export async function sizing(count: number): Promise<void> {
  for (const pipeline of ['pass', 'task'] as const) {
    await onSqlite(pipeline, count);
    await onPostgres(pipeline, count);
  }
  await whileWaiting(10 * count);
}

/** Runs executions fifty at a time, then one at a time; answers commits of an execution in both. */
async function run(server: BenchServer, pipeline: 'pass' | 'task', count: number) {
  const one = executions(server, pipeline);
  const first = await server.figures();
  await closedLoop(count, 50, one);
  const second = await server.figures();
  await closedLoop(50, 1, one);
  const third = await server.figures();
  return {
    commits_together: round((second.commits - first.commits) / count, 2),
    commits_alone: round((third.commits - second.commits) / 50, 1),
    transitions: round((second.transitions - first.transitions) / count, 1),
  };
}

async function onSqlite(pipeline: 'pass' | 'task', count: number): Promise<void> {
  const data = newDataFolder();
  let server = await startBenchServer(data);
  await server.close({ remove: false });
  const before = rowsOf(data);
  server = await startBenchServer(data);
  const commits = await run(server, pipeline, count);
  await server.close({ remove: false });
  const after = rowsOf(data);
  report({
    bench: `an execution of ten ${pipeline} states, SQLite`,
    ...commits,
    rows: round((after.rows - before.rows) / (count + 50), 1),
    bytes: Math.round((after.bytes - before.bytes) / (count + 50)),
  });
}

function rowsOf(data: string): { rows: number; bytes: number } {
  const file = join(data, 'millrace.db');
  const driver = openDriver(file);
  driver.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const counts = TABLES.map((table) =>
    Number(driver.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.n),
  );
  driver.close();
  return { rows: counts.reduce((sum, n) => sum + n, 0), bytes: statSync(file).size };
}

async function onPostgres(pipeline: 'pass' | 'task', count: number): Promise<void> {
  await withDatabase(async ({ pool, schema, place }) => {
    const server = await startBenchServer(undefined, { place });
    const size = async (): Promise<number> => {
      const { rows } = await pool.query(
        'SELECT SUM(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = $2',
        [schema, 'r'],
      );
      return Number(rows[0].bytes);
    };
    const before = await size();
    const commits = await run(server, pipeline, count);
    await server.close();
    await pool.query('VACUUM');
    report({
      bench: `an execution of ten ${pipeline} states, PostgreSQL`,
      ...commits,
      bytes: Math.round(((await size()) - before) / (count + 50)),
    });
  });
}

/** Memory of a server that has just started, without and with executions that wait. */
async function whileWaiting(count: number): Promise<void> {
  const data = newDataFolder();
  let server = await startBenchServer(data);
  await server.close({ remove: false });
  server = await startBenchServer(data);
  const without = (await server.figures()).rss;
  await closedLoop(count, 50, async () => {
    await server.post('/executions', { pipeline: 'wait', input: { v: 1 } });
  });
  await server.close({ remove: false });
  server = await startBenchServer(data);
  const { rss } = await server.figures();
  await server.close({ remove: false });
  report({
    bench: 'executions that wait',
    waiting: count,
    rss_mb_without: Math.round(without / 1e6),
    rss_mb: Math.round(rss / 1e6),
    bytes_each_kept: Math.round(statSync(join(data, 'millrace.db')).size / count),
  });
}
