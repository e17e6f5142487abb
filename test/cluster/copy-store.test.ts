/**
 * Records move from a file to a database and back: each row is what it was, and work that waited goes on there.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { copyStore } from '../../src/copy-store.js';
import { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
import { openDriver } from '../../src/store/driver.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import {
  AWKWARD,
  attempt,
  commit,
  create,
  GREATEST,
  progress,
  thread,
} from '../../src/store/suite/stage.js';
import { requirement } from '../requirements.js';
import { PostgresServer } from '../support/postgres-server.js';

const { missing } = requirement('postgresql');

/** Thousands of rows go both ways, beside other tests. */
const LONG = { timeout: 120_000 };

describe.skipIf(missing)(`store copy${missing ? ` (${missing})` : ''}`, LONG, () => {
  let database: PostgresServer;
  let space: Awaited<ReturnType<PostgresServer['makeSpace']>>;
  let folder: string;
  beforeAll(async () => {
    database = await PostgresServer.start();
  });
  afterAll(async () => await database?.stop());
  beforeEach(async () => {
    space = await database.makeSpace();
    folder = mkdtempSync(join(tmpdir(), 'millrace-copy-'));
  });
  afterEach(async () => {
    await space.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const address = (): string => database.addressOf(space.schema);
  const file = (name: string): string => join(folder, name, 'millrace.db');

  /** Executions of all sorts, with what they have: 2,100 of them, so that pages end in the middle. */
  async function fill(name: string): Promise<void> {
    const store = openSqliteStore({ file: file(name) });
    store.joinTables(DECLARED_TABLES);
    const lines = [{ at: 5, stream: 'stdout', level: 'info', message: AWKWARD }] as const;
    for (let at = 0; at < 21; at += 1) {
      const numbers = Array.from({ length: 100 }, (_, one) => at * 100 + one + 1);
      store.commit({
        ...commit(
          ...numbers.map((number) =>
            create(number, `${AWKWARD} ${number}`, {
              progress: progress(number % 3 === 0 ? 'FAILED' : 'RUNNING'),
              threads: [thread(1), thread(2)],
              attempts:
                number % 3 === 1
                  ? [
                      attempt(1, {
                        execution: number,
                        id: `a${number}`,
                        request: { text: AWKWARD },
                      }),
                    ]
                  : [],
              timers: [
                { execution: number, thread: 0, kind: 'wait', sequence: 1, at: GREATEST - number },
              ],
            }),
          ),
        ),
        logs: [
          {
            ...{
              execution: at + 1,
              team: 'shop',
              pipeline: 'orders',
              state: 'A',
              attempt: 1,
              tags: {},
            },
            lines: [...lines],
          },
        ],
      });
    }
    store.writeSetting('colour', { of: 'the sky', at: 1.5 });
    store.close();
  }

  it('there and back: every row of every table is the same, by its digest', async () => {
    await fill('first');
    const there = await copyStore(join(folder, 'first'), address());
    const back = await copyStore(address(), join(folder, 'second'));
    expect(back.rows).toBeGreaterThan(8_000);
    const digests = ({ tables }: typeof there) =>
      Object.fromEntries(
        tables.filter(({ table }) => table !== 'settings').map((one) => [one.table, one]),
      );
    expect(digests(back)).toEqual(digests(there));
    expect(back.tables).toHaveLength(there.tables.length);
    // Compared by SQLite itself, not by what has copied.
    const driver = openDriver(file('second'));
    driver.exec(`ATTACH '${file('first')}' AS other`);
    for (const { table, rows } of back.tables) {
      if (table === 'settings') continue;
      const [differing] = driver
        .prepare(
          `SELECT COUNT(*) AS n FROM (SELECT * FROM main.${table} EXCEPT SELECT * FROM other.${table})`,
        )
        .all();
      expect({ table, differing: differing?.n }).toEqual({ table, differing: 0 });
      expect(driver.prepare(`SELECT COUNT(*) AS n FROM other.${table}`).get()).toEqual({ n: rows });
    }
    driver.close();
  });

  it('what was copied is opened there, numbers go on behind it, and what it came from waits', async () => {
    await fill('first');
    await copyStore(join(folder, 'first'), address());
    const store = await openPostgresStore({ pool: space.pool });
    await store.joinTables(DECLARED_TABLES);
    expect(await store.readSetting('colour')).toEqual({ of: 'the sky', at: 1.5 });
    expect(await store.readSetting('backup')).toBeUndefined();
    expect(await store.lastExecutionNumber()).toBe(2_100);
    expect(await store.countOpenWork()).toMatchObject({ attempts: 700 });
    const before = await store.listAttempts({ status: 'scheduled', after: 0, limit: 2_000 });
    await store.commit(
      commit(create(2_101, 'next', { attempts: [attempt(1, { execution: 2_101, id: 'next' })] })),
    );
    const after = await store.listAttempts({ status: 'scheduled', after: 0, limit: 2_000 });
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ attempt: { id: 'next' } });
    await store.close();
    const old = openSqliteStore({ file: file('first') });
    expect(old.readSetting('backup')).toMatchObject({ madeAt: expect.any(String) });
    old.close();
  });

  it('replaces nothing, takes no place that a server has, and leaves nothing behind', async () => {
    await fill('first');
    const from = join(folder, 'first');
    await copyStore(from, address());
    await expect(copyStore(from, address())).rejects.toMatchObject({ code: 'constraint' });
    await expect(copyStore(address(), from)).rejects.toMatchObject({ code: 'constraint' });
    await expect(copyStore(join(folder, 'none'), address())).rejects.toMatchObject({
      code: 'gone',
    });
    const store = await openPostgresStore({ pool: space.pool });
    await expect(copyStore(address(), join(folder, 'second'))).rejects.toMatchObject({
      code: 'locked',
    });
    await store.close();
    const held = openSqliteStore({ file: file('first') });
    await expect(copyStore(from, address())).rejects.toMatchObject({ code: 'locked' });
    held.close();
    expect(existsSync(file('second'))).toBe(false);
  });

  it('a row that cannot be taken ends it, and the database is as it was', async () => {
    await fill('first');
    const driver = openDriver(file('first'));
    // SQLite takes anything in any column.
    driver.exec("UPDATE executions SET stopped_at = 'yesterday' WHERE number = 2050");
    driver.close();
    await expect(copyStore(join(folder, 'first'), address())).rejects.toMatchObject({
      name: 'StoreError',
    });
    const [row] = await database.query(`SELECT COUNT(*) AS n FROM ${space.schema}.executions`);
    expect(Number(row?.n)).toBe(0);
    const old = openSqliteStore({ file: file('first') });
    expect(old.readSetting('backup')).toBeUndefined();
    old.close();
  });

  it('a table of somebody else ends it: nothing is left out in silence', async () => {
    await fill('first');
    const driver = openDriver(file('first'));
    driver.exec('CREATE TABLE others (id INTEGER PRIMARY KEY)');
    driver.close();
    await expect(copyStore(join(folder, 'first'), address())).rejects.toMatchObject({
      message: expect.stringContaining('others'),
    });
  });
});
