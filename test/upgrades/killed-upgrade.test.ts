/**
 * An upgrade that ends in the middle: before and after each of its statements, by a connection that is gone, and by a process that is killed.
 * What was there before is there afterwards, and the next opening does all of it, to the same schema and the same rows as one that nobody
 * disturbed.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
import { type Driver, openDriver } from '../../src/store/driver.js';
import { SCHEMA } from '../../src/store/migrations.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import { migrate } from '../../src/store/upgrade.js';
import { FIXTURES, putFixture } from './fixtures.js';
import { statementsOf } from './statements.js';

const LONG = 300_000;

/** The process is gone: nothing more is said, not even that it is taken back. */
class Gone extends Error {}

interface Port {
  readonly driver: Driver;
  /** Statements that write, so far. */
  count(): number;
}

/** A driver that goes away before or after a statement that writes. Scripts are run statement by statement. */
function failing(driver: Driver, at: number, when: 'before' | 'after'): Port {
  let count = 0;
  let isGone = false;
  function step<Answer>(act: () => Answer): Answer {
    if (isGone) throw new Gone();
    count += 1;
    if (count === at && when === 'before') {
      isGone = true;
      throw new Gone();
    }
    const answer = act();
    if (count === at && when === 'after') {
      isGone = true;
      throw new Gone();
    }
    return answer;
  }
  return {
    count: () => count,
    driver: {
      name: driver.name,
      prepare(sql) {
        if (isGone) throw new Gone();
        const statement = driver.prepare(sql);
        return { ...statement, run: (...values) => step(() => statement.run(...values)) };
      },
      exec(sql) {
        for (const one of statementsOf(sql)) step(() => driver.exec(one));
      },
      close: () => driver.close(),
    },
  };
}

/** Everything that is in a file: its schema, and all rows in an order of their own. */
function contentsOf(file: string): { [table: string]: unknown } {
  const driver = openDriver(file);
  try {
    const schema = driver
      .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
      .all();
    const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => String(name));
    return {
      schema,
      ...Object.fromEntries(
        tables.map((name) => [
          name,
          driver.prepare(`SELECT * FROM ${name}`).all().map((row) => JSON.stringify(row)).sort(),
        ]),
      ),
    };
  } finally {
    driver.close();
  }
}

/** The oldest has all statements before it: there each is tried. Of the others, which have fewer of the same, one in so many. */
const STRIDE = 37;

describe.each(FIXTURES)('an upgrade from schema $schema', ({ schema, folder }) => {
  let home: string;
  let origin: string;
  let undisturbed: { [table: string]: unknown };
  let before: { [table: string]: unknown };
  let statements: number;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'millrace-killed-'));
    putFixture(folder, home);
    origin = join(home, 'millrace.db');
    before = contentsOf(origin);
    const file = copy('undisturbed.db');
    const driver = openDriver(file);
    const port = failing(driver, 0, 'before');
    migrate(port.driver, DECLARED_TABLES);
    driver.close();
    statements = port.count();
    undisturbed = contentsOf(file);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  function copy(name: string): string {
    const file = join(home, name);
    copyFileSync(origin, file);
    return file;
  }

  function remove(file: string): void {
    for (const part of ['', '-wal', '-shm', '-journal']) rmSync(file + part, { force: true });
  }

  /** Closing alone leaves a transaction open with some libraries. */
  function end(driver: Driver): void {
    try {
      driver.exec('ROLLBACK');
    } catch {
      // There was none any more.
    }
    driver.close();
  }

  it('is one transaction', () => {
    const file = copy('whole.db');
    const driver = openDriver(file);
    const said: string[] = [];
    migrate(
      { ...driver, exec: (sql) => (said.push(...statementsOf(sql)), driver.exec(sql)) },
      DECLARED_TABLES,
    );
    expect(said.filter((sql) => /^(BEGIN|COMMIT)/.test(sql))).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect([said[0], said.at(-1)]).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    // Nothing is missing any more, so nothing is written.
    said.length = 0;
    migrate(
      { ...driver, exec: (sql) => (said.push(sql), driver.exec(sql)) },
      DECLARED_TABLES,
    );
    expect(said).toEqual([]);
    driver.close();
  });

  it(
    'that ends before or after any statement is as if it had not begun, or is done',
    () => {
      expect(statements).toBeGreaterThan(50);
      const written = readFileSync(origin);
      const stride = schema === FIXTURES[0]?.schema ? 1 : STRIDE;
      for (let at = 1; at <= statements; at += stride) {
        for (const when of ['before', 'after'] as const) {
          const what = `${when} statement ${at} of ${statements}`;
          const file = copy(`upgraded-${at}-${when}.db`);
          const image = join(home, `image-${at}-${when}.db`);
          const driver = openDriver(file);
          driver.prepare('PRAGMA synchronous = OFF').all();
          expect(() => migrate(failing(driver, at, when).driver, DECLARED_TABLES), what).toThrow();
          // What a process that is gone leaves: the files as they are at this moment.
          const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0);
          copyFileSync(file, image);
          if (log.length > 0) writeFileSync(`${image}-wal`, log);
          end(driver);
          remove(file);
          const isDone = at === statements && when === 'after';
          // Whole pages are compared first: telling rows apart costs a thousand times as much.
          if (!isDone) expect(readFileSync(image).equals(written), what).toBe(true);
          if (isDone || log.length > 0 || at % 40 === 0) {
            expect(contentsOf(image), what).toEqual(isDone ? undisturbed : before);
            const again = openDriver(image);
            migrate(again, DECLARED_TABLES);
            again.close();
            expect(contentsOf(image), what).toEqual(undisturbed);
          }
          remove(image);
        }
      }
    },
    LONG,
  );
});

