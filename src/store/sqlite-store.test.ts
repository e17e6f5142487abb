import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../../test/support/declared-tables.js';
import { DRIVERS, type DriverName, openDriver, openReader } from './driver.js';
import { SCHEMA } from './migrations.js';
import { openSqliteStore } from './sqlite-store.js';
import { storeSuite } from './store-suite.js';

const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'millrace-store-'));

function isHere(name: DriverName): boolean {
  try {
    openDriver(':memory:', name).close();
    return true;
  } catch {
    return false;
  }
}

// libsql comes with every installation; the other two are used where they are there.
for (const driver of DRIVERS.filter(isHere)) {
  storeSuite(`the SQLite store on ${driver}`, {
    tables: DECLARED_TABLES,
    makeFactory() {
      const folder = makeFolder();
      return {
        open: () => openSqliteStore({ file: join(folder, 'test.db'), driver }),
        remove: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  });
}

describe('the SQLite store', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = makeFolder();
    file = join(folder, 'test.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('syncs every commit and writes ahead', () => {
    openSqliteStore({ file }).close();
    const store = openSqliteStore({ file });
    store.close();
    const driver = openDriver(file);
    expect(driver.prepare('PRAGMA journal_mode').get()?.journal_mode).toBe('wal');
    driver.close();
  });

  it('lets no second process in while it is open', () => {
    const store = openSqliteStore({ file });
    expect(() => openSqliteStore({ file })).toThrow(expect.objectContaining({ code: 'locked' }));
    store.close();
    openSqliteStore({ file }).close();
  });

  it('takes over what a process left that is gone, whatever its note says', () => {
    openSqliteStore({ file }).close();
    // Even our own number: in another container it is somebody else's.
    const note = { pid: process.pid, host: 'elsewhere', since: 'yesterday', state: 'used' };
    writeFileSync(`${file}.lock`, JSON.stringify(note));
    openSqliteStore({ file }).close();
  });

  it('refuses a file that a newer version has written, and leaves it alone', () => {
    openSqliteStore({ file }).close();
    const driver = openDriver(file);
    driver.exec(`INSERT INTO schema_version (version) VALUES (${SCHEMA + 1})`);
    driver.close();
    const before = readFileSync(file);
    expect(() => openSqliteStore({ file })).toThrow(
      expect.objectContaining({ code: 'newer-schema' }),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('begins an epoch with every opening, and writes nothing in another one', () => {
    const epochIn = (): number => {
      const reader = openReader(file);
      const row = reader.prepare("SELECT value FROM settings WHERE key = 'epoch'").get();
      reader.close();
      return Number(row?.value);
    };
    openSqliteStore({ file }).close();
    expect(epochIn()).toBe(1);
    const store = openSqliteStore({ file });
    expect(epochIn()).toBe(2);
    store.writeSetting('colour', 'green');
    const other = openDriver(file);
    other.exec("UPDATE settings SET value = 3 WHERE key = 'epoch'");
    other.close();
    const fenced = expect.objectContaining({ code: 'fenced' });
    expect(() => store.writeSetting('colour', 'red')).toThrow(fenced);
    expect(() => store.expectOurs()).toThrow(fenced);
    expect(store.readSetting('colour')).toBe('green');
    store.close();
  });

  it('writes nothing once damage is known, and reads on', () => {
    const heard: string[] = [];
    const store = openSqliteStore({ file, onDamage: (what) => heard.push(what) });
    store.writeSetting('colour', 'green');
    store.noteDamage('page 7');
    store.noteDamage('page 8');
    expect(heard).toEqual(['page 7']);
    expect(store.information().damage).toBe('page 7');
    expect(() => store.writeSetting('colour', 'red')).toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
    expect(store.readSetting('colour')).toBe('green');
    store.close();
    // It was noted, and is looked into: all is well.
    openSqliteStore({ file }).close();
  });

  it('is the whole database after an orderly end', () => {
    const store = openSqliteStore({ file });
    store.writeSetting('colour', 'green');
    store.close();
    const copy = join(folder, 'copy.db');
    copyFileSync(file, copy);
    const restored = openSqliteStore({ file: copy });
    expect(restored.readSetting('colour')).toBe('green');
    restored.close();
  });

  it('opens a reader that can neither write nor checkpoint', () => {
    const store = openSqliteStore({ file });
    store.writeSetting('colour', 'green');
    const log = readFileSync(`${file}-wal`);
    const reader = openReader(file);
    expect(() => reader.exec("DELETE FROM settings WHERE key = 'colour'")).toThrow(
      expect.objectContaining({ code: 'readonly' }),
    );
    expect(() => reader.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()).toThrow();
    reader.close();
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true);
    expect(store.readSetting('colour')).toBe('green');
    store.close();
  });

  it('says that a file is no database', () => {
    writeFileSync(
      file,
      'this is not a database, and long enough to look like a page of one'.repeat(100),
    );
    expect(() => openSqliteStore({ file })).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});
