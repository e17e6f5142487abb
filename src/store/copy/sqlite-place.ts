/**
 * A file of SQLite as a place that records are copied from or to.
 *
 * One that is copied to is a draft beside its name until it is finished: whatever happens before, no file of that name is there.
 * @module
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { publish } from '../backups/durable-file.js';
import { openDriver, type Row, type SqlValue } from '../driver.js';
import { StoreError } from '../errors.js';
import { openSqliteStore } from '../sqlite-store.js';
import type { AnyTable } from '../table.js';
import { insertInto, pageOf, type RecordPlace, type Shape } from './record-place.js';

/** @param use `from` one that is there, `to` one that is not */
export function openSqlitePlace(
  file: string,
  use: 'from' | 'to',
  tables: readonly AnyTable[],
): RecordPlace {
  if (use === 'from' && !existsSync(file)) {
    throw new StoreError('gone', `There are no records in ${file}.`);
  }
  if (use === 'to' && existsSync(file)) {
    throw new StoreError('constraint', `${file} is there already, and nothing is ever replaced.`);
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.copy`;
  const at = use === 'from' ? file : draft;
  if (use === 'to') remove(draft);
  const store = openSqliteStore({ file: at, tables });
  const driver = openDriver(at, store.information().driver as Parameters<typeof openDriver>[1]);
  let isFinished = false;
  // The store writes nothing while rows come past it: it has only taken the lock.
  if (use === 'to') driver.exec('PRAGMA synchronous = OFF');
  return {
    name: file,
    store,
    async shapes() {
      const names = driver
        .prepare(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        )
        .all();
      return names.map(({ name }) => shapeOf(String(name)));
    },
    async read(shape, after, limit) {
      const rows = driver.prepare(pageOf(shape, after !== undefined)).all(...(after ?? []), limit);
      return rows.map(withBytes);
    },
    async write(shape, rows) {
      const insert = driver.prepare(insertInto(shape));
      driver.exec('BEGIN IMMEDIATE');
      try {
        for (const row of rows) insert.run(...shape.columns.map((name) => toFile(row[name])));
        driver.exec('COMMIT');
      } catch (error) {
        driver.exec('ROLLBACK');
        throw error;
      }
    },
    async clear({ name }) {
      driver.exec(`DELETE FROM ${name}`);
    },
    async finish() {
      driver.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      driver.close();
      store.close();
      publish(draft, file);
      remove(draft);
      isFinished = true;
    },
    async close() {
      if (isFinished) return;
      driver.close();
      store.close();
      if (use === 'to') remove(draft);
    },
  };

  function shapeOf(name: string): Shape {
    const columns = driver.prepare(`PRAGMA table_info(${name})`).all();
    const key = columns
      .filter(({ pk }) => Number(pk) > 0)
      .sort((a, b) => Number(a.pk) - Number(b.pk))
      .map((column) => String(column.name));
    return { name, columns: columns.map((column) => String(column.name)), key };
  }
}

/** Libraries give bytes in different classes. */
function withBytes(row: Row): Row {
  for (const [column, value] of Object.entries(row) as [string, unknown][]) {
    if (value instanceof ArrayBuffer) row[column] = Buffer.from(value);
  }
  return row;
}

function toFile(value: SqlValue | undefined): SqlValue {
  return value ?? null;
}

/** With what SQLite and the lock have beside it. */
function remove(draft: string): void {
  for (const ending of ['', '-wal', '-shm', '.hold', '.lock']) {
    rmSync(`${draft}${ending}`, { force: true });
  }
}
