import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DRIVERS, type DriverName, openDriver } from './driver.js';
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
  storeSuite(`the SQLite store on ${driver}`, () => {
    const folder = makeFolder();
    return {
      open: () => openSqliteStore({ file: join(folder, 'test.db'), driver }),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
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

  it('takes over the lock of a process that is gone', () => {
    openSqliteStore({ file }).close();
    // A pid beyond the largest that Linux gives out: nobody has it.
    writeFileSync(`${file}.lock`, JSON.stringify({ pid: 4_194_305, startTime: '1' }));
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

  it('says that a file is no database', () => {
    writeFileSync(
      file,
      'this is not a database, and long enough to look like a page of one'.repeat(100),
    );
    expect(() => openSqliteStore({ file })).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});
