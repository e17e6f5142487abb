/**
 * Ends an upgrade at its statements, and looks at what a process that is gone then would have left.
 * @module
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
import { type Driver, openDriver } from '../../src/store/driver.js';
import { SCHEMA } from '../../src/store/migrations.js';
import { migrate } from '../../src/store/upgrade.js';
import { type FIXTURES, putFixture } from './fixtures.js';
import { statementsOf } from './statements.js';

const LONG = 600_000;

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
export function contentsOf(file: string): { [table: string]: unknown } {
  const driver = openDriver(file);
  try {
    const schema = driver
      .prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
      )
      .all();
    const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => String(name));
    return {
      schema,
      ...Object.fromEntries(
        tables.map((name) => [
          name,
          driver
            .prepare(`SELECT * FROM ${name}`)
            .all()
            .map((row) => JSON.stringify(row))
            .sort(),
        ]),
      ),
    };
  } finally {
    driver.close();
  }
}

/**
 * Ends the upgrade of a fixture before and after its statements.
 * @param stride one in so many, and of few more
 */
export function endUpgrades({ schema, folder }: (typeof FIXTURES)[number], stride: number): void {
  describe(`an upgrade from schema ${schema}`, () => {
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
      const heard = (sql: string): void => {
        said.push(...statementsOf(sql));
        driver.exec(sql);
      };
      migrate({ ...driver, exec: heard }, DECLARED_TABLES);
      expect(said.filter((sql) => /^(BEGIN|COMMIT)/.test(sql))).toEqual([
        'BEGIN IMMEDIATE',
        'COMMIT',
      ]);
      expect([said[0], said.at(-1)]).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
      // Nothing is missing any more, so nothing is written.
      said.length = 0;
      migrate({ ...driver, exec: heard }, DECLARED_TABLES);
      expect(said).toEqual([]);
      driver.close();
    });

    it(
      'that ends before or after any statement is as if it had not begun, or is done',
      () => {
        // At least one of each step, and the note of it.
        expect(statements).toBeGreaterThanOrEqual(2 * (SCHEMA - schema));
        // Of a short upgrade no fewer than ten are looked at.
        const step = Math.max(1, Math.min(stride, Math.floor(statements / 10)));
        const written = readFileSync(origin);
        for (let at = 1; at <= statements; at += step) {
          for (const when of ['before', 'after'] as const) {
            const what = `${when} statement ${at} of ${statements}`;
            const file = copy(`upgraded-${at}-${when}.db`);
            const image = join(home, `image-${at}-${when}.db`);
            const driver = openDriver(file);
            driver.prepare('PRAGMA synchronous = OFF').all();
            expect(
              () => migrate(failing(driver, at, when).driver, DECLARED_TABLES),
              what,
            ).toThrow();
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
}