describe('a process that is killed while it upgrades', () => {
  const oldest = FIXTURES[0];
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'millrace-killed-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it(
    'leaves a file that the next one opens and finishes',
    () => {
      if (oldest === undefined) throw new Error('there is no fixture');
      const script = join(home, 'upgrade.mjs');
      writeFileSync(
        script,
        `import { openDriver } from ${JSON.stringify(join(process.cwd(), 'src/store/driver.ts'))};
         import { migrate } from ${JSON.stringify(join(process.cwd(), 'src/store/upgrade.ts'))};
         import { DECLARED_TABLES } from ${JSON.stringify(join(process.cwd(), 'src/engine/declared-tables.ts'))};
         import { statementsOf } from ${JSON.stringify(join(process.cwd(), 'test/upgrades/statements.ts'))};
         const [file, at] = process.argv.slice(2);
         const driver = openDriver(file);
         driver.prepare('PRAGMA journal_mode = WAL').all();
         // Little room: pages go to the log before the commit.
         driver.prepare('PRAGMA cache_size = 10').all();
         let count = 0;
         migrate({ ...driver, exec: (sql) => { for (const one of statementsOf(sql)) { driver.exec(one); count += 1; if (count === Number(at)) process.kill(process.pid, 'SIGKILL'); } } }, DECLARED_TABLES);
         console.log(count);`,
      );
      const upgrade = (file: string, at: number) =>
        spawnSync(process.execPath, ['--import', 'tsx', script, file, String(at)], {
          cwd: process.cwd(),
          encoding: 'utf8',
        });
      const at = (name: string): string => join(home, name);
      putFixture(oldest.folder, home);
      copyFileSync(at('millrace.db'), at('whole.db'));
      const { stdout, stderr } = upgrade(at('whole.db'), 0);
      const count = Number(stdout);
      expect(count, stderr).toBeGreaterThan(50);
      const expected = contentsOf(at('whole.db'));
      for (const place of [2, Math.round(count / 3), count - 1, count]) {
        const file = at(`killed-${place}.db`);
        copyFileSync(at('millrace.db'), file);
        expect(upgrade(file, place).signal).toBe('SIGKILL');
        const store = openSqliteStore({ file, tables: DECLARED_TABLES });
        expect(store.information().schema).toBe(SCHEMA);
        store.close();
        const { settings, ...rest } = contentsOf(file);
        const { settings: _, ...wanted } = expected;
        expect(rest, `killed after ${place} of ${count}`).toEqual(wanted);
        expect(settings).not.toEqual([]);
      }
    },
    LONG,
  );
});
