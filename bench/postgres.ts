/**
 * The same work on SQLite and on PostgreSQL, in turn: ten Pass states, and ten tasks that answer at once, over HTTP.
 *
 * Both keep what they acknowledge (FULL, fsync), on the same disk.
 * @module
 */
import { PostgresServer } from '../test/support/postgres-server.js';
import { closedLoop, executions, median, report, round, startBenchServer } from './load.js';

const CLIENTS = 50;
const ROUNDS = 3;

/**
 * @param count executions of one window
 * @param peer measures another engine on the same server, between ours; answers its executions a second
 */
export async function postgres(
  count: number,
  peer?: (address: string) => number | undefined,
): Promise<void> {
  const server = await PostgresServer.start();
  try {
    for (const pipeline of ['pass', 'task'] as const) {
      const ratios: number[] = [];
      const toPeer: number[] = [];
      for (let at = 0; at < ROUNDS; at += 1) {
        const sqlite = await window(pipeline, count);
        const space = await server.makeSpace();
        const address = server.addressOf(space.schema);
        const database = await window(pipeline, count, address);
        await space.remove();
        ratios.push(database.per_s / sqlite.per_s);
        const others = peer?.(`postgresql://millrace@127.0.0.1:${server.port}/postgres`);
        if (others !== undefined) toPeer.push(database.per_s / others);
        report({
          bench: `ten ${pipeline === 'pass' ? 'Pass' : 'Task'} states, SQLite and PostgreSQL`,
          sqlite_per_s: Math.round(sqlite.per_s),
          postgres_per_s: Math.round(database.per_s),
          sqlite_p50_ms: round(sqlite.p50_ms),
          postgres_p50_ms: round(database.p50_ms),
          sqlite_idle_ms: round(sqlite.idle),
          postgres_idle_ms: round(database.idle),
          executions_per_commit: round(database.perCommit, 1),
          ratio: round(database.per_s / sqlite.per_s, 2),
        });
      }
      report({
        bench: `PostgreSQL / SQLite, ten ${pipeline}`,
        ratio: round(median(ratios), 2),
        goal: 0.5,
      });
      if (toPeer.length > 0) {
        report({
          bench: `ten ${pipeline} / DBOS on the same PostgreSQL`,
          ratio: round(median(toPeer), 1),
          goal: '>= 5',
        });
      }
    }
  } finally {
    await server.stop();
  }
}

async function window(pipeline: 'pass' | 'task', count: number, place = '') {
  const server = await startBenchServer(undefined, { place });
  try {
    const one = executions(server, pipeline);
    await closedLoop(200, CLIENTS, one);
    const before = await server.figures();
    const loop = await closedLoop(count, CLIENTS, one);
    const after = await server.figures();
    const idle = await closedLoop(50, 1, one);
    return { ...loop, idle: idle.p50_ms, perCommit: count / (after.commits - before.commits) };
  } finally {
    await server.close();
  }
}
