/**
 * An upgrade that ends in the middle: what was there before is there afterwards, and the next opening does all of it, to the same schema and
 * the same rows as one that nobody disturbed. Here at one in so many of its statements, at each in killed-upgrade.campaign.ts.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
import { SCHEMA } from '../../src/store/migrations.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import { contentsOf, endUpgrades } from './end-upgrades.js';
import { FIXTURES, putFixture } from './fixtures.js';

const LONG = 300_000;
const STRIDE = 37;

// A database of this version's schema has nothing to be upgraded.
for (const fixture of FIXTURES) if (fixture.schema < SCHEMA) endUpgrades(fixture, STRIDE);

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
