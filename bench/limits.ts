/**
 * What the disk and SQLite give at best on this machine: the measure for everything durable.
 * @module
 */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { newDataFolder, round } from './load.js';

const SECONDS = 1.5;

export async function physicalLimits(
  report: (line: { [key: string]: unknown }) => void,
): Promise<void> {
  const folder = newDataFolder();
  const file = openSync(join(folder, 'sync.bin'), 'w');
  const page = Buffer.alloc(4096, 7);
  const syncs = rate(() => {
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
  });
  closeSync(file);
  const database = new Database(join(folder, 'single.db'));
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) database.pragma(pragma);
  database.exec('CREATE TABLE history (n INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO history (body) VALUES (?)');
  const body = 'x'.repeat(300);
  const commits = rate(() => insert.run(body));
  database.close();
  rmSync(folder, { recursive: true, force: true });
  report({ limit: 'overwrite 4 KiB + fdatasync', per_s: Math.round(syncs) });
  report({
    limit: 'single commits, SQLite FULL (libsql)',
    per_s: Math.round(commits),
    of_fdatasync: round(commits / syncs),
  });
}

function rate(one: () => void): number {
  for (let i = 0; i < 50; i++) one();
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < SECONDS * 1000) {
    one();
    count += 1;
  }
  return count / ((performance.now() - started) / 1000);
}
