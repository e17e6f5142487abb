/**
 * Readers on a real file, beside a store that writes it. The programs of the readers run from `dist`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENTS } from '../../engine/features/bus/event-table.js';
import { type DriverName, openDriver } from '../driver.js';
import { openSqliteStore, type SqliteStore } from '../sqlite-store.js';
import type { ExecutionWrite } from '../store.js';
import { createReaderPool, type ReaderPool, type ReaderPoolOptions } from './reader-pool.js';

let folder: string;
let database: string;
let store: SqliteStore;
let pool: ReaderPool | undefined;
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-readers-'));
  database = join(folder, 'test.db');
  store = openSqliteStore({ file: database });
  told = [];
});
afterEach(async () => {
  await pool?.close();
  pool = undefined;
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<ReaderPoolOptions> = {}): ReaderPool {
  const driver = store.information().driver as DriverName;
  const source = { kind: 'sqlite', database, driver } as const;
  pool = createReaderPool({ source, onDamage: (what) => told.push(what), ...options });
  return pool;
}

function execution(number: number, text = 'x'): ExecutionWrite {
  const id = `id-${number}`;
  return {
    number,
    create: {
      id,
      name: id,
      pipeline: 'orders',
      team: 'shop',
      tags: {},
      startedAt: 1,
      pointer: '',
      context: {
        Execution: { Id: id, Name: id, Input: { text }, StartTime: 'now', RoleArn: 'none' },
        StateMachine: { Id: 'm', Name: 'orders' },
      },
    },
    progress: {
      machine: 1,
      header: { format: 1, status: 'SUCCEEDED', nextEvent: 2, nextThread: 1, forks: {} },
      root: null,
      redriveCount: 0,
    },
    threads: [],
    removedThreads: [],
    history: [
      { id: 1, at: 1, type: 'ExecutionStarted', previous: 0, details: { input: text } },
    ] as unknown as ExecutionWrite['history'],
    attempts: [],
    closedAttempts: [],
    timers: [],
    clearedTimers: [],
  };
}

function commit(...executions: ExecutionWrite[]): void {
  store.commit({ at: 1, executions, logs: [], rows: [] });
}

/** Processes of ours that have the database open, by their command lines. */
function readerPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes('reader.js') && line.includes(database);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('readers', () => {
  it('see what was committed before they were asked, each time', async () => {
    const readers = open();
    for (let number = 1; number <= 60; number += 1) {
      commit(execution(number));
      const [newest] = await readers.listExecutionHeads({ limit: 1 });
      expect(newest?.number).toBe(number);
      const history = await readers.readHistory({
        execution: number,
        order: 'ascending',
        limit: 9,
      });
      expect(history).toHaveLength(1);
    }
  });

  it('answer what the store itself answers', async () => {
    store.joinTables([EVENTS]);
    const readers = open();
    commit(execution(1), execution(2));
    const query = { teams: ['shop'], status: 'SUCCEEDED', limit: 10 } as const;
    expect(await readers.listExecutionHeads(query)).toEqual(store.listExecutionHeads(query));
    expect(await readers.logTail(1, 5)).toBeUndefined();
    expect(await readers.listRows(EVENTS, { where: { team: ['a'] }, limit: 5 })).toEqual([]);
    expect(await readers.countMapChildren(3)).toEqual({});
  });

  it('cannot write: not by a query, and no checkpoint when they end', async () => {
    const readers = open();
    for (let number = 1; number <= 20; number += 1) commit(execution(number));
    await readers.listExecutionHeads({ limit: 1 });
    const log = statSync(`${database}-wal`).size;
    const main = readFileSync(database);
    expect(log).toBeGreaterThan(0);
    await readers.close();
    expect(statSync(`${database}-wal`).size).toBe(log);
    expect(readFileSync(database).equals(main)).toBe(true);
  });

  it('leave the whole database in the one file when all is closed in order', async () => {
    const readers = open();
    commit(execution(1));
    await readers.listExecutionHeads({ limit: 1 });
    await readers.close();
    store.close();
    expect(statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    const driver = openDriver(database);
    expect(driver.prepare('SELECT COUNT(*) AS n FROM executions').get()).toEqual({ n: 1 });
    driver.close();
    store = openSqliteStore({ file: database });
  });

  it('let commits go on while they read', async () => {
    const readers = open({ readers: 1 });
    commit(execution(1));
    await readers.listExecutionHeads({ limit: 1 });
    const [pid = 0] = readerPids();
    process.kill(pid, 'SIGSTOP');
    const read = readers.listExecutionHeads({ limit: 1 });
    for (let number = 2; number <= 60; number += 1) commit(execution(number));
    process.kill(pid, 'SIGCONT');
    // Its transaction began when it came to it: what was committed while it waited is in the answer.
    expect((await read)[0]?.number).toBe(60);
  });

  it('refuse what does not fit into the queue, and answer the rest', async () => {
    const readers = open({ readers: 1, waiting: 3 });
    commit(execution(1));
    const reads = await Promise.allSettled(
      Array.from({ length: 10 }, () => readers.listExecutionHeads({ limit: 1 })),
    );
    const refused = reads.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => reason.code)).toEqual(Array(6).fill('reads-full'));
    expect(reads.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
  });

  it('give up a read that takes too long, and go on with a new reader', async () => {
    const readers = open({ readers: 1, deadline: 1_500 });
    commit(execution(1));
    await readers.listExecutionHeads({ limit: 1 });
    const [pid = 0] = readerPids();
    // Stopped, as by a disk that does not answer.
    process.kill(pid, 'SIGSTOP');
    const reads = [1, 2].map(() => readers.listExecutionHeads({ limit: 1 }));
    const results = await Promise.allSettled(reads);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'read-late' } });
    }
    expect(await readers.listExecutionHeads({ limit: 1 })).toHaveLength(1);
    expect(readerPids()).not.toContain(pid);
    expect(readerPids()).toHaveLength(1);
  });

  it('take a read over from a reader that was killed', async () => {
    const readers = open({ readers: 1 });
    commit(execution(1));
    await readers.listExecutionHeads({ limit: 1 });
    const [pid = 0] = readerPids();
    process.kill(pid, 'SIGSTOP');
    const read = readers.listExecutionHeads({ limit: 1 });
    process.kill(pid, 'SIGKILL');
    expect(await read).toHaveLength(1);
  });

  it('say so when no reader can be started, and do not try for ever', async () => {
    const readers = open({
      source: { kind: 'sqlite', database: join(folder, 'not-there.db'), driver: 'libsql' },
    });
    await expect(readers.listExecutionHeads({ limit: 1 })).rejects.toMatchObject({
      code: 'reader-lost',
    });
    expect(readerPids()).toEqual([]);
  });

  it('tell of damage that they come upon', async () => {
    commit(execution(1));
    store.close();
    const driver = openDriver(database);
    driver.exec('UPDATE history SET events = replace(events, \'"x"\', \'"z"\')');
    driver.close();
    store = openSqliteStore({ file: database });
    const readers = open();
    const read = readers.readHistory({ execution: 1, order: 'ascending', limit: 5 });
    await expect(read).rejects.toMatchObject({ code: 'corrupt' });
    expect(told).toEqual([expect.stringContaining('execution number 1')]);
  });

  it('refuse reads once they are closed, also those that wait', async () => {
    const readers = open({ readers: 1 });
    commit(execution(1));
    const reads = [1, 2, 3].map(() => readers.listExecutionHeads({ limit: 1 }));
    const settled = Promise.allSettled(reads);
    await readers.close();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'closing' } });
    }
    await expect(readers.logTail(1, 1)).rejects.toMatchObject({ code: 'closing' });
    expect(readerPids()).toEqual([]);
  });

  it('end with a server that is killed', async () => {
    const program = join(folder, 'server.mjs');
    const dist = new URL('../../../dist/store/', import.meta.url).href;
    writeFileSync(
      program,
      `import { openSqliteStore } from '${dist}sqlite-store.js';
       import { createReaderPool } from '${dist}readers/reader-pool.js';
       const database = ${JSON.stringify(join(folder, 'other.db'))};
       const store = openSqliteStore({ file: database });
       const pool = createReaderPool({ source: { kind: 'sqlite', database, driver: store.information().driver } });
       await pool.listExecutionHeads({ limit: 1 });
       process.kill(process.pid, 'SIGKILL');`,
    );
    expect(() => execFileSync(process.execPath, [program], { stdio: 'ignore' })).toThrow();
    database = join(folder, 'other.db');
    await expect.poll(readerPids, { timeout: 5_000 }).toEqual([]);
    database = join(folder, 'test.db');
  });
});
